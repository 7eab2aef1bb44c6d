"""The operator must know how many interfaces and addresses an instance type takes."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.operator.told import failed_calls, lines_with, quoted
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.subnets.starved import eni_pairs, starves

ALWAYS_API_SINCE = (1, 18)
_LINES = (
    "unable to find limits for instance type",
    "unable to determine limits",
    "instance limits not found",
)
DURATION = "cilium_operator_ipam_allocation_duration_seconds_count"


@check(
    id="unknown-instance-type-limits",
    title="The operator has no limits for an instance type",
    source="https://github.com/cilium/cilium/pull/36922",
    modes=("eni",),
)
def unknown_instance_type_limits(
    cilium: CiliumConfig,
    operator_log: OperatorLog,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    version: CiliumVersion | None,
    operator_metrics: OperatorMetrics | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """Up to 1.17 limits came from a table in the release unless the EC2 API was asked; later from EC2 alone.

    The same line appears when EC2 refuses DescribeInstanceTypes: that is a missing permission.
    """
    said = lines_with(operator_log, *_LINES)
    refused = lines_with(operator_log, "UnauthorizedOperation", "AccessDenied")
    denied = any("DescribeInstanceTypes" in line for line in refused)
    if not said or denied or "DescribeInstanceTypes" in failed_calls(operator_metrics, "Unauthorized", "403"):
        return
    pairs = eni_pairs(nodes, cilium_nodes)
    kinds = {mine.eni.instance_type or node.instance_type or "?" for node, mine in pairs}
    named = sorted(kind for kind in kinds if any(kind in line for line in said))
    hit = [p for p in pairs if (p[1].eni.instance_type or p[0].instance_type) in named] if named else pairs
    table = version is not None and version.minor < ALWAYS_API_SINCE
    grown = (
        operator_metrics.page.growth(DURATION, status="unableToDetermineLimits") if operator_metrics else None
    )
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if named else Confidence.LIKELY,
        title=f"the operator knows no limits for {', '.join(named) or 'an instance type'}",
        because="Its log says so, and EC2 did not refuse DescribeInstanceTypes."
        + (
            "" if named else " The type is not named there; DescribeInstanceTypes for each type would decide."
        ),
        subjects=tuple(Subject("Node", node.name) for node, _ in hit),
        evidence=(
            *quoted(said),
            Evidence(
                cilium.asked,
                "data.update-ec2-adapter-limit-via-api",
                cilium.data.get("update-ec2-adapter-limit-via-api", "absent"),
            ),
            *(
                (
                    Evidence(
                        OperatorMetrics.ASKED, f"growth of {DURATION}, unableToDetermineLimits", f"{grown:g}"
                    ),
                )
                if grown
                else ()
            ),
        ),
        explains=(*starves(hit, accounts, waiting), Explains("operator-not-ready")),
        drop_if_harmless=True,
        actions=(
            look(
                "See whether EC2 tells the limits",
                f"aws ec2 describe-instance-types --instance-types {' '.join(map(quote, named)) or 'TYPE'} "
                "--query 'InstanceTypes[].NetworkInfo'",
                "MaximumNetworkInterfaces and Ipv4AddressesPerInterface",
            ),
            change(
                "Let the operator ask EC2" if table else "Restart the operator, so that it asks EC2 anew",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "eni.updateEC2AdapterLimitViaAPI=true"
                if table
                else f"kubectl -n {cilium.namespace} rollout restart deployment/cilium-operator",
                risk="restarts the operator",
                verify="nodes of the type get interfaces",
            ),
        ),
        references=links("cilium#28424", "cilium#33356", "cilium#24564", "cilium#36922"),
    )
