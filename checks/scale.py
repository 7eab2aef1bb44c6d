"""How severe a symptom is, by how much of the cluster it takes (report-format.md)."""

from checks.model import Severity


def scale(affected: int, live: int, *, replaceable: bool = False) -> Severity:
    """Critical from half of all live pods or nodes on, high from a tenth or 20 on, else medium.

    A single object that its controller can replace elsewhere is low.
    """
    if live and affected * 2 >= live and affected > 1:
        return Severity.CRITICAL
    if affected == 1 and replaceable:
        return Severity.LOW
    if live and affected * 2 >= live:
        return Severity.CRITICAL
    if affected >= 20 or (live and affected * 10 >= live):
        return Severity.HIGH
    return Severity.MEDIUM


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 pod``, ``2 pods``: a number with its noun."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
