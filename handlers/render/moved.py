"""How a change between two reports is said: a line for a problem that moved, and for a figure."""

from checks.report import Report
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS
from handlers.render.changes import Change, Changed
from handlers.render.escape import clean
from handlers.render.page import Line, name, plain, strong
from handlers.render.words import number

LABELS = {
    Change.NEW: "New",
    Change.WORSE: "Worse",
    Change.SEEN: "Newly checked",
    Change.BETTER: "Better",
    Change.GONE: "Gone",
    Change.UNSEEN: "No longer checked",
}


def change_line(one: Changed, prose: int) -> Line:
    """One problem that is not as it was, and what about it moved."""
    title = clean(one.shown.title, min(prose, MAX_TITLE_CHARS))
    return (
        strong(f"{LABELS[one.change]}: "),
        plain(f"{title} ({_moved(one)}"),
        name(clean(one.shown.id, MAX_ID_CHARS)),
        plain(")"),
    )


def _moved(one: Changed) -> str:
    """Whether it hurts, how much, or how many."""
    then, now = one.then, one.now
    if then is None or now is None:
        return f"{one.shown.severity}, " if then is None else ""
    if then.hurts != now.hurts:
        return "a risk before, hurts now, " if now.hurts else "hurt before, a risk now, "
    if then.severity != now.severity:
        return f"was {then.severity}, is {now.severity}, "
    return f"{then.subjects:,} before, {now.subjects:,} now, "


def figure_lines(report: Report, previous: Report) -> list[Line]:
    """Addresses, waiting pods and nodes, then and now, where both are known and differ."""
    pairs = (
        ("addresses used", previous.facts.ipam.used, report.facts.ipam.used),
        ("addresses attached", previous.facts.ipam.attached, report.facts.ipam.attached),
        ("pods not scheduled", previous.facts.pods.not_scheduled, report.facts.pods.not_scheduled),
        ("pods without an address", previous.facts.pods.without_ip, report.facts.pods.without_ip),
        ("nodes", previous.facts.nodes.total, report.facts.nodes.total),
        ("nodes reachable", previous.facts.nodes.reachable, report.facts.nodes.reachable),
    )
    return [
        (plain(f"{what}: {number(then)} before, {number(now)} now ({now - then:+,})"),)
        for what, then, now in pairs
        if then is not None and now is not None and then != now
    ]
