"""Lays a report out as a page: what an on-call reads, in the order in which it is needed."""

from collections.abc import Sequence
from datetime import datetime

from checks.report import Cause, NodeDetail, Note, Report, SubnetFacts, Symptom, Verdict
from handlers.problems.buttons import problem_buttons
from handlers.render.causes import MAX_TITLE_CHARS, cause_line, cause_section, symptom_items
from handlers.render.detail import FULL, Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.page import (
    Bullets,
    Button,
    Grid,
    Item,
    Line,
    Menu,
    Page,
    Section,
    Words,
    plain,
    strong,
)
from handlers.render.words import (
    MAX_NAME_CHARS,
    RANK,
    UNKNOWN,
    VERDICTS,
    counted,
    ipam_line,
    more,
    natural,
    nodes_line,
    number,
    origin,
    pods_line,
    shared_domain,
    subnet_line,
    versions_line,
)

CHECK_AGAIN, EVIDENCE, MORE = "check_again", "evidence", "more"
"""Actions of buttons and of the menu, and what its lines ask for:"""
HANDOFF, WRONG = "handoff", "wrong"


def status_page(
    report: Report, detail: Detail = FULL, *, now: datetime | None = None, age_s: float | None = None
) -> Page:
    """The whole answer of ``/cilium status``, worst first. Where much is unread, that comes first."""
    causes = cause_sections(report, detail)
    unexplained = _unexplained(report, detail)
    gaps = gaps_sections(report.not_checked, detail)
    figures = [] if detail.brief and report.verdict is not Verdict.HEALTHY else facts_sections(report, detail)
    rest = [*figures, *_risks(report, detail), *_notes(report.notes, detail)]
    first = [glance(report), *_overview(report, detail)]
    if report.verdict is Verdict.UNKNOWN:
        sections = [*first, *causes, *unexplained, *gaps, *rest]
    else:
        sections = [*first, *causes, *unexplained, *rest, *gaps]
    return Page(
        mark=VERDICTS[report.verdict],
        headline=clean(report.headline, MAX_TITLE_CHARS),
        origin=origin(report, now, age_s),
        sections=tuple(sections),
        buttons=diagnosis_buttons(report),
        menu=diagnosis_menu(report.cluster),
    )


def diagnosis_buttons(report: Report) -> tuple[Button, ...]:
    """What an on-call does next with a diagnosis; nothing where its cluster has no name to be asked by."""
    if not report.cluster.strip():
        return ()
    again = Button("Check again", CHECK_AGAIN, report.cluster)
    hurting = [one.id for one in (*report.causes, *loud_risks(report))]
    hurting += [one.id for one in unexplained(report)]
    if not hurting:
        return (again,)
    proof = Button("Evidence", EVIDENCE, report.cluster)
    return (again, proof, *problem_buttons(report.cluster, hurting))


def diagnosis_menu(cluster: str) -> Menu | None:
    """What is done with a diagnosis less often."""
    if not cluster.strip():
        return None
    return Menu(MORE, (("Hand over", f"{HANDOFF}\n{cluster}"), ("This is wrong…", f"{WRONG}\n{cluster}")))


def glance(report: Report) -> Section:
    """Nodes, pods and addresses in one small line, which is all that many came for."""
    facts = report.facts
    told = (f"Nodes: {nodes_line(facts.nodes)}", f"Pods: {pods_line(facts.pods)}")
    return Section((Words((plain(" · ".join((*told, f"IPAM: {ipam_line(facts.ipam)}"))),)),))


def _overview(report: Report, detail: Detail) -> list[Section]:
    """Where there are several causes, all of them in a line each before the first is told at length."""
    if len(report.causes) < 2:
        return []
    shown = report.causes[: detail.listed]
    lines = [
        Words((plain(f"{place}. "), *cause_line(cause, detail.prose))) for place, cause in enumerate(shown, 1)
    ]
    if len(report.causes) > len(shown):
        lines.append(Words((plain(more(len(report.causes) - len(shown), "cause")),)))
    return [Section(tuple(lines), heading=counted(len(report.causes), "cause"))]


def cause_sections(report: Report, detail: Detail) -> list[Section]:
    """The causes, and the risks that alone make a cluster degraded; beyond the cut in one line each."""
    causes, loud = report.causes, loud_risks(report)
    told = causes[: detail.causes]
    sections = [
        cause_section(
            cause,
            report.symptoms,
            f"Cause {place} of {len(causes)}",
            detail if place == 1 else detail.after_the_first(),
        )
        for place, cause in enumerate(told, 1)
    ]
    room = detail.causes - len(told)
    sections += [cause_section(risk, (), "Risk", detail) for risk in loud[:room]]
    short = (*causes[len(told) :], *loud[room:])
    if short:
        noun = "cause" if len(causes) > len(told) else "risk"
        sections.append(Section((_listed(short, detail, noun),), heading="Also"))
    return sections


