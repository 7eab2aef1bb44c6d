"""The Home tab as a view: sick clusters first, the healthy on one line, then what is this person's own.

https://docs.slack.dev/surfaces/app-home: at most a hundred blocks, drawn only with what every client knows.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.report import Verdict
from handlers.render.clusters import Looked
from handlers.render.escape import clean, cut, is_id, literal
from handlers.render.limits import numbers as n
from handlers.render.message import Block, Message
from handlers.render.rich import rich_text, small, text
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, moment, more, span

CHECK, REFRESH = "home_check", "home_refresh"
CHECKABLE = 35  # clusters with a button of their own: two blocks each
MAX_LINES = 10
MAX_FAULT_CHARS = 300
MAX_HEADLINE_CHARS = 240
OLD_S = 900.0  # three rounds without a look: no longer said to be healthy
URL = re.compile(r"https?://[^\s<>|]{1,500}")
BOLD = {"bold": True}
SICKEST = (Verdict.CRITICAL, Verdict.DEGRADED, Verdict.UNKNOWN, Verdict.HEALTHY)

Element = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A problem that this person acknowledged; ``link`` is its message's, "" when there is none."""

    cluster: str
    title: str
    until: datetime | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A digest: where, when in words, when it was last sent and comes next."""

    channel: str
    said: str
    cluster: str | None = None
    sent: datetime | None = None
    due: datetime | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A thread in which this person last asked something."""

    channel: str
    at: datetime
    what: str
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """What a person's Home tab shows. ``checked`` is the cluster that is being looked at, "" for none.

    ``faults`` are sentences about what could not be read or done.
    """

    now: datetime
    clusters: Sequence[Looked]
    taken: Sequence[Taken] = ()
    digests: Sequence[Digest] = ()
    talks: Sequence[Talk] = ()
    checked: str = ""
    faults: Sequence[str] = ()


def home_view(home: Home) -> Block:
    """The view."""
    sick, healthy, unseen = _parted(home.clusters)
    blocks: list[Block] = [
        _header(_headline(len(sick), len(unseen), len(home.clusters))),
        small(f"As of {moment(home.now)}. This shows the last looks; opening it begins none."),
    ]
    if home.faults:
        faults = [[text(clean(fault, MAX_FAULT_CHARS))] for fault in home.faults]
        blocks.append(_bullets("What I could not do", faults, "fault"))
    for number, one in enumerate(sick[:CHECKABLE]):
        blocks += _sick(one, home.checked, number)
    rest = [_verdict(one, home.checked) for one in sick[CHECKABLE:]]
    if rest:
        blocks.append(_bullets("More of them", rest, "cluster"))
    if unseen:
        blocks.append(_names("grey_question", "Not looked at yet:", unseen))
    if healthy:
        blocks.append(_names("white_check_mark", "Healthy:", healthy))
    lists = (
        ("Problems you acknowledged", list(map(_taken, home.taken)), "problem"),
        ("Digests", list(map(_digest, home.digests)), "digest"),
        ("Threads in which you asked", list(map(_talk, home.talks)), "thread"),
    )
    for heading, lines, noun in lists:
        if lines:
            blocks += [{"type": "divider"}, _bullets(heading, lines, noun)]
    return _view([*blocks, _button("Refresh", REFRESH, "home", "Refresh")])


def refused_view(refusal: Message) -> Block:
    """The tab of somebody who may not read."""
    return _view([*refusal.plain] or [*refusal.blocks])


def _view(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "blocks": list(blocks)[: n.MAX_VIEW_BLOCKS]}


def _parted(looked: Sequence[Looked]) -> tuple[list[Looked], list[Looked], list[Looked]]:
    """The clusters that need somebody, the worst first; the healthy; those without a report."""
    seen = [one for one in looked if one.report is not None]
    sick = [one for one in seen if not _is_healthy(one)]
    sick.sort(key=lambda one: SICKEST.index(one.report.verdict) if one.report else 0)
    return sick, [one for one in seen if _is_healthy(one)], [one for one in looked if one.report is None]


def _is_healthy(one: Looked) -> bool:
    """Whether it was when it was looked at, and that is not long ago."""
    healthy = one.report is not None and one.report.verdict is Verdict.HEALTHY
    return healthy and (one.age_s or 0.0) < OLD_S


def _headline(sick: int, unseen: int, all: int) -> str:
    if not all:
        return "I look at no cluster"
    if sick:
        return f"{sick:,} of {counted(all, 'cluster')} to look at"
    if unseen:
        return f"{all - unseen:,} of {counted(all, 'cluster')} healthy, the rest not looked at yet"
    return "All clusters are healthy" if all > 1 else "The cluster is healthy"


