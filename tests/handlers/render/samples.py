"""Reports to render: an incident, a healthy cluster, one half read, one with hostile names, and any size."""

from dataclasses import replace
from datetime import UTC, datetime

from checks.report import (
    Cause,
    Facts,
    IpamFacts,
    NodeDetail,
    NodeFacts,
    NotChecked,
    Note,
    PodFacts,
    Report,
    ReportAction,
    ReportEvidence,
    ReportSubject,
    SubnetFacts,
    Symptom,
    Verdict,
    VersionFacts,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
BIDI = "\u202egpj.exe\u202c"
HOSTILE = (
    "<!channel> <@U1> <#C1|x> <https://evil.example|click> `rm -rf` ```x``` *b* _i_ ~s~ :skull: & | "
    f"[l](https://evil.example) @here \x1b[31mred\x1b]0;title\x07\x00\u200b{BIDI}"
)


def node_name(index: int) -> str:
    return f"ip-10-0-{index // 250}-{index % 250 + 5}.eu-west-1.compute.internal"


def nodes_detail(count: int) -> tuple[NodeDetail, ...]:
    return tuple(
        NodeDetail(
            name=node_name(index),
            zone=ZONES[index % 3],
            instance_type="t3.small",
            capacity=254,
            attached=254,
            allocated=254,
            used=4 + index % 3,
            free_for_pods=250 - index % 3,
            max_pods=11,
            pods=11 if index % 7 else 9,
        )
        for index in range(count)
    )


def facts(nodes: int = 14, reachable: int | None = 1, waiting: int = 120) -> Facts:
    return Facts(
        versions=VersionFacts(cilium="1.14.6", kubernetes="1.29"),
        nodes=NodeFacts(total=nodes, ready=nodes, reachable=reachable),
        pods=PodFacts(total=nodes * 11 + waiting, running=nodes * 11, not_scheduled=waiting, without_ip=0),
        ipam=IpamFacts(
            mode="cluster-pool",
            prefix_delegation=False,
            capacity=254 * nodes,
            attached=254 * nodes,
            used=5 * nodes,
        ),
        nodes_detail=nodes_detail(nodes),
        subnets=tuple(
            SubnetFacts(
                id=f"subnet-0a1b2c3d4e5f6000{index}",
                zone=zone,
                free_addresses=120 + index,
                free_prefixes=7,
                used_by_pods=True,
            )
            for index, zone in enumerate(ZONES)
        ),
    )


def node_subjects(count: int) -> tuple[ReportSubject, ...]:
    return tuple(ReportSubject(kind="Node", name=node_name(index)) for index in range(count))


def pod_subjects(count: int) -> tuple[ReportSubject, ...]:
    return tuple(
        ReportSubject(kind="Pod", namespace="shop", name=f"api-7c9f8d6b5-{index:05}")
        for index in range(count)
    )


def max_pods(nodes: int = 14, waiting: int = 120) -> Cause:
    return Cause(
        id="kubelet-max-pods-too-low",
        severity="critical",
        confidence="certain",
        title=f"{nodes:,} nodes run the 11 pods their kubelet allows, with {249 * nodes:,} addresses free",
        because=(
            f"Allocatable pods is 11 on all {nodes:,} nodes and each runs 11, while every node's /24 has 249 "
            "addresses left. The scheduler says “Too many pods”, not a lack of CPU, memory or a taint."
        ),
        subjects=node_subjects(nodes),
        subjects_total=nodes,
        evidence=(
            ReportEvidence(
                asked="kubernetes/api/v1/nodes", field="status.allocatable.pods", value="11", count=nodes
            ),
            ReportEvidence(
                asked="kubernetes/api/v1/pods",
                field="status.conditions[PodScheduled].message",
                value=f"0/{nodes} nodes are available: {nodes} Too many pods.",
                count=waiting,
            ),
        ),
        explains=("pods-not-scheduled",),
        leads_to=("services-failing",),
        actions=(
            ReportAction(
                title="raise the kubelet's limit in the node group's launch template, then replace its nodes",
                command=None,
                kind="change",
                risk="each replaced node evicts its pods once; PodDisruptionBudgets are honoured",
                verify="allocatable pods of a new node is 110 and pods start on it",
            ),
            ReportAction(
                title="the limit of every node",
                command=(
                    "kubectl get nodes -o custom-columns="
                    "NAME:.metadata.name,TYPE:.metadata.labels.node\\.kubernetes\\.io/instance-type,"
                    "PODS:.status.allocatable.pods"
                ),
                kind="look",
                risk=None,
                verify="11 everywhere: the ENI formula of a t3.small, which Cilium's own pool does not need",
            ),
        ),
        references=(
            "https://github.com/awslabs/amazon-eks-ami/issues/1170",
            "https://docs.cilium.io/en/stable/network/concepts/ipam/cluster-pool/",
        ),
    )


def direct_routes(nodes: int = 14) -> Cause:
    return Cause(
        id="direct-routes-across-subnets",
        severity="high",
        confidence="likely",
        title=f"nodes in different subnets do not reach each other: 1 of {nodes:,} reachable",
        because=(
            "autoDirectNodeRoutes only installs routes between nodes of one L2 segment; these nodes are in "
            "three subnets. Security groups allow the health port, so they are not what drops it."
        ),
        subjects=node_subjects(nodes),
        subjects_total=nodes,
        evidence=(
            ReportEvidence(
                asked="kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config",
                field="data.auto-direct-node-routes",
                value="true",
                count=1,
            ),
        ),
        explains=("nodes-unreachable",),
        leads_to=(),
        actions=(
            ReportAction(
                title="what one agent reaches",
                command="kubectl -n kube-system exec ds/cilium -c cilium-agent -- cilium-health status",
                kind="look",
                risk=None,
                verify="only nodes of the agent's own subnet answer",
            ),
            ReportAction(
                title="encapsulate instead",
                command=(
                    "helm upgrade cilium cilium/cilium -n kube-system --reuse-values \\\n"
                    "  --set routingMode=tunnel --set autoDirectNodeRoutes=false\n"
                    "kubectl -n kube-system rollout restart ds/cilium"
                ),
                kind="change",
                risk="every pod's connections break once while the agents restart",
                verify=f"cilium-health says {nodes:,}/{nodes:,} reachable on every node",
            ),
        ),
        references=(),
    )


def waiting_pods(count: int = 120, explained: bool = True) -> Symptom:
    return Symptom(
        id="pods-not-scheduled",
        severity="critical",
        inferred=False,
        title=f"{count:,} pods wait for the scheduler",
        subjects=pod_subjects(count),
        subjects_total=count,
        evidence=(
            ReportEvidence(
                asked="kubernetes/api/v1/pods",
                field="status.conditions[PodScheduled].message",
                value="0/14 nodes are available: 14 Too many pods.",
                count=count,
            ),
        ),
        explained_by=("kubelet-max-pods-too-low",) if explained else (),
    )


def unreachable(nodes: int = 14) -> Symptom:
    return Symptom(
        id="nodes-unreachable",
        severity="critical",
        inferred=False,
        title=f"1 of {nodes:,} nodes reachable",
        subjects=node_subjects(nodes),
        subjects_total=nodes,
        evidence=(),
        explained_by=("direct-routes-across-subnets",),
    )


def overlap(severity: str = "medium") -> Cause:
    assert severity in ("medium", "high")
    return Cause(
        id="pod-cidr-overlaps-service-cidr",
        severity="high" if severity == "high" else "medium",
        confidence="certain",
        title="pods and Services share 10.100.0.0/16 (65,536 addresses)",
        because="The pool 10.0.0.0/8 contains the Service range. No node holds a block in the shared part.",
        subjects=(),
        subjects_total=0,
        evidence=(),
        explains=(),
        leads_to=(),
        actions=(
            ReportAction(
                title="the pool in use",
                command="kubectl -n kube-system get configmap cilium-config -o yaml",
                kind="look",
                risk=None,
                verify="cluster-pool-ipv4-cidr contains 10.100.0.0/16",
            ),
        ),
        references=(),
    )


def refused(count: int = 3) -> tuple[NotChecked, ...]:
    names = (
        "subnet-free-ips-exhausted",
        "prefix-fragmentation-insufficient-cidr-blocks",
        "pod-cidr-overlaps-vpc",
    )
    return tuple(
        NotChecked(
            id=names[index] if index < len(names) else f"check-{index}",
            why="refused: ec2:DescribeSubnets (UnauthorizedOperation)",
            grant="ec2:DescribeSubnets in the bot's IAM policy",
        )
        for index in range(count)
    )


LEFTOVERS = Note(
    id="benign-leftover-objects",
    title="six failed CoreDNS pods are leftovers; the Deployment is complete",
    subjects=(),
    subjects_total=6,
    evidence=(),
)


def incident(nodes: int = 14, waiting: int = 120) -> Report:
    return Report(
        cluster="payments-prod",
        region="eu-west-1",
        taken_at=NOON,
        seconds=2.41,
        source="live",
        verdict=Verdict.CRITICAL,
        headline=(
            f"{waiting:,} pods wait because the kubelet allows 11 pods per node; addresses are not short. "
            f"Nodes do not reach each other either (1 of {nodes:,})."
        ),
        symptoms=(waiting_pods(waiting), unreachable(nodes)),
        causes=(max_pods(nodes, waiting), direct_routes(nodes)),
        risks=(overlap(),),
        notes=(LEFTOVERS,),
        not_checked=refused(),
        facts=facts(nodes, waiting=waiting),
    )


def healthy(nodes: int = 14) -> Report:
    return replace(
        incident(nodes),
        verdict=Verdict.HEALTHY,
        headline=f"no pod waits for an address and all {nodes:,} nodes reach each other",
        symptoms=(),
        causes=(),
        risks=(),
        notes=(LEFTOVERS,),
        not_checked=(),
        facts=facts(nodes, reachable=nodes, waiting=0),
    )


def half_read() -> Report:
    nothing = Facts(
        versions=VersionFacts(cilium=None, kubernetes="1.29"),
        nodes=NodeFacts(total=14, ready=14, reachable=None),
        pods=PodFacts(total=None, running=None, not_scheduled=None, without_ip=None),
        ipam=IpamFacts(mode=None, prefix_delegation=None, capacity=None, attached=None, used=None),
        nodes_detail=(),
        subnets=(),
    )
    pods = tuple(
        NotChecked(
            id=f"check-of-pods-{index}",
            why="refused: list pods (Forbidden)",
            grant="list pods in the bot's ClusterRole",
        )
        for index in range(12)
    )
    return replace(
        healthy(),
        verdict=Verdict.UNKNOWN,
        headline="pods and cilium-config could not be read; 15 checks were not checked",
        notes=(),
        not_checked=(*refused(), *pods),
        facts=nothing,
    )


def unexplained() -> Report:
    return replace(
        incident(),
        headline="120 pods wait for the scheduler and nothing that was read says why",
        symptoms=(waiting_pods(explained=False),),
        causes=(),
    )


def loud_risk() -> Report:
    return replace(
        healthy(),
        verdict=Verdict.DEGRADED,
        headline="pods and Services share addresses; nobody is hurt yet",
        risks=(overlap("high"),),
    )


def hostile(text: str = HOSTILE) -> Report:
    """Every piece of text that may come from a cluster is this one."""
    long = text + "n" * 300
    subjects = tuple(ReportSubject(kind="Pod", namespace=text, name=long) for _ in range(30))
    evidence = tuple(ReportEvidence(asked=text, field=text, value=long * 20, count=3) for _ in range(30))
    action = ReportAction(title=text, command=f"echo '{text}' 2>&1", kind="look", risk=text, verify=long)
    cause = replace(
        max_pods(),
        id=text,
        title=long,
        because=long * 5,
        subjects=subjects,
        subjects_total=4_000,
        evidence=evidence,
        leads_to=(text,) * 30,
        actions=(action,) * 5,
        references=(f"https://example.com/{text}",) * 30,
    )
    pods = replace(
        waiting_pods(),
        title=long,
        subjects=subjects,
        subjects_total=999,
        evidence=evidence,
        explained_by=(text,),
    )
    shown = facts(14)
    return replace(
        incident(),
        cluster=text,
        region=text,
        headline=long,
        symptoms=(pods, replace(pods, explained_by=())),
        causes=(cause,) * 30,
        risks=(cause, replace(cause, severity="medium")) * 15,
        notes=(replace(LEFTOVERS, title=long),) * 30,
        not_checked=tuple(NotChecked(id=text, why=f"{long} {index}", grant=text) for index in range(50)),
        facts=replace(
            shown,
            versions=VersionFacts(cilium=text, kubernetes=text),
            ipam=replace(shown.ipam, mode=text),
            nodes_detail=tuple(
                replace(node, name=long, instance_type=text, zone=text) for node in shown.nodes_detail
            ),
            subnets=tuple(replace(subnet, id=long, zone=text) for subnet in shown.subnets),
        ),
    )


SAMPLES: dict[str, Report] = {
    "incident": incident(),
    "healthy": healthy(),
    "half_read": half_read(),
    "unexplained": unexplained(),
    "loud_risk": loud_risk(),
    "one_node": incident(1, 9),
    "five_hundred_nodes": incident(500, 4_321),
    "hostile": hostile(),
}
