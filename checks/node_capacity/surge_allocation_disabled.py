"""The operator must count waiting pods, or bursts are served eight addresses at a time."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Undecided, check
from checks.parts.agents import OperatorLog
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.derived import Waiting

LINE = "will not surge-allocate"


@check(
    id="surge-allocation-disabled",
    title="The operator does not count waiting pods",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
    since=(1, 15),
    until=(1, 15),
)
def surge_allocation_disabled(
    cilium: CiliumConfig, version: CiliumVersion, operator_log: OperatorLog | None, waiting: Waiting
) -> Iterator[Finding | Undecided]:
    """After a rollout pods wait some minutes while only the watermark is attached at a time.

    The store of pods that the operator counts by was never initialised in the first 1.15 releases. It heals
    by itself, slowly; only its log tells.
    """
    if not waiting.without_ip:
        return
    if operator_log is None:
        yield Undecided("the operator's log was not read", "get pods/log in Cilium's namespace")
        return
    lines = [line for line in operator_log.lines if LINE in line]
    if not lines:
        return
    stuck = frozenset(item.subject for item in waiting.without_ip)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.LOW,
        confidence=Confidence.POSSIBLE,
        title=f"bursts are served by the watermark only: {len(stuck)} pods wait for an address",
        because=f"Cilium {version.text}'s operator says that it cannot count the pods that wait. "
        "Whether needed_ips of its metrics falls in small steps would decide.",
        evidence=(
            Evidence(OperatorLog.ASKED, "line", lines[-1][:300], len(lines)),
            Evidence(CiliumVersion.ASKED, "image tag of the agent", version.text),
        ),
        actions=(
            look(
                "Watch what the operator still has to attach",
                f"kubectl -n {cilium.namespace} port-forward deployment/cilium-operator 9963 & "
                "sleep 2; curl -s localhost:9963/metrics | grep needed_ips",
                "It falls by small steps, without errors of EC2.",
            ),
            change(
                "Upgrade Cilium; until then a larger pre-allocate shortens the wait",
                None,
                risk="nodes hold more addresses of the subnet",
                verify="After a rollout all pods get an address within a minute.",
            ),
        ),
        references=links("cilium#32713"),
        explains=(Explains("pods-without-ip", stuck),),
    )
