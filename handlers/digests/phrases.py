"""When a digest comes, as people say it: "weekdays 09:00 Europe/Berlin", "every 6h", or five cron fields."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from handlers.digests.cron import Cron, CronError
from handlers.digests.zones import resolve
from handlers.render.escape import clean

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
GROUPS = {"daily": "*", "weekdays": "mon-fri", "weekends": "sat,sun"}
ALSO = {
    **{"everyday": "daily", "day": "daily", "days": "daily", "weekday": "weekdays", "workdays": "weekdays"},
    **{"workday": "weekdays", "weekend": "weekends", "working": "weekdays", "tues": "tue", "thurs": "thu"},
    **dict(zip(NAMES, DAYS, strict=True)),
    **dict(zip((f"{name}s" for name in NAMES), DAYS, strict=True)),
}
SELDOM = {
    **dict.fromkeys(("weekly", "week", "weeks"), "mon 09:00 UTC"),
    **dict.fromkeys(("monthly", "month", "months"), "0 9 1 * * UTC"),
}
SMALL = frozenset(("at", "on", "and", "every", "each", "in", "the", "o'clock", "cron", "time", "hour", "h"))
WORDS = (*GROUPS, *DAYS, *ALSO)
STEPS = (1, 2, 3, 4, 6, 8, 12)
MAX_SAID_CHARS = 40
MAX_ZONE_WORDS = 3
EXAMPLES = (
    "weekdays 09:00 Europe/Berlin",
    "daily 08:30 UTC",
    "mon,thu 9:00 America/New_York",
    "every 6h",
    "0 9 * * 1-5 Europe/Berlin",
)
CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?", re.ASCII)
EVERY = re.compile(r"(?:(\d{1,4})\s*)?(hourly|hours|hour|hrs|h|minutes|mins|min|m)", re.ASCII)
CRON_FIELD = re.compile(r"[\d*][\d*/,-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class When:
    """Five cron fields in an IANA zone. ``zone_said``: whether somebody named it."""

    cron: str
    zone: str = "UTC"
    zone_said: bool = field(default=True, compare=False)


class PhraseError(ValueError):
    """This is no schedule: what is wrong, as a sentence, and the nearest phrase that is one."""

    def __init__(self, fault: str, nearest: str) -> None:
        """``nearest`` is understood by ``read``."""
        super().__init__(fault)
        self.fault = fault
        self.nearest = nearest


def read(words: Sequence[str]) -> When:
    """The schedule in somebody's words. Raises PhraseError, and nothing else whatever is given."""
    words = [word for word in " ".join(words).replace('"', " ").split() if word]
    if len(words) >= 5 and all(CRON_FIELD.fullmatch(word) for word in words[:3]):
        return _cron(words)
    return _Said().read(words)


def phrase(when: When) -> str:
    """The schedule in words, as far as there are words for it; ``read`` understands them."""
    minute, hour, day, month, weekday = when.cron.lower().split()
    said = ""
    if (day, month) == ("*", "*"):
        step = re.fullmatch(r"\*(?:/(\d+))?", hour, re.ASCII)
        if step and (minute, weekday) == ("0", "*") and int(step[1] or 1) in STEPS:
            said = f"every {step[1] or 1}h"
        elif re.fullmatch(r"\d{1,2}", minute, re.ASCII) and re.fullmatch(r"\d{1,2}", hour, re.ASCII):
            days = _days_of(weekday)
            said = f"{days} {int(hour):02}:{int(minute):02}" if days else ""
    return f"{said or when.cron} {when.zone}"


def _days_of(weekday: str) -> str:
    """The word for a cron weekday field, "" when there is none."""
    named = re.sub(r"[0-7]", lambda number: DAYS[(int(number[0]) - 1) % 7], weekday)
    if named in GROUPS.values():
        return next(word for word, field in GROUPS.items() if field == named)
    return named if named and all(day in DAYS for day in named.split(",")) else ""


def _cron(words: Sequence[str]) -> When:
    fields, rest = " ".join(words[:5]), words[5:]
    found = resolve(" ".join(rest)) if rest else resolve("UTC")
    minute = words[0]
    if not minute.isdecimal():
        fields = " ".join(("0", *words[1:5]))
        fault = "A digest comes at most once an hour: the first field is one minute, such as 0."
    else:
        fault = found.fault
    try:
        Cron(fields, ZoneInfo(found.zone))
    except CronError as error:
        raise PhraseError(
            f"As cron fields this is not understood: {clean(str(error), 200)}.", EXAMPLES[-1]
        ) from error
    said = phrase(When(fields, found.zone))
    if fault:
        raise PhraseError(fault, said)
    when = When(fields, found.zone) if said.startswith(fields) else _Said().read(said.split())
    return replace(when, zone_said=bool(rest))


