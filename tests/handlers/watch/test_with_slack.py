"""The watch and the history in Slack's hands: over a socket, with clicks."""

from dataclasses import replace

from bot.clusters import Cluster
from bot.standin.standin import CHANNEL, USER, Standin
from checks.report import Report
from tests.bot.fakes import HandSweep
from tests.bot.test_serve import running
from tests.handlers.render.samples import incident


def waiting(pods: int) -> Report:
    told = incident()
    changed = replace(told.facts.pods, not_scheduled=pods, without_ip=0)
    return replace(told, source="recording", facts=replace(told.facts, pods=changed))


def test_a_watch_follows_and_stops_and_another_one_ends_by_itself() -> None:
    sweep = HandSweep(waiting(20))
    with Standin() as slack, running(slack, Cluster("payments-prod", sweep)):
        assert slack.wait_connected()
        assert slack.command(USER, CHANNEL, "watch for 5m").error is None
        watch = slack.wait_message(lambda message: message.text.startswith("Watch: 20 pods wait"))
        sweep.report = waiting(8)
        assert slack.command(USER, CHANNEL, "check again").error is None
        slack.wait_message(lambda message: "12 of 20 no longer wait" in message.text)
        assert slack.click(watch, "watch_stop").error is None
        slack.wait_message(lambda message: message.text.startswith("Watch: stopped"))
        sweep.report = waiting(0)
        assert slack.command(USER, CHANNEL, "watch").error is None
        slack.wait_message(lambda message: message.text.startswith("Watch: done, no pod waits"))


def test_history_comes_with_charts_and_as_bars_where_slack_refuses_them() -> None:
    with Standin() as slack, running(slack, Cluster("payments-prod", HandSweep())):
        assert slack.wait_connected()
        assert slack.command(USER, CHANNEL, "status").error is None
        slack.wait_message(lambda message: message.text.startswith("Critical: "))
        assert slack.command(USER, CHANNEL, "history").error is None
        shown = slack.wait_message(lambda message: "Days left" in message.text)
        assert slack.click(shown, "check_again:14d").error is None
        slack.wait_message(lambda message: "the last 14 days" in message.text)
        slack.refuse("chat.postMessage", "invalid_blocks")
        assert slack.command(USER, CHANNEL, "history").error is None
        slack.wait_message(lambda message: "Days left" in message.text and "█" in str(message.blocks))
