"""Detached interfaces of instances that are gone must not hold a subnet's addresses."""

import re
from collections.abc import Iterator, Mapping
from shlex import quote

from checks.advice import change, links, look
from checks.helm_upgrade import OPERATOR, helm_upgrade
from checks.model import (
    Action,
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
from checks.parts.agents import Meta
from checks.parts.aws import EksCluster, Instances
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interface, Interfaces, Subnets
from checks.scale import counted
from checks.subnets.groups import Group, groups_of

_OWNER = re.compile(r"(?:Cilium-CNI \(|aws-K8S-)(i-[0-9a-f]{8,17})")
_AWS_CNI_OWNER = "node.k8s.amazonaws.com/instance_id"
_CLUSTER_OF = ("io.cilium/cluster-name", "cluster.k8s.amazonaws.com/name")
_GONE = ("terminated", "shutting-down")
_AT_ONCE = 10  # ids in one command
CLEARING_SINCE = (1, 13)


@check(
    id="eni-leak-available",
    title="Detached interfaces hold subnet addresses",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni", "chained"),
)
def eni_leak_available(
    meta: Meta,
    interfaces: Interfaces,
    instances: Instances,
    cilium: CiliumConfig,
    eks: EksCluster | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    subnets: Subnets | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    version: CiliumVersion | None,
) -> Iterator[Finding | Undecided]:
    """Each was made for an instance that EC2 no longer runs, by Cilium or by the AWS CNI before it.

    They are the cause of a shortage where their addresses would serve everybody who waits. How old one is no
    API tells, so a second look stands between likely and certain; while its instance runs, an interface in
    state available is merely on its way there.
    """
    names = {meta.cluster, *([eks.name] if eks else []), _name(cilium)}
    leaked = {
        item.id: (item, owner)
        for item in interfaces.items
        if (owner := _gone_owner(item, instances)) and _ours(item, names)
    }
    if not leaked:
        return
    held = [item for item, _ in leaked.values()]
    groups: list[Group] = []
    if subnets is None and cilium.allocator == "eni":
        yield Undecided(part="subnets")
    if nodes and cilium_nodes and subnets and accounts and waiting and cilium.allocator == "eni":
        groups = groups_of(nodes, cilium_nodes, subnets, accounts, waiting)
    starved = [group for group in groups if group.starves and _would_serve(group, held)]
    yield _finding(leaked, starved, cilium, version)


def _gone_owner(item: Interface, instances: Instances) -> str | None:
    """The instance that a detached interface was made for, if it does not run any more."""
    if item.status != "available" or item.requester_managed:
        return None
    named = _OWNER.match(item.description)
    owner = named[1] if named else dict(item.tags).get(_AWS_CNI_OWNER)
    instance = instances.by_id.get(owner or "")
    return owner if instance is None or instance.state in _GONE else None


def _name(cilium: CiliumConfig) -> str:
    return cilium.data.get("cluster-name", "default")


def _ours(item: Interface, names: set[str]) -> bool:
    """Not tagged with another cluster's name; Cilium writes its own or the one that EKS knows."""
    told = (value for key, value in item.tags if key in _CLUSTER_OF)
    return all(value in names for value in told)


def _size(item: Interface) -> int:
    return len(item.ips) + 16 * len(item.prefixes)


def _would_serve(group: Group, leaked: list[Interface]) -> bool:
    ids = {subnet.id for subnet in group.subnets}
    back = sum(_size(item) for item in leaked if item.subnet_id in ids)
    return back >= max(1, len(group.stuck), len(group.bare))


def _finding(
    leaked: Mapping[str, tuple[Interface, str]],
    starved: list[Group],
    cilium: CiliumConfig,
    version: CiliumVersion | None,
) -> Finding:
    first, owner = next(iter(leaked.values()))
    addresses = sum(_size(item) for item, _ in leaked.values())
    stuck = frozenset(item.subject for group in starved for item in group.stuck)
    bare = frozenset(Subject("Node", name) for group in starved for name in group.bare)
    off = cilium.data.get("eni-gc-interval", "") in ("0", "0s")
    return Finding(
        kind=Kind.CAUSE if starved else Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(leaked), 'detached interface holds', 'detached interfaces hold')} "
        f"{counted(addresses, 'address', 'addresses')} for instances that are gone",
        because=f"{first.id} was made for {owner}, which EC2 does not run, so nobody is attaching it; the "
        "same list some minutes later would make it certain. "
        + ("Whoever waits could have these addresses." if starved else "Nobody waits for these addresses.")
        + (" The operator's own clearing is switched off." if off else ""),
        subjects=tuple(Subject("NetworkInterface", name) for name in leaked),
        evidence=(
            Evidence(Interfaces.ASKED, "Status", "available", len(leaked)),
            Evidence(Interfaces.ASKED, f"{first.id}: Description", first.description),
            Evidence(Instances.ASKED, f"{owner}: running", "no"),
        ),
        explains=(
            Explains("pods-without-ip", stuck),
            Explains("nodes-not-ready", bare),
            Explains("agents-not-ready", bare),
        ),
        actions=_actions(leaked, cilium, version, off),
        references=links("cilium#21409", "cilium#9533", *(f"vpc-cni#{n}" for n in (608, 69, 1447, 123))),
    )


def _actions(
    leaked: Mapping[str, tuple[Interface, str]],
    cilium: CiliumConfig,
    version: CiliumVersion | None,
    off: bool,
) -> tuple[Action, ...]:
    return (
        look(
            "List them once more in ten minutes",
            "aws ec2 describe-network-interfaces --filters Name=status,Values=available "
            "--query 'NetworkInterfaces[].[NetworkInterfaceId,Description,SubnetId]' --output table",
            "The same ids are still there.",
        ),
        change(
            "Delete those that were there both times",
            f"for id in {' '.join(quote(name) for name in list(leaked)[:_AT_ONCE])}; do "
            'aws ec2 delete-network-interface --network-interface-id "$id"; done',
            risk="an interface that is being attached after all is lost to its node, which makes another",
            verify="AvailableIpAddressCount of the subnet rises.",
        ),
        _clearing(cilium, version, off=off),
    )


def _clearing(cilium: CiliumConfig, version: CiliumVersion | None, *, off: bool) -> Action:
    """What lets the operator clear up by itself. A live cluster's name stays: its identities hang on it."""
    if version is not None and version.minor < CLEARING_SINCE:
        return change(
            "Upgrade minor by minor to 1.13 or later, whose operator clears up after itself",
            None,
            risk="restarts operator and agents; read the upgrade notes of each minor",
            verify="Interfaces in state available go away within some minutes.",
        )
    if off and cilium.allocator == "eni":
        return change(
            "Switch the operator's own clearing on again",
            helm_upgrade(cilium.namespace, version, "--set eni.gcInterval=5m", restart=(OPERATOR,)),
            risk="the operator restarts; clusters of one cluster.name in an account clear each other's",
            verify="Interfaces in state available go away within some minutes.",
        )
    return look(
        "Ask IAM whether the operator may clear up",
        "aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names ec2:DescribeTags "
        "ec2:DeleteNetworkInterface",
        "Both are allowed; it clears what has its own tags and cluster name, and nothing of the AWS CNI's.",
    )
