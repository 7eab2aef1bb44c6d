"""A stand-in for Slack, listening, and the SDK's own client for it."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from bot.standin.office import BOT_TOKEN
from bot.standin.standin import Standin


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack(clock: Clock) -> Iterator[Standin]:
    with Standin(clock=clock, ack_s=2.0, retry_pauses_s=(0.0, 0.0, 0.0)) as standin:
        yield standin


@pytest.fixture
def web(slack: Standin) -> WebClient:
    client = WebClient(BOT_TOKEN, base_url=slack.api_url, retry_handlers=[], headers={})
    client.proxy = None
    return client
