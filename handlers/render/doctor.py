"""How the bot itself is: Slack, its reading, its store, versions; each fault with what mends it."""

from collections.abc import Sequence
from dataclasses import dataclass

from checks.report import Report
from checks.snapshot import Gap
from handlers.render.answer import Lay, fine, unknown, wrong
from handlers.render.causes import MAX_TITLE_CHARS
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.gaps import MAX_GRANT_CHARS, gaps_sections
from handlers.render.page import (
    Bullets,
    Item,
    Line,
    Page,
    Section,
    Words,
    channel,
    joined,
    name,
    plain,
    strong,
)
from handlers.render.words import counted, moment, more, span, versions_line

WORD = "Doctor"
NOT_ASKED = "not asked"
PROBES = frozenset(("dns_probes", "tcp_probes"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """What Slack said of the bot's token. ``missing``: scopes with what each is for; None: not told."""

    fault: str = ""
    bot: str = ""
    team: str = ""
    missing: tuple[tuple[str, str], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """Where the bot keeps things; ``fault`` is "" when that works."""

    version: str
    shared: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A digest that rests as its channel, by id, takes nothing, and why; ``fixed``: from the settings."""

    channel: str
    why: str
    fixed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """What was found out. None is what was not looked at: there is no Slack in a terminal.

    ``gaps`` are the sources that the sweep did not read, by name; None when only the report is left of it.
    ``fault`` says why there is no report.
    """

    report: Report | None
    gaps: tuple[tuple[str, Gap], ...] | None = None
    fault: str = ""
    slack: Slack | None = None
    keeping: Keeping | None = None
    digests: tuple[GivenUp, ...] = ()


def doctor_page(checkup: Checkup) -> Lay:
    """The checkup as a page."""
    return lambda detail: _page(checkup, detail)


def _page(checkup: Checkup, detail: Detail) -> Page:
    faults = [*_slack_faults(checkup.slack), *_read_faults(checkup), *_store_faults(checkup.keeping)]
    faults += [f"{counted(len(checkup.digests), 'digest')} paused"] if checkup.digests else []
    sections = [
        Section((Bullets(tuple(_slack_lines(checkup.slack))),), heading="Slack"),
        *_reading(checkup, detail),
        Section((Bullets(tuple(_keeping_lines(checkup.keeping))),), heading="Store"),
        *_digests(checkup.digests, detail),
        Section((Bullets(tuple(_version_lines(checkup))),), heading="Versions"),
    ]
    if faults:
        return Page(wrong(WORD), "; ".join(faults), "", tuple(sections))
    unasked = [part for part, gap in checkup.gaps or () if gap.reason == NOT_ASKED]
    rest = f"; {counted(len(unasked), 'source')} not asked" if unasked else ""
    if checkup.slack is None or checkup.keeping is None:
        rest += "; Slack and the store were not asked"
        return Page(unknown(WORD), f"whatever was asked answered{rest}", "", tuple(sections))
    return Page(fine(WORD), f"whatever was asked answered{rest}", "", tuple(sections))


def _digests(given_up: Sequence[GivenUp], detail: Detail) -> list[Section]:
    if not given_up:
        return []
    lines: list[Line] = []
    for one in given_up[: detail.listed]:
        mends = "name another in CILIUM_BOT_DIGESTS" if one.fixed else "or set one elsewhere"
        lines.append(
            (channel(one.channel), plain(f" {one.why}: `digest resume` when it does again, {mends}"))
        )
    if len(given_up) > len(lines):
        lines.append((plain(more(len(given_up) - len(lines), "digest")),))
    return [Section((Bullets(tuple(lines)),), heading="Digests paused")]


def _slack_faults(slack: Slack | None) -> list[str]:
    if slack is None:
        return []
    if slack.fault:
        return ["Slack does not take my token"]
    if slack.missing is None:
        return ["Slack does not tell my scopes"]
    return [f"{counted(len(slack.missing), 'Slack scope')} missing"] if slack.missing else []


def _slack_lines(slack: Slack | None) -> list[Line]:
    if slack is None:
        return [(plain("not asked here"),)]
    if slack.fault:
        return [
            (strong("auth.test fails: "), name(clean(slack.fault, 80)), plain("; look at SLACK_BOT_TOKEN"))
        ]
    lines: list[Line] = [
        (strong("Works: "), plain(f"I am {clean(slack.bot, 80)} in {clean(slack.team, 80)}"))
    ]
    if slack.missing is None:
        lines.append(
            (
                strong("Scopes: "),
                plain("not told, so not checked"),
            )
        )
    elif not slack.missing:
        lines.append(
            (
                strong("Scopes: "),
                plain("all that I use"),
            )
        )
    for scope, reason in slack.missing or ():
        mend = f" ({reason}): add it to the app's bot scopes and install the app anew"
        lines.append((strong("Missing scope: "), name(scope), plain(mend)))
    return lines


def _read_faults(checkup: Checkup) -> list[str]:
    if checkup.report is None:
        return ["the cluster cannot be read"]
    if checkup.gaps is None:
        undecided = len(checkup.report.not_checked)
        return [f"{counted(undecided, 'check')} not decided"] if undecided else []
    faults = sum(gap.reason != NOT_ASKED for _, gap in checkup.gaps)
    return [f"{counted(faults, 'source')} not read"] if faults else []


def _reading(checkup: Checkup, detail: Detail) -> list[Section]:
    heading = "Cluster and AWS"
    report = checkup.report
    if report is None:
        said = clean(checkup.fault, MAX_TITLE_CHARS)
        return [Section((Words((strong("No report: "), plain(said))),), heading=heading)]
    looked = f"last read at {moment(report.taken_at)} in {span(report.seconds)}"
    items: list[Item] = []
    if checkup.gaps is None:
        items.append(Words((plain(f"{looked}; which sources are unread is not in memory here."),)))
        return [Section(tuple(items), heading=heading), *gaps_sections(report.not_checked, detail)]
    items.append(Words((plain(f"{looked}." if checkup.gaps else f"{looked}; every source answered."),)))
    if checkup.gaps:
        items.append(Bullets(tuple(_gap_lines(checkup.gaps, detail))))
    return [Section(tuple(items), heading=heading)]


def _gap_lines(gaps: Sequence[tuple[str, Gap]], detail: Detail) -> list[Line]:
    """The sources by their reason and the right that would open them."""
    groups: dict[tuple[str, str | None], list[str]] = {}
    for part, gap in gaps:
        groups.setdefault((gap.reason, gap.grant), []).append(part.replace("_", " "))
    ordered = sorted(groups.items(), key=lambda group: (group[0][1] is None, -len(group[1]), group[0][0]))
    lines: list[Line] = []
    for (reason, grant), parts in ordered[: detail.gaps]:
        shown = joined((name(clean(part, 60)),) for part in parts[: detail.listed])
        rest = f" {more(len(parts) - detail.listed, 'source')}" if len(parts) > detail.listed else ""
        asks = f". Grant: {clean(grant, MAX_GRANT_CHARS)}" if grant else ""
        lines.append((*shown, plain(f"{rest}: {clean(reason, min(detail.prose, MAX_TITLE_CHARS))}{asks}")))
    if len(ordered) > detail.gaps:
        lines.append((plain(more(len(ordered) - detail.gaps, "reason")),))
    if any(part in PROBES and gap.reason == NOT_ASKED for part, gap in gaps):
        told = "run me inside the cluster, or set CILIUM_BOT_PROBES=yes where its addresses can be reached"
        lines.append((strong("For the probes: "), plain(told)))
    return lines


def _store_faults(keeping: Keeping | None) -> list[str]:
    return ["the store fails"] if keeping and keeping.fault else []


def _keeping_lines(keeping: Keeping | None) -> list[Line]:
    if keeping is None:
        return [(plain("not asked here"),)]
    if keeping.fault:
        return [(strong("Redis fails: "), plain(f"{clean(keeping.fault, 200)}; look at REDIS_URL"))]
    if keeping.shared:
        return [(strong("Works: "), plain("Redis keeps reports and claims over restarts"))]
    told = (
        "this process keeps reports until it restarts, and serves as the only replica; set REDIS_URL for more"
    )
    return [(strong("Works, in memory: "), plain(told))]


def _version_lines(checkup: Checkup) -> list[Line]:
    lines: list[Line] = []
    if checkup.keeping is not None:
        lines.append((plain(f"cilium-bot {clean(checkup.keeping.version, 40)}"),))
    if checkup.report is not None:
        lines.append((plain(versions_line(checkup.report.facts.versions)),))
    return lines or [(plain("not known"),)]