def loud_risks(report: Report) -> tuple[Cause, ...]:
    """Risks of severity high and above."""
    return tuple(risk for risk in report.risks if RANK[risk.severity] >= RANK["high"])


def unexplained(report: Report) -> tuple[Symptom, ...]:
    """Symptoms that no cause explains."""
    return tuple(symptom for symptom in report.symptoms if not symptom.explained_by)


def _unexplained(report: Report, detail: Detail) -> list[Section]:
    found = unexplained(report)
    if not found:
        return []
    items: list[Item] = [Words((plain("Nothing that was read accounts for this."),))]
    for symptom in found[: detail.listed]:
        items += symptom_items(symptom, detail)
    if len(found) > detail.listed:
        items.append(Words((plain(more(len(found) - detail.listed, "symptom")),)))
    return [Section(tuple(items), heading="Unexplained")]


def facts_sections(report: Report, detail: Detail) -> list[Section]:
    """Subnets and versions; when something is wrong the nodes with the least room."""
    facts = report.facts
    lines: list[Line] = []
    subnets = sorted((s for s in facts.subnets if s.used_by_pods is not False), key=subnet_order)
    shown = subnets[: detail.subnets]
    lines += [(strong("Subnet: "), plain(subnet_line(subnet))) for subnet in shown]
    if shown and len(subnets) > len(shown):
        lines.append((plain(more(len(subnets) - len(shown), "subnet")),))
    lines.append((strong("Versions: "), plain(versions_line(facts.versions))))
    sections = [Section((Bullets(tuple(lines)),), heading="Cluster")]
    if report.verdict is not Verdict.HEALTHY and facts.nodes_detail and detail.nodes:
        sections.append(nodes_section(facts.nodes_detail, detail))
    return sections


def nodes_section(nodes: Sequence[NodeDetail], detail: Detail) -> Section:
    """The nodes with the least room first, at most so many, the rest counted."""
    worst = sorted(nodes, key=node_order)[: detail.nodes]
    names = [clean(node.name, MAX_NAME_CHARS) for node in worst]
    domain = shared_domain(names) if detail.narrow else ""
    rows = tuple(
        (
            shown.removesuffix(domain),
            f"{number(node.pods)} of {number(node.max_pods)}",
            f"{number(node.used)} of {number(node.attached)}",
            number(node.free_for_pods),
            clean(node.instance_type, 40) if node.instance_type else UNKNOWN,
        )
        for shown, node in zip(names, worst, strict=True)
    )
    grid = Grid(("Node", "Pods", "Used", "Free", "Type"), rows, numeric=(1, 2, 3))
    left = len(nodes) - len(worst)
    items: tuple[Item, ...] = (grid, Words((plain(more(left, "node")),))) if left else (grid,)
    return Section(items, heading=f"{counted(len(nodes), 'node')}, the least room first")


def node_order(node: NodeDetail) -> tuple[float, tuple[tuple[int, str], ...]]:
    """The least room first, whichever limit leaves it; what is not known last."""
    rooms = [node.free_for_pods] if node.free_for_pods is not None else []
    if node.max_pods is not None and node.pods is not None:
        rooms.append(node.max_pods - node.pods)
    return (min(rooms, default=float("inf")), natural(node.name))


def subnet_order(subnet: SubnetFacts) -> tuple[float, str]:
    """The fewest free addresses first."""
    free = subnet.free_addresses
    return (float("inf") if free is None else free, subnet.id)


def _risks(report: Report, detail: Detail) -> list[Section]:
    quiet = tuple(risk for risk in report.risks if risk not in loud_risks(report))
    if not quiet:
        return []
    heading = f"{counted(len(quiet), 'risk')}, hurting nobody yet"
    return [Section((_listed(quiet, detail, "risk"),), heading=heading)]


def _listed(causes: Sequence[Cause], detail: Detail, noun: str) -> Bullets:
    lines = [cause_line(cause, detail.prose) for cause in causes[: detail.listed]]
    if len(causes) > detail.listed:
        lines.append((plain(more(len(causes) - detail.listed, noun)),))
    return Bullets(tuple(lines))


def _notes(notes: Sequence[Note], detail: Detail) -> list[Section]:
    if not notes:
        return []
    lines: list[Line] = [
        (plain(clean(note.title, min(detail.prose, MAX_TITLE_CHARS))),) for note in notes[: detail.listed]
    ]
    if len(notes) > detail.listed:
        lines.append((plain(more(len(notes) - detail.listed, "note")),))
    return [Section((Bullets(tuple(lines)),), heading="Odd and harmless")]
