"""All nodes by type, and those with the least room one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest

from checks.report import NodeDetail, Report
from handlers.render.answer import Lay, Material, fine, unknown, wrong
from handlers.render.detail import MAX_LISTED, Detail
from handlers.render.escape import clean
from handlers.render.page import Bullets, Grid, Item, Line, Page, Section, Words, plain, strong
from handlers.render.status import node_order
from handlers.render.words import (
    MAX_NAME_CHARS,
    UNKNOWN,
    counted,
    more,
    nodes_line,
    number,
    shared_domain,
)

WORD = "Nodes"
MAX_TYPES = 5


@dataclass(frozen=True, slots=True)
class Fullness:
    """How many of some nodes have no room left, by which limit, and of how many that is not known."""

    nodes: int
    no_pods: int  # the kubelet takes no more pods
    no_addresses: int  # no address is free for another pod
    not_known: int


def nodes_page(material: Material) -> Lay:
    """The nodes of a report."""
    # once for all measures of detail: names are dear to compare
    worst = nsmallest(MAX_LISTED, material.report.facts.nodes_detail, key=node_order)
    return lambda detail: _page(material.report, worst, detail)


def fullness(nodes: Sequence[NodeDetail]) -> Fullness:
    """The nodes counted."""
    return Fullness(
        nodes=len(nodes),
        no_pods=sum(at_pod_limit(node) is True for node in nodes),
        no_addresses=sum(node.free_for_pods == 0 for node in nodes),
        not_known=sum(node.free_for_pods is None or at_pod_limit(node) is None for node in nodes),
    )


def at_pod_limit(node: NodeDetail) -> bool | None:
    """Whether the kubelet takes no more pods; None when that is not known."""
    if node.max_pods is None or node.pods is None:
        return None
    return node.pods >= node.max_pods


def _page(report: Report, worst: Sequence[NodeDetail], detail: Detail) -> Page:
    nodes = report.facts.nodes_detail
    if not nodes:
        known = report.facts.nodes.total == 0
        headline = "the cluster has no node" if known else "not checked: the nodes were not read"
        return Page(wrong(WORD) if known else unknown(WORD), headline, "", ())
    full = fullness(nodes)
    bound = full.no_pods or full.no_addresses
    mark = wrong(WORD) if bound else unknown(WORD) if full.not_known else fine(WORD)
    heading = Section((Words((plain(nodes_line(report.facts.nodes)),)), *_by_type(nodes)))
    return Page(mark, _headline(full), "", (heading, _least_room(nodes, worst[: detail.nodes])))


def _headline(full: Fullness) -> str:
    told = [f"{full.no_pods:,} at their pod limit", f"{full.no_addresses:,} without a free address"]
    if full.not_known:
        told.append(f"{full.not_known:,} not fully known")
    return f"{counted(full.nodes, 'node')}: {', '.join(told)}"


def _by_type(nodes: Sequence[NodeDetail]) -> list[Item]:
    groups: dict[str, list[NodeDetail]] = {}
    for node in nodes:
        groups.setdefault(node.instance_type or "", []).append(node)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    lines: list[Line] = [_of_type(kind, those) for kind, those in ordered[:MAX_TYPES]]
    if len(ordered) > MAX_TYPES:
        lines.append((plain(more(len(ordered) - MAX_TYPES, "type")),))
    return [Bullets(tuple(lines))]


def _of_type(kind: str, nodes: Sequence[NodeDetail]) -> Line:
    full = fullness(nodes)
    label = clean(kind, 40) if kind else "type not known"
    return (
        strong(f"{counted(len(nodes), 'node')}, {label}: "),
        plain(
            f"max pods {_range([node.max_pods for node in nodes])}, "
            f"capacity {_range([node.capacity for node in nodes])} addresses; "
            f"{full.no_pods:,} at the pod limit, {full.no_addresses:,} without a free address"
        ),
    )


def _range(values: Sequence[int | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return UNKNOWN
    least, most = min(known), max(known)
    told = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{told} (of {len(values) - len(known):,} unknown)" if len(known) < len(values) else told


def _least_room(nodes: Sequence[NodeDetail], worst: Sequence[NodeDetail]) -> Section:
    names = [clean(node.name, MAX_NAME_CHARS) for node in worst]
    domain = shared_domain(names)
    mixed = len({node.instance_type for node in nodes}) > 1
    rows = tuple(
        (
            shown.removesuffix(domain),
            f"{number(node.pods)} of {number(node.max_pods)}",
            number(node.free_for_pods),
            f"{number(node.used)} of {number(node.attached)}",
            number(node.capacity),
            *([clean(node.instance_type, 40) if node.instance_type else UNKNOWN] if mixed else []),
        )
        for shown, node in zip(names, worst, strict=True)
    )
    # five columns are what a phone shows; a single type stands above
    columns = ("Node", "Pods", "Free", "Used", "Capacity", *(("Type",) if mixed else ()))
    items: list[Item] = [Grid(columns, rows, numeric=(1, 2, 3, 4))]
    if len(nodes) > len(worst):
        items.append(Words((plain(more(len(nodes) - len(worst), "node")),)))
    if domain:
        items.append(Words((plain(f"All of them in {domain[1:]}."),)))
    items.append(Words((plain("Free, used (of those attached) and capacity are addresses."),)))
    return Section(tuple(items), heading="The least room first")
