import random
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from checks.report import Report, Verdict
from handlers.problems.follow import follow
from handlers.problems.model import LEDGERS
from handlers.problems.tend import tend
from tests.handlers.problems.world import (
    CHANNEL,
    CLUSTER,
    DAILY,
    Crash,
    Fuse,
    World,
    cause,
    report,
    risk,
    unread,
    waiting,
)
from tests.handlers.render.samples import healthy

MAX_PODS = "kubelet-max-pods-too-low"
OVERLAP = "pod-cidr-overlaps-service-cidr"
DAY = timedelta(days=1)


def test_tells_a_new_problem_once_and_edits_the_message_until_it_is_over() -> None:
    world = World()
    world.look(report())
    world.look(report(cause(), waits=120), 4)
    [said] = world.slack.top()
    assert said.text.startswith("Problem: 14 nodes run the 11 pods")
    assert said.edits == 0, "nothing changed"
    world.look(report(cause(subjects_total=20), waits=160))
    assert "14 nodes at first, 20 now." in said.text
    assert "pods not scheduled: 120 at first, 160 now" in said.text
    world.look(report())
    assert said.text.startswith("Problem"), "one look without it may be chance"
    world.look(report())
    assert said.text.startswith("Over after 25 min: 14 nodes run")
    assert "pods not scheduled: 120 at first, 0 when it was over" in said.text
    assert "From 2026-11-22 12:10 UTC to 2026-11-22 12:35 UTC." in said.text
    assert not world.slack.replies()
    assert len(world.slack.top()) == 1


def test_a_count_that_grows_is_no_news_and_harm_that_begins_is() -> None:
    world = World()
    world.look(report(risks=[risk(MAX_PODS, severity="medium")]))
    world.look(report(risks=[risk(MAX_PODS, severity="medium", subjects_total=99)]))
    assert not world.slack.replies()
    world.look(report(cause()), 3)
    [said] = world.slack.replies()
    assert said.text.startswith("Worse: 14 nodes")
    assert said.body["reply_broadcast"] is True
    assert said.thread_ts == world.slack.top()[0].ts
    assert "before that it hurt nobody, severity medium" in world.slack.top()[0].text


def test_a_severity_that_goes_up_and_down_is_told_once() -> None:
    world = World()
    for _ in range(5):
        world.look(report(cause(severity="medium")))
        world.look(report(cause(severity="high")))
    assert len(world.slack.replies()) == 1


def test_slight_risks_are_left_to_the_digest() -> None:
    world = World()
    world.look(report(risks=[risk(severity="low")]), 3)
    assert not world.slack.said
    world.look(report(risks=[risk(severity="medium")]))
    assert len(world.slack.top()) == 1


def test_problems_that_come_together_share_a_message_and_stay_problems() -> None:
    world = World()
    world.look(report(cause("a"), cause("b", severity="high"), risks=[risk("c")]))
    [said] = world.slack.top()
    assert said.text.startswith("Problem: 3 problems. The worst: ")
    world.look(report(cause("a")), 2)
    assert said.text.startswith("Problem: 3 problems, 1 still open.")
    assert [p.id for p in world.ledger().problems if not p.is_open] == ["b", "c"]
    world.look(report(), 2)
    assert said.text.startswith("Over: 3 problems, none of them open")


def test_what_comes_back_within_the_hour_opens_its_old_message_again() -> None:
    world = World()
    world.look(report(cause()))
    world.look(report(), 2)
    world.look(report(cause()))
    [said] = world.slack.top()
    assert said.text.startswith("Problem")
    assert "went away and came back 1 time." in said.text
    world.look(report(), 14)
    world.look(report(cause()))
    old, new = world.slack.top()
    assert old.text.startswith("Over")
    assert new.text.startswith("Problem")


