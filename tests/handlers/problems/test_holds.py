from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.problems.buttons import meant, problem_buttons
from handlers.problems.holds import acknowledged_by, standing
from handlers.problems.noted import noted
from handlers.problems.tend import tend
from handlers.render.message import Message
from handlers.render.problem_list import standing_words
from handlers.render.rich import small
from handlers.rights import Right
from tests.handlers.problems.world import CHANNEL, CLUSTER, DAILY, USER, World, cause, report, risk

MAX_PODS = "kubelet-max-pods-too-low"
OTHER = "U0OTHER"


def sick(**more: object) -> World:
    world = World(**more)  # type: ignore[arg-type] # any field
    world.look(report(cause(), risks=[risk()]))
    return world


def test_everybody_sees_who_has_acknowledged() -> None:
    world = sick()
    said = world.type(f"ack {MAX_PODS} for 4h looking into it")
    assert said.startswith("Acknowledged: 14 nodes run")
    [post] = world.slack.top()[:1]
    assert f"Acknowledged by <@{USER}> until 2026-11-22 16:05 UTC: looking into it." in post.text
    assert standing(world.kept, CLUSTER, world.now)[MAX_PODS].ack is not None
    [mine] = acknowledged_by(world.kept, [CLUSTER], USER, world.now)
    assert mine.problem.id == MAX_PODS
    assert (CHANNEL, post.ts) in mine.messages
    assert not acknowledged_by(world.kept, [CLUSTER], OTHER, world.now)


def test_an_acknowledgement_without_a_time_lasts_as_long_as_the_problem() -> None:
    world = sick()
    world.type(f"ack {MAX_PODS} on it")
    assert f"Acknowledged by <@{USER}>: on it." in world.slack.top()[0].text
    world.look(report(risks=[risk()]), 14)
    world.look(report(cause(), risks=[risk()]))
    assert world.problem(MAX_PODS).ack is None, "another life is nobody's yet"


def test_what_gets_worse_after_it_was_acknowledged_is_told_once_more() -> None:
    world = World()
    world.look(report(cause(severity="medium")))
    world.type(f"ack {MAX_PODS}")
    before = len(world.slack.replies())
    world.look(report(cause(severity="critical")), 3)
    assert len(world.slack.replies()) == before + 1


def test_what_is_silenced_is_edited_and_never_told() -> None:
    world = World()
    world.look(report(cause(severity="medium")))
    said = world.type(f"silence {MAX_PODS} for 2d known, replaced on Friday")
    assert said.startswith("Silenced: 14 nodes run")
    count = len(world.slack.said)
    world.look(report(cause(severity="critical")), 3)
    assert len(world.slack.said) == count
    [post] = world.slack.top()[:1]
    assert "Hurts now, severity critical, since 2026" in post.text
    assert f"Silenced by <@{USER}> until 2026-11-24 12:05 UTC: known, replaced on Friday." in post.text
    world.look(report(), 20)
    world.look(report(cause()))
    assert len(world.slack.said) == count, "the silence outlives the problem"
    world.look(report(cause()), 600)
    assert not standing(world.kept, CLUSTER, world.now)[MAX_PODS].silence


def test_a_silence_needs_an_end_and_a_reason() -> None:
    world = sick()
    for said in ("", " for 2d", " it is known"):
        assert "A silence has an end and a reason" in world.type(f"silence {MAX_PODS}{said}")
    assert world.problem(MAX_PODS).silence is None


@pytest.mark.parametrize("term", ["0h", "31d", "5w", "tomorrow", "4", "h", "-1h", "4h30m", "99999w"])
def test_refuses_a_time_that_is_none_and_says_which_are(term: str) -> None:
    world = sick()
    assert "30m, 4h, 2d and 1w are such times" in world.type(f"ack {MAX_PODS} for {term}")
    assert world.problem(MAX_PODS).ack is None


def test_names_the_nearest_open_problem_for_one_that_is_not() -> None:
    world = sick()
    assert f"Did you mean {MAX_PODS}?" in world.type("ack kubelet-max-pods")
    assert "These are open" in world.type("ack xyzzy <!channel>")
    assert "<!" not in world.type("ack xyzzy <!channel>")
    world.look(report(), 2)
    assert "I know of no open problem" in world.type(f"ack {MAX_PODS}")


def test_never_guesses_a_cluster() -> None:
    world = World(clusters=(CLUSTER, "bank"))
    world.look(report(cause()))
    world.look(replace(report(cause("a"), cause()), cluster="bank"))
    assert "Which cluster?" in world.type(f"ack {MAX_PODS}")
    assert "I do not know a cluster" in world.type(f"ack {MAX_PODS} shop for 1h")
    assert world.type(f"ack {MAX_PODS} bank for 1h").startswith("Acknowledged")
    assert standing(world.kept, "bank", world.now)[MAX_PODS].ack is not None
    assert standing(world.kept, CLUSTER, world.now)[MAX_PODS].ack is None
    assert world.type("ack a").startswith("Acknowledged"), "it is open in one of them only"


