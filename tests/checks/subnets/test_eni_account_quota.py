from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import OperatorLog
from checks.parts.aws_account import ApiCall, ApiCalls, Quotas
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict
from checks.subnets.eni_account_quota import eni_account_quota as quota
from tests.checks.hand import (
    META,
    ago,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    undecided,
)
from tests.checks.subnets.hand_subnets import BARE_NODE_WAITS, selecting

LINE = 'Unable to create interface error="NetworkInterfaceLimitExceeded: The maximum number"'


def judge(
    line: str = LINE,
    *,
    quota_is: float | None = None,
    code: str | None = None,
    read: bool = True,
    hours: float = 0,
) -> list[Finding | Undecided]:
    call = ApiCall(name="CreateNetworkInterface", time=ago(hours=hours), error_code=code)
    return quota(
        META,
        OperatorLog(lines=(line,)) if read else None,
        None if quota_is is None else Quotas(values={"L-DF5E4CA3": quota_is}),
        ApiCalls(by_name={"CreateNetworkInterface": (call,)}) if code else None,
        config("eni"),
        Interfaces(items=(Interface(id="eni-1"),)),
        nodes(node("n1")),
        cilium_nodes(selecting("n1")),
        *BARE_NODE_WAITS,
    )


def test_names_the_quota_that_ec2_refuses_by() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == {"n1-stuck-0", "n1-stuck-1"}
    assert finding.drop_if_harmless


def test_shows_the_line_and_the_lower_bound() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("line", LINE) in shown
    assert ("interfaces of this VPC alone", "1") in shown


def test_is_certain_where_the_vpc_alone_fills_the_quota() -> None:
    assert only(judge(quota_is=1)).confidence is Confidence.CERTAIN
    assert only(judge(quota_is=5000)).confidence is Confidence.LIKELY


def test_believes_cloudtrail_and_the_count_without_the_log() -> None:
    assert only(judge(read=False, code="Client.NetworkInterfaceLimitExceeded"))
    assert only(judge(read=False, quota_is=1)).confidence is Confidence.LIKELY
    assert judge(read=False, code="Client.InvalidParameterValue") == []
    assert judge(read=False, code="Client.NetworkInterfaceLimitExceeded", hours=2) == []
    assert judge(read=False, quota_is=5000) == []


def test_cannot_tell_without_any_of_them() -> None:
    assert "none was read" in undecided(judge(read=False))


def test_ignores_the_limit_of_an_instance() -> None:
    assert judge("AttachmentLimitExceeded: Interface count 4 exceeds the limit") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(quota).verdict is Verdict.NOT_CHECKED
