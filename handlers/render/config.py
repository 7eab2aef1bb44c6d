"""What is wrong in the running configuration: the findings that have a setting among their proofs."""

from collections.abc import Sequence

from checks.report import Cause, NotChecked, Report
from handlers.render.answer import Lay, Material, fine, unknown, wrong
from handlers.render.causes import MAX_TITLE_CHARS, cause_line, cause_section
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.page import Bullets, Page, Section, Words, plain
from handlers.render.words import counted, ipam_line, more, versions_line

WORD = "Config"
SETTINGS = (
    "/configmaps/",
    "helm/",
    "/ciliumnodeconfigs",
    "/ciliumpodippools",
    "/ec2nodeclasses",
    "aws/eks/describe-nodegroup",
)
"""Where settings are read from: evidence with one of these in its path proves something about a setting."""

ABOUT_SETTINGS = frozenset(
    (
        "custom-cni-conf-overrides-helm",
        "karpenter-density-mismatch",
        "kubelet-max-pods-too-low",
        "max-allocate-not-pd-aware",
        "max-pods-exceeds-node-ip-capacity",
        "max-pods-ignores-first-interface-index",
        "pool-setting-not-applied",
        "prefix-delegation-wrong-helm-key",
        "security-group-selector-fails",
        "subnet-selector-matches-nothing",
        "subnet-view-filter-misused",
        "surge-allocation-disabled",
        "tunnel-value-removed",
    )
)
"""Faults of a setting whose proof may be read elsewhere, such as on the nodes that carry it."""


def config_page(material: Material) -> Lay:
    """The configuration of a report."""
    return lambda detail: _page(material.report, detail)


def about_settings(cause: Cause) -> bool:
    """Whether a setting is among the finding's proofs, or is what it is about."""
    read = (place in evidence.asked for evidence in cause.evidence for place in SETTINGS)
    return cause.id in ABOUT_SETTINGS or any(read)


def _unread(gap: NotChecked) -> bool:
    told = f"{gap.why} {gap.grant or ''}"
    return gap.id in ABOUT_SETTINGS or any(place in told for place in (*SETTINGS, "cilium-config"))


def _page(report: Report, detail: Detail) -> Page:
    causes = tuple(filter(about_settings, report.causes))
    risks = tuple(filter(about_settings, report.risks))
    gaps = tuple(filter(_unread, report.not_checked))
    facts = report.facts
    said = f"{versions_line(facts.versions)} · IPAM: {ipam_line(facts.ipam)}"
    sections = [Section((Words((plain(said),)),))]
    for kind, found in (("Cause", causes), ("Risk", risks)):
        sections += _told(kind, found, report, detail)
    sections += gaps_sections(gaps, detail)
    if causes or risks:
        sections.append(Section((Words((plain("Findings with a setting among their proofs."),)),)))
        parts = [counted(len(found), noun) for noun, found in (("cause", causes), ("risk", risks)) if found]
        first = clean((*causes, *risks)[0].title, MAX_TITLE_CHARS)
        return Page(wrong(WORD), f"{' and '.join(parts)}: {first}", "", tuple(sections))
    if facts.ipam.mode is None:
        return Page(unknown(WORD), "not checked: cilium-config was not read", "", tuple(sections))
    rest = f"; {counted(len(gaps), 'check')} not checked" if gaps else ""
    mark = unknown(WORD) if gaps else fine(WORD)
    return Page(mark, f"no known fault in the settings that were read{rest}", "", tuple(sections))


def _told(kind: str, found: Sequence[Cause], report: Report, detail: Detail) -> list[Section]:
    """The first ones in full, causes before risks, the others in a line each."""
    full = found[: detail.causes] if kind == "Cause" else found[:1]
    sections = [
        cause_section(
            cause,
            report.symptoms,
            f"{kind} {place} of {len(found)}",
            detail if place == 1 and kind == "Cause" else detail.after_the_first(),
        )
        for place, cause in enumerate(full, 1)
    ]
    left = found[len(full) :]
    if left:
        lines = [cause_line(cause, detail.prose) for cause in left[: detail.listed]]
        if len(left) > len(lines):
            lines.append((plain(more(len(left) - len(lines), kind.lower())),))
        sections.append(Section((Bullets(tuple(lines)),), heading=f"More {kind.lower()}s"))
    return sections