@dataclass(slots=True)
class _Said:
    """What was understood so far; what was not, with a guess in its place."""

    days: list[str] = field(default_factory=list)
    hour: int | None = None
    minute: int = 0
    step: int | None = None
    zone: str = ""
    faults: list[str] = field(default_factory=list)

    def read(self, words: Sequence[str]) -> When:
        rest: list[str] = []
        for said in _apart(words):
            word = said.lower()
            if word not in SMALL and not (self._day(word) or self._step(word) or self._clock(word)):
                rest.append(said)
        self._rest(rest)
        if rest and rest[0].lower() in SELDOM:
            fault = f"For “{clean(rest[0], MAX_SAID_CHARS)}” I want a day, or cron fields."
            raise PhraseError(fault, SELDOM[rest[0].lower()])
        if self.hour is None and self.step is None and not self.faults:
            self.faults.append("At what time? Hours and minutes are wanted, such as 09:00.")
        if self.step is not None and (self.days or self.hour is not None):
            self.faults.append("Either every so many hours, or at a time on some days.")
        when = self._when()
        if self.faults:
            raise PhraseError(self.faults[0], phrase(when))
        return when

    def _when(self) -> When:
        zone, said = self.zone or "UTC", bool(self.zone)
        if self.step is not None:
            return When("0 * * * *" if self.step == 1 else f"0 */{self.step} * * *", zone, said)
        hour = 9 if self.hour is None else self.hour
        return When(f"{self.minute} {hour} * * {_weekdays(self.days)}", zone, said)

    def _day(self, word: str) -> bool:
        word = ALSO.get(word, word)
        first, dash, last = word.partition("-")
        ends = [ALSO.get(end, end) for end in (first, last)]
        if word in GROUPS or word in DAYS:
            self.days.append(word)
        elif dash and all(end in DAYS for end in ends):
            low, high = map(DAYS.index, ends)
            self.days += [DAYS[day % 7] for day in range(low, high + 1 + (7 if high < low else 0))]
        else:
            return False
        return True

    def _step(self, word: str) -> bool:
        found = EVERY.fullmatch(word)
        if found is None:
            return False
        count = int(found[1] or 1)
        if found[2].startswith("m"):
            self.faults.append("A digest comes at most once an hour.")
            count = 1
        elif count not in STEPS:
            self.faults.append("A day has whole steps of 1, 2, 3, 4, 6, 8 or 12 hours.")
        self.step = min(STEPS, key=lambda step: abs(step - count))
        return True

    def _clock(self, word: str) -> bool:
        found = CLOCK.fullmatch(word)
        if found is None:
            return False
        if self.hour is not None:
            self.faults.append("One time only: another time of day is another digest.")
            return True
        hour, minute = int(found[1]), int(found[2] or 0)
        if found[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[3] == "pm" else 0)
        if hour > 23 or minute > 59:
            self.faults.append(f"“{clean(word, MAX_SAID_CHARS)}” is no time of day.")
        self.hour, self.minute = min(hour, 23), min(minute, 59)
        return True

    def _rest(self, rest: Sequence[str]) -> None:
        """What is neither day nor time begins with the zone; the nearest stands in for what is not known."""
        for most in range(min(len(rest), MAX_ZONE_WORDS), 0, -1):
            found = resolve(" ".join(rest[:most]))
            if not found.fault or most == 1:
                self.zone = found.zone
                self._not_understood(rest if found.fault else rest[most:], found.fault)
                return

    def _not_understood(self, rest: Sequence[str], fault: str) -> None:
        if not rest:
            return
        shown = clean(rest[0], MAX_SAID_CHARS)
        near = difflib.get_close_matches(rest[0].lower()[:MAX_SAID_CHARS], WORDS, n=1, cutoff=0.75)
        if near:
            self.faults.append(f"I do not know “{shown}”.")
            self._day(near[0])
            self.zone = resolve(" ".join(rest[1:]) or "UTC").zone
        else:
            self.faults.append(fault or f"I do not know “{shown}”.")


def _apart(words: Iterable[str]) -> list[str]:
    """Commas taken for blanks, ``6 h`` and ``9:30 am`` put together; ``every hour`` is ``every 1h``."""
    joined: list[str] = []
    for word in " ".join(words).replace(",", " ").split():
        low, before = word.lower(), joined[-1].lower() if joined else ""
        if (low in ("am", "pm") and CLOCK.fullmatch(before)) or (EVERY.fullmatch(low) and before.isdecimal()):
            joined[-1] += word
        else:
            joined.append("1h" if low in ("hour", "h") and before == "every" else word)
    return joined


def _weekdays(days: Sequence[str]) -> str:
    """The cron field for these words, in the week's order."""
    if len(set(days)) == 1 and days[0] in GROUPS:
        return GROUPS[days[0]]
    members = {"daily": DAYS, "weekdays": DAYS[:5], "weekends": DAYS[5:]}
    chosen = {one for day in days for one in members.get(day, (day,))}
    named = ",".join(day for day in DAYS if day in chosen)
    short = {",".join(DAYS): "*", ",".join(DAYS[:5]): "mon-fri", "": "*"}
    return short.get(named, named)
