"""Excess addresses of a prefix are given back with the whole prefix, never one by one."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import counted_calls, failed_calls
from checks.parts.agents import Meta, OperatorMetrics
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.prefixes.pd_fallback_missing_1_20 import FIXED_IN

UNASSIGN = "UnassignPrivateIpAddresses"
_ERRORS = ("4", "failed", "invalid", "error")


@check(
    id="prefix-members-released-individually-1-20",
    title="The operator tries to give back single members of a prefix",
    source="https://github.com/cilium/cilium/issues/48125",
    modes=("eni",),
    since=(1, 20),
    until=(1, 20),
)
def prefix_members_released_individually_1_20(
    meta: Meta, cilium: CiliumConfig, version: CiliumVersion, operator_metrics: OperatorMetrics | None
) -> Iterator[Finding | Undecided]:
    """1.20.0 and 1.20.1 count the members of a prefix as attachments of their own; EC2 refuses each release.

    Pods keep their addresses; the calls use up the account's quota of calls. Which addresses were named
    shows in CloudTrail alone, so growing refusals of this one call stand in for it.
    """
    both = cilium.prefix_delegation and cilium.flag("aws-release-excess-ips") is True
    if not both or version.parts >= FIXED_IN:
        return
    if operator_metrics is None or operator_metrics.page.earlier is None:
        yield Undecided(
            "whether releases are refused shows in two metrics pages of the operator, which were not read",
            "get pods/proxy in Cilium's namespace (deploy/metrics-role.yaml)",
        )
        return
    calls = {k: v for k, v in failed_calls(operator_metrics, *_ERRORS).items() if k == UNASSIGN}
    if not calls:
        return
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{version.text} tries to give back single members of prefixes, and EC2 refuses",
        because=f"Prefixes and release of excess addresses are both on, and refused {UNASSIGN} calls grow. "
        "CloudTrail would name the addresses.",
        subjects=(Subject("Deployment", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *counted_calls(calls),
            Evidence(cilium.asked, "data.aws-release-excess-ips", "true"),
            Evidence(CiliumVersion.ASKED, "image", version.text),
        ),
        actions=(
            look(
                "See the refused calls",
                "aws cloudtrail lookup-events --lookup-attributes "
                f"AttributeKey=EventName,AttributeValue={UNASSIGN} --max-results 5",
                "the addresses named belong to a prefix in a CiliumNode",
            ),
            change(
                "Upgrade to 1.20.2 or later, or stop releasing until then",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "eni.awsReleaseExcessIPs=false",
                risk="restarts the operator; idle addresses stay on the nodes",
                verify="the counter of refused calls stands still",
            ),
        ),
        references=links("cilium#48125", "cilium#48418"),
    )
