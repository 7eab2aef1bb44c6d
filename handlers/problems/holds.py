"""Who has taken a problem on, who wants no messages of it: made, taken back, and asked for by others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.problems.model import LEDGERS, Hold, Ledger, Problem, ledger_key
from handlers.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A problem that is open, who holds it, and where its messages are (channel, ts)."""

    cluster: str
    problem: Problem
    ack: Hold | None
    silence: Hold | None
    messages: tuple[tuple[str, str], ...]


def standing(store: Store, cluster: str, now: datetime) -> Mapping[str, Standing]:
    """The cluster's open problems by id, the heaviest first. Raises StoreError."""
    ledger = LEDGERS.get(store, ledger_key(cluster)) or Ledger()
    return {
        problem.id: Standing(
            cluster=cluster,
            problem=problem,
            ack=problem.ack if problem.acknowledged(now) else None,
            silence=problem.silence if problem.silenced(now) else None,
            messages=tuple((post.channel, post.ts) for post in ledger.posts if problem.id in post.told),
        )
        for problem in ledger.open
    }


def acknowledged_by(store: Store, clusters: Iterable[str], user: str, now: datetime) -> tuple[Standing, ...]:
    """The open problems that this person has acknowledged. Raises StoreError."""
    found = (one for cluster in clusters for one in standing(store, cluster, now).values())
    return tuple(one for one in found if one.ack is not None and user in (one.ack.by, one.ack.owner))


def acknowledge(store: Store, cluster: str, ids: Sequence[str], hold: Hold | None) -> tuple[Problem, ...]:
    """Let somebody take open problems on, or give them back (None); which it was. Raises StoreError."""
    return _change(store, cluster, ids, lambda problem: replace(problem, ack=hold))


def silence(store: Store, cluster: str, ids: Sequence[str], hold: Hold | None) -> tuple[Problem, ...]:
    """Want no messages of open problems, or want them again (None); which it was. Raises StoreError."""
    return _change(store, cluster, ids, lambda problem: replace(problem, silence=hold))


def _change(
    store: Store, cluster: str, ids: Sequence[str], change: Callable[[Problem], Problem]
) -> tuple[Problem, ...]:
    def changed(ledger: Ledger | None) -> Ledger | None:
        if ledger is None:
            return None
        return replace(
            ledger,
            problems=tuple(
                change(problem) if problem.id in ids and problem.is_open else problem
                for problem in ledger.problems
            ),
        )

    ledger = LEDGERS.change(store, ledger_key(cluster), changed) or Ledger()
    return tuple(problem for problem in ledger.open if problem.id in ids)