@pytest.mark.parametrize("blind", [False, True])
def test_what_could_not_be_checked_neither_ends_nor_changes(blind: bool) -> None:
    world = World()
    world.look(report(cause()))
    gap = replace(healthy(), verdict=Verdict.UNKNOWN) if blind else unread(report(), MAX_PODS)
    world.look(gap, 2)
    [said] = world.slack.top()
    assert said.text.startswith("Problem")
    assert said.edits == 0
    world.look(gap, 10)
    assert said.text.startswith("Not checked")
    assert "Not checked since 2026-11-22 12:05 UTC" in said.text
    world.look(report(cause()))
    assert said.text.startswith("Problem")
    assert len(world.slack.said) == 1


def test_a_symptom_whose_known_cause_is_unread_is_no_new_problem() -> None:
    world = World()
    world.look(report(cause(), symptoms=[waiting(MAX_PODS)]))
    world.look(unread(report(symptoms=[waiting()]), MAX_PODS), 5)
    assert len(world.slack.said) == 1
    assert [problem.id for problem in world.ledger().problems] == [MAX_PODS]


def test_a_symptom_that_gets_its_cause_is_told_with_it() -> None:
    world = World()
    world.look(report(symptoms=[waiting()]))
    world.look(report(cause(), symptoms=[waiting(MAX_PODS)]), 2)
    symptom, found = world.slack.top()
    assert symptom.text.startswith("Over after 5 min: 120 pods wait")
    assert f"It is told with {MAX_PODS} now." in symptom.text
    assert found.text.startswith("Problem: 14 nodes")


def test_says_not_checked_when_no_report_comes_at_all() -> None:
    world = World()
    world.look(report(cause()))
    world.now += timedelta(minutes=21)
    tend(world.desk)
    [said] = world.slack.top()
    assert "Not checked since 2026-11-22 12:05 UTC" in said.text


def test_tells_only_channels_with_an_active_digest_of_the_cluster() -> None:
    other = replace(DAILY, id="d2", channel="C0BANK", cluster="bank")
    everything = replace(DAILY, id="d3", channel="C0ALL")
    world = World(digests=(DAILY, other, everything))
    world.look(report(cause()))
    assert [one.channel for one in world.slack.said.values()] == [CHANNEL, "C0ALL"]
    silent = World(digests=())
    silent.look(report(cause()))
    assert not silent.slack.said
    assert silent.problem(MAX_PODS).is_open


def test_a_channel_that_gets_a_digest_later_hears_no_old_news() -> None:
    world = World(digests=())
    world.look(report(cause()), 20)
    world.digests = (DAILY,)
    world.start()
    world.look(report(cause()), 3)
    assert not world.slack.said


def test_when_the_day_is_used_up_the_last_message_takes_up_the_rest() -> None:
    world = World(most=2)
    ids = ["a", "b", "c", "d"]
    for count in range(1, 5):
        world.look(report(*map(cause, ids[:count])))
    first, second = world.slack.top()
    assert first.text.startswith("Problem: 14 nodes")
    assert second.text.startswith("Problem: 3 problems. The worst: ")
    assert "2 came later: the day's unasked messages for this channel are used up" in second.text
    world.look(report(*map(cause, ids)), 12 * 24)
    assert len(world.slack.top()) == 2, "old news are no news on the next day"
    world.look(report(*map(cause, [*ids, "e"])))
    assert len(world.slack.top()) == 3


def test_a_day_is_any_24_hours() -> None:
    world = World(most=1)
    world.look(report(cause("a")))
    world.look(report(cause("a"), cause("b")), every=timedelta(hours=23, minutes=59))
    assert len(world.slack.top()) == 1
    world.look(report(cause("a"), cause("b"), cause("c")), every=timedelta(minutes=1))
    assert len(world.slack.top()) == 2


def test_two_clusters_share_a_channels_day() -> None:
    world = World(clusters=(CLUSTER, "bank"), most=1)
    world.look(report(cause()))
    world.look(replace(report(cause()), cluster="bank"))
    assert len(world.slack.top()) == 1


