"""The subnets one by one: free addresses and free whole /28 blocks. Zones are never added up."""

from collections.abc import Mapping, Sequence

from checks.report import Cause, Report, SubnetFacts
from handlers.history.forecast import Outlook
from handlers.history.ring import SUBNET
from handlers.render.answer import Lay, Material, fine, unknown, wrong
from handlers.render.causes import cause_line
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.outlook import days_left
from handlers.render.page import Bullets, Grid, Item, Page, Section, Words, plain
from handlers.render.status import subnet_order
from handlers.render.words import MAX_NAME_CHARS, UNKNOWN, counted, more, number

WORD = "Subnets"
USES = {True: "yes", False: "no", None: UNKNOWN}
IDS = frozenset(
    (
        "az-without-matching-subnet",
        "eni-account-quota",
        "pod-eni-in-wrong-subnet",
        "pd-disabled-after-one-failure",
        "pd-fallback-missing-1-20",
        "prefix-fragmentation-insufficient-cidr-blocks",
        "subnet-free-ips-exhausted",
        "subnet-selector-matches-nothing",
        "subnet-view-filter-misused",
    )
)
"""The checks whose subject is a subnet's room, or which subnet is taken."""


def subnets_page(material: Material) -> Lay:
    """The subnets of a report, those that pods draw on first."""
    return lambda detail: _page(material.report, _days_left(material.outlooks), detail)


def _days_left(outlooks: Sequence[Outlook]) -> Mapping[str, str]:
    """By subnet, in words: of addresses or of whole blocks, whichever ends first. Worst first they come."""
    found: dict[str, str] = {}
    for one in outlooks:
        if one.subject.kind == SUBNET:
            found.setdefault(one.subject.name, days_left(one))
    return found


def _page(report: Report, days: Mapping[str, str], detail: Detail) -> Page:
    gaps = gaps_sections(tuple(gap for gap in report.not_checked if gap.id in IDS), detail)
    subnets = sorted(report.facts.subnets, key=lambda one: (one.used_by_pods is False, *subnet_order(one)))
    if not subnets:
        return Page(unknown(WORD), "not checked: no subnet was read", "", tuple(gaps))
    used = [one for one in subnets if one.used_by_pods is not False]
    causes = [cause for cause in report.causes if _about(cause)]
    empty = any(one.free_addresses == 0 for one in used)
    mark = wrong(WORD) if causes or empty else unknown(WORD) if gaps else fine(WORD)
    sections = [_found(causes, detail)] if causes else []
    sections += [_table(subnets, days, detail), *gaps]
    return Page(mark, _headline(used, report), "", tuple(sections))


def _about(cause: Cause) -> bool:
    return cause.id in IDS or any(subject.kind == "Subnet" for subject in cause.subjects)


def _headline(used: Sequence[SubnetFacts], report: Report) -> str:
    if not used:
        mode = f" in IPAM mode {clean(report.facts.ipam.mode, 40)}" if report.facts.ipam.mode else ""
        return f"pods take their addresses from none of {counted(len(report.facts.subnets), 'subnet')}{mode}"
    least = used[0]
    known = any(one.used_by_pods for one in used)
    whose = f"{counted(len(used), 'subnet')} that pods draw on" if known else counted(len(used), "subnet")
    zone = f" in {clean(least.zone, 40)}" if least.zone else ""
    told = f"{whose}; the tightest{zone} has {number(least.free_addresses)} free addresses"
    blocks = [one.free_prefixes for one in used if one.free_prefixes is not None]
    if report.facts.ipam.prefix_delegation and blocks:
        told += f", the fewest free /28 blocks are {min(blocks):,}"
    return told


def _found(causes: Sequence[Cause], detail: Detail) -> Section:
    lines = [cause_line(cause, detail.prose) for cause in causes[: detail.causes]]
    if len(causes) > detail.causes:
        lines.append((plain(more(len(causes) - detail.causes, "cause")),))
    return Section((Bullets(tuple(lines)),), heading=counted(len(causes), "cause"))


def _table(subnets: Sequence[SubnetFacts], days: Mapping[str, str], detail: Detail) -> Section:
    """``days`` left have a column where there is any history."""
    shown = subnets[: detail.subnets]
    rows = tuple(
        (
            clean(one.id, MAX_NAME_CHARS),
            clean(one.zone, 40) if one.zone else UNKNOWN,
            number(one.free_addresses),
            number(one.free_prefixes),
            USES[one.used_by_pods],
            *((days.get(one.id, UNKNOWN),) if days else ()),
        )
        for one in shown
    )
    columns = ("Subnet", "Zone", "Free IPs", "Free /28", "For pods", *(("Days left",) if days else ()))
    items: list[Item] = [Grid(columns, rows, numeric=(2, 3))]
    if len(subnets) > len(shown):
        items.append(Words((plain(more(len(subnets) - len(shown), "subnet")),)))
    said = "A prefix needs a whole free /28; a node takes from its own zone, so zones are not added up."
    items.append(Words((plain(said),)))
    return Section(tuple(items))
