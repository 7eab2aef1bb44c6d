"""Kubernetes quantities ("250m", "1.5Gi", "1e3") as whole numbers, rounded up as the scheduler does.

The grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

import re
from functools import lru_cache

_QUANTITY = re.compile(
    r"([+-]?)(\d*)(?:\.(\d*))?(?:([eE][+-]?\d{1,3})|(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei))?"
)
_TENS = {"n": -9, "u": -6, "m": -3, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_TWOS = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_MAX_CHARS = 64  # no quantity that the API writes is longer


@lru_cache(maxsize=4096)
def milli(quantity: str | int | float) -> int:
    """The quantity in thousandths ("250m" is 250), rounded up. Raises ValueError."""
    return _scaled(str(quantity), 3)


@lru_cache(maxsize=4096)
def whole(quantity: str | int | float) -> int:
    """The quantity in ones ("1Ki" is 1024), rounded up. Raises ValueError."""
    return _scaled(str(quantity), 0)


def _scaled(text: str, tens: int) -> int:
    match = _QUANTITY.fullmatch(text) if len(text) <= _MAX_CHARS and text.isascii() else None
    if match is None or not (match[2] or match[3]):
        raise ValueError(f"no quantity: {text[:40]!r}")
    sign, ones, fraction, exponent, suffix = match.groups(default="")
    number = int(ones + fraction) << _TWOS.get(suffix, 0)
    tens += int(exponent[1:] or 0) + _TENS.get(suffix, 0) - len(fraction)
    size: int = (
        number * 10**tens if tens >= 0 else -(-number // 10**-tens)
    )  # up, away from zero, as Go's does
    return -size if sign == "-" else size