def test_none_a_day_means_none() -> None:
    world = World(most=0)
    world.look(report(cause()), 3)
    assert not world.slack.said


def test_a_post_that_slack_refused_is_tried_again_and_takes_nothing_from_the_day() -> None:
    world = World(most=1)
    world.slack.refusals["chat.postMessage"] = ["not_in_channel"] * 2
    world.look(report(cause()))
    assert not world.slack.said
    world.look(report(cause()), 3)
    assert len(world.slack.said) == 1


def test_a_post_that_may_stand_is_never_posted_again() -> None:
    world = World()
    world.slack.refusals["chat.postMessage"] = ["internal_error"]
    world.look(report(cause()), 10)
    assert not world.slack.said


def test_a_message_that_was_deleted_is_left_alone() -> None:
    world = World()
    world.look(report(cause()))
    world.slack.refusals["chat.update"] = ["message_not_found"]
    world.look(report(cause(subjects_total=20)))
    world.look(report(cause(subjects_total=30)), 3)
    assert len(world.slack.said) == 1
    assert world.slack.top()[0].edits == 0


def test_an_edit_that_did_not_get_through_is_made_later() -> None:
    world = World()
    world.look(report(cause()))
    world.slack.refusals["chat.update"] = ["internal_error"] * 6
    world.look(report(cause(subjects_total=20)))
    assert "20 now" not in world.slack.top()[0].text
    world.slack.refusals.clear()
    tend(world.desk)
    assert "20 now" in world.slack.top()[0].text


def test_does_not_wait_for_each_message_while_slack_takes_no_edits() -> None:
    world = World(digests=tuple(replace(DAILY, id=f"d{n}", channel=f"C0{n}") for n in range(5)))
    world.look(report(cause()))
    world.slack.refusals["chat.update"] = ["token_revoked"] * 50
    world.look(report(cause(subjects_total=20)))
    assert len(world.slack.refusals["chat.update"]) >= 49, "one was enough to know"


def test_tells_nothing_while_the_store_is_away_and_makes_up_for_it() -> None:
    world = World()
    world.look(report())
    world.store.away = True
    world.look(report(cause()), 2)
    tend(world.desk)
    assert not world.slack.said
    world.store.away = False
    world.look(report(cause()), 2)
    assert len(world.slack.said) == 1


def test_a_report_that_comes_twice_or_late_counts_once() -> None:
    world = World()
    world.look(report(cause()))
    late = replace(report(), taken_at=world.now)
    follow(late, world.desk)
    follow(replace(late, taken_at=world.now - timedelta(minutes=1)), world.desk)
    follow(late, world.desk)
    assert world.problem(MAX_PODS).missing is None


def test_a_recording_is_looked_at_by_the_bots_clock() -> None:
    world = World()
    shown = replace(report(), source="recording")
    world.now += DAY
    follow(replace(shown, causes=(cause(),)), world.desk)
    assert world.problem(MAX_PODS).since == world.now
    for _ in range(2):
        world.now += DAY
        follow(shown, world.desk)
    assert not world.problem(MAX_PODS).is_open


def test_a_month_of_a_stable_cluster_is_quiet_after_the_first_message() -> None:
    world = World()
    wobble = random.Random(7)
    for number in range(30 * 24 * 2):
        shown = report(
            cause(subjects_total=14 + wobble.randrange(3)), risks=[risk(), risk("leak", severity="low")]
        )
        if number % 97 == 5:
            shown = replace(shown, causes=())  # a single look without it
        if number % 101 == 7:
            shown = unread(replace(shown, causes=(), risks=()), MAX_PODS, OVERLAP, "leak")
        world.look(shown, every=timedelta(minutes=30))
    assert len(world.slack.top()) == 1
    assert not world.slack.replies()
    assert list(world.unasked_by_day()) == [1]
    kept = world.kept.get("cilium:payments-prod:problems")
    assert kept is not None
    assert len(kept) < 10_000


