import pytest

from handlers.channels import EVENTS
from handlers.command import Desk
from handlers.digests import schedules
from handlers.digests.model import Pause, Schedule, schedule_id
from tests.handlers.digests.world import CHANNEL, USER, World, schedule
from tests.handlers.render.samples import NOON


def happen(desk: Desk, kind: str, id: str = "Ev1", **told: str) -> None:
    [event] = [event for event in EVENTS if event.kind == kind]
    task = event.begin({"event_id": id, "event": {"type": kind, "channel": CHANNEL, **told}}, desk)
    assert task is not None
    task()


def why(desk: Desk, channel: str = CHANNEL) -> list[str | None]:
    return [one.paused.why if one.paused else None for one in schedules.of_channel(desk, channel)]


@pytest.fixture
def world() -> World:
    return World(digests=())


@pytest.fixture
def desk(world: World) -> Desk:
    desk = world.desk()
    schedules.add(desk, schedule(fixed=False, by=USER))
    return desk


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("channel_archive", "archived"),
        ("group_deleted", "no such channel"),
        ("channel_left", "not in the channel"),
    ],
)
def test_digests_rest_where_the_channel_ends_and_their_owner_is_told_once(
    world: World, desk: Desk, kind: str, said: str
) -> None:
    happen(desk, kind)
    happen(desk, kind)
    happen(desk, kind, id="Ev2")
    [pause] = why(desk)
    assert pause is not None
    assert said in pause
    assert len(world.slack.said) == 1


def test_an_open_channel_wakes_what_its_archive_put_to_rest(desk: Desk) -> None:
    happen(desk, "channel_archive")
    happen(desk, "channel_unarchive", id="Ev2")
    assert why(desk) == [None]


def test_an_open_channel_wakes_nothing_that_a_person_paused(desk: Desk) -> None:
    [one] = schedules.of_channel(desk, CHANNEL)
    schedules.pause(desk.store, Pause(id=one.id, at=NOON, by=USER, why="holidays"))
    happen(desk, "channel_archive")
    happen(desk, "channel_unarchive", id="Ev2")
    assert why(desk) == ["holidays"]


def test_digests_follow_a_channel_to_its_new_id(desk: Desk) -> None:
    happen(desk, "channel_archive")
    told = {"old_channel_id": CHANNEL, "new_channel_id": "C0NEW"}
    happen(desk, "channel_id_changed", id="Ev2", **told)
    assert schedules.of_channel(desk, CHANNEL) == ()
    [moved] = schedules.of_channel(desk, "C0NEW")
    assert isinstance(moved, Schedule)
    assert (moved.id, moved.by) == (schedule_id("C0NEW", moved.cron, moved.zone, None), USER)
    assert why(desk, "C0NEW") == ["the channel is archived"]


def test_the_settings_digests_are_the_operators(caplog: pytest.LogCaptureFixture) -> None:
    desk = World(digests=(schedule(),)).desk()
    happen(desk, "channel_id_changed", old_channel_id=CHANNEL, new_channel_id="C0NEW")
    assert f"the channel {CHANNEL} is C0NEW now" in caplog.text
    assert why(desk) == [None]
