"""Every check gets exactly its parts, and unread is never clear."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from checks.model import Finding, Kind, Severity, Undecided, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.nodes import Nodes
from checks.parts.vpc import Subnets
from checks.parts.webhooks import Webhook, Webhooks
from checks.run import Verdict, run
from checks.snapshot import Gap, Snapshot

META = Meta(cluster="demo", taken_at=datetime(2026, 11, 22, 9, tzinfo=UTC))
SOURCE = "https://example.org"
FOUND = Finding(kind=Kind.RISK, severity=Severity.LOW, title="found")


@check(id="plain", title="", source=SOURCE)
def plain(nodes: Nodes, subnets: Subnets | None) -> Iterator[Finding]:
    """Finds something in any nodes."""
    if nodes.items or subnets:
        yield FOUND


@check(id="eni-only", title="", source=SOURCE, modes=("eni",))
def eni_only(nodes: Nodes) -> Iterator[Finding]:
    """Finds something, in ENI mode."""
    yield FOUND


@check(id="versions", title="", source=SOURCE, since=(1, 15), until=(1, 19))
def versions(nodes: Nodes) -> Iterator[Finding]:
    """Finds something, from 1.15 to 1.19."""
    yield FOUND


@check(id="torn", title="", source=SOURCE)
def torn(nodes: Nodes) -> Iterator[Finding | Undecided]:
    """Finds something and cannot tell the rest."""
    yield FOUND
    yield Undecided("half of it is unread", "list halves")


@check(id="broken", title="", source=SOURCE)
def broken(nodes: Nodes) -> Iterator[Finding]:
    """Raises."""
    raise ZeroDivisionError
    yield FOUND


@check(id="hooks", title="", source=SOURCE)
def hooks(webhooks: Webhooks) -> Iterator[Finding]:
    """Finds something in any webhook."""
    if webhooks.items:
        yield FOUND


def snapshot(**parts: Any) -> Snapshot:
    fields: dict[str, Any] = {"meta": META, "nodes": Nodes()} | parts
    return Snapshot(**fields)


def test_a_part_that_helps_may_be_missing() -> None:
    assert [r.verdict for r in run([plain], snapshot())] == [Verdict.CLEAR]
    assert [r.verdict for r in run([plain], snapshot(subnets=Subnets()))] == [Verdict.FOUND]


def test_a_needed_part_that_was_refused_leaves_the_check_undone_with_the_grant() -> None:
    gap = Gap(reason="refused: list nodes (Forbidden)", asked=Nodes.ASKED, grant="list nodes")
    [result] = run([plain], snapshot(nodes=None, gaps={"nodes": gap}))
    assert result.verdict is Verdict.NOT_CHECKED
    assert result.undecided == (("refused: list nodes (Forbidden)", "list nodes"),)


def test_what_was_not_asked_is_named_by_its_path() -> None:
    gap = Gap(reason="not asked", asked=Nodes.ASKED)
    [result] = run([plain], snapshot(nodes=None, gaps={"nodes": gap}))
    assert result.reason == f"not asked: {Nodes.ASKED}"


def test_applies_only_in_its_mode_and_says_so_when_the_mode_is_unread() -> None:
    eni = CiliumConfig({"ipam": "eni"})
    chained = CiliumConfig({"ipam": "eni", "cni-chaining-mode": "aws-cni"})
    assert run([eni_only], snapshot(cilium=eni))[0].verdict is Verdict.FOUND
    assert run([eni_only], snapshot(cilium=chained))[0].verdict is Verdict.NOT_APPLICABLE
    assert run([eni_only], snapshot(cilium=CiliumConfig()))[0].verdict is Verdict.NOT_APPLICABLE
    assert run([eni_only], snapshot())[0].verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("version", "verdict"),
    [
        ("1.14.9", Verdict.NOT_APPLICABLE),
        ("1.15.0", Verdict.FOUND),
        ("1.19.4", Verdict.FOUND),
        ("1.20.0-pre.1", Verdict.NOT_APPLICABLE),
    ],
)
def test_applies_only_to_its_versions(version: str, verdict: Verdict) -> None:
    assert run([versions], snapshot(version=CiliumVersion(text=version)))[0].verdict is verdict


def test_an_unread_version_leaves_a_versioned_check_undone() -> None:
    assert run([versions], snapshot())[0].verdict is Verdict.NOT_CHECKED


def test_what_it_found_stands_beside_what_it_could_not_tell() -> None:
    [result] = run([torn], snapshot())
    assert (result.verdict, result.findings) == (Verdict.FOUND, (FOUND,))
    assert result.undecided == (("half of it is unread", "list halves"),)


def test_a_check_that_raises_takes_only_itself_away(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        results = run([broken, torn], snapshot())
    assert [r.verdict for r in results] == [Verdict.BROKEN, Verdict.FOUND]
    assert "ZeroDivisionError" in results[0].reason
    assert "broken" in caplog.text


def test_half_of_a_part_that_shows_nothing_is_not_clear() -> None:
    half: dict[str, Any] = {"unread": "refused: list mutating ones", "grant": "list mutating ones"}
    [result] = run([hooks], snapshot(webhooks=Webhooks(**half)))
    assert result.verdict is Verdict.NOT_CHECKED
    assert result.undecided == (("refused: list mutating ones", "list mutating ones"),)
    hook = Webhook(
        configuration="a", kind="ValidatingWebhookConfiguration", name="a", namespace="b", service="c"
    )
    [result] = run([hooks], snapshot(webhooks=Webhooks(items=(hook,), **half)))
    assert result.verdict is Verdict.FOUND
