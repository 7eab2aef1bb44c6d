"""Hand-made parts for the tests of rules: a healthy default, and what a test says differs."""

from collections.abc import Set
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from checks.model import Check, Explains, Finding, Subject, Undecided
from checks.parts.agents import Meta, Metrics, Sample
from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import AttachedEni, CiliumNode, CiliumNodes, EniSpec
from checks.parts.derived import Accounts, NodeAccount, StuckPod, UnscheduledPod, Waiting
from checks.parts.nodes import Node, Nodes
from checks.parts.pods import Pod
from checks.parts.services import Endpoint, Endpoints, Service, ServiceEndpoints, Services
from checks.parts.workloads import Workload
from checks.run import Result, run
from checks.snapshot import Snapshot

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
META = Meta(cluster="demo", taken_at=NOON)
M5_LARGE = InstanceType(
    name="m5.large", enis=3, enis_total=3, ipv4_per_eni=10, hypervisor="nitro", vcpus=2, memory_mib=8192
)
M4_LARGE = InstanceType(name="m4.large", enis=2, enis_total=2, ipv4_per_eni=10, hypervisor="xen", vcpus=2)
TYPES = InstanceTypes(by_name={kind.name: kind for kind in (M5_LARGE, M4_LARGE)})

Kind = TypeVar("Kind")


def _made(kind: type[Kind], more: dict[str, Any], **defaults: Any) -> Kind:
    return kind(**(defaults | more))


def ago(**time: float) -> datetime:
    """So long before noon: ``ago(hours=2)``."""
    return NOON - timedelta(**time)


def config(ipam: str = "cluster-pool", **data: str) -> CiliumConfig:
    """cilium-config; underscores in names stand for dashes."""
    return CiliumConfig(data={"ipam": ipam} | {key.replace("_", "-"): value for key, value in data.items()})


def version(text: str = "1.16.5") -> CiliumVersion:
    """The running version."""
    return CiliumVersion(text=text)


def node(name: str = "n1", kind: str = "m5.large", zone: str = "eu-west-1a", **more: Any) -> Node:
    """A Node that is ready and a day old."""
    labels = {"node.kubernetes.io/instance-type": kind, "topology.kubernetes.io/zone": zone}
    labels |= more.pop("labels", {})
    more.setdefault("provider_id", f"aws:///{zone}/i-{name}")
    return _made(
        Node, more, name=name, created=ago(days=1), labels=labels, ready=True, ready_since=ago(days=1)
    )


def nodes(*items: Node) -> Nodes:
    """The Nodes given, or one."""
    return Nodes(items=items or (node(),))


def eni(number: int = 0, *, lone: int = 0, prefixes: tuple[str, ...] = (), **more: Any) -> AttachedEni:
    """An ENI in subnet-a with so many single addresses and these prefixes."""
    addresses = tuple(f"10.40.{10 + number}.{i + 20}" for i in range(lone))
    return _made(
        AttachedEni,
        more,
        id=f"eni-{number}",
        number=number,
        ip=f"10.40.{10 + number}.10",
        subnet_id="subnet-a",
        vpc_id="vpc-1",
        addresses=addresses,
        lone=addresses,
        prefixes=prefixes,
    )


def cilium_node(name: str = "n1", *enis: AttachedEni, spec: EniSpec | None = None, **more: Any) -> CiliumNode:
    """A CiliumNode; in ENI mode with these interfaces."""
    kind = spec or EniSpec(
        instance_type="m5.large", vpc_id="vpc-1", zone="eu-west-1a", node_subnet_id="subnet-a"
    )
    return _made(CiliumNode, more, name=name, created=ago(days=1), enis=enis, eni=kind)


def cilium_nodes(*items: CiliumNode) -> CiliumNodes:
    """The CiliumNodes given."""
    return CiliumNodes(items=items)


def account(name: str = "n1", **more: Any) -> NodeAccount:
    """A node's account with room to spare."""
    return _made(
        NodeAccount,
        more,
        name=name,
        capacity=27,
        attached=27,
        allocated=27,
        used=10,
        prefixes=False,
        max_pods=29,
        pods=12,
        host_network=4,
        zone="eu-west-1a",
        instance_type="m5.large",
    )


