"""The Home tab as a view: sick clusters first, the healthy on one line, then what is this person's own.

https://docs.slack.dev/surfaces/app-home: at most a hundred blocks, drawn only with what every client knows.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.report import Verdict
from handlers.render.clusters import Looked
from handlers.render.escape import clean, is_id, mrkdwn, mrkdwn_code
from handlers.render.limits import numbers as n
from handlers.render.message import Block, Message
from handlers.render.rich import small
from handlers.render.sections import chunks, section
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, moment, more, span

CHECK, REFRESH = "home_check", "home_refresh"
MAX_SICK = 60
MAX_LINES = 10
MAX_HEADLINE_CHARS = 240
OLD_S = 900.0  # three rounds without a look: no longer said to be healthy
URL = re.compile(r"https?://[^\s<>|]{1,500}")
SICKEST = (Verdict.CRITICAL, Verdict.DEGRADED, Verdict.UNKNOWN, Verdict.HEALTHY)


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
    blocks = [
        _header(_headline(len(sick), len(unseen), len(home.clusters))),
        small(f"As of {moment(home.now)}. This shows the last looks; opening it begins none."),
        *(section(f"⚠️ {mrkdwn(fault)}") for fault in home.faults),
        *(_sick(one, home.checked) for one in sick[:MAX_SICK]),
    ]
    if len(sick) > MAX_SICK:
        blocks.append(section(more(len(sick) - MAX_SICK, "cluster")))
    if unseen:
        names = ", ".join(_name(one.cluster) for one in unseen)
        blocks += _lines(f"❔ *Not looked at yet:* {names}")
    if healthy:
        names = ", ".join(f"{_name(one.cluster)} {_age(one)}".rstrip() for one in healthy)
        blocks += _lines(f"✅ *Healthy:* {names}")
    blocks += _list("Problems you acknowledged", map(_taken, home.taken), len(home.taken), "problem")
    blocks += _list("Digests", map(_digest, home.digests), len(home.digests), "digest")
    blocks += _list("Threads in which you asked", map(_talk, home.talks), len(home.talks), "thread")
    return _view([*blocks, {"type": "actions", "elements": [_button("Refresh", REFRESH, "home", "Refresh")]}])


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


def _sick(one: Looked, checked: str) -> Block:
    """A cluster with its verdict in words, its headline, and the button for another look."""
    if one.report is None:
        return section(_name(one.cluster))
    mark = VERDICTS[one.report.verdict]
    old = one.report.verdict is Verdict.HEALTHY
    when = f"{_age(one)}, not looked at since" if old else _age(one)
    first = f"{mark.sign} *{mark.word}:* {_name(one.cluster)} {when}".rstrip()
    if one.cluster == checked:
        first = f"⏳ *Checking* {_name(one.cluster)}, until now {mark.word.lower()}"
    told = section(f"{first}\n{mrkdwn(clean(one.report.headline, MAX_HEADLINE_CHARS))}")
    if one.cluster == checked or len(one.cluster) > n.MAX_BUTTON_VALUE_CHARS:
        return told
    label = clean(f"Check {one.cluster} again", n.MAX_ACCESSIBILITY_LABEL_CHARS)
    return told | {"accessory": _button("Check again", CHECK, one.cluster, label)}


def _taken(one: Taken) -> str:
    until = f", until {moment(one.until)}" if one.until else ""
    return f"{_name(one.cluster)}: {mrkdwn(clean(one.title, MAX_HEADLINE_CHARS))}{until}{_link(one.link)}"


def _digest(one: Digest) -> str:
    whose = _name(one.cluster) if one.cluster else "every cluster"
    sent = f"last sent {moment(one.sent)}" if one.sent else "not sent yet"
    due = f"next {moment(one.due)}" if one.due else "paused"
    said = mrkdwn(clean(one.said, MAX_NAME_CHARS))
    return f"{_channel(one.channel)}: {whose}, {said}; {sent}, {due}{_link(one.link)}"


def _talk(one: Talk) -> str:
    return f"{_channel(one.channel)}: {_name(one.what)} at {moment(one.at)}{_link(one.link)}"


def _list(heading: str, lines: Iterable[str], count: int, noun: str) -> list[Block]:
    """A part of the tab; nothing where there is nothing to list."""
    if not count:
        return []
    shown = [f"• {line}" for line, _ in zip(lines, range(MAX_LINES), strict=False)]
    if count > MAX_LINES:
        shown.append(more(count - MAX_LINES, noun))
    return [{"type": "divider"}, *(section(chunk) for chunk in chunks((f"*{heading}*", *shown)))]


def _lines(text: str) -> list[Block]:
    """A long list of names, parted where a section would be too long."""
    parts = [f"{part}," for part in text.split(", ")]
    found: list[str] = []
    for part in (*parts[:-1], parts[-1][:-1]):
        if found and len(found[-1]) + 1 + len(part) <= n.MAX_SECTION_CHARS:
            found[-1] += f" {part}"
        else:
            found.append(part)
    return [section(chunk) for chunk in found]


def _header(words: str) -> Block:
    shown = {"type": "plain_text", "text": clean(words, n.MAX_HEADER_CHARS), "emoji": False}
    return {"type": "header", "text": shown}


def _button(label: str, action: str, value: str, spoken: str) -> Block:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "value": value,
        "accessibility_label": spoken,
    }


def _name(text: str) -> str:
    return mrkdwn_code(clean(text, MAX_NAME_CHARS))


def _channel(id: str) -> str:
    return f"<#{id}>" if is_id(id) else mrkdwn(clean(id, MAX_NAME_CHARS))


def _link(url: str) -> str:
    return f" (<{mrkdwn(url)}|message>)" if URL.fullmatch(url) else ""


def _age(one: Looked) -> str:
    return f"{span(one.age_s)} ago" if one.age_s is not None else ""
