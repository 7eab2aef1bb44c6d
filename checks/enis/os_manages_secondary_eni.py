"""The system of a node must leave Cilium's further interfaces alone."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.enis.kernel_view import PATIENCE, further, invisible, since
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
from checks.parts.agents import ClusterHealth, Meta
from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Events
from checks.parts.nodes import Node, Nodes
from checks.parts.vpc import Interface, Interfaces
from checks.reach import unreached
from checks.scale import counted

ONSET = timedelta(minutes=10)


@check(
    id="os-manages-secondary-eni",
    title="The system of nodes may manage Cilium's interfaces",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/#node-configuration",
    modes=("eni",),
)
def os_manages_secondary_eni(
    meta: Meta,
    nodes: Nodes,
    interfaces: Interfaces,
    waiting: Waiting | None,
    events: Events | None,
    health: ClusterHealth | None,
) -> Iterator[Finding | Undecided]:
    """Image defaults give every interface DHCP and remove foreign routes and rules: trouble begins with it.

    Only the node itself shows that, so it stays possible. What stands in: nodes that fail since a further
    interface came, of the same subnet and groups as the first, while every node with one interface is well;
    or pods that are told for minutes that the kernel does not know their interface.
    """
    grown = {
        node.name: (node, more) for node in nodes.items if (more := further(node.instance_id, interfaces))
    }
    blind = [
        item
        for item in (invisible(waiting) if waiting and events else ())
        if events is not None and meta.taken_at - since(item, events) > PATIENCE
    ]
    failing = unreached(health) if health else {}
    unready = {name: pair for name, pair in grown.items() if _since_attach(*pair)}
    lost = {name: pair for name, pair in grown.items() if name in failing and _alike(*pair, interfaces)}
    if not _siblings_are_well(nodes, grown, frozenset(failing)):
        unready, lost = {}, {}
    waits = [item for item in (waiting.without_ip if waiting else ()) if item.pod.node in grown]
    if grown and waiting is None:
        yield Undecided(part="waiting")
    if waits and events is None:
        yield Undecided(part="events")
    names = sorted({item.pod.node or "" for item in blind} | unready.keys() | lost.keys())
    if names:
        yield _finding(names, blind, unready, lost, grown)


def _since_attach(node: Node, more: tuple[Interface, ...]) -> bool:
    """Whether the node stopped being ready right after a further interface was attached."""
    if node.ready is not False or node.ready_since is None:
        return False
    times = [item.attached_at for item in more if item.attached_at]
    return any(timedelta(0) <= node.ready_since - time <= ONSET for time in times)


def _alike(node: Node, more: tuple[Interface, ...], interfaces: Interfaces) -> bool:
    """Whether groups and subnet of the further interfaces are the first one's, and so not to blame."""
    held = interfaces.by_instance.get(node.instance_id or "", ())
    first = next((item for item in held if not item.device_index and not item.card_index), None)
    if first is None:
        return False
    own = (first.subnet_id, frozenset(first.security_groups))
    return all((item.subnet_id, frozenset(item.security_groups)) == own for item in more)


def _siblings_are_well(
    nodes: Nodes, grown: Mapping[str, tuple[Node, tuple[Interface, ...]]], failing: frozenset[str]
) -> bool:
    """There are nodes with one interface, and every one of them is ready and reached."""
    lone = [node for node in nodes.items if node.name not in grown and node.instance_id]
    return bool(lone) and all(node.ready and node.name not in failing for node in lone)


def _finding(
    names: list[str],
    blind: list[StuckPod],
    unready: Mapping[str, object],
    lost: Mapping[str, object],
    grown: Mapping[str, tuple[Node, tuple[Interface, ...]]],
) -> Finding:
    name = names[0]
    node, more = grown.get(name, (None, ()))
    times = sorted(item.attached_at.isoformat() for item in more if item.attached_at)
    shown = "ip rule; ip -4 route show table main; networkctl list"
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(names), 'node')} may manage Cilium's further interfaces by themselves",
        because=(
            "Pods are told for minutes that the kernel does not know their interface. "
            if blind
            else "Only nodes with more than one interface fail, and its groups and subnet are not to blame. "
        )
        + f'What "{shown}" shows on {name} would decide.',
        subjects=tuple(Subject("Node", each) for each in names),
        evidence=(
            *(Evidence(Events.ASKED, "message", item.message, len(blind)) for item in blind[-1:]),
            *((Evidence(Interfaces.ASKED, f"{name}: interfaces", str(len(more) + 1)),) if more else ()),
            *((Evidence(Interfaces.ASKED, f"{name}: AttachTime", times[-1]),) if times else ()),
            *((Evidence(Nodes.ASKED, f"{name}: nodeInfo.osImage", node.os_image),) if node else ()),
        ),
        explains=(
            Explains("pods-without-ip", frozenset(item.subject for item in blind)),
            Explains("nodes-not-ready", frozenset(Subject("Node", each) for each in unready)),
            Explains("nodes-unreachable", frozenset(Subject("Node", each) for each in lost)),
        ),
        drop_if_harmless=True,
        actions=_actions(shown, name),
        references=links(
            *("cilium#16186", "cilium#9446", "cilium#18706", "cilium#24288", "kops#17438", "kops#18564"),
            *("vpc-cni#1600", "vpc-cni#3162", "vpc-cni#3309", "vpc-cni#3524", "deckhouse/deckhouse#5709"),
        ),
    )


def _actions(shown: str, name: str) -> tuple[Action, ...]:
    return (
        look(
            "Look at rules, main table and the network service of the node",
            f"kubectl debug node/{quote(name)} -it --image=busybox -- chroot /host sh -c '{shown}'",
            "A further interface has an address or a default route in the main table, is configured by "
            "the system, or rules from 10 on are missing.",
        ),
        change(
            "Leave the further interfaces unmanaged in the image, and replace the nodes",
            "# /etc/systemd/network/05-cilium.network, with the driver names of the image\n"
            "[Match]\nName=eth[1-9]* ens[6-9]*\n[Link]\nUnmanaged=yes\n"
            "# /etc/systemd/networkd.conf\n[Network]\nManageForeignRoutes=no\n"
            "ManageForeignRoutingPolicyRules=no",
            risk="replaced nodes evict their pods; a pattern that has the first interface cuts it off",
            verify="After a further interface came, the node stays ready and its pods answer.",
        ),
    )
