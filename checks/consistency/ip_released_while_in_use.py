"""A pod's address must be one of its instance's interfaces."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, ip_address

from checks.advice import change, links, look
from checks.blocks import networks
from checks.helm_upgrade import OPERATOR, helm_upgrade
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.nodes import Node, Nodes
from checks.parts.pods import PodAddress, Pods
from checks.parts.vpc import Interfaces, Vpcs
from checks.scale import counted

SETTLED = timedelta(minutes=5)
"""Interfaces and pods are not read in the same instant."""

FIXED_IN = (1, 12)


@check(
    id="ip-released-while-in-use",
    title="Pods have addresses that their instance has lost",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def ip_released_while_in_use(
    meta: Meta,
    cilium: CiliumConfig,
    nodes: Nodes,
    pods: Pods,
    interfaces: Interfaces,
    vpcs: Vpcs,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """The VPC delivers a pod's address only to the instance whose interface holds it.

    Releases up to 1.11 could unassign an address that a pod had just been given. Later it takes a detached
    interface or a hand in the VPC; pods outside of the VPC's ranges are another matter.
    """
    vpc = networks(cidr for cidrs in vpcs.cidrs.values() for cidr in cidrs)
    held = {name: mine for name, node in nodes.by_name.items() if (mine := _held(node, interfaces))}
    lost = [
        pod
        for pod in pods.addresses
        if pod.node in held
        and meta.taken_at - pod.created > SETTLED
        and pod.ip not in held[pod.node].ips
        and _within(pod.ip, vpc)
        and not _within(pod.ip, held[pod.node].blocks)
    ]
    if lost:
        yield _finding(cilium, version, lost)


@dataclass(frozen=True, slots=True)
class _Held:
    ips: frozenset[str]
    blocks: tuple[IPv4Network, ...]


def _held(node: Node, interfaces: Interfaces) -> _Held | None:
    """What the interfaces of a node's instance hold; None when none of them is known."""
    mine = interfaces.by_instance.get(node.instance_id or "", ())
    if not mine:
        return None
    ips = frozenset(ip for item in mine for ip in item.ips)
    return _Held(ips, networks(p for item in mine for p in item.prefixes))


def _within(ip: str, ranges: tuple[IPv4Network, ...]) -> bool:
    return ":" not in ip and any(ip_address(ip) in network for network in ranges)


def _finding(cilium: CiliumConfig, version: CiliumVersion | None, lost: list[PodAddress]) -> Finding:
    first = lost[0]
    old = version is not None and version.minor < FIXED_IN
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if old else Confidence.LIKELY,
        title=f"{counted(len(lost), 'pod has an address', 'pods have addresses')} that no interface of the "
        "node holds any more",
        because=f"{first.namespace}/{first.name} has {first.ip}, an address of the VPC, and no interface of "
        f"{first.node} carries it. "
        + (
            "This release may give addresses back that are in use."
            if old
            else "An interface may be detached."
        ),
        subjects=tuple(Subject("Pod", pod.name, pod.namespace) for pod in lost),
        evidence=(
            Evidence(Pods.ASKED, f"{first.name}: status.podIP", first.ip, len(lost)),
            Evidence(
                Interfaces.ASKED, f"PrivateIpAddresses of the interfaces of {first.node}", "not among them"
            ),
        ),
        actions=_actions(cilium, version, first),
        references=links("cilium#13412", "cilium#17939", "cilium#20026", "vpc-cni#391"),
        inferred=True,
    )


def _actions(cilium: CiliumConfig, version: CiliumVersion | None, first: PodAddress) -> tuple[Action, ...]:
    return (
        look(
            "See which interface holds the address now",
            "aws ec2 describe-network-interfaces --filters "
            f"Name=addresses.private-ip-address,Values={shlex.quote(first.ip)}",
            "None, or one of another instance.",
        ),
        change(
            "Delete the pods, so that they get an address that is there",
            f"kubectl -n {shlex.quote(first.namespace)} delete pod {shlex.quote(first.name)}",
            risk="the pod restarts",
            verify="The new pod is reached from other nodes.",
        ),
        change(
            "Upgrade Cilium, and turn release off until then",
            helm_upgrade(
                cilium.namespace,
                version,
                "--set eni.awsReleaseExcessIPs=false",
                restart=(OPERATOR,),
            ),
            risk="the operator restarts; nodes keep addresses that they do not need",
            verify="No further pod loses its address.",
        ),
    )
