"""Keeps of each report how much room there is: per subnet, per pool and per kind of node, and who waits.

A cluster takes at most some 2 MB in the store: MAX_COLUMNS figures in 288 buckets of five minutes, 336 of
an hour and 365 of a day. What a report does not know is left unknown.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator

from checks.pools import PoolRoom, pool_rooms
from checks.report import Facts, NodeDetail, Report
from handlers.command import Desk
from handlers.history.ring import (
    ADDRESSES,
    BLOCKS,
    NODE_TYPE,
    PODS,
    POOL,
    PREFIXES,
    RESOLUTIONS,
    SUBNET,
    USED,
    WAITING,
    Sample,
    Track,
)
from handlers.store import StoreError

logger = logging.getLogger(__name__)


def keep(report: Report, desk: Desk) -> None:
    """Keep what the report tells; whichever replica does, and however often, it is kept once."""
    snapshot = desk.sweeps.snapshot(report)
    told = sample(report.facts, pool_rooms(snapshot) if snapshot else ())
    at = report.taken_at if report.source == "live" else desk.now()  # a recording's stays old
    try:
        for resolution in RESOLUTIONS:
            resolution.add(desk.store, report.cluster, at, told)
    except StoreError as error:
        logger.warning("the history of %s has a gap: %s", report.cluster, error)


def sample(facts: Facts, pools: tuple[PoolRoom, ...]) -> Sample:
    """What is known of the room there is. The cluster's own figures come first, so that they always fit."""
    found = {WAITING: _sum(facts.pods.not_scheduled, facts.pods.without_ip), USED: facts.ipam.used}
    found |= dict(_pools(pools))
    found |= dict(_subnets(facts))
    found |= dict(_node_types(facts))
    return {track: value for track, value in found.items() if value is not None}


def _pools(pools: tuple[PoolRoom, ...]) -> Iterator[tuple[Track, int]]:
    for pool in pools:
        yield Track(kind=POOL, name=pool.name, unit=BLOCKS), pool.free
        yield Track(kind=POOL, name=pool.name, unit=BLOCKS, whole=True), pool.blocks


def _subnets(facts: Facts) -> Iterator[tuple[Track, int | None]]:
    """Those that pods draw on; their whole blocks matter unless prefixes are known to be off."""
    for subnet in facts.subnets:
        if subnet.used_by_pods is not False:
            yield Track(kind=SUBNET, name=subnet.id, unit=ADDRESSES), subnet.free_addresses
            if facts.ipam.prefix_delegation is not False:
                yield Track(kind=SUBNET, name=subnet.id, unit=PREFIXES), subnet.free_prefixes


def _node_types(facts: Facts) -> Iterator[tuple[Track, int | None]]:
    """Room for further pods on all nodes of a type; unknown when it is for one of them."""
    by_type: dict[str, list[NodeDetail]] = defaultdict(list)
    for node in facts.nodes_detail:
        if node.instance_type:
            by_type[node.instance_type].append(node)
    mode = f" ({facts.ipam.mode})" if facts.ipam.mode else ""
    for type, nodes in sorted(by_type.items()):
        name = f"{type}{mode}"
        free, pods = _sum(*map(_room, nodes)), _sum(*(node.pods for node in nodes))
        yield Track(kind=NODE_TYPE, name=name, unit=PODS), free
        yield Track(kind=NODE_TYPE, name=name, unit=PODS, whole=True), _sum(free, pods)


def _room(node: NodeDetail) -> int | None:
    """Further pods that a node takes: by its addresses and by its kubelet's limit."""
    if node.free_for_pods is None or node.max_pods is None or node.pods is None:
        return None
    return max(0, min(node.free_for_pods, node.max_pods - node.pods))


def _sum(*values: int | None) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None
