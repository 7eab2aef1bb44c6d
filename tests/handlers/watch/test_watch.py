"""Watches from the question to their end, with a clock by hand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from checks.report import PendingGroup, Report
from handlers.command import Desk
from handlers.gestures import Clicked
from handlers.question import Place, Question, asked
from handlers.render.message import Message
from handlers.watch.model import MOST, MOST_IN_A_CHANNEL, watches
from handlers.watch.round import BLIND, EVERY, follow, go_on
from handlers.watch.word import CLICK, WORD
from handlers.work import Line, Sweep, SweepFailed
from tests.handlers.problems.world import CHANNEL, CLUSTER, NoSweeps, Said, World
from tests.handlers.problems.world import report as well
from tests.handlers.render.test_answers import group

SOON = timedelta(seconds=20)


class Begun:
    """A sweep whose report nobody waits for."""

    def follow(self, every_s: float) -> Iterator[Sequence[Line]]:
        return iter(())

    def report(self) -> Report:
        raise SweepFailed("nobody waits", "")


@dataclass(frozen=True)
class Counted(NoSweeps):
    """Counts the sweeps that were asked for."""

    begun: Counter[str] = field(default_factory=Counter)

    def join(self, cluster: str) -> Sweep:
        self.begun[cluster] += 1
        return Begun()


class Bench:
    """One bot with sweeps that are handed in."""

    def __init__(self, *clusters: str) -> None:
        self.world = World(clusters=clusters or (CLUSTER,))
        self.sweeps = Counted(self.world.clusters, len(self.world.clusters) == 1)
        self.desk = self.restarted()

    def restarted(self) -> Desk:
        self.world.start()
        self.desk = replace(self.world.desk, sweeps=self.sweeps)
        return self.desk

    def ask(self, text: str = "watch", channel: str = CHANNEL, **place: object) -> Message | None:
        """What the person is told at once; else the work is done."""
        where = replace(Place(channel=channel, user="U1", response_url=""), **place)  # type: ignore[arg-type] # any field
        question: Question = asked(text, "/cilium", where, "")
        begun = WORD.begin(question, self.desk)
        if isinstance(begun, Message):
            return begun
        begun()
        return None

    def see(self, waiting: int | None, *groups: PendingGroup, after: timedelta = SOON) -> None:
        """A sweep ends."""
        self.world.now += after
        follow(self.report(waiting, *groups), self.desk)

    def report(self, waiting: int | None, *groups: PendingGroup) -> Report:
        told = well()
        pods = replace(told.facts.pods, not_scheduled=waiting, without_ip=None if waiting is None else 0)
        facts = replace(told.facts, pods=pods)
        return replace(told, cluster=CLUSTER, taken_at=self.world.now, facts=facts, pending=groups)

    def tick(self, after: timedelta = EVERY) -> None:
        self.world.now += after
        go_on(self.desk)

    def click(self, said: Said, delivery: str = "") -> None:
        place = Place(channel=said.channel, user="U2", response_url="", message_ts=said.ts)
        value = f"{said.channel}\n{said.ts}"
        begun = CLICK.begin(
            Clicked(action=CLICK.action, value=value, place=place, trigger="", delivery=delivery), self.desk
        )
        assert not isinstance(begun, Message)
        begun()

    @property
    def said(self) -> Said:
        [said] = self.world.slack.top()
        return said

    @property
    def headline(self) -> str:
        return self.said.text.partition("\n")[0]


def test_follows_the_pods_until_none_waits_and_says_how_long_it_took() -> None:
    bench = Bench()
    bench.ask()
    assert bench.headline == "Watch: the pods are being read"
    assert bench.sweeps.begun[CLUSTER] == 1
    bench.see(20, group(pods=20))
    assert bench.headline == "Watch: 20 pods wait"
    assert "shop/api: 20 pods waiting for the scheduler; limit: kubelet-max-pods-too-low" in bench.said.text
    bench.see(8, group(pods=8))
    assert "12 of 20 no longer wait" in bench.said.text
    bench.see(10, group(pods=10))
    assert "12 of 22 no longer wait" in bench.said.text
    bench.see(0, after=timedelta(minutes=9))
    assert bench.headline == "Watch: done, no pod waits: it took 10 min"
    assert "watch_stop" not in str(bench.said.body["blocks"])
    assert watches(bench.world.kept) == ()
    edits = bench.said.edits
    bench.see(5, group(pods=5))
    bench.tick()
    assert bench.said.edits == edits


def test_edits_only_what_changes_and_once_a_minute_for_its_time() -> None:
    bench = Bench()
    bench.ask()
    for _ in range(30):
        bench.see(7, group(pods=7), after=timedelta(seconds=15))
    assert bench.said.edits <= 9


def test_pods_that_only_just_wait_count() -> None:
    bench = Bench()
    bench.ask()
    bench.see(3)
    assert bench.headline == "Watch: 3 pods wait"


def test_pods_that_wait_for_something_of_their_own_count() -> None:
    bench = Bench()
    bench.ask()
    bench.see(0, group("etl", "image", 2))
    assert bench.headline == "Watch: 2 pods wait"


def test_unread_pods_are_neither_gone_nor_done() -> None:
    bench = Bench()
    bench.ask()
    bench.see(4, group(pods=4))
    bench.see(None)
    assert (
        bench.headline
        == "Watch: not checked: the pods were not read at 12:00 UTC; 4 pods waited at 12:00 UTC"
    )
    assert watches(bench.world.kept)
    bench.see(0)
    assert "done" in bench.headline


def test_sweeps_that_fail_are_told_as_not_read() -> None:
    bench = Bench()
    bench.ask()
    bench.see(4, group(pods=4))
    bench.tick(BLIND + EVERY)
    assert "not checked: the pods were not read" in bench.headline


def test_ends_when_the_time_is_up() -> None:
    bench = Bench()
    bench.ask("watch for 10m")
    bench.see(4, group(pods=4))
    bench.tick(timedelta(minutes=9))
    assert watches(bench.world.kept)
    bench.tick(timedelta(minutes=5))
    assert bench.headline.startswith("Watch: the time is up after 10 min: ")
    assert "Stop" not in str(bench.said.body["blocks"])
    assert watches(bench.world.kept) == ()


def test_says_that_nothing_was_read_in_all_the_time() -> None:
    bench = Bench()
    bench.ask("watch for 1m")
    bench.tick(timedelta(minutes=1))
    assert bench.headline == "Watch: the time is up after 60 s: the pods were never read"


def test_stops_at_a_click_and_a_second_click_is_told_to_the_one_person() -> None:
    bench = Bench()
    bench.ask()
    bench.see(4, group(pods=4))
    said = bench.said
    bench.click(said)
    assert bench.headline == "Watch: stopped after 20 s: 4 pods wait"
    bench.click(said)
    assert watches(bench.world.kept) == ()


def test_goes_on_after_a_restart_and_ends_what_ended_meanwhile() -> None:
    bench = Bench()
    bench.ask("watch for 30m")
    bench.see(9, group(pods=9))
    bench.restarted()
    bench.see(3, group(pods=3))
    assert "6 of 9 no longer wait" in bench.said.text
    bench.world.now += timedelta(hours=1)
    bench.restarted()
    bench.tick()
    assert bench.headline == "Watch: the time is up after 30 min: 3 pods wait"


def test_several_share_the_sweeps_and_replicas_ask_for_one() -> None:
    bench = Bench()
    for _ in range(MOST_IN_A_CHANNEL):
        bench.ask()
    before = bench.sweeps.begun[CLUSTER]
    bench.tick()
    other = replace(bench.world.new_desk(), sweeps=bench.sweeps)
    go_on(other)
    assert bench.sweeps.begun[CLUSTER] == before + 1
    bench.see(0)
    assert all("done" in said.text for said in bench.world.slack.top())


def test_without_watches_nothing_is_swept() -> None:
    bench = Bench()
    bench.tick()
    bench.see(4)
    assert not bench.sweeps.begun


def test_has_room_for_so_many_in_a_channel_and_in_all() -> None:
    bench = Bench()
    for _ in range(MOST_IN_A_CHANNEL + 1):
        bench.ask()
    assert len(watches(bench.world.kept)) == MOST_IN_A_CHANNEL
    assert bench.world.slack.top()[-1].text.startswith("3 watches run in this channel already.")
    for number in range(MOST):
        bench.ask(channel=f"C{number}")
    assert len(watches(bench.world.kept)) == MOST


def test_watches_of_another_cluster_see_nothing_of_this_one() -> None:
    bench = Bench(CLUSTER, "bank")
    bench.ask("watch bank")
    bench.see(4, group(pods=4))
    assert bench.headline == "Watch: the pods are being read"
    assert bench.sweeps.begun == {"bank": 1}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("watch for soon", "I do not understand"),
        ("watch for", "I do not understand"),
        ("watch for 3h", "longer than I follow"),
        ("watch for 99w", "is longer than"),
    ],
)
def test_a_time_that_cannot_be_used_is_told_at_once(text: str, told: str) -> None:
    message = Bench().ask(text)
    assert message is not None
    assert told in message.text
    assert "`watch for 30m`" in message.text


def test_asks_which_cluster_where_that_is_unclear() -> None:
    bench = Bench(CLUSTER, "bank")
    bench.ask("watch for 5m")
    assert "Which cluster?" in bench.said.text
    assert watches(bench.world.kept) == ()


def test_follows_nothing_in_a_message_that_one_person_sees() -> None:
    bench = Bench()
    bench.ask("watch --quiet")
    assert watches(bench.world.kept) == ()
    assert not bench.world.slack.top()


def test_forgets_a_watch_whose_message_is_gone() -> None:
    bench = Bench()
    bench.ask()
    bench.world.slack.refusals["chat.update"] = ["message_not_found"] * 3
    bench.see(4, group(pods=4))
    assert watches(bench.world.kept) == ()


def test_says_again_what_slack_did_not_take() -> None:
    bench = Bench()
    bench.ask("watch for 1m")
    bench.world.slack.refusals["chat.update"] = ["ratelimited"] * 20
    bench.tick(timedelta(minutes=1))
    assert watches(bench.world.kept)
    bench.world.slack.refusals.clear()
    bench.tick(timedelta(minutes=2))
    assert "the time is up" in bench.headline
    assert watches(bench.world.kept) == ()


def test_a_store_that_is_away_ends_no_watch_and_is_told_to_whoever_asks() -> None:
    bench = Bench()
    bench.ask()
    bench.world.store.away = True
    bench.ask()
    assert bench.world.slack.top()[-1].text.startswith("I cannot follow anything now")
    bench.see(4)
    bench.tick()
    bench.click(bench.world.slack.top()[0])
    bench.world.store.away = False
    assert len(watches(bench.world.kept)) == 1
    bench.see(0)
    assert "done" in bench.world.slack.top()[0].text


def test_a_report_that_comes_late_changes_nothing() -> None:
    bench = Bench()
    bench.ask()
    late = bench.report(50, group(pods=50))
    bench.see(4, group(pods=4))
    follow(late, bench.desk)
    assert bench.headline == "Watch: 4 pods wait"


def test_a_recording_is_of_now() -> None:
    bench = Bench()
    bench.ask()
    old = replace(bench.report(4), source="recording", taken_at=bench.world.now - timedelta(days=9))
    for _ in range(2):
        bench.world.now += SOON
        follow(old, bench.desk)
    assert bench.headline == "Watch: 4 pods wait"
