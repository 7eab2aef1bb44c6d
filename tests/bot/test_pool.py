import threading

import pytest

from bot import logs
from bot.work import STUCK_S, Acks, Pool
from handlers.work import INTERRUPTED, Busy

WAIT_S = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Held:
    """Tasks that run until they are let go."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go = threading.Event()

    def __call__(self) -> None:
        self.begun.release()
        assert self.go.wait(WAIT_S)


def nobody(reference: str) -> None:
    raise AssertionError(reference)


def test_is_stuck_when_every_worker_is_at_one_task_for_too_long() -> None:
    clock, held = Clock(), Held()
    pool = Pool(Acks(), workers=2, clock=clock)
    pool.submit(held, nobody)
    assert held.begun.acquire(timeout=WAIT_S)
    clock.now = STUCK_S + 1
    assert not pool.stuck  # the other worker is free
    pool.submit(held, nobody)
    assert held.begun.acquire(timeout=WAIT_S)
    assert not pool.stuck
    clock.now += STUCK_S + 1
    assert pool.stuck
    held.go.set()
    assert pool.stop(WAIT_S)
    assert not pool.stuck
    pool.close()


def test_whoever_waits_for_what_is_not_done_in_time_is_told() -> None:
    held = Held()
    told: list[str] = []
    pool = Pool(Acks(), workers=1)
    pool.submit(held, told.append)
    assert held.begun.acquire(timeout=WAIT_S)
    pool.submit(held, told.append)  # it waits behind the other
    assert not pool.stop(0.0)
    with pytest.raises(Busy):
        pool.submit(held, nobody)
    pool.close(WAIT_S)
    assert told == [INTERRUPTED, INTERRUPTED]
    held.go.set()


def test_what_ends_in_time_is_not_told_anything() -> None:
    held = Held()
    pool = Pool(Acks(), workers=1)
    pool.submit(held, nobody)
    held.go.set()
    assert pool.stop(WAIT_S)
    pool.close(WAIT_S)


def test_a_task_that_fails_is_told_with_the_reference_of_its_log_lines(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[str] = []
    seen: list[str] = []
    done = threading.Event()

    def fail() -> None:
        with logs.request() as mine:
            seen.append(mine)
        raise LookupError("broken")

    def failed(reference: str) -> None:
        told.append(reference)
        done.set()

    pool = Pool(Acks(), workers=1)
    with logs.request() as given:
        pool.submit(fail, failed)
    assert done.wait(WAIT_S)
    assert told == seen == [given]
    assert f"reference {given}" in caplog.text
    pool.close()


def test_waits_for_acks_to_be_quiet() -> None:
    acks = Acks()
    assert acks.quiet(0.0)
    with acks:
        assert not acks.quiet(0.0)
    assert acks.quiet(0.0)
