"""A node that holds every address its type allows can grow no further."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.agent_command import on_agent
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
from checks.node_capacity.fullness import addresses_bind, at_pod_limit, is_full, unknown_capacity
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, NodeAccount, Waiting
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.scale import counted
from checks.scheduling.weigh import TOO_MANY_PODS, Limit, weighed


@check(
    id="node-eni-limit-reached",
    title="Nodes have attached every address that their type allows",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def node_eni_limit_reached(
    cilium: CiliumConfig,
    nodes: Nodes,
    pods: Pods,
    accounts: Accounts,
    waiting: Waiting,
    version: CiliumVersion | None,
    cilium_nodes: CiliumNodes | None,
    instance_types: InstanceTypes | None,
) -> Iterator[Finding | Undecided]:
    """An instance type has so many interfaces, each with so many addresses, and no operator gets more.

    By itself that is no fault. It is the cause where pods wait for the scheduler, every node is at its pod
    limit, and a higher limit would find no address.
    """
    yield from unknown_capacity(accounts.items, instance_types, cilium_nodes)
    full = [a for a in accounts.items if is_full(a)]
    stuck = frozenset(item.subject for a in full for item in waiting.stuck_on.get(a.name, ()))
    bound = frozenset(
        item.subject for item in waiting.unscheduled if weighed(item, Limit.PODS, nodes, cilium) is not None
    )
    capped = [a for a in accounts.items if at_pod_limit(a, pods)]
    claimed = bound if addresses_bind(capped, len(bound)) else frozenset()
    if not full or not (stuck or claimed):
        return
    first = full[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if stuck else Confidence.LIKELY,
        title=f"{counted(len(full), 'node holds', 'nodes hold')} every address that the type allows",
        because=f"{first.name} ({first.instance_type}) has attached {first.attached} of {first.capacity} "
        "possible addresses and all are wanted. "
        + (
            f'Its pod limit is reached too, so "{TOO_MANY_PODS}" is not the limit that is too low.'
            if claimed
            else ""
        )
        + (
            "No interface slot is free, so neither the subnet nor the operator holds it back."
            if stuck
            else ""
        ),
        subjects=tuple(Subject("Node", a.name) for a in full),
        evidence=tuple(_evidence(full)),
        actions=(
            look(
                "See the operator's own word for it",
                f"kubectl -n {cilium.namespace} logs deployment/cilium-operator | grep -i 'out of'",
                "It says that this instance is out of interfaces.",
            ),
            look(
                "See who holds the addresses of one node",
                on_agent(first.name, "status --all-addresses", cilium, version),
                "Every address has an owner.",
            ),
            change(
                "Add nodes, use a bigger type, or delegate prefixes to new Nitro nodes",
                None,
                risk="costs; prefixes take effect on new nodes only",
                verify="The pods that wait get a node and an address.",
            ),
        ),
        references=links("cilium#8830", "cilium#10786", "cilium#17519"),
        explains=(Explains("pods-without-ip", stuck), Explains("pods-not-scheduled", claimed)),
        drop_if_harmless=True,
    )


def _evidence(full: list[NodeAccount]) -> Iterator[Evidence]:
    for account in full[:3]:
        yield Evidence(
            InstanceTypes.ASKED, f"{account.instance_type}: pod addresses in all", str(account.capacity)
        )
        yield Evidence(CiliumNodes.ASKED, f"{account.name}: addresses attached", str(account.attached))
