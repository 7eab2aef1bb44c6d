"""The report as JSON, format 1, and back."""

import dataclasses
from datetime import UTC

import msgspec

from checks.report import Report


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
        return msgspec.json.decode(raw, type=Report)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise UnreadableReport(f"no report of format 1: {error}") from error
