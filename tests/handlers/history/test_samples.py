from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from bot.store import MemoryStore
from checks.pools import PoolRoom
from checks.report import Facts, NodeDetail, Report, SubnetFacts
from checks.snapshot import Snapshot
from handlers.history.ring import (
    ADDRESSES,
    BLOCKS,
    HOURS,
    MINUTES,
    NODE_TYPE,
    PODS,
    POOL,
    PREFIXES,
    SUBNET,
    USED,
    WAITING,
    Track,
)
from handlers.history.samples import keep, sample
from tests.checks.hand import META, cilium_node, cilium_nodes, config
from tests.handlers.problems.world import NoSweeps, World
from tests.handlers.render.samples import NOON, facts, half_read, incident, nodes_detail

SMALL = Track(kind=NODE_TYPE, name="t3.small (cluster-pool)", unit=PODS)
FIRST = "subnet-0a1b2c3d4e5f60000"


def node(**known: int | None) -> NodeDetail:
    return replace(nodes_detail(1)[0], **known)  # type: ignore[arg-type] # figures only


def told(**changes: object) -> dict[Track, int]:
    changed: Facts = replace(facts(), **changes)  # type: ignore[arg-type] # any field
    return dict(sample(changed, ()))


def test_tells_who_waits_and_what_is_used() -> None:
    assert told()[WAITING] == 120
    assert told()[USED] == 70


def test_tells_the_subnets_that_pods_draw_on() -> None:
    subnets = [
        SubnetFacts(id=id, zone=None, free_addresses=9, free_prefixes=2, used_by_pods=used)
        for id, used in (("a", True), ("b", None), ("c", False))
    ]
    found = told(subnets=tuple(subnets))
    assert [track.name for track in found if track.kind == SUBNET] == ["a", "b"]


@pytest.mark.parametrize(("prefixes", "units"), [(False, {ADDRESSES}), (None, {ADDRESSES, PREFIXES})])
def test_whole_blocks_matter_unless_prefixes_are_known_to_be_off(
    prefixes: bool | None, units: set[str]
) -> None:
    found = told(ipam=replace(facts().ipam, prefix_delegation=prefixes))
    assert {track.unit for track in found if track.name == FIRST} == units


def test_a_node_takes_as_many_pods_as_its_tighter_limit_lets_it() -> None:
    full = node(free_for_pods=250, max_pods=11, pods=11)
    free = node(free_for_pods=3, max_pods=110, pods=20)
    found = told(nodes_detail=(full, free))
    assert found[SMALL] == 3
    assert found[replace(SMALL, whole=True)] == 34


@pytest.mark.parametrize("unread", ["free_for_pods", "max_pods", "pods"])
def test_what_is_unknown_of_one_node_is_unknown_of_its_type(unread: str) -> None:
    found = told(nodes_detail=(node(), node(**{unread: None})))
    assert SMALL not in found


def test_nothing_is_told_of_what_was_not_read() -> None:
    unread = sample(half_read().facts, ())
    assert 0 not in unread.values()
    assert WAITING not in sample(replace(facts(), pods=replace(facts().pods, without_ip=None)), ())


def test_tells_the_pools() -> None:
    pool = Track(kind=POOL, name="default", unit=BLOCKS)
    found = sample(facts(), (PoolRoom(name="default", blocks=8, taken=6),))
    assert (found[pool], found[replace(pool, whole=True)]) == (2, 8)


@dataclass(frozen=True)
class Remembers(NoSweeps):
    """What every sweep had read."""

    kept: Snapshot | None = None

    def snapshot(self, report: Report) -> Snapshot | None:  # type: ignore[override] # the other has none
        return self.kept


def test_a_report_of_the_same_time_is_kept_once_and_a_later_one_beside_it() -> None:
    world = World()
    taken = Snapshot(
        meta=META,
        cilium=config(cluster_pool_ipv4_cidr="10.244.0.0/21"),
        cilium_nodes=cilium_nodes(cilium_node("a", pod_cidrs=("10.244.0.0/24",))),
    )
    desk = replace(world.desk, sweeps=Remembers(kept=taken))
    report = replace(incident(), taken_at=NOON)
    for seen in (report, report, replace(report, taken_at=NOON + timedelta(minutes=5))):
        keep(seen, desk)
    later = NOON + timedelta(minutes=5)
    assert MINUTES.get(world.kept, report.cluster, later).columns[WAITING.key] == [120, 120]
    assert HOURS.get(world.kept, report.cluster, later).columns[WAITING.key] == [120]
    pool = Track(kind=POOL, name="cluster-pool", unit=BLOCKS)
    assert MINUTES.get(world.kept, report.cluster, later).columns[pool.key] == [7, 7]


def test_a_recording_is_of_now_since_it_is_shown_as_if_it_were() -> None:
    world = World()
    keep(replace(incident(), source="recording", taken_at=NOON - timedelta(days=400)), world.desk)
    assert MINUTES.get(world.kept, incident().cluster, world.now).latest(WAITING, 1) == 120


def test_a_store_that_is_away_leaves_a_gap_and_no_more() -> None:
    world = World()
    world.store.away = True
    keep(incident(), world.desk)
    assert isinstance(world.kept, MemoryStore)
    assert not MINUTES.get(world.kept, incident().cluster, world.now).length
