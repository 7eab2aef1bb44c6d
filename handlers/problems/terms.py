"""For how long something is to hold, as people type it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.render.escape import clean
from handlers.render.words import counted

LONGEST = timedelta(days=30)
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
TERM = re.compile(r"([0-9]{1,5})(m|h|d|w)")
SAYS = "30m, 4h, 2d and 1w are such times; 30d is the longest."
MAX_REASON_CHARS = 300


class BadTerm(Exception):
    """No time that can be used; the text says what would be."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was typed after the word: up to the time, the time, and the reason."""

    before: tuple[str, ...]
    term: timedelta | None
    reason: str


def said(others: Sequence[str], known: Sequence[str] = ()) -> Said:
    """``PROBLEM [CLUSTER] [for 4h] [reason…]``; ``known`` are the clusters' names. Raises BadTerm.

    Without a time the reason begins after the problem, or after the cluster's name. The "for" may be
    left out.
    """
    lower = [word.lower() for word in others]
    if "for" in lower[:3]:
        place = lower.index("for")
        if place + 1 >= len(others):
            raise BadTerm(f"A time goes after “for”: {SAYS}")
        return Said(tuple(others[:place]), term(others[place + 1]), _reason(others[place + 2 :]))
    names = 2 if len(others) > 1 and others[1] in known else 1
    for place in (0, names):
        if place < len(others) and TERM.fullmatch(lower[place]):
            return Said(tuple(others[:place]), term(others[place]), _reason(others[place + 1 :]))
    return Said(tuple(others[:names]), None, _reason(others[names:]))


def term(text: str) -> timedelta:
    """``4h`` is four hours. Raises BadTerm."""
    found = TERM.fullmatch(text.lower())
    if found is None or int(found[1]) == 0:
        raise BadTerm(f"I do not understand “{clean(text, 40)}” as a time: {SAYS}")
    term = timedelta(**{UNITS[found[2]]: int(found[1])})
    if term > LONGEST:
        raise BadTerm(f"{clean(text, 40)} is longer than {counted(LONGEST.days, 'day')}: {SAYS}")
    return term


def _reason(words: Sequence[str]) -> str:
    return clean(" ".join(words), MAX_REASON_CHARS) if words else ""
