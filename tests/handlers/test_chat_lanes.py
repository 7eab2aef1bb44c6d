"""When the next message may go out."""

import pytest

from handlers.lanes import MOST_LANES, SLOW_S, Lanes


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    return Time()


def test_holds_nothing_back_before_slack_does(time: Time) -> None:
    lanes = Lanes(time)
    assert [lanes.slot("post", "C1") for _ in range(50)] == [0.0] * 50
    assert lanes.free("post", "C1")


def test_goes_one_by_one_after_the_time_that_slack_named(time: Time) -> None:
    lanes = Lanes(time)
    lanes.limited("post", "C1", 30)
    assert [lanes.slot("post", "C1") for _ in range(3)] == [30.0, 31.0, 32.0]
    assert [lanes.slot("edit", "C1"), lanes.slot("post", "C2")] == [0.0, 0.0]
    time.now = 29
    assert lanes.held("post", "C1")
    time.now = 31
    assert not lanes.held("post", "C1")
    assert not lanes.free("post", "C1")


def test_edits_are_some_fifty_a_minute(time: Time) -> None:
    lanes = Lanes(time)
    lanes.limited("edit", "C1", 0)
    assert [round(lanes.slot("edit", "C1"), 1) for _ in range(3)] == [0.0, 1.2, 2.4]


def test_hurries_again_after_a_quiet_minute_but_never_past_those_who_wait(time: Time) -> None:
    lanes = Lanes(time)
    lanes.limited("post", "C1", 1)
    waiting = [lanes.slot("post", "C1") for _ in range(90)]
    time.now = 1 + SLOW_S
    assert [lanes.slot("post", "C1") for _ in range(2)] == [waiting[-1] + 1, waiting[-1] + 2]
    assert not lanes.free("post", "C1")
    time.now = 200
    assert [lanes.slot("post", "C1") for _ in range(2)] == [200.0, 200.0]


def test_a_channel_is_told_once_as_long_as_it_is_slow(time: Time) -> None:
    lanes = Lanes(time)
    assert [lanes.tell("C1", 40), lanes.tell("C1", 40), lanes.tell("C2", 40)] == [True, False, True]
    time.now = 41 + SLOW_S
    assert lanes.tell("C1", 40)


def test_keeps_so_many_lanes_and_forgets_those_that_are_free(time: Time) -> None:
    lanes = Lanes(time)
    lanes.limited("post", "C0", 30)
    for number in range(3 * MOST_LANES):
        lanes.slot("post", f"C1{number}")
    assert lanes.held("post", "C0")
