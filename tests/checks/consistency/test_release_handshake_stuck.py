from datetime import datetime
from typing import Any

import pytest

from checks.consistency.release_handshake_stuck import release_handshake_stuck as handshake
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.derived import Accounts
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.checks.hand import (
    META,
    account,
    accounts,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    on_nothing,
    only,
    stuck,
    version,
    waiting,
)
from tests.checks.node_capacity.scene import crowded, result

RELEASED = ("10.40.10.20", "10.40.10.21")


def judge(
    waits: int = 1, scheduled: datetime | None = None, known: Accounts | None = None, **member: Any
) -> list[Finding | Undecided]:
    fields: dict[str, Any] = {"pool_size": 20, "used": 18, "released_in_pool": RELEASED} | member
    return handshake(
        meta=META,
        cilium=config("eni"),
        cilium_nodes=cilium_nodes(cilium_node("n1", eni(lone=20), **fields)),
        waiting=waiting(*stuck(waits, scheduled_since=scheduled)),
        accounts=known or accounts(),
        version=None,
    )


def test_finds_addresses_that_nobody_may_use() -> None:
    finding = only(judge())
    assert (finding.kind, finding.severity, finding.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.CERTAIN,
    )
    assert finding.subjects == (Subject("Node", "n1"),)
    assert explained(finding, "pods-without-ip") == {Subject("Pod", "n1-stuck-0", "shop")}


def test_is_likely_while_it_may_still_pass() -> None:
    assert only(judge(scheduled=ago(minutes=3))).confidence is Confidence.LIKELY


def test_ignores_a_node_with_other_addresses_free() -> None:
    assert judge(used=10) == []


def test_ignores_a_release_while_nobody_waits() -> None:
    assert judge(waits=0) == []


def test_ignores_addresses_that_have_left_the_pool() -> None:
    assert judge(released_in_pool=()) == []


@pytest.mark.parametrize(("used", "stuck"), [(18, True), (17, False)])
def test_takes_what_is_in_use_from_the_account_where_the_node_does_not_say(used: int, stuck: bool) -> None:
    assert bool(judge(used=None, known=accounts(account("n1", used=used)))) is stuck


def test_proves_nothing_without_the_addresses_in_use() -> None:
    assert judge(used=None) == []


def test_does_not_apply_from_1_20_on() -> None:
    [found] = run([handshake], Snapshot(meta=META, cilium=config("eni"), version=version("1.20.0")))
    assert found.verdict is Verdict.NOT_APPLICABLE


def test_is_silent_on_a_node_that_is_simply_full() -> None:
    assert result(handshake, crowded(100)).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.field.split(": ")[1], e.value, e.count) for e in only(judge()).evidence] == [
        ("spec.ipam.pool", "20", 1),
        ("status.ipam.release-ips", "10.40.10.20: released", 2),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(handshake).verdict is Verdict.NOT_CHECKED
