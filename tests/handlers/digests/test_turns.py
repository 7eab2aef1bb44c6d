"""What is due is posted once, or told: through restarts at every point, a store and a Slack away."""

import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Barrier

import pytest

from handlers.digests import schedules
from handlers.digests import standing as steps
from handlers.digests.dead import given_up
from handlers.digests.model import Pause
from handlers.digests.standing import dues, standing_of
from handlers.digests.turns import Turns
from handlers.render.words import moment
from tests.handlers.digests.world import CHANNEL, USER, World, schedule
from tests.handlers.problems.world import Fuse, Said
from tests.handlers.render.samples import NOON, healthy, incident

DAY = timedelta(days=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)  # the first issue after NOON
TOLD = re.compile(r"The digest of \w+ (\d+) (\w+) (\d\d:\d\d) \(UTC\) was missed: ([^.]+)\.")
SPAN = re.compile(r"(\d+) digests from \w+ (\d+) (\w+) (\d\d:\d\d) \(UTC\) to \w+ (\d+) (\w+) (\d\d:\d\d)")


def posted(world: World) -> list[datetime]:
    """The due times of what stands in the channel; "run now" is not among them."""
    one = world.digests[0]
    found = []
    for said in world.issues():
        *_, due = dues(one, NOON - timedelta(hours=3), said.at)
        found.append(due)
    return found


def told(world: World) -> list[datetime]:
    """The due times that are told as missed, in the channel or, not yet, in the list."""
    one = world.digests[0]
    text = "\n".join(said.text for said in world.issues())
    standing = standing_of(world.kept.store, one.id)
    found = [_at(day, month, clock) for day, month, clock, _ in TOLD.findall(text)]
    for _, *ends in SPAN.findall(text):
        found += dues(one, _at(*ends[:3]) - timedelta(seconds=1), _at(*ends[3:]))
    for missed in standing.missed if standing else ():
        found += dues(one, missed.first - timedelta(seconds=1), missed.last)
    return found


def _at(day: str, month: str, clock: str) -> datetime:
    return datetime.strptime(f"2026 {day} {month} {clock} +0000", "%Y %d %b %H:%M %z")


def first_lines(said: Sequence[Said]) -> list[str]:
    return [one.text.split("\n")[0] for one in said]


def test_posts_each_issue_on_time_and_its_detail_in_the_thread() -> None:
    world = World(report=incident())
    world.until(NINE + 2 * DAY + timedelta(minutes=1))
    assert [said.at for said in world.issues()] == [NINE, NINE + DAY, NINE + 2 * DAY]
    for issue in world.issues():
        replies = [said for said in world.slack.replies() if said.thread_ts == issue.ts]
        assert "kubelet" in replies[0].text
    assert first_lines(world.issues())[1:] == [
        f"Critical: nothing changed since {moment(NINE)}",
        f"Critical: nothing changed since {moment(NINE + DAY)}",
    ]


@pytest.mark.parametrize("after", [False, True])
def test_a_restart_at_any_point_loses_no_issue_and_repeats_none(after: bool) -> None:
    usual = World()
    usual.until(NINE + timedelta(minutes=1))
    in_doubt = 0
    for point in range(1, usual.fuse.count + 1):
        world = World(fuse=Fuse(point, after=after))
        world.until(NINE + DAY + timedelta(minutes=1))
        assert world.started == 2
        found, missed = posted(world), told(world)
        assert max(Counter(found).values()) == 1, point
        assert {*found, *missed} == {NINE, NINE + DAY}, point
        in_doubt += bool(missed)
    assert in_doubt == 2  # between the word to Slack and the note of its answer nobody can know


@pytest.mark.parametrize("seed", range(3))
def test_a_month_of_restarts_and_outages_sends_or_tells_each_once(seed: int) -> None:
    random = Random(seed)
    world = World(digests=(schedule("0 */4 * * *"),))
    end = NOON + timedelta(days=30)
    while world.now < end:
        world.fuse.count, world.fuse.at = 0, random.randint(1, 60)
        world.fuse.after = random.random() < 0.5
        world.until(min(end, world.now + timedelta(hours=random.randint(1, 60))))
        if random.random() < 0.4:  # nobody runs it for a while
            world.now += timedelta(hours=random.randint(1, 30))
            world.start()
    world.fuse.at = None
    world.until(world.now + timedelta(hours=5))
    world.timetable.look()
    found, missed = posted(world), told(world)
    wanted = set(dues(world.digests[0], NOON, world.now))
    assert max(Counter(found).values()) == 1
    assert {*found, *missed} == wanted
    assert len(set(found) & set(missed)) < world.started  # what a crash left in doubt
    assert len(found) > len(wanted) / 2