def _sick(one: Looked, checked: str, number: int) -> list[Block]:
    """A cluster with its verdict in words, its headline, and the button for another look.

    A view has no two buttons of one action_id; what stands before the colon names the handler.
    """
    headline = clean(one.report.headline, MAX_HEADLINE_CHARS) if one.report else ""
    told = rich_text([_section([*_verdict(one, checked), text(f"\n{headline}")])])
    if one.cluster == checked or len(one.cluster) > n.MAX_BUTTON_VALUE_CHARS:
        return [told]
    most = n.MAX_ACCESSIBILITY_LABEL_CHARS
    label = cut(literal(clean(f"Check {one.cluster} again", most)), most)
    if not one.cluster.strip():
        return [told]  # Slack refuses a button without a value
    return [told, _button("Check again", f"{CHECK}:{number}", one.cluster, label)]


def _verdict(one: Looked, checked: str) -> list[Element]:
    """The verdict, whose it is, and how long ago it was found."""
    if one.report is None:
        return [_name(one.cluster)]
    mark = VERDICTS[one.report.verdict]
    if one.cluster == checked:
        head = _emoji("hourglass_flowing_sand"), text(" Checking ", BOLD)
        return [*head, _name(one.cluster), text(f", until now {mark.word.lower()}")]
    if one.report.verdict is Verdict.HEALTHY:  # and that is too long ago to be said
        head = _emoji(VERDICTS[Verdict.UNKNOWN].emoji), text(" Was healthy: ", BOLD)
        return [*head, _name(one.cluster), text(f" {_age(one)}, not looked at since")]
    when = f" {_age(one)} "
    return [_emoji(mark.emoji), text(f" {mark.word}: ", BOLD), _name(one.cluster), text(when)]


def _names(emoji: str, words: str, looked: Sequence[Looked]) -> Block:
    """Clusters that need nobody, on one line."""
    elements = [_emoji(emoji), text(f" {words} ", BOLD)]
    for number, one in enumerate(looked):
        elements += [text(", ")] if number else []
        elements += [_name(one.cluster), *([text(f" {_age(one)}")] if one.age_s is not None else [])]
    return rich_text([_section(elements)])


def _taken(one: Taken) -> list[Element]:
    until = f", until {moment(one.until)}" if one.until else ""
    said = text(f": {clean(one.title, MAX_HEADLINE_CHARS)}{until}")
    return [_name(one.cluster), said, *_link(one.link)]


def _digest(one: Digest) -> list[Element]:
    whose = _name(one.cluster) if one.cluster else text("every cluster")
    sent = f"last sent {moment(one.sent)}" if one.sent else "not sent yet"
    due = f"next {moment(one.due)}" if one.due else "paused"
    said = text(f", {clean(one.said, MAX_NAME_CHARS)}; {sent}, {due}")
    return [_channel(one.channel), text(": "), whose, said, *_link(one.link)]


def _talk(one: Talk) -> list[Element]:
    when = text(f" at {moment(one.at)}")
    return [_channel(one.channel), text(": "), _name(one.what), when, *_link(one.link)]


def _bullets(heading: str, lines: Sequence[list[Element]], noun: str) -> Block:
    """A list under its heading, cut where it is long, and how much was left out."""
    items = list(map(_section, lines[:MAX_LINES]))
    bullets: Element = {"type": "rich_text_list", "style": "bullet", "elements": items}
    shown = [_section([text(heading, BOLD)]), bullets]
    if len(lines) > MAX_LINES:
        shown.append(_section([text(more(len(lines) - MAX_LINES, noun))]))
    return rich_text(shown)


def _section(elements: Sequence[Element]) -> Element:
    return {"type": "rich_text_section", "elements": list(elements)}


def _emoji(name: str) -> Element:
    return {"type": "emoji", "name": name}


def _name(words: str) -> Element:
    return text(clean(words, MAX_NAME_CHARS), {"code": True})


def _channel(id: str) -> Element:
    return {"type": "channel", "channel_id": id} if is_id(id) else text(clean(id, MAX_NAME_CHARS))


def _link(url: str) -> list[Element]:
    return [text(" "), {"type": "link", "url": url, "text": "message"}] if URL.fullmatch(url) else []


def _header(words: str) -> Block:
    shown = {"type": "plain_text", "text": clean(words, n.MAX_HEADER_CHARS), "emoji": False}
    return {"type": "header", "text": shown}


def _button(label: str, action: str, value: str, spoken: str) -> Block:
    """A button in a row of its own; ``spoken`` is what screen readers say."""
    shown = {"type": "plain_text", "text": label, "emoji": False}
    button = {"type": "button", "action_id": action, "text": shown, "value": value}
    return {"type": "actions", "elements": [button | {"accessibility_label": spoken}]}


def _age(one: Looked) -> str:
    return f"{span(one.age_s)} ago" if one.age_s is not None else ""
