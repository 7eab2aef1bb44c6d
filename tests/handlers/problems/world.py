"""A bot's desk over a Slack in memory and a clock by hand, so that a month passes in a second."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, cast  # Slack's JSON, as the bot made it

from slack_sdk.errors import SlackApiError

from bot.book import BOOK
from bot.shelf import Shelf
from bot.store import MemoryStore
from checks.report import Cause, Report, Symptom, Verdict
from handlers.budget import Budget
from handlers.chat import Chat
from handlers.command import Desk, Faults, Step
from handlers.digests.model import Schedule
from handlers.gestures import Clicked, Submitted
from handlers.pages import Pages
from handlers.problems.follow import follow
from handlers.problems.model import LEDGERS, Ledger, Problem, ledger_key
from handlers.question import COMMAND, Place, asked
from handlers.render.message import Message
from handlers.store import Store, StoreError
from handlers.web import Reply
from handlers.work import Seen, Sweep, Vitals
from tests.handlers.render.samples import NOON, healthy, max_pods, overlap, waiting_pods

CLUSTER, CHANNEL, USER = "payments-prod", "C0OPS", "U0ONCALL"
ROUND = timedelta(minutes=5)
DAILY = Schedule(id="d1", channel=CHANNEL, cron="0 9 * * *", zone="Europe/Berlin", fixed=True)


class Crash(BaseException):
    """The process ends here."""


class Fuse:
    """Ends the process at the so-manieth thing that it does to the world: before it is done, or after."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.at, self.after, self.count = at, after, 0

    def blow(self, *, done: bool) -> None:
        if not done:
            self.count += 1
        if self.at == self.count and self.after == done:
            raise Crash


class Fused:
    """A store whose writes may be the last thing that the process does; it can be away."""

    shared = True

    def __init__(self, store: Store, fuse: Fuse) -> None:
        self.store, self.fuse, self.away = store, fuse, False

    def get(self, key: str) -> bytes | None:
        self._there()
        return self.store.get(key)

    def put(self, key: str, value: bytes, keep: timedelta | None) -> None:
        self._there()
        self.fuse.blow(done=False)
        self.store.put(key, value, keep)
        self.fuse.blow(done=True)

    def swap(self, key: str, old: bytes | None, new: bytes | None, keep: timedelta | None) -> bool:
        self._there()
        self.fuse.blow(done=False)
        swapped = self.store.swap(key, old, new, keep)
        self.fuse.blow(done=True)
        return swapped

    def claim(self, key: str, keep: timedelta) -> bool:
        return self.swap(key, None, b"1", keep)

    def append(self, key: str, value: bytes, most: int) -> None:
        self.store.append(key, value, most)

    def tail(self, key: str, most: int) -> Sequence[bytes]:
        return self.store.tail(key, most)

    def close(self) -> None:
        pass

    def _there(self) -> None:
        if self.away:
            raise StoreError("Redis: ConnectionError")


@dataclass
class Said:
    """A message as it stands."""

    channel: str
    ts: str
    at: datetime
    body: dict[str, object]
    thread_ts: str | None
    edits: int = 0

    @property
    def text(self) -> str:
        return str(self.body["text"])


class _Answer(dict[str, object]):
    status_code = 200
    headers = MappingProxyType({"Content-Type": "application/json"})


