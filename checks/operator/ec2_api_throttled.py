"""EC2, or the operator's own limiter, makes address allocation wait its turn."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.helm_upgrade import OPERATOR, helm_append, helm_upgrade
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import counted_calls, failed_calls, lines_with, quoted
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes

IN_DEFICIT = "cilium_operator_ipam_nodes"
WAITED = "cilium_operator_ec2_api_rate_limit_duration_seconds_sum"
CHART_VALUE_SINCE = (1, 13)
LONG_S = 30.0
"""Seconds that calls waited for the operator's own limiter between two pages, from which on it is felt."""


@check(
    id="ec2-api-throttled",
    title="EC2 calls are throttled",
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html",
    modes=("eni",),
)
def ec2_api_throttled(
    meta: Meta,
    cilium: CiliumConfig,
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    version: CiliumVersion | None,
) -> Iterator[Finding | Undecided]:
    """Calls that change something share one token bucket per account and region.

    It is felt while several nodes are short at once, and passes; one node that stays short afterwards is
    another fault. Lifetime counters prove nothing, so growth between two pages is asked for.
    """
    if operator_log is None and operator_metrics is None:
        yield Undecided(
            "whether calls are throttled shows in the operator's log and metrics, of which neither was read",
            "get pods/log in Cilium's namespace (deploy/logs-role.yaml)",
        )
        return
    page = operator_metrics.page if operator_metrics else None
    calls = failed_calls(operator_metrics, "RequestLimitExceeded", "503", "429")
    waited = (page.growth(WAITED) if page else None) or 0.0
    said = lines_with(operator_log, "RequestLimitExceeded")
    if not calls and not said and waited < LONG_S:
        return
    deficit = page.total(IN_DEFICIT, category="in-deficit") if page else None
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if calls and deficit else Confidence.LIKELY,
        title="EC2 throttles the operator"
        if calls or said
        else "the operator's own limit holds EC2 calls back",
        because="Throttled answers grow while nodes are short of addresses."
        if calls and deficit
        else "The operator tells of throttled calls; growth of their counter while nodes are in deficit "
        "would make it certain.",
        subjects=(Subject("Deployment", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *counted_calls(calls),
            *quoted(said),
            *((Evidence(OperatorMetrics.ASKED, f"growth of {WAITED}", f"{waited:g}"),) if waited else ()),
            *(
                (Evidence(OperatorMetrics.ASKED, f'{IN_DEFICIT}{{category="in-deficit"}}', f"{deficit:g}"),)
                if deficit is not None
                else ()
            ),
        ),
        explains=waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting)[:1],
        drop_if_harmless=True,
        actions=(
            look(
                "See who else calls EC2 in this account and region",
                "aws cloudwatch get-metric-statistics --namespace AWS/Usage --metric-name CallCount "
                "--dimensions Name=Service,Value=EC2 --statistics Sum --period 300 --start-time START "
                "--end-time END",
                "other controllers and clusters share the same bucket",
            ),
            change(
                "Ask for fewer things: prefixes need a sixteenth of the calls; else "
                + ("lower" if calls or said else "raise")
                + " the operator's limit (4 a second, 20 at once)",
                _limit(meta, version, *((2, 10) if calls or said else (8, 40))),
                risk="the operator restarts; scale-ups take longer"
                if calls or said
                else "the operator restarts; EC2 may throttle the account instead",
                verify="throttled calls stop growing and nodes leave the deficit",
            ),
        ),
        references=links("cilium#21387", "cilium#8414", "cilium#44154"),
    )


def _limit(meta: Meta, version: CiliumVersion | None, qps: int, burst: int) -> str:
    """Set the limit by the chart's own values, or by flags where the chart has none yet."""
    if version is not None and version.minor < CHART_VALUE_SINCE:
        flags = (f"--limit-ipam-api-qps={qps}", f"--limit-ipam-api-burst={burst}")
        return helm_append(meta.cilium_namespace, version, "operator.extraArgs", *flags)
    values = (
        f"--set ipam.operator.externalAPILimitQPS={qps} --set ipam.operator.externalAPILimitBurstSize={burst}"
    )
    return helm_upgrade(meta.cilium_namespace, version, values, restart=(OPERATOR,))
