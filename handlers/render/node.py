"""One node: which of its limits binds first, with the sums, and what was found about it."""

import difflib
from collections.abc import Sequence

from checks.capacity import pods_with_address
from checks.report import Cause, NodeDetail, Report
from handlers.render.answer import Lay, Material, fine, unknown, wrong
from handlers.render.causes import cause_line
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.instance_limits import working
from handlers.render.nodes import at_pod_limit
from handlers.render.page import Bullets, Item, Line, Page, Section, Words, name, plain, strong
from handlers.render.words import MAX_NAME_CHARS, UNKNOWN, counted, more, number

WORD = "Node"
NEAR_SHOWN = 5


def node_page(material: Material) -> Lay:
    """The node that was named; a host name's first part, or any part that only one node has, will do."""
    asked = material.named[0] if material.named else ""
    found = nodes_called(asked, material.report.facts.nodes_detail)
    if len(found) == 1:
        return lambda detail: _page(found[0], material.report, detail)
    return lambda detail: _unclear(asked, found, material.report)


def nodes_called(asked: str, nodes: Sequence[NodeDetail]) -> list[NodeDetail]:
    """The node of that name, else those whose name begins so, else those whose name holds it."""
    asked = asked.lower()
    for fits in (
        lambda known: known == asked,
        lambda known: known.startswith(f"{asked}."),
        lambda known: asked in known,
    ):
        found = [node for node in nodes if asked and fits(node.name.lower())]
        if found:
            return found
    return []


def _unclear(asked: str, found: Sequence[NodeDetail], report: Report) -> Page:
    said = clean(asked, MAX_NAME_CHARS)
    names = [node.name for node in report.facts.nodes_detail]
    if not names:
        return Page(unknown(WORD), "not checked: the nodes were not read", "", ())
    near = [node.name for node in found]
    headline = f"{counted(len(near), 'node')} fit “{said}”: which one?"
    if not near:
        near = difflib.get_close_matches(asked[:MAX_NAME_CHARS], names[:5_000], n=NEAR_SHOWN, cutoff=0.5)
        headline = f"no node called “{said}” was read, of {counted(len(names), 'node')}"
    lines: list[Line] = [(name(clean(one, MAX_NAME_CHARS)),) for one in near[:NEAR_SHOWN]]
    if len(near) > NEAR_SHOWN:
        lines.append((plain(more(len(near) - NEAR_SHOWN, "node")),))
    sections = (Section((Bullets(tuple(lines)),), heading="Close to it"),) if lines else ()
    return Page(unknown(WORD), headline, "", sections)


def _page(node: NodeDetail, report: Report, detail: Detail) -> Page:
    shown = clean(node.name, MAX_NAME_CHARS)
    full, room = at_pod_limit(node), node.free_for_pods
    if full or room == 0:
        both = full and room == 0
        limit = "both its limits are" if both else "its pod limit is" if full else "its addresses are"
        mark, told = wrong(WORD), f"takes no more pods: {limit} used up"
    elif full is None or room is None:
        mark, told = unknown(WORD), "not all of its figures could be read"
    else:
        left = (node.max_pods or 0) - (node.pods or 0)
        first = "the pod limit" if left <= room else "the addresses"
        mark, told = fine(WORD), f"takes {counted(min(left, room), 'more pod')}; {first} will bind first"
    sections = [Section((Bullets(tuple(_figures(node))),)), *_findings(node, report, detail)]
    sections += _working(node, report)
    ask = Words((strong("Follow it: "), name(f"why {shown}")))
    return Page(mark, f"{shown} {told}", "", (*sections, Section((ask,))))


def _figures(node: NodeDetail) -> list[Line]:
    kind = clean(node.instance_type, 40) if node.instance_type else UNKNOWN
    zone = clean(node.zone, 40) if node.zone else UNKNOWN
    lines: list[Line] = [
        (strong("Type and zone: "), plain(f"{kind}, {zone}")),
        (strong("Pods: "), plain(f"{number(node.pods)} of {number(node.max_pods)} that the kubelet allows")),
        (
            strong("Addresses: "),
            plain(
                f"{number(node.used)} used of {number(node.attached)} attached; "
                f"it can hold {number(node.capacity)}; {number(node.free_for_pods)} free for pods"
            ),
        ),
    ]
    if node.capacity is not None:
        fits = pods_with_address(node.capacity)
        told = f"{counted(fits, 'pod')} can get an address here ({node.capacity:,} less 2 of Cilium's own)"
        if node.max_pods is not None:
            told += f", those on the host's network apart; the kubelet allows {node.max_pods:,}"
        lines.append((strong("Room: "), plain(told)))
    return lines


def _findings(node: NodeDetail, report: Report, detail: Detail) -> list[Section]:
    lines = [cause_line(cause, detail.prose) for cause in about_node(node.name, report.causes)]
    lines += [
        (plain("risk: "), *cause_line(risk, detail.prose)) for risk in about_node(node.name, report.risks)
    ]
    if not lines:
        return [Section((Words((plain("No cause or risk names this node."),)),))]
    shown = lines[: detail.listed]
    if len(lines) > len(shown):
        shown.append((plain(more(len(lines) - len(shown), "finding")),))
    return [Section((Bullets(tuple(shown)),), heading="Found about it")]


def about_node(called: str, causes: Sequence[Cause]) -> list[Cause]:
    """The findings that have this node among their objects."""
    return [
        cause
        for cause in causes
        if any(
            subject.name == called and subject.kind in ("Node", "CiliumNode") for subject in cause.subjects
        )
    ]


def _working(node: NodeDetail, report: Report) -> list[Section]:
    known = next((one for one in report.facts.instance_types if one.name == node.instance_type), None)
    if known is None or report.facts.ipam.mode not in ("eni", None):
        return []  # in other modes its addresses do not come from the ENIs
    items: tuple[Item, ...] = (Bullets(tuple(working(known))),)
    return [Section(items, heading=f"What a {clean(known.name, 40)} can hold in ENI mode")]
