"""On instances with several network cards, an index taken on one card must not block it on another."""

import re
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.enis.attachments import Attached, attached
from checks.model import Action, Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted
from checks.parts.agents import Meta, OperatorLog
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces
from checks.scale import counted
from checks.subnets.starved import starves

FIXED_IN = (1, 18, 5)
TEXT = "already has an interface attached at device index"
_INDEX = re.compile(rf"{TEXT} '?(\d+)")


@check(
    id="efa-multi-card-attach-failure",
    title="An interface cannot be attached beside those of other network cards",
    source="https://github.com/cilium/cilium/pull/42512",
    modes=("eni",),
    until=(1, 18),
)
def efa_multi_card_attach_failure(
    meta: Meta,
    version: CiliumVersion,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    interfaces: Interfaces,
    instance_types: InstanceTypes,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
) -> Iterator[Finding]:
    """Before 1.18.5 the operator names no network card, and EC2 checks the index against all of them.

    The first card has a free slot, yet its next index is in use on another card, as EFA interfaces are
    mostly attached. Without the operator's log the next index stands in for EC2's own word.
    """
    if version.parts >= FIXED_IN:
        return
    said = lines_with(operator_log, TEXT)
    named = {int(found[1]) for line in said for found in _INDEX.finditer(line)}
    blocked = {
        found.node.name: (found, index)
        for found in attached(nodes, cilium_nodes, interfaces, instance_types)
        if (index := _blocked_index(found)) is not None and (not named or index in named)
    }
    if blocked:
        yield _finding(meta, blocked, said, accounts, waiting)


def _blocked_index(found: Attached) -> int | None:
    """The next index of the first card, if it is free there and taken on another card."""
    if len(found.first_card) >= found.kind.enis:
        return None
    here = {item.device_index for item in found.first_card}
    there = {item.device_index for item in found.interfaces if item.card_index}
    index = next(number for number in range(found.kind.enis + 1) if number not in here)
    return index if index in there else None


def _finding(
    meta: Meta,
    blocked: dict[str, tuple[Attached, int]],
    said: tuple[str, ...],
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Finding:
    first, index = next(iter(blocked.values()))
    other = next(i for i in first.interfaces if i.card_index and i.device_index == index)
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if said else Confidence.POSSIBLE,
        title=f"{counted(len(blocked), 'node')} with several network cards cannot attach another interface",
        because=f"Index {index} is free on card 0 of {first.node.name} and taken on card {other.card_index}, "
        "and this release does not tell EC2 which card it means. "
        + ("EC2 refuses it by that index." if said else f'The operator\'s log would decide: "{TEXT}".'),
        subjects=tuple(Subject("Node", name) for name in blocked),
        evidence=(
            Evidence(
                Interfaces.ASKED,
                f"{other.id}: NetworkCardIndex, DeviceIndex",
                f"{other.card_index}, {other.device_index}",
                len(blocked),
            ),
            Evidence(
                InstanceTypes.ASKED,
                f"{first.kind.name}: interfaces on card 0, in all",
                f"{first.kind.enis}, {first.kind.enis_total}",
            ),
            *quoted(said),
        ),
        explains=starves([(found.node, found.mine) for found, _ in blocked.values()], accounts, waiting),
        drop_if_harmless=True,
        actions=_actions(meta),
        references=links("cilium#42512", "vpc-cni#2782"),
    )


def _actions(meta: Meta) -> tuple[Action, ...]:
    return (
        look(
            "Look for EC2's refusal",
            f"kubectl -n {meta.cilium_namespace} logs deployment/cilium-operator | grep 'device index'",
            "It names the index that another card uses.",
        ),
        change(
            "Upgrade Cilium to 1.18.5 or later, which names card 0",
            None,
            risk="an upgrade restarts agents and operator; read the notes of the release",
            verify="The node's next interface appears in its CiliumNode.",
        ),
        change(
            "Until then, attach EFA interfaces with indexes that leave the low ones free on card 0",
            None,
            risk="a new launch template, and nodes to replace",
            verify="No interface of cards 1 and up has an index that card 0 will use.",
        ),
    )
