"""Shows a person their Home tab, from what is known: a sweep is begun only by its button."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from handlers.command import Click, Desk, Event, Task
from handlers.digests.cron import Cron
from handlers.digests.model import Schedule
from handlers.digests.phrases import When, phrase
from handlers.digests.schedules import all_schedules
from handlers.digests.standing import standing_of
from handlers.gate import journal
from handlers.gestures import Clicked
from handlers.problems.holds import Standing, acknowledged_by
from handlers.question import Place
from handlers.render.clusters import Looked
from handlers.render.home import CHECK, MAX_LINES, REFRESH, Digest, Home, Taken, Talk, home_view, refused_view
from handlers.render.message import Message
from handlers.rights import Deed, Right
from handlers.store import StoreError
from handlers.work import SweepFailed

logger = logging.getLogger(__name__)

TALKS = 5
ENTRIES = 2_000  # of the audit stream, looked through for this person's threads
AWAY = "My store does not answer, so that {} are not shown."

T = TypeVar("T")
LinkOf = Callable[[str, str], str]


def no_link(channel: str, ts: str) -> str:
    """No message has a link: asking Slack for each takes its time, and the tab is shown first."""
    return ""


def _opened(body: Mapping[str, object], desk: Desk) -> Task | None:
    """Slack tells of each time somebody opens a tab of the bot, also of the messages'."""
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("tab") != "home":
        return None
    return partial(_show_opened, str(event.get("user") or ""), str(body.get("event_id") or ""), desk)


def _show_opened(user: str, delivery: str, desk: Desk) -> None:
    """An event comes without a gate before it: the tab is a question like another."""
    if not desk.deliveries.first(f"event/{delivery}" if delivery else ""):
        return
    place = Place(channel="", user=user, response_url="")
    refusal = desk.gate.refusal(Deed(right=Right.READ, place=place, what="home"))
    if refusal is None:
        show(user, desk)
    else:
        desk.chat.publish_home(user, refused_view(refusal))


def show(user: str, desk: Desk) -> None:
    """Show the tab at once, and again when the links of its messages are known."""
    home = gathered(user, desk)
    if desk.chat.publish_home(user, home_view(home)) and (home.taken or home.digests or home.talks):
        desk.chat.publish_home(user, home_view(gathered(user, desk, desk.chat.permalink)))


def _refresh(click: Clicked, desk: Desk) -> Message | Task:
    def task() -> None:
        if desk.deliveries.first(click.delivery):
            show(click.place.user, desk)

    return task


def _check(click: Clicked, desk: Desk) -> Message | Task:
    """The cluster of the button; for one that there is no longer the tab is shown anew."""
    known = click.value in desk.sweeps.names
    return partial(_check_again, click, desk) if known else _refresh(click, desk)


def _check_again(click: Clicked, desk: Desk) -> None:
    if not desk.deliveries.first(click.delivery):
        return
    user, cluster = click.place.user, click.value
    under_way = desk.sweeps.join(cluster)
    desk.chat.publish_home(user, home_view(replace(gathered(user, desk), checked=cluster)))
    faults: tuple[str, ...] = ()
    try:
        desk.gate.answered(under_way.report())
    except SweepFailed as error:
        faults = (f"{cluster} could not be looked at: {error.title} {error.help}",)
    home = gathered(user, desk, desk.chat.permalink)
    desk.chat.publish_home(user, home_view(replace(home, faults=(*home.faults, *faults))))


def gathered(user: str, desk: Desk, link: LinkOf = no_link) -> Home:
    """What the tab shows; what the store does not tell is named among its faults."""
    seen = {name: desk.sweeps.last(name) for name in desk.sweeps.names}
    lost: list[str] = []
    taken = _kept(lambda: _taken(user, desk, link), "acknowledged problems", lost)
    digests = _kept(lambda: _digests(user, desk, link), "digests", lost)
    talks = _kept(lambda: _talks(user, desk, link), "threads", lost)
    return Home(
        now=desk.now(),
        clusters=[Looked(name, it.report, it.age_s) if it else Looked(name) for name, it in seen.items()],
        taken=taken,
        digests=digests,
        talks=talks,
        faults=(AWAY.format(" and ".join(lost)),) if lost else (),
    )


def _kept(read: Callable[[], Sequence[T]], what: str, lost: list[str]) -> Sequence[T]:
    try:
        return read()
    except StoreError as error:
        logger.warning("the Home tab lacks %s: %s", what, error)
        lost.append(what)
        return ()


def _taken(user: str, desk: Desk, link: LinkOf) -> list[Taken]:
    """Raises StoreError."""
    found = acknowledged_by(desk.store, desk.sweeps.names, user, desk.now())
    return [_one_taken(one, link if number < MAX_LINES else no_link) for number, one in enumerate(found)]


def _one_taken(one: Standing, link: LinkOf) -> Taken:
    return Taken(
        cluster=one.cluster,
        title=one.problem.title,
        until=one.ack.until if one.ack else None,
        link=link(*one.messages[-1]) if one.messages else "",
    )


def _digests(user: str, desk: Desk, link: LinkOf) -> list[Digest]:
    """This person's first. Raises StoreError."""
    found = sorted(all_schedules(desk), key=lambda schedule: schedule.by != user)
    return [_digest(one, desk, link if number < MAX_LINES else no_link) for number, one in enumerate(found)]


def _digest(schedule: Schedule, desk: Desk, link: LinkOf) -> Digest:
    known = standing_of(desk.store, schedule.id)
    due = None if schedule.paused else Cron(schedule.cron, ZoneInfo(schedule.zone)).after(desk.now())
    return Digest(
        channel=schedule.channel,
        said=phrase(When(schedule.cron, schedule.zone)),
        cluster=schedule.cluster,
        sent=known.sent if known else None,
        due=due,
        link=link(schedule.channel, known.ts) if known and known.ts else "",
    )


def _talks(user: str, desk: Desk, link: LinkOf) -> list[Talk]:
    """The threads in which this person asked last, the newest first. Raises StoreError."""
    asked = [e for e in journal.read(desk.store, ENTRIES) if e.user == user and e.thread and e.what]
    last = {(entry.channel, entry.thread): entry for entry in asked}
    newest = sorted(last.values(), key=lambda entry: entry.at, reverse=True)
    return [
        Talk(channel=e.channel, at=e.at, what=_asked(e.what), link=link(e.channel, e.thread))
        for e in islice(newest, TALKS)
    ]


def _asked(what: str) -> str:
    """A deed of the journal as whoever did it would say it: a shortcut and a click have codes there."""
    kind, _, rest = what.partition(" ")
    if kind == "shortcut":
        return "Diagnose this message"
    return rest.partition(" ")[0].replace("_", " ") if kind == "click" else what


EVENT = Event(kind="app_home_opened", begin=_opened)
CLICKS = (Click(action=CHECK, begin=_check), Click(action=REFRESH, begin=_refresh))
