"""The report as JSON, format 1, and back."""

import dataclasses
from datetime import UTC

import msgspec

from checks.report import Report

# Built on import, by one thread: msgspec's first use of a struct is not safe beside another.
_REPORT = msgspec.json.Decoder(Report)


class UnreadableReport(ValueError):
    """These bytes are no report of format 1."""


def encode(report: Report, *, indent: int | None = None) -> bytes:
    """The report with its fields in the format's order; ``taken_at`` in UTC with Z. Nothing is cut."""
    in_utc = dataclasses.replace(report, taken_at=report.taken_at.astimezone(UTC))
    raw = msgspec.json.encode(in_utc)
    return raw if indent is None else msgspec.json.format(raw, indent=indent)


def decode(raw: bytes | str) -> Report:
    """The report in these bytes. Raises UnreadableReport when they are not one."""
    try:
        return _REPORT.decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableReport(f"no report of format 1: {error}") from error
