"""The one instant at which every built cluster is seen, and times before it."""

import uuid
from datetime import UTC, datetime, timedelta

Object = dict[str, object]
"""A JSON object of an answer."""

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def ago(*, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> datetime:
    """The instant that long before NOW."""
    return NOW - timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def stamp(moment: datetime) -> str:
    """RFC 3339 in seconds, as metav1.Time is written: ``2026-11-22T09:00:00Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def micro(moment: datetime) -> str:
    """RFC 3339 in microseconds, as metav1.MicroTime is written (leases)."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def aws_stamp(moment: datetime) -> str:
    """As the AWS CLI prints a timestamp: ``2026-11-22T09:00:00+00:00``."""
    return moment.isoformat()


def uid(*words: object) -> str:
    """A UID that is always the same for the same words."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(map(str, words))))


def digits(count: int, *words: object) -> str:
    """So many hexadecimal digits, always the same for the same words (ids of AWS objects)."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(map(str, words))).hex[:count]


def suffix(count: int, *words: object) -> str:
    """Letters and digits as the API server draws for generated names, always the same for the same words."""
    alphabet = "bcdfghjklmnpqrstvwxz2456789"
    number = uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(map(str, words))).int
    drawn = ""
    for _ in range(count):
        number, rest = divmod(number, len(alphabet))
        drawn += alphabet[rest]
    return drawn