class Workspace:
    """Slack's Web API and its addresses, in memory."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.said: dict[tuple[str, str], Said] = {}
        self.refusals: dict[str, list[str]] = {}
        self.views: list[dict[str, object]] = []

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> _Answer:
        body = json or params or {}
        if self.refusals.get(api_method):
            refused = _Answer(ok=False, error=self.refusals[api_method].pop(0))
            raise SlackApiError("refused", refused)  # type: ignore[no-untyped-call] # the SDK's
        self.world.fuse.blow(done=False)
        answer = self._take(api_method, body)
        self.world.fuse.blow(done=True)
        return answer

    def _take(self, method: str, body: dict[str, object]) -> _Answer:
        channel, ts = str(body.get("channel")), str(body.get("ts"))
        if method == "chat.postMessage":
            ts = f"{len(self.said) + 1}.0001"
            thread = body.get("thread_ts")
            said = Said(channel, ts, self.world.now, body, str(thread) if thread else None)
            self.said[channel, ts] = said
        elif method == "chat.update":
            said = self.said[channel, ts]
            said.body, said.edits = body, said.edits + 1
        elif method == "conversations.open":
            return _Answer(ok=True, channel={"id": "D" + str(body["users"])[1:]})
        elif method == "views.open":
            self.views.append(body)
            return _Answer(ok=True, view={"id": "V1", "hash": "h"})
        return _Answer(ok=True, channel=channel, ts=ts)

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        return Reply(200, "ok", {})

    def send(self, url: str, content: bytes) -> Reply:
        return Reply(200, "ok", {})

    def top(self, channel: str = CHANNEL) -> list[Said]:
        """What stands in the channel outside threads, oldest first."""
        return [one for one in self.said.values() if one.channel == channel and one.thread_ts is None]

    def replies(self, channel: str = CHANNEL) -> list[Said]:
        """What stands in its threads."""
        return [one for one in self.said.values() if one.channel == channel and one.thread_ts is not None]


@dataclass(frozen=True)
class NoSweeps:
    """Clusters that nobody sweeps: reports are handed in."""

    names: tuple[str, ...] = (CLUSTER,)
    sure: bool = True

    def ask(self, cluster: str) -> Seen | Sweep:
        raise NotImplementedError

    def join(self, cluster: str) -> Sweep:
        raise NotImplementedError

    def last(self, cluster: str) -> Seen | None:
        return None

    def snapshot(self, report: Report) -> None:
        return None


@dataclass
class World:
    """One bot, which can be started anew over what it kept and what it said."""

    digests: tuple[Schedule, ...] = (DAILY,)
    clusters: tuple[str, ...] = (CLUSTER,)
    most: int = 3
    now: datetime = NOON
    fuse: Fuse = field(default_factory=Fuse)

    def __post_init__(self) -> None:
        self.kept = MemoryStore(clock=self.seconds)
        self.slack = Workspace(self)
        self.start()

    def start(self) -> None:
        """A new process."""
        self.store = Fused(self.kept, self.fuse)
        self.desk = self.new_desk()

    def new_desk(self) -> Desk:
        """Another replica's desk."""
        chat = Chat(self.slack, self.slack, edits=Budget(self.seconds), wait=lambda seconds: None)
        return Desk(
            chat=chat,
            sweeps=NoSweeps(self.clusters),
            deliveries=Shelf(self.store, lambda: self.now),
            store=self.store,
            book=BOOK,
            pages=Pages(lambda: self.now),
            now=lambda: self.now,
            vitals=lambda: Vitals(version="0", shared_store=True),
            fixed_digests=self.digests,
            unasked_per_day=self.most,
        )

    def seconds(self) -> float:
        """The clock, as time passes for stores and lanes."""
        return self.now.timestamp()

    def look(self, report: Report, rounds: int = 1, *, every: timedelta = ROUND) -> None:
        """Let so many rounds see this."""
        for _ in range(rounds):
            self.now += every
            follow(replace(report, taken_at=self.now), self.desk)

    def type(self, text: str, *, user: str = USER, thread: str | None = None, delivery: str = "") -> str:
        """Type a command, and read what is said to it."""
        place = Place(channel=CHANNEL, user=user, response_url="", thread_ts=thread)
        question = asked(text, COMMAND, place, delivery)
        word = next(word for word in self.desk.words if word.word == question.word)
        begun = word.begin(question, self.desk)
        if isinstance(begun, Message):
            return begun.text
        begun()
        return list(self.slack.said.values())[-1].text

    def click(self, said: "Said", label: str) -> None:
        """Press the button with that label."""
        for block in cast(list[dict[str, object]], said.body["blocks"]):
            for element in cast(list[dict[str, Any]], block.get("elements", [])):
                if element.get("type") == "button" and element["text"]["text"] == label:
                    return self.press(element["action_id"], element["value"], said.ts)
        raise LookupError(label)

    def press(self, action: str, value: str, ts: str) -> None:
        """Press a button in a message."""
        known = next(one for one in self.desk.book.clicks if one.action == action.partition(":")[0])
        place = Place(channel=CHANNEL, user=USER, response_url="", message_ts=ts)
        click = Clicked(action=action, value=value, place=place, trigger="1.2.x", delivery="")
        begun = known.begin(click, self.desk)
        assert not isinstance(begun, Message)
        begun()

    def submit(self, view: object, **values: str) -> Mapping[str, str]:
        """Send a dialog; the faults that it shows."""
        shown = cast(dict[str, Any], view)
        form = next(one for one in self.desk.book.forms if one.callback == shown["callback_id"])
        sent = Submitted(
            callback=form.callback,
            place=Place(channel="", user=USER, response_url=""),
            values=values,
            private=shown["private_metadata"],
            trigger="",
            delivery="",
        )
        begun = form.begin(sent, self.desk)
        if isinstance(begun, Faults):
            return begun.by_block
        assert not isinstance(begun, Step)
        begun()
        return {}

    def ledger(self, cluster: str = CLUSTER) -> Ledger:
        return LEDGERS.get(self.kept, ledger_key(cluster)) or Ledger()

    def problem(self, id: str) -> Problem:
        found = self.ledger().find(id)
        assert found is not None
        return found

    def unasked_by_day(self) -> Iterator[int]:
        """How many messages came into the channel on each day that had any, threads' broadcasts included."""
        days: dict[str, int] = {}
        for said in self.slack.said.values():
            if said.thread_ts is None or said.body.get("reply_broadcast"):
                day = f"{said.at:%Y-%m-%d}"
                days[day] = days.get(day, 0) + 1
        yield from days.values()


def cause(id: str = "kubelet-max-pods-too-low", **changes: object) -> Cause:
    """A cause that nothing leads to."""
    return replace(max_pods(), id=id, leads_to=(), **changes)  # type: ignore[arg-type] # any field


def risk(id: str = "pod-cidr-overlaps-service-cidr", **changes: object) -> Cause:
    """A risk of medium severity."""
    return replace(overlap(), id=id, **changes)  # type: ignore[arg-type] # any field


def waiting(*explained_by: str) -> Symptom:
    """Pods that wait for the scheduler."""
    return replace(waiting_pods(), explained_by=explained_by)


def report(
    *causes: Cause, risks: Sequence[Cause] = (), symptoms: Sequence[Symptom] = (), waits: int = 0
) -> Report:
    """A report with these; healthy when there are none."""
    verdict = Verdict.CRITICAL if causes or symptoms else Verdict.HEALTHY
    well = healthy()
    pods = replace(well.facts.pods, not_scheduled=waits)
    return replace(
        well,
        verdict=verdict,
        headline="what is wrong" if causes or symptoms else "all is well",
        causes=causes,
        risks=tuple(risks),
        symptoms=tuple(symptoms),
        facts=replace(well.facts, pods=pods),
    )


def unread(base: Report, *ids: str) -> Report:
    """The same with these checks undecided."""
    from checks.report import NotChecked

    gaps = tuple(NotChecked(id=id, why="refused", grant=None) for id in ids)
    return replace(base, not_checked=gaps)
