"""The digests' timetable: read from the settings, kept by APScheduler, each issue claimed first."""

import hashlib
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from handlers.digests.cron import Cron, CronError
from bot.settings import Digest, SettingsError
from bot.shelf import Shelf
from handlers.store import StoreError

logger = logging.getLogger(__name__)

NAME = "CILIUM_BOT_DIGESTS"
MAX_DIGESTS = 100
CLAIM_TRIES = 12
CLAIM_AGAIN_S = 5.0


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


def digest_id(digest: Digest) -> str:
    """The same for the same schedule, in every replica and after every restart."""
    said = "\0".join((digest.channel, digest.cron, digest.timezone, digest.cluster or ""))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


class Timetable:
    """Calls ``issue(digest, id)`` whenever a digest comes due, in one replica only."""

    def __init__(
        self,
        digests: tuple[Digest, ...],
        shelf: Shelf,
        issue: Callable[[Digest, str], None],
        *,
        now: Callable[[], datetime],
        wait: Callable[[float], None],
    ) -> None:
        """``wait`` sleeps, or returns early when the bot is told to stop. Nothing is started yet."""
        self._digests = digests
        self._shelf = shelf
        self._issue = issue
        self._now = now
        self._wait = wait
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        """Begin to wait for what comes due from now on."""
        for digest in self._digests:
            self._plan(digest, self._now())
        if self._digests:
            self._scheduler.start()

    def stop(self) -> None:
        """Plan nothing more; an issue under way ends by itself."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def due(self, digest: Digest, due: datetime) -> None:
        """Make the issue that was due then, unless another replica does; plan the next."""
        self._plan(digest, max(due, self._now()))
        identity = digest_id(digest)
        if self._mine(f"digest:{identity}:{due:%Y-%m-%dT%H:%MZ}"):
            self._issue(digest, identity)

    def _plan(self, digest: Digest, after: datetime) -> None:
        due = Cron(digest.cron, ZoneInfo(digest.timezone)).after(after)
        # Late is better than never, by whatever the machine was asleep for: hence no misfire time.
        self._scheduler.add_job(
            self.due, DateTrigger(due), args=(digest, due), misfire_grace_time=None, max_instances=1
        )

    def _mine(self, what: str) -> bool:
        """Claim it. With the store away for a minute it is made all the same: better twice than never."""
        for _ in range(CLAIM_TRIES):
            try:
                return self._shelf.claim(what)
            except StoreError as error:
                logger.warning("the claim of %s has to wait: %s", what, error)
                self._wait(CLAIM_AGAIN_S)
        logger.error("%s is made without a claim: the store does not answer", what)
        return True