def test_in_a_problems_thread_needs_no_name() -> None:
    world = World()
    world.look(report(cause()))
    thread = world.slack.top()[0].ts
    assert world.type("ack for 1h looking", thread=thread).startswith("Acknowledged")
    assert world.problem(MAX_PODS).ack is not None
    world.type("ack having a look at it", thread=thread)
    hold = world.problem(MAX_PODS).ack
    assert hold is not None
    assert hold.reason == "having a look at it"


def test_alone_lists_what_is_open_for_everybody() -> None:
    world = sick()
    world.type(f"ack {MAX_PODS}")
    for typed in ("ack", "silence", f"ack {CLUSTER}"):
        said = world.type(typed)
        assert said.startswith("Open: 2 problems, 1 acknowledged, 0 silenced")
    word = next(word for word in world.desk.words if word.word == "ack")
    assert word.needed([]) is Right.READ
    assert word.needed([MAX_PODS]) is Right.ACKNOWLEDGE
    world.look(report(), 2)
    assert world.type("ack").startswith("Open: no problem that I know of")


def test_does_not_call_free_of_problems_what_it_has_not_looked_at() -> None:
    world = World(clusters=(CLUSTER, "bank"))
    assert world.type("ack").startswith("Open: not looked at yet: payments-prod, bank")
    world.look(report())
    assert world.type("ack").startswith("Open: not looked at yet: bank")
    assert world.type(f"ack {CLUSTER}").startswith("Open: no problem that I know of")


def test_buttons_take_a_problem_on_and_give_it_back() -> None:
    world = sick()
    post = world.slack.top()[0]
    world.click(post, "Acknowledge")
    assert f"Acknowledged by <@{USER}>." in post.text
    world.click(post, "Undo acknowledgement")
    assert "cknowledged by" not in post.text
    assert not world.slack.replies(), "the message itself shows it"


def test_a_click_elsewhere_is_told_below_the_message() -> None:
    world = World(digests=())
    world.look(report(cause()))
    [acknowledge, _] = problem_buttons(CLUSTER, [MAX_PODS])
    world.press(acknowledge.action, acknowledge.value, "77.7")
    [said] = world.slack.replies()
    assert said.thread_ts == "77.7"
    assert f"Acknowledged by <@{USER}>." in said.text


def test_a_click_on_what_is_over_or_of_no_cluster_does_nothing() -> None:
    world = sick()
    world.look(report(), 2)
    count = len(world.slack.said)
    world.press("problem_acknowledge", f"{CLUSTER}\n{MAX_PODS}", "77.7")
    assert "not open any more" in world.slack.replies()[-1].text
    world.press("problem_acknowledge", "elsewhere\nx", "77.8")
    world.press("problem_silence", "elsewhere\nx", "77.9")
    world.press("problem_silence", "", "77.9")
    assert len(world.slack.said) == count + 1
    assert not world.slack.views


def test_the_dialog_silences_one_of_several() -> None:
    world = sick()
    post = world.slack.top()[0]
    world.click(post, "Silence…")
    view = world.slack.views[-1]["view"]
    world.submit(view, which=MAX_PODS, term="1d", reason="known", owner=OTHER)
    assert f"Silenced by <@{USER}> for <@{OTHER}> until 2026-11-23 12:05 UTC: known." in post.text
    assert world.problem("pod-cidr-overlaps-service-cidr").silence is None
    world.click(post, "End silence")
    assert "Silenced" not in post.text


def test_the_dialog_takes_nobody_for_an_owner_who_is_no_person() -> None:
    world = sick()
    world.click(world.slack.top()[0], "Silence…")
    world.submit(world.slack.views[-1]["view"], term="1d", reason="known", owner="<!channel>" * 200)
    hold = world.problem(MAX_PODS).silence
    assert hold is not None
    assert hold.owner == USER


def test_the_dialog_stays_open_until_it_has_a_reason_and_a_time() -> None:
    world = sick()
    world.click(world.slack.top()[0], "Silence…")
    view = world.slack.views[-1]["view"]
    assert world.submit(view, which="*", term="1d", reason=" ", owner=USER) == {
        "reason": "A silence needs a reason."
    }
    faults = world.submit(view, which="*", term="31d", reason="x", owner=USER)
    assert "30 days" in faults["term"]
    assert world.submit({"callback_id": "problem_silence", "private_metadata": "{"}, term="1d", reason="x")
    assert world.problem(MAX_PODS).silence is None


