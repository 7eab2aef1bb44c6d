import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from bot.store import MemoryStore
from handlers.gate.journal import KEY, MAX_WHAT_CHARS, Entry, read
from handlers.gate.keeper import Keeper
from handlers.gate.refusal import refusal_message
from handlers.gate.rules import Bar, Rule, Undecided
from handlers.question import Place
from handlers.render.limits import message_faults
from handlers.rights import Deed, Right
from handlers.store import StoreError
from tests.handlers.gate.test_rules import SRE, Told
from tests.handlers.render.samples import incident

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS = frozenset(("T0OURS", "E0OURS"))


class Away(MemoryStore):
    """Takes no entries."""

    def append(self, key: str, value: bytes, most: int) -> None:
        raise StoreError("Redis: TimeoutError")


def ours() -> frozenset[str]:
    return OURS


def keeper(
    *rules: Rule, store: MemoryStore | None = None, home: Callable[[], frozenset[str]] = ours
) -> Keeper:
    return Keeper(rules, Told({"S0SRE": {"U0SRE"}}), home, store or MemoryStore(), lambda: NOON)


def deed(what: str = "status", right: Right = Right.READ, user: str = "U0BOB", team: str = "") -> Deed:
    place = Place(channel="C0PROD", user=user, response_url="https://hooks/secret", thread_ts="5.1")
    return Deed(right=right, place=place, what=what, team=team)


def test_writes_who_asked_what_where_and_when() -> None:
    store = MemoryStore()
    assert keeper(store=store).refusal(deed("status prod", team="T0OURS")) is None
    [entry] = read(store)
    assert entry == Entry(
        id=entry.id,
        at=NOON,
        user="U0BOB",
        team="T0OURS",
        channel="C0PROD",
        thread="5.1",
        right="read",
        what="status prod",
    )


def test_writes_the_answer_beside_its_deed() -> None:
    store = MemoryStore()
    gate = keeper(store=store)
    gate.refusal(deed("status"))
    gate.answered(incident())
    asked, answered = read(store)
    assert answered.id == asked.id
    assert (answered.cluster, answered.verdict) == ("payments-prod", "critical")


def test_an_answer_that_nobody_asked_for_is_not_written() -> None:
    store = MemoryStore()
    gate = keeper(store=store)
    gate.refusal(deed("status"))
    with ThreadPoolExecutor(1) as other:  # such as the round's
        other.submit(gate.answered, incident()).result()
    assert len(read(store)) == 1


def test_a_refusal_names_the_rule_and_who_may_and_is_written_down() -> None:
    store = MemoryStore()
    message = keeper(SRE, store=store).refusal(deed("ack x", Right.ACKNOWLEDGE))
    assert message is not None
    first, rule = message.text.split("\n")
    assert first == "Refused: you may not acknowledge or silence problems here"
    assert rule == "• The rule “prod is for SRE” lets <!subteam^S0SRE> in <#C0PROD>"
    assert message_faults(message.blocks, message.text) == ()
    assert read(store)[0].refused == "prod is for SRE"


def test_who_a_group_lets_through_is_told_nothing() -> None:
    assert keeper(SRE).refusal(deed("ack x", Right.ACKNOWLEDGE, "U0SRE")) is None


@pytest.mark.parametrize(
    ("team", "may"), [("T0OURS", True), ("E0OURS", True), ("", True), ("T0OTHER", False)]
)
def test_people_of_other_workspaces_are_told_that_they_only_read(team: str, may: bool) -> None:
    gate = keeper()
    assert gate.refusal(deed(right=Right.READ, team=team)) is None
    message = gate.refusal(deed(right=Right.ACKNOWLEDGE, team=team))
    assert (message is None) is may
    assert message is None or "of another workspace" in message.text


def test_refuses_when_slack_does_not_tell_which_workspace_is_ours() -> None:
    def unknown() -> frozenset[str]:
        raise Undecided("unreachable")

    message = keeper(home=unknown).refusal(deed(right=Right.SCHEDULE, team="T0OURS"))
    assert message is not None
    assert "Slack does not tell which workspace is ours: unreachable." in message.text


def test_a_group_that_cannot_be_read_refuses_with_the_reason() -> None:
    store = MemoryStore()
    rule = Rule(name="others", right=Right.SCHEDULE, groups=("S0OTHER",))
    message = keeper(rule, store=store).refusal(deed("digest set", Right.SCHEDULE))
    assert message is not None
    assert "who is in a user group: missing_scope: usergroups:read" in message.text
    assert read(store)[0].refused == "others (undecided: missing_scope: usergroups:read)"


def test_a_store_that_is_away_costs_the_entry_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    gate = keeper(store=Away())
    with caplog.at_level(logging.WARNING):
        assert gate.refusal(deed()) is None
        gate.answered(incident())
    assert "the audit stream lacks an entry of U0BOB" in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        "status xoxb-123-456-hunter2",
        "status XAPP-1-hunter2",
        "silence x https://hooks.slack.com/commands/T0/hunter2",
        "status " + "x" * 5_000 + "hunter2",
    ],
)
def test_keeps_no_token_and_nothing_long(said: str) -> None:
    store = MemoryStore()
    keeper(store=store).refusal(deed(said))
    [kept] = store.tail(KEY, 10)
    assert b"hunter2" not in kept
    assert b"hooks" not in kept  # the place's response_url is a credential
    assert len(read(store)[0].what) <= MAX_WHAT_CHARS


def test_passes_over_what_another_version_wrote() -> None:
    store = MemoryStore()
    for kept in (b"{", b"[]", b'{"version":2,"id":"1","at":"2026-11-23T12:00:00Z","user":"U"}'):
        store.append(KEY, kept, 10)
    store.append(KEY, b'{"version":1,"id":"1","at":"2026-11-23T12:00:00","user":"U"}', 10)  # in no zone
    assert read(store) == ()


def test_reading_is_free_until_a_rule_is_for_it() -> None:
    assert keeper(SRE).reading_is_free
    assert not keeper(Rule(name="r", right=Right.READ, users=("U01",))).reading_is_free


def test_tells_whether_somebody_has_another_right() -> None:
    gate = keeper(SRE)
    assert not gate.allows(Right.ACKNOWLEDGE, deed().place)
    assert gate.allows(Right.SCHEDULE, deed().place)
    assert not gate.allows(Right.AUDIT, deed().place)


def test_a_refusal_of_many_rules_stays_short() -> None:
    users = tuple(f"U{n:010}" for n in range(200))
    rules = tuple(Rule(name="<!here> " * 9, right=Right.READ, users=users) for _ in range(50))
    message = refusal_message(Bar(right=Right.READ, rules=rules))
    for blocks in (message.blocks, message.plain):
        assert message_faults(blocks, message.text) == ()
        assert "<!here>" not in str(blocks)
    assert "<!here>" not in message.text
    assert "and 195 more users" in message.text
    assert message.text.endswith("and 47 more rules")