def test_a_month_of_an_unstable_cluster_tells_each_problem_once_and_no_more_than_the_day_takes() -> None:
    world = World()
    chance = random.Random(11)
    ids = [f"fault-{number}" for number in range(40)]
    sick: dict[str, int] = {}
    begun: dict[str, int] = {}
    for number in range(30 * 24 * 2):
        for id in ids:
            if id not in sick and chance.random() < 0.0012:
                sick[id] = number
                begun[id] = begun.get(id, 0) + 1
            elif id in sick and chance.random() < 0.03:
                del sick[id]
        flapping = [id for id in sick if chance.random() < 0.95]
        world.look(report(*map(cause, flapping)), every=timedelta(minutes=30))
        if chance.random() < 0.03:
            world.start()
    assert max(world.unasked_by_day()) <= 3
    assert sum(begun.values()) > 60, "the month was busy"
    told = [said.text for said in world.slack.top()]
    for id, lives in begun.items():
        assert sum(id in text.replace(".", " ").replace(")", " ").split() for text in told) <= lives, id
    assert not world.slack.replies()


def scenario(world: World, begin: int = 0) -> None:
    """Healthy, sick, worse, better, well; each round twice, so that a crash costs no look."""
    steps: list[Report] = [
        report(),
        report(cause("a"), risks=[risk("b")]),
        report(cause("a"), cause("b"), cause("c")),
        report(cause("a")),
        report(),
    ]
    for step in steps[begin:]:
        world.look(step, 3)


def test_nothing_is_told_twice_wherever_the_process_ends() -> None:
    probe = World()
    scenario(probe)
    assert (len(probe.slack.top()), len(probe.slack.replies())) == (2, 1)
    lost = 0
    for at in range(1, probe.fuse.count + 1):
        for after in (False, True):
            world = World(fuse=Fuse(at, after=after))
            with pytest.raises(Crash):
                scenario(world)
            world.fuse.at = None
            world.start()
            step = (world.now - probe.now) / timedelta(minutes=5)  # where it was: rounds before the end
            scenario(world, 5 - int(-step // 3) - 1)
            tend(world.desk)
            top, replies = world.slack.top(), world.slack.replies()
            assert len(top) <= 2, (at, after)
            assert len(replies) <= 1, (at, after)
            for id in ("(critical, a)", "(critical, b)"):
                assert sum(id in said.text for said in top) <= 1, (at, after)
            known = {post.ts for post in world.ledger().posts}
            assert all(said.text.startswith("Over") for said in top if said.ts in known), (at, after)
            lost += (len(top), len(replies)) != (2, 1)
    assert lost <= 15, "only between a claim and its message"


def test_two_replicas_that_see_the_same_tell_it_once() -> None:
    for _ in range(10):
        world = World(digests=(DAILY, replace(DAILY, id="d2", channel="C0ALL")))
        world.look(report())
        world.now += timedelta(minutes=5)
        gate = threading.Barrier(4)

        def replica(lag: int, world: World = world, gate: threading.Barrier = gate) -> None:
            desk = world.new_desk()
            shown = report(cause("a"), cause("b"), risks=[risk("c")])
            seen = replace(shown, taken_at=world.now + timedelta(seconds=lag // 2))
            gate.wait()
            follow(seen, desk)

        threads = [threading.Thread(target=replica, args=(lag,)) for lag in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [one.channel for one in world.slack.top()].count(CHANNEL) == 1
        assert len(world.slack.said) == 2
        assert len(world.ledger().posts) == 2


def test_a_ledger_of_another_version_counts_as_none() -> None:
    world = World()
    world.kept.put("cilium:payments-prod:problems", b'{"version": 99, "value": {}}', None)
    assert LEDGERS.get(world.kept, "cilium:payments-prod:problems") is None
