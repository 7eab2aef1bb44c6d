"""Snapshot.cloudtrail, from ``cloudtrail lookup-events`` of each event name that was asked for."""

import msgspec

from checks.collect.each import ask_each
from checks.collect.operator_calls import expect_calls
from checks.collect.source import Source
from checks.collect.wire import Instant, clip, decode, entries
from checks.parts.aws_account import ApiCall, ApiCalls

RIGHTS = ("cloudtrail:LookupEvents",)


class _Event(msgspec.Struct, gc=False, rename="pascal"):
    event_name: str
    event_time: Instant
    cloud_trail_event: str | None = None


class _Identity(msgspec.Struct, gc=False):
    arn: str | None = None


class _Record(msgspec.Struct, gc=False, rename="camel"):
    error_code: str | None = None
    error_message: str | None = None
    user_identity: _Identity | None = None


def read(source: Source) -> ApiCalls:
    """The events of every name that answered, the newest last; one that refused is among ``errors``.

    Raises UnreadError when none was asked for or not one answered.
    """

    def of_name(path: str) -> tuple[ApiCall, ...]:
        found = (_call(event) for event in entries(source, path, "Events", _Event))
        return tuple(sorted(found, key=lambda call: call.time))

    expect_calls(source)
    found, errors = ask_each(source, ApiCalls.ASKED, "{argument}", of_name)
    return ApiCalls(by_name=found, errors=errors)


def _call(event: _Event) -> ApiCall:
    """The record inside is JSON in a text; one that cannot be read makes the whole answer unreadable."""
    record = decode((event.cloud_trail_event or "{}").encode(), _Record, "CloudTrailEvent")
    return ApiCall(
        name=event.event_name,
        time=event.event_time,
        error_code=record.error_code,
        error_message=clip(record.error_message),
        principal=clip((record.user_identity or _Identity()).arn, 256),
    )
