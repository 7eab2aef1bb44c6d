"""A forecast in words."""

from math import ceil, floor

from handlers.history.forecast import Outlook
from handlers.history.ring import PODS
from handlers.render.words import UNKNOWN, number


def days_left(outlook: Outlook) -> str:
    """``3 to 5``, ``less than 1``, ``20 or more``; a word where no end is seen."""
    if outlook.days_low is None:
        return "none seen" if outlook.known else UNKNOWN
    low = floor(outlook.days_low)
    if outlook.days_high is None:
        return f"{low} or more"
    high = ceil(outlook.days_high)
    if high == 0:
        return "0"
    if high == 1:
        return "less than 1"
    return f"{low} to {high}" if low else f"less than {high}"


def room_words(outlook: Outlook) -> str:
    """``184 addresses free``, ``room for 30 pods``; says so when it was not read."""
    if outlook.unit == PODS:
        return f"room for {number(outlook.free_now)} {outlook.unit}"
    return f"{number(outlook.free_now)} {outlook.unit} free"
