"""Snapshot.events: the Warning events that still speak at ``taken_at``."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from checks.collect.source import Source
from checks.collect.wire import Instant, before, clip, items
from checks.parts.kubernetes import Event, Events

RIGHTS = ("list events",)
SPEAKS_FOR = timedelta(minutes=10)  # after it was last seen: report-format.md
AHEAD = timedelta(minutes=2)  # a live sweep outlasts its taken_at, and clocks differ
MAX_ALIKE = 1000  # events of one reason about one kind in one namespace; the newest are kept
MAX_EVENTS = 20_000


class _Meta(msgspec.Struct, gc=False, rename="camel"):
    namespace: str | None = None
    creation_timestamp: Instant | None = None


class _Object(msgspec.Struct, gc=False):
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None


class _Series(msgspec.Struct, gc=False, rename="camel"):
    count: int | None = None
    last_observed_time: Instant | None = None


class _From(msgspec.Struct, gc=False):
    component: str | None = None


class _Event(msgspec.Struct, gc=False, rename="camel"):
    kind: str | None = None
    type: str | None = None
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    involved_object: _Object = msgspec.field(default_factory=_Object)
    reason: str | None = None
    message: str | None = None
    source: _From | None = None
    reporting_component: str | None = None
    series: _Series | None = None
    count: int | None = None
    first_timestamp: Instant | None = None
    last_timestamp: Instant | None = None
    event_time: Instant | None = None


def read(source: Source) -> Events:
    """Read the Warning events last seen within ten minutes, the newest last. Raises UnreadError."""
    now = source.meta.taken_at
    oldest, newest = before(now, SPEAKS_FOR.total_seconds()), before(now, -AHEAD.total_seconds())
    alike: dict[tuple[str, str | None, str], list[Event]] = {}
    for item in items(source, Events.ASKED, _Event, "Event"):
        seen = _last_seen(item) if item.type == "Warning" else None
        if seen is None or not oldest <= seen <= newest:
            continue
        event = _event(item, seen)
        kept = alike.setdefault((event.kind, event.namespace, event.reason), [])
        kept.append(event)
        if len(kept) >= 2 * MAX_ALIKE:
            kept[:] = _newest(kept, MAX_ALIKE)
    found = [event for kept in alike.values() for event in _newest(kept, MAX_ALIKE)]
    return Events(items=tuple(_newest(found, MAX_EVENTS)))


def _last_seen(item: _Event) -> datetime | None:
    times = (
        item.series.last_observed_time if item.series else None,
        item.last_timestamp,
        item.event_time,
        item.first_timestamp,
        item.metadata.creation_timestamp,
    )
    return max((time for time in times if time is not None), default=None)


def _event(item: _Event, seen: datetime) -> Event:
    about = item.involved_object
    return Event(
        kind=about.kind or "",
        namespace=about.namespace or None,
        name=about.name or "",
        reason=item.reason or "",
        message=clip(item.message),
        last_seen=seen,
        first_seen=item.first_timestamp or item.event_time or item.metadata.creation_timestamp,
        count=max(1, (item.series.count if item.series else None) or item.count or 1),
        component=(item.source.component if item.source else None) or item.reporting_component or "",
    )


def _newest(events: Iterable[Event], limit: int) -> list[Event]:
    """The newest events, the newest last; those of one instant in an order that does not depend on pages."""
    return sorted(
        events, key=lambda e: (e.last_seen, e.kind, e.namespace or "", e.name, e.reason, e.message, e.count)
    )[-limit:]
