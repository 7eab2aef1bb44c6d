"""Two interfaces of a node must not share the number that names their route table."""

from collections import Counter
from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.helm_upgrade import helm_append
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.agents import ClusterHealth, Meta
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumVersion
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.vpc import Interfaces
from checks.reach import unreached
from checks.scale import counted

CHART_VALUE_SINCE = (1, 19)
TABLES_FROM = 10  # Cilium numbers an interface's route table 10 + its index


@check(
    id="efa-route-table-collision",
    title="Interfaces on several network cards share a route table number",
    source="https://github.com/cilium/cilium/issues/42600",
    modes=("eni",),
)
def efa_route_table_collision(
    meta: Meta,
    cilium_nodes: CiliumNodes,
    interfaces: Interfaces | None,
    health: ClusterHealth | None,
    version: CiliumVersion | None,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding | Undecided]:
    """Tables are numbered by device index, which repeats on every network card: pods leave by the wrong one.

    Nodes with several cards mostly look so; without a node whose pods nobody reaches it is nothing.
    What the node's tables hold no API tells, so it stays possible; ``ip rule`` on the node decides.
    Interfaces that are kept from pods by tags or index do no harm.
    """
    failing = unreached(health) if health else {}
    deaf = {name for name, paths in failing.items() if "endpoint" in paths and "host" not in paths}
    held = [node for node in cilium_nodes.items if node.name in deaf]
    if interfaces is None and any(_several_cards(node, instance_types) for node in held):
        yield Undecided(part="interfaces")
    shared = {node.name: found for node in cilium_nodes.items if (found := _twice(node, interfaces))}
    if not shared:
        return
    if health is None:
        yield Undecided(part="health")
    lost = frozenset(Subject("Node", name) for name in shared if name in deaf)
    name, (number, ids) = next(iter(shared.items()))
    cards = {item.id: item.card_index for item in interfaces.items} if interfaces else {}
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.POSSIBLE,
        title=f"{counted(len(shared), 'node has', 'nodes have')} pod interfaces that share an index",
        because=f"{', '.join(ids)} of {name} all have index {number}, so route table "
        f"{TABLES_FROM + number} would be theirs in common. The rules on the node would decide.",
        subjects=tuple(Subject("Node", node) for node in shared),
        evidence=tuple(
            Evidence(
                Interfaces.ASKED if interfaces else CiliumNodes.ASKED,
                f"{name}: {eni}: index, network card",
                f"{number}, {cards.get(eni)}",
            )
            for eni in ids[:4]
        ),
        explains=(Explains("nodes-unreachable", lost),),
        drop_if_harmless=True,
        actions=(
            look(
                "See the node's rules and the table",
                f"kubectl debug node/{quote(name)} -it --image=busybox -- chroot /host "
                f"sh -c 'ip rule; ip route show table {TABLES_FROM + number}'",
                "Rules of pods on different interfaces lead to the same table.",
            ),
            change(
                "Keep EFA interfaces from pods: tag them and exclude the tag, or raise first-interface-index",
                _exclude(meta.cilium_namespace, version),
                risk="restarts agents; applies to CiliumNodes made afterwards, so replace the nodes",
                verify="Only interfaces of card 0 carry pod addresses in the CiliumNode.",
            ),
        ),
        references=links("cilium#42600"),
    )


def _several_cards(node: CiliumNode, types: InstanceTypes | None) -> bool:
    """Whether its type has more than one network card, or may have: the type was not read."""
    kind = types.by_name.get(node.eni.instance_type or "") if types else None
    return kind is None or kind.enis_total > kind.enis


def _twice(node: CiliumNode, interfaces: Interfaces | None) -> tuple[int, tuple[str, ...]] | None:
    """An index that an interface with pods shares with others that have addresses, and their ids."""
    pods = {eni.id: eni.number for eni in node.pod_enis if eni.size}
    hidden = {eni.id for eni in node.enis} - {eni.id for eni in node.pod_enis}
    held = interfaces.by_instance.get(node.instance_id or "", ()) if interfaces else ()
    others = {i.id: i.device_index or 0 for i in held if i.card_index and i.ips and i.id not in hidden}
    every = others | pods
    often = Counter(every.values())
    number = min((n for n in pods.values() if often[n] > 1), default=None)
    if number is None:
        return None
    return number, tuple(sorted(name for name, index in every.items() if index == number))


def _exclude(namespace: str, version: CiliumVersion | None) -> str:
    """Where this release is told which interfaces to leave out: a chart value only from 1.19 on."""
    if version is not None and version.minor >= CHART_VALUE_SINCE:
        return helm_append(namespace, version, "eni.nodeSpec.excludeInterfaceTags", "efa=true")
    return '# in the CNI configuration of cni.configMap\n"eni": {"exclude-interface-tags": {"efa": "true"}}'
