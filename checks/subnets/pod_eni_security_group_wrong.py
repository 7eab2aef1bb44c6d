"""The groups on pod interfaces must let nodes and their pods talk to each other."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import ClusterHealth
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.nodes import Nodes
from checks.parts.vpc import SecurityGroups
from checks.reach import unreached
from checks.scale import counted
from checks.services.ports import HEALTH_PORT, admitted
from checks.subnets.starved import eni_pairs

Groups = frozenset[str]


@check(
    id="pod-eni-security-group-wrong",
    title="Security groups on pod interfaces keep nodes apart",
    source="https://docs.cilium.io/en/stable/operations/system_requirements/#firewall-rules",
    modes=("eni",),
)
def pod_eni_security_group_wrong(
    nodes: Nodes, cilium_nodes: CiliumNodes, security_groups: SecurityGroups, health: ClusterHealth
) -> Iterator[Finding]:
    """Two node groups with separate groups reach nothing of each other, while pods of one node do.

    Read at the port of Cilium's own health probes, and only where such probes fail: groups may well be
    meant to open few ports.
    """
    failing = unreached(health)
    if not failing:
        return
    sets: dict[Groups, list[str]] = {}
    senders: dict[Groups, str] = {}
    for node, mine in eni_pairs(nodes, cilium_nodes):
        for eni in mine.pod_enis:
            names = frozenset(eni.security_groups)
            if names and eni.size and node.name not in sets.setdefault(names, []):
                sets[names].append(node.name)
                senders.setdefault(names, eni.ip or "")
    closed = [
        (source, target)
        for source in sets
        for target in sets
        if admitted(
            target,
            "tcp",
            HEALTH_PORT,
            source_groups=source,
            source_addresses=(senders[source],) if senders[source] else (),
            groups=security_groups,
        )
        is False
    ]
    hit = sorted({name for _, target in closed for name in sets[target] if name in failing})
    if not hit:
        return
    source, target = next((s, t) for s, t in closed if set(sets[t]) & set(hit))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"{_word(target)} on the pod interfaces of {counted(len(hit), 'node')} do not admit "
        f"{_word(source)}",
        because="No rule admits the other interfaces' groups or addresses at the health port, and exactly "
        "such probes fail.",
        subjects=tuple(Subject("Node", name) for name in hit),
        evidence=(
            Evidence(
                SecurityGroups.ASKED,
                f"{_word(target)}: IpPermissions",
                f"none for tcp 4240 from {_word(source)}",
            ),
            Evidence(
                CiliumNodes.ASKED, "status.eni.enis{}.security-groups", _word(target), len(sets[target])
            ),
            Evidence(
                ClusterHealth.ASKED.format(node="*"), "nodes that do not answer", ", ".join(hit[:3]), len(hit)
            ),
        ),
        explains=(Explains("nodes-unreachable", frozenset(Subject("Node", name) for name in hit)),),
        actions=(
            look(
                "Compare the groups on the interfaces",
                "kubectl get ciliumnodes -o "
                "custom-columns='NODE:.metadata.name,GROUPS:.status.eni.enis.*.security-groups'",
                "two sets of groups without one in common",
            ),
            change(
                "Give all node and pod interfaces one common group that admits itself",
                f"aws ec2 authorize-security-group-ingress --group-id {quote(min(target))} --protocol -1 "
                f"--source-group {quote(min(source))}",
                risk="opens every port between these nodes and their pods",
                verify="cilium-health status --probe reaches every node",
            ),
        ),
        references=links("eks-ami#200", "lbc#1594", "lbc#2802", "aws/aws-cdk#10884", "eksctl#414"),
    )


def _word(groups: Groups) -> str:
    return ", ".join(sorted(groups))
