"""The digests' timetable: those of the settings are read here, and whatever comes due gets its turn."""

import logging
import re
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock, Thread
from zoneinfo import ZoneInfo

import msgspec

from bot import logs
from bot.settings import Digest, SettingsError
from handlers.command import Desk
from handlers.digests.cron import Cron, CronError
from handlers.digests.model import Schedule, schedule_id
from handlers.digests.schedules import all_schedules
from handlers.digests.standing import AGAIN
from handlers.digests.turns import Became, Turns
from handlers.store import StoreError

logger = logging.getLogger(__name__)

NAME = "CILIUM_BOT_DIGESTS"
MAX_DIGESTS = 100
AT_ONCE = 4
SHORTEST_NAP = timedelta(seconds=0.2)
LONGEST_NAP = timedelta(seconds=15)  # then what people changed is read anew
LAST_S = 5.0  # so long the end waits for what is being posted


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    channel: str
    cron: str
    timezone: str = "UTC"
    cluster: str | None = None


def read_digests(text: str) -> tuple[Digest, ...]:
    """The digests of the setting's JSON. Raises SettingsError naming what is wrong in each of them."""
    try:
        entries = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise SettingsError([f"{NAME} is malformed: {error}"]) from error
    if len(entries) > MAX_DIGESTS:
        raise SettingsError([f"{NAME} is malformed: at most {MAX_DIGESTS} digests"])
    digests: list[Digest] = []
    problems: list[str] = []
    for number, raw in enumerate(entries):
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except (msgspec.DecodeError, RecursionError) as error:
            problems.append(f"{NAME}[{number}] is malformed: {error}")
            continue
        faults = _faults(entry)
        problems.extend(f"{NAME}[{number}]: {fault}" for fault in faults)
        digests.append(
            Digest(channel=entry.channel, cron=entry.cron, timezone=entry.timezone, cluster=entry.cluster)
        )
    if problems:
        raise SettingsError(problems)
    return tuple(digests)


def _faults(entry: _Entry) -> list[str]:
    faults = []
    if re.fullmatch("[CGD][A-Z0-9]{2,30}", entry.channel) is None:
        faults.append("channel must be a channel's id, such as C0123456789")
    try:
        zone = ZoneInfo(entry.timezone)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError; a folder's name an OSError
        return [*faults, f"timezone {entry.timezone[:60]!r} is no IANA time zone"]
    try:
        Cron(entry.cron, zone)
    except CronError as error:
        faults.append(f"cron: {error}")
    return faults


def fixed(digests: Sequence[Digest]) -> tuple[Schedule, ...]:
    """The settings' digests as schedules; one that stands there twice is one."""
    found = [
        Schedule(
            id=schedule_id(one.channel, one.cron, one.timezone, one.cluster),
            channel=one.channel,
            cron=one.cron,
            zone=one.timezone,
            cluster=one.cluster,
            fixed=True,
        )
        for one in digests
    ]
    return tuple({one.id: one for one in found}.values())


class Timetable:
    """Gives every digest its turn when it comes due; what people set meanwhile is read from the store."""

    def __init__(
        self,
        desk: Desk,
        me: str,
        *,
        executor: Executor | None = None,
        count: Callable[[Became, int], None] = lambda became, number: None,
    ) -> None:
        """``me`` tells this replica from the others; see Turns for ``count``. Nothing is started yet."""
        self._desk = desk
        self._stopped = Event()
        self._wake = Event()
        self._turns = Turns(desk, me, stopping=self._stopped.is_set, count=count)
        self._executor = executor or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="digest")
        self._thread = Thread(target=self._run, name="timetable", daemon=True)
        self._lock = Lock()
        self._known = tuple(desk.fixed_digests)
        self._away = False
        self._next: dict[str, datetime] = {}
        self._under_way: dict[str, Future[datetime] | None] = {}

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more; what is being posted is waited for a little, what is not is left to others."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._executor.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            futures = [future for future in self._under_way.values() if future is not None]
        wait(futures, LAST_S)

    def look(self) -> timedelta:
        """Give each digest whose time has come its turn; how long until the next of them."""
        now = self._desk.now()
        schedules = [one for one in self._schedules() if one.paused is None]
        with self._lock:
            self._next = {one.id: self._next.get(one.id, now) for one in schedules}
            due = [one for one in schedules if self._next[one.id] <= now and one.id not in self._under_way]
            self._under_way |= dict.fromkeys(one.id for one in due)
        for one in due:
            future = self._executor.submit(logs.in_request(self._turns.take), one)
            with self._lock:
                self._under_way[one.id] = future
            future.add_done_callback(partial(self._ended, one.id))
        with self._lock:
            ahead = [at - now for id, at in self._next.items() if id not in self._under_way]
        return max(SHORTEST_NAP, min(ahead, default=LONGEST_NAP))

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            nap = self.look()
            self._wake.wait(min(nap, LONGEST_NAP).total_seconds())

    def _schedules(self) -> tuple[Schedule, ...]:
        """Those there are; with the store away, those that there were."""
        try:
            self._known = all_schedules(self._desk)
        except StoreError as error:
            if not self._away:
                logger.warning("the digests are those of before: %s", error)
            self._away = True
        else:
            self._away = False
        return self._known

    def _ended(self, id: str, future: "Future[datetime]") -> None:
        error = None if future.cancelled() else future.exception()
        if error is not None:
            logger.error("the digest %s failed", id, exc_info=error)
        failed = future.cancelled() or error is not None
        with self._lock:
            self._under_way.pop(id, None)
            self._next[id] = self._desk.now() + AGAIN if failed else future.result()
        self._wake.set()
