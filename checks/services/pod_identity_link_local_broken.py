"""Pods must reach the pod identity agent on its link-local address."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import AgentMetrics
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.workloads import DaemonSets
from checks.scale import counted

ADDRESS = "169.254.170.23"
DROPS = "cilium_drop_count_total"
REASON = "FIB lookup failed"


@check(
    id="pod-identity-link-local-broken",
    title="Pods may not reach the pod identity agent",
    source="https://github.com/cilium/cilium/issues/35989",
    since=(1, 16),
    until=(1, 18),
)
def pod_identity_link_local_broken(
    cilium: CiliumConfig, version: CiliumVersion, daemonsets: DaemonSets, agent_metrics: AgentMetrics
) -> Iterator[Finding]:
    """With BPF host routing the agent's dummy interface was taken for a device of the node.

    The drop counter names no destination, so growing lookup failures on nodes with the identity agent stand
    in for drops to its address, and that is at most likely.
    """
    agent = next((d for d in daemonsets.items if d.name == "eks-pod-identity-agent" and d.desired), None)
    if agent is None or cilium.flag("enable-host-legacy-routing") is True:
        return
    pages = agent_metrics.by_node.items()
    grown = {name: g for name, page in pages if (g := page.growth(DROPS, reason=REASON))}
    if not grown:
        return
    worst = max(grown, key=lambda name: (grown[name], name))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.LIKELY,
        title=f"packets of pods are dropped for want of a route on {counted(len(grown), 'node')} with pod "
        "identity",
        because=f"{version.text} can take the identity agent's interface for a device, and such drops "
        f"grow. A drop to {ADDRESS} port 80 in the monitor would prove it.",
        subjects=tuple(Subject("Node", name) for name in sorted(grown)),
        evidence=(
            Evidence(
                AgentMetrics.ASKED.format(node=worst),
                f'growth of {DROPS}{{reason="{REASON}"}}',
                f"{grown[worst]:g}",
            ),
            Evidence(DaemonSets.ASKED, "eks-pod-identity-agent: desiredNumberScheduled", str(agent.desired)),
            Evidence(CiliumVersion.ASKED, "image", version.text),
        ),
        explains=(Explains("traffic-failing"),),
        inferred=True,
        actions=(
            look(
                "Watch the drops for the address",
                f"kubectl -n {quote(cilium.namespace)} exec ds/cilium -- {version.dbg} monitor --type drop "
                f"| grep {ADDRESS}",
                f"FIB lookup failed, to {ADDRESS}:80",
            ),
            change(
                "Upgrade, or name the real devices; legacy host routing is a stopgap",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values --set "
                "bpf.hostLegacyRouting=true",
                risk="restarts the agents; legacy routing costs some throughput",
                verify="the drops stop, and SDKs in pods get credentials",
            ),
        ),
        references=links("cilium#35989", "cilium#40273", "cilium#34615"),
    )