@pytest.mark.parametrize(("term", "ahead"), [("2d", 60), ("4h", 24), ("30m", 3)])
def test_reminds_the_owner_once_in_the_thread_before_the_end(term: str, ahead: int) -> None:
    world = World()
    world.look(report(cause()))
    world.type(f"silence {MAX_PODS} for {term} known")
    until = world.problem(MAX_PODS).silence
    assert until is not None
    assert until.until is not None
    world.now = until.until - timedelta(minutes=ahead, seconds=1)
    tend(world.desk)
    replies = len(world.slack.replies())
    world.now += timedelta(seconds=1)
    for _ in range(3):
        tend(world.desk)
        world.start()
    assert len(world.slack.replies()) == replies + 1
    said = world.slack.replies()[-1]
    assert said.thread_ts == world.slack.top()[0].ts
    assert f"<@{USER}>: 14 nodes run" in said.text
    assert "reply_broadcast" not in said.body
    world.now = until.until
    tend(world.desk)
    assert "Silenced" not in world.slack.top()[0].text
    assert len(world.slack.replies()) == replies + 1


def test_reminds_in_a_direct_message_where_there_is_no_thread() -> None:
    world = World(digests=())
    world.look(report(cause()))
    world.type(f"ack {MAX_PODS} for 1h")
    world.now += timedelta(minutes=55)
    tend(world.desk)
    [said] = world.slack.top("D0ONCALL")
    assert "the acknowledgement of kubelet-max-pods-too-low ends" in said.text


def test_reminds_of_nothing_that_is_over() -> None:
    world = World()
    world.look(report(cause()))
    world.type(f"ack {MAX_PODS} for 1h")
    world.look(report(), 2)
    count = len(world.slack.said)
    world.now += timedelta(minutes=47)
    tend(world.desk)
    assert len(world.slack.said) == count


def test_a_reminder_that_slack_refused_is_tried_again() -> None:
    world = World()
    world.look(report(cause()))
    world.type(f"ack {MAX_PODS} for 1h")
    count = len(world.slack.said)
    world.now += timedelta(minutes=55)
    world.slack.refusals["chat.postMessage"] = ["restricted_action"]
    tend(world.desk)
    assert len(world.slack.said) == count
    tend(world.desk)
    assert len(world.slack.said) == count + 1


def test_says_so_when_the_store_is_away() -> None:
    world = sick()
    world.store.away = True
    assert "nothing was changed" in world.type(f"ack {MAX_PODS}")
    assert "My store does not answer" in world.type("ack")
    world.press("problem_acknowledge", f"{CLUSTER}\n{MAX_PODS}", "77.7")
    assert "nothing was changed" in world.slack.replies()[-1].text
    world.store.away = False
    assert world.problem(MAX_PODS).ack is None


def test_a_delivery_that_comes_twice_counts_once() -> None:
    world = sick()
    count = len(world.slack.said)
    for _ in range(2):
        world.type(f"ack {MAX_PODS}", delivery="1.1")
    assert len(world.slack.said) == count + 1


def test_an_answer_tells_in_one_line_what_is_held_and_mentions_nobody() -> None:
    world = sick()
    answer = Message("Critical: what is wrong\nand so on", [small("a"), small("b"), small("c")])
    assert noted(answer, CLUSTER, world.desk) == answer
    world.type(f"ack {MAX_PODS} for 1h")
    world.type("silence pod-cidr-overlaps-service-cidr for 2d known")
    told = noted(answer, CLUSTER, world.desk).text.split("\n")
    assert told[1] == (
        "Acknowledged: kubelet-max-pods-too-low until 2026-11-22 13:05 UTC. "
        "Silenced: pod-cidr-overlaps-service-cidr until 2026-11-24 12:05 UTC."
    )
    assert "@" not in told[1]
    world.store.away = True
    assert noted(answer, CLUSTER, world.desk) == answer


def test_an_answer_counts_what_is_held_beyond_three() -> None:
    world = World()
    world.look(report(*map(cause, "abcde")))
    for id in "abcde":
        world.type(f"ack {id}")
    assert (
        standing_words(standing(world.kept, CLUSTER, world.now))
        == "Acknowledged: a, b, c, and 2 more problems."
    )


def test_buttons_carry_as_many_problems_as_slack_takes() -> None:
    assert problem_buttons(CLUSTER, []) == ()
    [acknowledge, silence] = problem_buttons(CLUSTER, [f"{'x' * 70}-{number}" for number in range(50)])
    assert len(acknowledge.value) <= 2_000
    cluster, ids = meant(silence.value)
    assert cluster == CLUSTER
    assert len(ids) == 26


def test_a_digest_in_two_channels_shows_it_in_both() -> None:
    world = sick(digests=(DAILY, replace(DAILY, id="d2", channel="C0ALL")))
    world.type(f"ack {MAX_PODS}")
    assert "Acknowledged by" in world.slack.top("C0ALL")[0].text
    assert "Acknowledged by" in world.slack.top(CHANNEL)[0].text
