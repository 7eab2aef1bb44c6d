import logging
from collections.abc import Mapping

import pytest
from slack_sdk.errors import SlackApiError

from handlers.gate.groups import FRESH_S, PAUSE_S, STALE_S, Groups
from handlers.gate.rules import Undecided


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slack:
    """usergroups.users.list with a switch."""

    def __init__(self) -> None:
        self.users: object = ["U0SRE"]
        self.error: dict[str, str] | None = None
        self.asked: list[object] = []

    def api_call(
        self,
        api_method: str,
        *,
        json: dict[str, object] | None = None,
        params: dict[str, object] | None = None,
    ) -> Mapping[str, object]:
        assert api_method == "usergroups.users.list"
        assert json is None  # a method that reads takes none
        self.asked.append(params)
        if self.error is not None:
            raise SlackApiError("refused", self.error)  # type: ignore[no-untyped-call] # the SDK's
        return {"ok": True, "users": self.users}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest.fixture
def groups(slack: Slack, clock: Clock) -> Groups:
    return Groups(slack, clock)


def test_asks_once_in_some_minutes(groups: Groups, slack: Slack, clock: Clock) -> None:
    assert groups.within("U0SRE", "S0", lately=False)
    assert not groups.within("U0BOB", "S0", lately=False)
    assert slack.asked == [{"usergroup": "S0"}]
    slack.users = ["U0BOB"]
    clock.now = FRESH_S
    assert groups.within("U0BOB", "S0", lately=False)
    assert len(slack.asked) == 2


def test_names_the_missing_scope_and_leaves_slack_alone_for_a_while(
    groups: Groups, slack: Slack, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    slack.error = {"error": "missing_scope", "needed": "usergroups:read"}
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            with pytest.raises(Undecided, match="missing_scope: usergroups:read"):
                groups.within("U0SRE", "S0", lately=True)
    assert len(slack.asked) == len(caplog.records) == 1
    slack.error = None
    clock.now = PAUSE_S
    assert groups.within("U0SRE", "S0", lately=True)


def test_a_list_of_the_last_hour_serves_for_reading_while_slack_is_away(
    groups: Groups, slack: Slack, clock: Clock
) -> None:
    assert groups.within("U0SRE", "S0", lately=False)
    slack.error = {"error": "internal_error"}
    clock.now = FRESH_S
    assert groups.within("U0SRE", "S0", lately=True)
    with pytest.raises(Undecided, match="internal_error"):
        groups.within("U0SRE", "S0", lately=False)
    clock.now = STALE_S
    with pytest.raises(Undecided):
        groups.within("U0SRE", "S0", lately=True)


def test_what_is_no_list_has_nobody_in_it(groups: Groups, slack: Slack) -> None:
    slack.users = "U0SRE"
    assert not groups.within("U0SRE", "S0", lately=False)
