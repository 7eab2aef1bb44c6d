"""A quiet cluster must not take and give back addresses all the time."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import OperatorMetrics
from checks.parts.cilium import CiliumConfig
from checks.scale import counted

TAKEN = "cilium_operator_ipam_ip_allocation_ops"
GIVEN = "cilium_operator_ipam_ip_release_ops"


@check(
    id="watermark-flapping",
    title="Addresses are taken and given back in turns",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def watermark_flapping(
    cilium: CiliumConfig, operator_metrics: OperatorMetrics | None
) -> Iterator[Finding | Undecided]:
    """With release on, and nothing above the watermark, the threshold to give back is that to take.

    It costs EC2 calls and nothing else. Only the growth of both counters in one subnet tells, so without an
    earlier page it cannot be told.
    """
    if cilium.flag("aws-release-excess-ips") is not True:
        return
    if operator_metrics is None or operator_metrics.page.earlier is None:
        yield Undecided("the operator's counters were not read twice", "get pods/proxy in Cilium's namespace")
        return
    page = operator_metrics.page
    subnets = sorted({s.labels["subnet_id"] for s in page.by_name.get(GIVEN, ()) if "subnet_id" in s.labels})
    both = [
        (name, taken, given)
        for name in subnets
        if (taken := page.growth(TAKEN, subnet_id=name) or 0) > 1
        and (given := page.growth(GIVEN, subnet_id=name) or 0) > 1
    ]
    if not both:
        return
    name, taken, given = both[0]
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.LOW,
        confidence=Confidence.LIKELY,
        title=f"addresses are taken and given back in turns in {counted(len(both), 'subnet')}",
        because=f"In {name} {taken:.0f} addresses or blocks were taken and {given:.0f} given back within "
        f"{page.apart_s or 0:.0f} s. Only the counters of an hour without changes of pods would prove it.",
        subjects=tuple(Subject("Subnet", subnet) for subnet, _, _ in both),
        evidence=(
            Evidence(OperatorMetrics.ASKED, f'{TAKEN}{{subnet_id="{name}"}}', f"+{taken:.0f}"),
            Evidence(OperatorMetrics.ASKED, f'{GIVEN}{{subnet_id="{name}"}}', f"+{given:.0f}"),
            Evidence(cilium.asked, "aws-release-excess-ips", "true"),
        ),
        actions=(
            look(
                "Watch both counters for an hour",
                f"kubectl -n {cilium.namespace} port-forward deployment/cilium-operator 9963 & "
                "sleep 2; curl -s localhost:9963/metrics | grep -E 'ip_(allocation|release)_ops'",
                "Both grow while the number of pods stays.",
            ),
            change(
                "Leave room above the watermark: a larger max-above-watermark or min-allocate",
                None,
                risk="nodes hold more addresses of the subnet",
                verify="The counters stand still while the pods do.",
            ),
        ),
        references=links("cilium#27970", "cilium#28467", "vpc-cni#2650"),
    )