def test_of_two_replicas_one_makes_each_issue() -> None:
    world = World()
    one = world.timetable
    other = world.start()
    world.timetable = one
    world.until(NINE + 3 * DAY, other)
    assert posted(world) == [NINE, NINE + DAY, NINE + 2 * DAY]


def test_the_other_replica_takes_over_from_one_that_ended() -> None:
    world = World(fuse=Fuse(2, after=True))  # it has claimed the issue, and ends
    world.until(NINE - timedelta(seconds=1))
    other = world.timetable
    world.start()
    world.until(NINE + timedelta(minutes=5), other)
    assert posted(world) == [NINE]
    assert "late: I was restarted while I made it" in world.issues()[0].text


def test_sends_late_what_came_due_while_it_was_down_and_says_so() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.now += timedelta(hours=2)
    world.start()
    world.until(world.now + timedelta(minutes=5))
    [said] = world.issues()
    assert "was due at Mon 23 Nov 09:00 (UTC) and comes 2 h late: I was not running" in said.text


def test_tells_in_the_next_issue_what_is_too_old_to_be_sent() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.now += timedelta(hours=7)
    world.start()
    world.until(NINE + timedelta(hours=10))
    assert world.issues() == []
    world.until(NINE + DAY + timedelta(minutes=1))
    [said] = world.issues()
    assert "The digest of Mon 23 Nov 09:00 (UTC) was missed: I was not running." in said.text
    world.until(NINE + 2 * DAY + timedelta(minutes=1))
    assert "missed" not in world.issues()[-1].text


def test_of_many_that_were_missed_one_line_tells() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.now += timedelta(days=10)
    world.start()
    world.until(world.now + 2 * DAY)
    assert "10 digests from Mon 23 Nov 09:00 (UTC) to Wed 2 Dec 09:00 (UTC) were missed" in str(
        [said.text for said in world.issues()]
    )


def test_a_store_that_is_away_costs_the_comparison_and_no_issue() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.kept.away = True
    world.until(NINE + timedelta(minutes=10))
    [said] = world.issues()
    assert said.at - NINE < timedelta(minutes=12)
    assert "may come twice" in said.text
    world.kept.away = False
    world.until(NINE + DAY + timedelta(minutes=1))
    assert posted(world) == [NINE, NINE + DAY]
    assert "missed" not in world.issues()[-1].text


def test_waits_for_a_slack_that_takes_nothing_now() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.slack.refusals["chat.postMessage"] = ["message_limit_exceeded"] * 5
    world.until(NINE + timedelta(hours=1))
    [said] = world.issues()
    assert "late: Slack did not take it (message_limit_exceeded)" in said.text


def test_gives_up_an_issue_that_slack_did_not_take_for_hours_and_tells_why() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.slack.refusals["chat.postMessage"] = ["token_revoked"] * 500
    world.until(NINE + timedelta(hours=7))
    world.slack.refusals.clear()
    world.until(NINE + DAY + timedelta(hours=1))
    [said] = world.issues()
    assert "was missed: Slack did not take it (token_revoked)" in said.text


def test_does_not_post_again_what_may_stand() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.slack.refusals["chat.postMessage"] = ["internal_error"]
    world.until(NINE + timedelta(hours=1))
    assert world.issues() == []
    world.until(NINE + DAY + timedelta(minutes=1))
    assert "so that it may stand or not" in world.issues()[0].text


