"""When a schedule of five cron fields comes due in a time zone, clock changes included.

APScheduler matches the fields against a wall clock; when that clock shows a time, in UTC, is decided here.
APScheduler 3 counts weekdays from Monday and wants both day fields to match; crontab(5) counts them from
Sunday and is content with either when both are restricted. People write crontab's.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
SECOND = timedelta(seconds=1)
YEARS = "2000-2199"  # a day that there never is would else be looked for until 9999, for half a second


class CronError(ValueError):
    """These fields are no schedule; the text says why."""


class Cron:
    """Five cron fields in an IANA zone."""

    def __init__(self, fields: str, zone: ZoneInfo) -> None:
        """Raises CronError."""
        self._zone = zone
        parts = fields.split()
        if len(parts) != 5:
            raise CronError(f"five fields are wanted (minute hour day month weekday), not {len(parts)}")
        minute, hour, day, month, weekday = parts
        weekday = _weekdays(weekday)
        both = day != "*" and weekday != "*"
        days = ((day, "*"), ("*", weekday)) if both else ((day, weekday),)
        try:
            self._walls = tuple(
                CronTrigger(
                    year=YEARS, month=month, day=d, day_of_week=w, hour=hour, minute=minute, timezone=UTC
                )
                for d, w in days
            )
        except (ValueError, TypeError) as error:
            raise CronError(str(error)) from error
        if self._next_wall(datetime(2024, 1, 1, tzinfo=UTC)) is None:
            raise CronError("this never comes")

    def after(self, instant: datetime) -> datetime:
        """The first time it comes due after that instant, in UTC.

        A time that a clock change skips comes due once, when the change is over; one that comes twice comes
        due at the first.
        """
        local = instant.astimezone(self._zone)
        wall = local.replace(tzinfo=UTC, fold=0) - SECOND  # wall clocks are kept as if they were UTC
        while True:
            found = self._next_wall(wall)
            if found is None:
                raise CronError("this never comes again")
            due = self._instant(found)
            if due > instant:
                return due
            wall = found

    def _next_wall(self, wall: datetime) -> datetime | None:
        found = (trigger.get_next_fire_time(None, wall + SECOND) for trigger in self._walls)
        return reduce(_sooner, found, None)

    def _instant(self, wall: datetime) -> datetime:
        """The instant at which the wall clock shows this for the first time, or first shows more."""
        local = wall.replace(tzinfo=self._zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(self._zone).replace(tzinfo=UTC) == wall:
            return instant
        # Skipped. With fold=1 an instant before the change is meant, with fold=0 one after it (PEP 495).
        before, after = local.replace(fold=1).astimezone(UTC), instant
        offset = before.astimezone(self._zone).utcoffset()
        while after - before > SECOND:
            middle = before + (after - before) / 2
            if middle.astimezone(self._zone).utcoffset() == offset:
                before = middle
            else:
                after = middle
        return after.replace(microsecond=0)


def _sooner(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _weekdays(field: str) -> str:
    """The weekday field with names for numbers: 0 and 7 are Sunday."""
    if field == "*":
        return field
    days: set[int] = set()
    for part in field.lower().split(","):
        days.update(_part(part))
    return ",".join(DAYS[day] for day in sorted(days))


def _part(part: str) -> Iterable[int]:
    span, _, step_text = part.partition("/")
    step = int(step_text) if step_text.isdecimal() else 0 if step_text else 1
    first, dash, last = span.partition("-")
    low, high = (0, 6) if span == "*" else (_day(first), _day(last) if dash else _day(first))
    if span != "*" and step_text and not dash:
        high = 6  # crontab(5): 1/2 is Monday and every second day after it
    if low > high and last in ("0", "sun"):
        high = 7
    if step < 1 or low > high:
        raise CronError(f"{part!r} is no weekday")
    return (day % 7 for day in range(low, high + 1, step))


def _day(text: str) -> int:
    if text in DAYS:
        return DAYS.index(text)
    if text.isdecimal() and int(text) <= 7:
        return int(text)
    raise CronError(f"{text!r} is no weekday")