def accounts(*items: NodeAccount, mode: str = "eni") -> Accounts:
    """The accounts given."""
    return Accounts(mode=mode, items=items)


def pod(name: str = "api-1", namespace: str = "shop", **more: Any) -> Pod:
    """A pod an hour old."""
    return _made(Pod, more, namespace=namespace, name=name, created=ago(hours=1))


def stuck(count: int, on: str = "n1", message: str = "", **more: Any) -> tuple[StuckPod, ...]:
    """So many pods bound to a node and without an address."""
    return tuple(StuckPod(pod=pod(f"{on}-stuck-{i}", node=on, **more), message=message) for i in range(count))


def waiting(*stuck_pods: StuckPod, unscheduled: tuple[UnscheduledPod, ...] = ()) -> Waiting:
    """Who waits."""
    return Waiting(without_ip=stuck_pods, unscheduled=unscheduled)


def service(name: str, namespace: str = "kube-system", **more: Any) -> Service:
    """A ClusterIP Service that selects app=NAME."""
    return _made(Service, more, name=name, namespace=namespace, selector=(("app", name),))


def services(*items: Service) -> Services:
    """The Services given."""
    return Services(items=items)


def behind(of: Service, *ready: str, not_ready: tuple[str, ...] = ()) -> Endpoints:
    """Endpoints of one Service by address."""
    return Endpoints(
        by_service={
            (of.namespace, of.name): ServiceEndpoints(
                namespace=of.namespace,
                service=of.name,
                ready=tuple(Endpoint(ip, "n1", f"{of.name}-{i}") for i, ip in enumerate(ready)),
                not_ready=tuple(Endpoint(ip, "n1", f"{of.name}-x{i}") for i, ip in enumerate(not_ready)),
            )
        }
    )


def workload(
    name: str, desired: int = 1, ready: int = 1, namespace: str = "kube-system", **more: Any
) -> Workload:
    """A DaemonSet or Deployment."""
    return _made(
        Workload, more, name=name, namespace=namespace, created=ago(days=1), desired=desired, ready=ready
    )


def sample(name: str, value: float, **labels: str) -> Sample:
    """One line of a metrics page."""
    return Sample(name=name, labels=labels, value=value)


def metrics(*now: Sample, earlier: tuple[Sample, ...] | None = None) -> Metrics:
    """A metrics page, and the one of five minutes before."""
    return Metrics(
        by_name=_by_name(now),
        earlier=None if earlier is None else _by_name(earlier),
        apart_s=None if earlier is None else 300.0,
    )


def _by_name(samples: tuple[Sample, ...]) -> dict[str, tuple[Sample, ...]]:
    names = dict.fromkeys(item.name for item in samples)
    return {name: tuple(item for item in samples if item.name == name) for name in names}


def only(found: list[Finding | Undecided]) -> Finding:
    """The one finding that a check made."""
    [finding] = found
    assert isinstance(finding, Finding), finding
    return finding


def undecided(found: list[Finding | Undecided]) -> str:
    """Why the check could not tell, or which part it would have needed."""
    [item] = found
    assert isinstance(item, Undecided), item
    return item.why or item.part


def explained(finding: Finding, symptom: str) -> Set[Subject] | None:
    """The subjects of a symptom that a finding explains; empty: none of them, ``None``: all of them."""
    claims = [claim for claim in finding.explains if claim.symptom == symptom]
    if any(claim.subjects is None for claim in claims):
        return None
    return frozenset(subject for claim in claims for subject in claim.subjects or ())


def claims(finding: Finding) -> set[str]:
    """The symptoms that a finding explains."""
    return {claim.symptom for claim in finding.explains}


def follows(finding: Finding) -> tuple[Explains, ...]:
    """What a finding follows from."""
    return finding.follows_from


def on_nothing(check: Check) -> Result:
    """The check on a snapshot in which nothing was read."""
    [result] = run([check], Snapshot(meta=META))
    return result
