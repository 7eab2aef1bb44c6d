"""`history` and `subnets` from the question to the message."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.app import Bot
from bot.store import MemoryStore
from handlers.history.ring import ADDRESSES, RESOLUTIONS, SUBNET, WAITING, Track
from handlers.render.limits import message_faults
from handlers.store import Store, StoreError
from tests.bot.fakes import FakeSlack, HandSweep, command, serving
from tests.bot.test_app import ask
from tests.bot.test_words import answers, click
from tests.handlers.render.samples import incident

NOW = datetime(2026, 11, 22, 12, 7, tzinfo=UTC)
NAME = "payments-prod"
TIGHT = Track(kind=SUBNET, name="subnet-0a1b2c3d4e5f60000", unit=ADDRESSES)


def now() -> datetime:
    return NOW


def filled(days: int = 10) -> MemoryStore:
    store = MemoryStore()
    for back in range(days * 24, -1, -1):
        for resolution in RESOLUTIONS:
            sample = {TIGHT: 120 + 2 * back, WAITING: 3 if back == 5 else 0}
            resolution.add(store, NAME, NOW - timedelta(hours=back), sample)
    return store


@contextmanager
def looked(store: Store | None = None) -> Iterator[tuple[Bot, FakeSlack]]:
    """A bot that has a report already, so that no sweep adds a sample meanwhile."""
    with serving((NAME, HandSweep()), store=store, now=now) as (bot, slack):
        bot.shelf.keep_report(NAME, incident())
        yield bot, slack


def said(bot: Bot, slack: FakeSlack, text: str) -> str:
    before = len(answers(slack))
    answer = ask(bot, command(slack, text, trigger=f"{before}.1"))
    if answer.body and "text" in answer.body:
        return str(json.loads(answer.body)["text"])
    slack.wait_for(lambda calls: len(answers(slack)) > before)
    return answers(slack)[-1]


def test_draws_the_last_day_and_says_how_long_it_lasts() -> None:
    with looked(filled()) as (bot, slack):
        text = said(bot, slack, "history")
        [body] = slack.bodies("chat.postMessage")[-1:]
    assert text.startswith("History: subnet-0a1b2c3d4e5f60000 runs out of free addresses in 1 to 4 days; ")
    assert "Free addresses, 14:00 to now (UTC):\n• subnet-…c3d4e5f60000: " in text
    assert "Waiting pods, 14:00 to now (UTC):\n• waiting pods: 0 to 0, most 3" in text
    blocks = body["blocks"]
    assert isinstance(blocks, list)
    assert [block["type"] for block in blocks].count("data_visualization") == 2
    assert not message_faults(blocks, text)


def test_draws_other_spans_by_word_and_by_button() -> None:
    with looked(filled()) as (bot, slack):
        assert "Nov 12 to now" in said(bot, slack, "history 14D")
        assert "the last year" in said(bot, slack, f"history 1y {NAME}")
        click(bot, f"{NAME}\nhistory\n24h")
        slack.wait_for(lambda calls: "14:00 to now" in answers(slack)[-1])


def test_says_which_spans_there_are() -> None:
    with looked(filled()) as (bot, slack):
        assert "`history 14d`" in said(bot, slack, "history 7d")


def test_says_that_nothing_is_kept_yet() -> None:
    with looked() as (bot, slack):
        assert "nothing is kept of the last year" in said(bot, slack, "history 1y")


class Away(MemoryStore):
    """A store that keeps everything but the history."""

    def get(self, key: str) -> bytes | None:
        if ":history:" in key:
            raise StoreError("Redis: TimeoutError")
        return super().get(key)


def test_says_that_its_store_does_not_answer() -> None:
    with looked(Away()) as (bot, slack):
        assert "The history cannot be read" in said(bot, slack, "history")
        assert said(bot, slack, "subnets").startswith("Subnets: ")


@pytest.mark.parametrize(("store", "shown"), [(filled(), "days left 1 to 4"), (MemoryStore(), "")])
def test_subnets_tell_the_days_left_where_there_is_a_history(store: Store, shown: str) -> None:
    with looked(store) as (bot, slack):
        text = said(bot, slack, "subnets")
    assert shown in text
    assert ("days left unknown" in text) == bool(shown)


def test_each_sweep_adds_a_sample() -> None:
    with serving((NAME, HandSweep()), now=now) as (bot, slack):
        said(bot, slack, "status")
        slack.wait_for(lambda calls: bot.store.get(f"cilium:{NAME}:history:1d") is not None)
        assert "120 pods wait" in said(bot, slack, "history")
