import pytest

from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_without_credentials_or_region import (
    operator_without_credentials_or_region as no_credentials,
)
from checks.parts.aws_account import PodIdentities
from checks.parts.neighbours import OperatorServiceAccount
from checks.run import Verdict
from tests.checks.hand import META, config, explained, on_nothing, only, version
from tests.checks.operator.hand_operator import STUCK, WAITS, log

LINE = (
    'level=fatal msg="Unable to start eni allocator" error="no EC2 IMDS role found, operation error ec2imds"'
)


def judge(
    *lines: str, role: str | None = None, accounts: frozenset[tuple[str, str]] = frozenset()
) -> list[Finding | Undecided]:
    account = OperatorServiceAccount(role_arn=role)
    return no_credentials(
        META, config("eni"), log(*lines), account, PodIdentities(accounts=accounts), *WAITS, version()
    )


@pytest.mark.parametrize(
    "line", [LINE, "WebIdentityErr: failed to retrieve credentials", "MissingRegion: missing region"]
)
def test_names_an_operator_without_credentials(line: str) -> None:
    finding = only(judge(line))
    assert finding.confidence is Confidence.CERTAIN
    assert explained(finding, "operator-not-ready") is None
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK


def test_shows_the_line() -> None:
    assert [(e.asked, e.value) for e in only(judge(LINE)).evidence] == [
        ("cilium/operator/log.txt", LINE),
        (OperatorServiceAccount.ASKED, "absent"),
        (PodIdentities.ASKED, "none"),
    ]


def test_says_which_wiring_is_the_suspect() -> None:
    assert "neither a role nor a pod identity" in only(judge(LINE)).because
    named = only(judge(LINE, role="arn:aws:iam::111122223333:role/shop-operator"))
    assert "trust policy" in named.because
    wired = only(judge(LINE, accounts=frozenset({("kube-system", "cilium-operator")})))
    assert "neither" not in wired.because


def test_needs_only_the_log() -> None:
    found = only(no_credentials(META, config("eni"), log(LINE), None, None, *WAITS, None))
    assert (found.confidence, len(found.evidence)) == (Confidence.CERTAIN, 1)


def test_ignores_a_refusal_by_name() -> None:
    assert judge("api error UnauthorizedOperation: You are not authorized") == []


def test_is_only_likely_beside_a_refusal_by_name() -> None:
    assert only(judge(LINE, "UnauthorizedOperation")).confidence is Confidence.LIKELY


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(no_credentials).verdict is Verdict.NOT_CHECKED
