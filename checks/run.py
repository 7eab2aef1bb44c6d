"""Put every check to one snapshot: found, clear, or not checked and why."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto

from checks.model import Check, Finding, Undecided
from checks.snapshot import Snapshot

logger = logging.getLogger(__name__)

_PLACES_HARM = ("nodes", "pods", "cilium", "cilium_nodes", "waiting", "accounts")
"""Helping parts that tell whom a fault hurts: without them it can look like one that hurts nobody."""

_BEHIND_ACCOUNTS = ("cilium_nodes", "instance_types")
"""Parts that the figures of ``accounts`` rest on where a node's capacity is not known."""


class Verdict(Enum):
    """What came of one check. Unread is never clear."""

    FOUND = auto()
    CLEAR = auto()
    NOT_CHECKED = auto()
    BROKEN = auto()
    NOT_APPLICABLE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One check on one snapshot.

    ``undecided``: (why, grant) of what it could not tell, beside its findings if there are any; for
    NOT_CHECKED and BROKEN the reason is here too. ``unplaced`` says the same of whom its findings hurt: it
    counts only when the diagnosis finds that they hurt nobody.
    """

    check: Check
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    undecided: tuple[tuple[str, str | None], ...] = ()
    unplaced: tuple[tuple[str, str | None], ...] = ()

    @property
    def reason(self) -> str:
        """Why it was not checked; "" when it was."""
        return self.undecided[0][0] if self.undecided else ""


def run(checks: Iterable[Check], snapshot: Snapshot) -> tuple[Result, ...]:
    """One result per check, in the order given. A check that raises is BROKEN, and the others go on."""
    return tuple(_one(check, snapshot) for check in checks)


def _one(check: Check, snapshot: Snapshot) -> Result:
    applies, why = _applies(check, snapshot)
    if not applies:
        return Result(check=check, verdict=Verdict.NOT_APPLICABLE)
    missing = [name for name in check.needs if getattr(snapshot, name) is None]
    if missing or why:
        reasons = dict.fromkeys(_gap(snapshot, name) for name in [*why, *missing])
        return Result(check=check, verdict=Verdict.NOT_CHECKED, undecided=tuple(reasons))
    parts = {name: getattr(snapshot, name) for name in (*check.needs, *check.helps)}
    findings: list[Finding] = []
    undecided: list[tuple[str, str | None]] = []
    try:
        for item in check.rule(**parts):
            if isinstance(item, Undecided):
                undecided.append(_reason(item, snapshot))
            else:
                findings.append(item)
    except Undecided as caught:
        undecided.append(_reason(caught, snapshot))
    except Exception as error:  # the boundary: one broken rule must not take the report away
        logger.exception("check %s broke", check.id)
        return Result(
            check=check,
            verdict=Verdict.BROKEN,
            undecided=((f"the check itself failed ({type(error).__name__})", None),),
        )
    if not findings and not undecided:
        undecided += _half_read(check, snapshot)
    unfound = Verdict.NOT_CHECKED if undecided else Verdict.CLEAR
    verdict = Verdict.FOUND if findings else unfound
    return Result(
        check=check,
        verdict=verdict,
        findings=tuple(findings),
        undecided=tuple(undecided),
        unplaced=_unplaced(check, snapshot) if findings else (),
    )


def _half_read(check: Check, snapshot: Snapshot) -> Iterator[tuple[str, str | None]]:
    """Why one of two lists of a needed part is missing: that the other one shows nothing proves nothing."""
    for name in check.needs:
        part = getattr(snapshot, name)
        if getattr(part, "unread", ""):
            yield part.unread, part.grant


def _unplaced(check: Check, snapshot: Snapshot) -> tuple[tuple[str, str | None], ...]:
    """Why it may not be known whom the check's findings hurt."""
    accounts = snapshot.accounts
    names = [name for name in _PLACES_HARM if name in check.helps and getattr(snapshot, name) is None]
    if (
        "accounts" in (*check.needs, *check.helps)
        and accounts
        and any(a.capacity is None for a in accounts.items)
    ):
        names += [name for name in _BEHIND_ACCOUNTS if getattr(snapshot, name) is None]
    return tuple(dict.fromkeys(_gap(snapshot, name) for name in names))


def _applies(check: Check, snapshot: Snapshot) -> tuple[bool, list[str]]:
    """Whether the check is for this mode and version, and the parts that would tell but are unread."""
    unread = []
    if check.modes:
        if snapshot.cilium is None:
            unread.append("cilium")
        elif snapshot.cilium.allocator not in check.modes:
            return False, []
    if check.since or check.until:
        if snapshot.version is None:
            unread.append("version")
        else:
            minor = snapshot.version.minor
            if (check.since and minor < check.since) or (check.until and minor > check.until):
                return False, []
    return True, unread


def _reason(item: Undecided, snapshot: Snapshot) -> tuple[str, str | None]:
    return _gap(snapshot, item.part) if item.part else (item.why, item.grant)


def _gap(snapshot: Snapshot, name: str) -> tuple[str, str | None]:
    gap = snapshot.gaps.get(name)
    if gap is None:
        return f"{name}: not asked", None
    reason = gap.reason if gap.reason != "not asked" else f"not asked: {gap.asked}"
    return reason, gap.grant
