"""Turns a log into lines that can be searched and shown."""

import re

from checks.collect.source import Source

MAX_LINES = 2000
MAX_LINE_CHARS = 2000

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def log_lines(source: Source, path: str) -> tuple[str, ...]:
    """The newest 2,000 lines, the newest last, each cut at 2,000 characters and without control characters.

    Raises UnreadError when the log was refused or not asked. Bytes that are no UTF-8 are replaced.
    """
    text = b"".join(source.pages(path)).decode("utf-8", errors="replace")
    lines = [line for line in text.split("\n") if line.strip()][-MAX_LINES:]
    return tuple(_clean(line[: 2 * MAX_LINE_CHARS])[:MAX_LINE_CHARS] for line in lines)


def _clean(line: str) -> str:
    return _CONTROL.sub("", _COLOUR.sub("", line)).rstrip()
