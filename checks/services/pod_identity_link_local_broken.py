"""Pods must reach the pod identity agent on its link-local address."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import (
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.parts.agents import AgentMetrics, AgentStatuses
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.workloads import DaemonSets
from checks.scale import counted

ADDRESS = "169.254.170.23"
DROPS = "cilium_drop_count_total"
REASON = "FIB lookup failed"
INTERFACE = "pod-id-link0"


@check(
    id="pod-identity-link-local-broken",
    title="Pods may not reach the pod identity agent",
    source="https://github.com/cilium/cilium/issues/35989",
    since=(1, 16),
    until=(1, 18),
)
def pod_identity_link_local_broken(
    cilium: CiliumConfig,
    version: CiliumVersion,
    daemonsets: DaemonSets,
    agent_metrics: AgentMetrics | None,
    agent_status: AgentStatuses | None,
) -> Iterator[Finding | Undecided]:
    """With BPF host routing the agent's dummy interface was taken for a device of the node.

    An agent whose list of devices names that interface proves it. Otherwise the drop counter names no
    destination, so growing lookup failures on nodes with the identity agent stand in for drops to its
    address, and that is at most likely.
    """
    if cilium.flag("enable-host-legacy-routing") is True:
        return
    taken = _takes_it(agent_status)
    if taken:
        shown = Evidence(AgentStatuses.ASKED.format(node=taken[0]), "deviceList", INTERFACE, len(taken))
        yield _finding(cilium, version, taken, shown, Confidence.CERTAIN)
        return
    if not _deployed(daemonsets):
        return
    if agent_metrics is None:
        yield Undecided(part="agent_metrics")
        return
    pages = agent_metrics.by_node.items()
    grown = {name: g for name, page in pages if (g := page.growth(DROPS, reason=REASON))}
    if grown:
        worst = max(grown, key=lambda name: (grown[name], name))
        field = f'growth of {DROPS}{{reason="{REASON}"}}'
        shown = Evidence(AgentMetrics.ASKED.format(node=worst), field, f"{grown[worst]:g}")
        yield _finding(cilium, version, tuple(sorted(grown)), shown, Confidence.LIKELY)
    elif not any(page.earlier is not None for _, page in pages):
        yield Undecided("whether packets are dropped for want of a route shows only in two metrics pages")


def _deployed(daemonsets: DaemonSets) -> bool:
    return any(d.name == "eks-pod-identity-agent" and d.desired for d in daemonsets.items)


def _takes_it(statuses: AgentStatuses | None) -> tuple[str, ...]:
    """Nodes whose agent takes the identity agent's interface for a device, and does not route by the host."""
    return tuple(
        name
        for name, status in sorted(statuses.by_node.items() if statuses else ())
        if INTERFACE in status.devices and status.host_routing != "Legacy"
    )


def _finding(
    cilium: CiliumConfig,
    version: CiliumVersion,
    names: tuple[str, ...],
    shown: Evidence,
    confidence: Confidence,
) -> Finding:
    where = counted(len(names), "node")
    sure = confidence is Confidence.CERTAIN
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=confidence,
        title=f"the agents of {where} take the pod identity agent's interface for a device"
        if sure
        else f"packets of pods are dropped for want of a route on {where} with pod identity",
        because=f"{INTERFACE} is in their list of devices and they route by BPF, which finds no way to "
        f"{ADDRESS} over it."
        if sure
        else f"{version.text} can take the identity agent's interface for a device, and such drops grow. "
        f"A drop to {ADDRESS} port 80 in the monitor would prove it.",
        subjects=tuple(Subject("Node", name) for name in names),
        evidence=(shown, Evidence(CiliumVersion.ASKED, "image", version.text)),
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
