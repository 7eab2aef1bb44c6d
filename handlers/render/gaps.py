"""What was not checked: why, what to grant, and which checks it kept from deciding."""

from collections.abc import Sequence

from checks.report import NotChecked
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.page import Bullets, Line, Section, joined, name, plain, strong
from handlers.render.words import counted, more

MAX_IDS_OF_A_GAP = 5
MAX_GRANT_CHARS = 200


def gap_groups(not_checked: Sequence[NotChecked]) -> list[tuple[str, str | None, tuple[str, ...]]]:
    """Reason, grant and the checks it kept from deciding; the reason that kept most comes first."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for one in not_checked:
        groups.setdefault((one.why, one.grant), []).append(one.id)
    found = [(why, grant, tuple(ids)) for (why, grant), ids in groups.items()]
    return sorted(found, key=lambda group: -len(group[2]))


def gaps_sections(not_checked: Sequence[NotChecked], detail: Detail) -> list[Section]:
    """What was not checked: why, what to grant, and which checks it kept from deciding."""
    if not not_checked:
        return []
    groups = gap_groups(not_checked)
    lines: list[Line] = []
    for why, grant, ids in groups[: detail.gaps]:
        shown = joined((name(clean(i, MAX_ID_CHARS)),) for i in ids[:MAX_IDS_OF_A_GAP])
        left = len(ids) - MAX_IDS_OF_A_GAP
        rest = f" {more(left, 'check')}" if left > 0 else ""
        asks = f" Grant: {clean(grant, MAX_GRANT_CHARS)}." if grant else ""
        reason = clean(why, min(detail.prose, MAX_TITLE_CHARS))
        lines.append((strong(reason), plain(f".{asks} Checks: "), *shown, plain(rest)))
    if len(groups) > detail.gaps:
        lines.append((plain(more(len(groups) - detail.gaps, "reason")),))
    return [Section((Bullets(tuple(lines)),), heading=f"Not checked: {counted(len(not_checked), 'check')}")]
