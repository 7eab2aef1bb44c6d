import logging
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.clockwork import Clockwork
from handlers.command import Desk, Timer
from tests.bot.fakes import HandSweep, serving

WAIT_S = 10.0


def timer(run: Callable[[Desk], None], name: str = "often") -> Timer:
    return Timer(name=name, every=timedelta(seconds=1), run=run)


def test_runs_a_timer_again_and_again_with_the_desk() -> None:
    desks: list[Desk] = []
    twice = threading.Event()

    def run(desk: Desk) -> None:
        desks.append(desk)
        if len(desks) == 2:
            twice.set()

    with serving(("shop", HandSweep())) as (bot, _):
        clockwork = Clockwork((timer(run),), bot.desk)
        clockwork.start()
        try:
            assert twice.wait(WAIT_S)
        finally:
            clockwork.stop()
    assert desks[0] is bot.desk


def test_a_timer_that_raises_is_logged_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []
    again = threading.Event()

    def run(desk: Desk) -> None:
        runs.append(1)
        if len(runs) > 1:
            again.set()
        raise LookupError("a fault of ours")

    with serving(("shop", HandSweep())) as (bot, _):
        clockwork = Clockwork((timer(run),), bot.desk)
        with caplog.at_level(logging.ERROR):
            clockwork.start()
            try:
                assert again.wait(WAIT_S)
            finally:
                clockwork.stop()
    assert "a fault of ours" in caplog.text


@pytest.mark.filterwarnings("ignore")
def test_a_timer_that_lasts_is_not_begun_beside_itself_and_keeps_no_other_back() -> None:
    begun, go, other = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)
    at_once: list[int] = []

    def lasting(desk: Desk) -> None:
        at_once.append(1)
        begun.release()
        assert go.wait(WAIT_S)

    def quick(desk: Desk) -> None:
        other.release()

    with serving(("shop", HandSweep())) as (bot, _):
        clockwork = Clockwork((timer(lasting), timer(quick, "other")), bot.desk)
        clockwork.start()
        try:
            assert begun.acquire(timeout=WAIT_S)
            assert other.acquire(timeout=WAIT_S)
            assert other.acquire(timeout=WAIT_S)  # two rounds of the other one later
            assert other.acquire(timeout=WAIT_S)
            assert len(at_once) == 1
        finally:
            go.set()
            clockwork.stop()


def test_stops_though_it_has_no_timers() -> None:
    with serving(("shop", HandSweep())) as (bot, _):
        clockwork = Clockwork((), bot.desk)
        clockwork.start()
        clockwork.stop()