@pytest.mark.parametrize("code", ["is_archived", "channel_not_found", "not_in_channel"])
def test_a_dead_channel_pauses_the_digest_and_is_told_once_to_whoever_set_it(code: str) -> None:
    world = World(digests=())
    desk = world.desk()
    own = schedule(fixed=False, by=USER)
    schedules.add(desk, own)
    world.until(NINE - timedelta(minutes=1))
    world.slack.refusals["chat.postMessage"] = [code]
    world.until(NINE + 3 * DAY)
    assert world.issues() == []
    [direct] = world.slack.top("D0ONCALL")
    assert direct.text.startswith("Digest paused: ")
    [paused] = schedules.of_channel(desk, CHANNEL)
    assert paused.paused is not None
    assert paused.paused.why
    steps.change(desk.store, own.id, lambda old: steps.resumed(old, world.now))
    schedules.resume(desk.store, own.id)
    world.until(NINE + 4 * DAY)
    world.timetable.look()
    assert "The digest of Mon 23 Nov 09:00 (UTC) was missed" in world.issues()[0].text


def test_a_dead_channel_of_the_settings_is_for_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.slack.refusals["chat.postMessage"] = ["is_archived"]
    world.until(NINE + timedelta(hours=1))
    assert "CILIUM_BOT_DIGESTS: the digest of C0OPS is paused: the channel is archived" in caplog.text
    assert not world.slack.said
    assert [(one.channel, one.fixed) for one in given_up(world.desk())] == [(CHANNEL, True)]


def test_a_paused_digest_misses_nothing_and_goes_on_from_then() -> None:
    world = World()
    one = world.digests[0]
    world.until(NINE - timedelta(minutes=1))
    schedules.pause(world.kept, Pause(id=one.id, at=world.now, by=USER))
    world.until(NINE + 2 * DAY)
    steps.change(world.kept, one.id, lambda old: steps.resumed(old, world.now))
    schedules.resume(world.kept, one.id)
    world.until(NINE + 2 * DAY + timedelta(minutes=1))
    assert world.issues() == []
    world.until(NINE + 3 * DAY + timedelta(minutes=1))
    assert "missed" not in world.issues()[0].text


def test_leaves_to_the_next_process_what_it_cannot_post_before_its_end() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.before_sweep = world.timetable.stop
    world.now = NINE
    world.timetable.look()
    assert world.issues() == []
    world.before_sweep = lambda: None
    world.start()
    world.now += timedelta(seconds=5)
    world.timetable.look()
    assert posted(world) == [NINE]


def test_what_was_deleted_while_it_was_made_is_not_posted() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.before_sweep = lambda: steps.forget(world.kept, world.digests[0].id)
    world.until(NINE + timedelta(minutes=5))
    assert world.issues() == []


def test_follows_clock_changes() -> None:
    world = World(digests=(schedule(zone="Europe/Berlin"),), now=datetime(2026, 10, 24, 0, tzinfo=UTC))
    world.until(datetime(2026, 10, 27, 0, tzinfo=UTC))
    assert [f"{said.at:%d %H:%M}" for said in world.issues()] == ["24 07:00", "25 08:00", "26 08:00"]


def test_says_nothing_of_what_came_due_before_it_was_set() -> None:
    world = World(now=NINE + timedelta(hours=1))
    world.until(NINE + DAY + timedelta(minutes=1))
    [said] = world.issues()
    assert "missed" not in said.text
    assert "late" not in said.text


def test_one_message_tells_of_all_clusters() -> None:
    world = World(clusters=("bank", "shop"))
    world.until(NINE + DAY + timedelta(minutes=1))
    assert first_lines(world.issues()) == [
        "Healthy: all 2 clusters",
        f"Healthy: all 2 clusters; nothing changed since {moment(NINE)}",
    ]
    assert "Healthy (2): bank, shop" in world.issues()[0].text


def test_a_store_that_comes_and_goes_never_makes_it_raise() -> None:
    world = World(report=healthy())
    random = Random(1)
    while world.now < NINE + 5 * DAY:
        world.kept.away = random.random() < 0.5
        world.timetable.look()
        world.now += timedelta(minutes=7)
    world.kept.away = False
    assert set(posted(world)) == {NINE + number * DAY for number in range(5)}


def test_of_twenty_replicas_at_the_same_moment_one_makes_it() -> None:
    world = World()
    world.until(NINE - timedelta(minutes=1))
    world.now = NINE
    together = Barrier(20)

    def replica(number: int) -> None:
        turns = Turns(world.desk(), f"replica {number}", stopping=lambda: False)
        together.wait(10)
        turns.take(world.digests[0])

    with ThreadPoolExecutor(20) as threads:
        list(threads.map(replica, range(20)))
    assert posted(world) == [NINE]
