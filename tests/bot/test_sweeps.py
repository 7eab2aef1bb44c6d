import threading
from datetime import UTC, datetime

import pytest

from bot.clusters import Cluster
from bot.shelf import Shelf
from bot.store import MemoryStore
from bot.sweeps import SharedSweeps
from handlers.work import Seen, SweepFailed
from tests.bot.fakes import HandSweep

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def sweeps_of(sweep: HandSweep, clock: Clock | None = None, patience_s: float = 10.0) -> SharedSweeps:
    shelf = Shelf(MemoryStore(), lambda: NOON)
    return SharedSweeps(
        [Cluster("shop", sweep)], shelf, lambda: NOON, clock=clock or Clock(), patience_s=patience_s
    )


def test_one_sweep_for_all_who_ask_while_it_runs_and_a_new_one_afterwards() -> None:
    hand = HandSweep()
    hand.go.clear()
    clock = Clock()
    sweeps = sweeps_of(hand, clock)
    first, second = sweeps.join("shop"), sweeps.ask("shop")
    assert first is second
    hand.go.set()
    assert first.report() == hand.report
    clock.seconds = 1.0
    assert sweeps.join("shop").report() == hand.report
    assert hand.started == 2
    assert sweeps.ask("shop") == Seen(hand.report, 0.0)
    sweeps.stop()


def test_a_sweep_that_hangs_is_given_up_and_does_not_block_the_next() -> None:
    hand = HandSweep()
    hand.go.clear()
    clock = Clock()
    sweeps = sweeps_of(hand, clock, patience_s=0.0)
    stuck = sweeps.join("shop")
    assert list(stuck.follow(0.0)) == []
    with pytest.raises(SweepFailed, match="did not end in time"):
        stuck.report()
    another = sweeps.join("shop")
    assert another is not stuck
    hand.go.set()
    sweeps.stop()


def test_follow_shows_what_came_together_once_and_ends_with_the_sweep() -> None:
    hand = HandSweep()
    hand.go.clear()
    sweeps = sweeps_of(hand)
    sweep = sweeps.join("shop")
    assert hand.begun.acquire(timeout=5)
    assert hand.progress is not None
    for number in range(5):
        hand.progress(f"part {number}", True, 0.1)
    shown = []
    for lines in sweep.follow(60.0):  # the end cuts the pause short
        shown.append(len(lines))
        threading.Timer(0.01, hand.go.set).start()
    assert shown == [5]
    sweeps.stop()


def test_stop_lets_those_who_wait_go() -> None:
    hand = HandSweep()
    hand.go.clear()
    sweeps = sweeps_of(hand)
    sweep = sweeps.join("shop")
    sweeps.stop()
    with pytest.raises(SweepFailed, match="interrupted"):
        sweep.report()
    with pytest.raises(SweepFailed, match="restarted"):
        sweeps.join("shop").report()
    hand.go.set()
