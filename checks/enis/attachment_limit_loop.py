"""Interfaces that Cilium does not manage must not take the slots that it counts on."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.enis.attachments import Attached, attached
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.told import counted_calls, failed_calls, lines_with, quoted
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics
from checks.parts.aws import InstanceTypes
from checks.parts.aws_account import ApiCall, ApiCalls
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces
from checks.scale import counted
from checks.subnets.starved import starves

CODE = "AttachmentLimitExceeded"
CALL = "AttachNetworkInterface"
_RECENT = timedelta(minutes=20)  # CloudTrail shows a call some minutes after it was made


@check(
    id="attachment-limit-loop",
    title="The operator makes interfaces that it cannot attach",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html",
    modes=("eni",),
)
def attachment_limit_loop(
    meta: Meta,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    interfaces: Interfaces,
    instance_types: InstanceTypes,
    accounts: Accounts | None,
    waiting: Waiting | None,
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
    cloudtrail: ApiCalls | None,
) -> Iterator[Finding]:
    """Every slot of the instance is taken, and not all of them by Cilium; it counts the others as free.

    EC2 then answers AttachmentLimitExceeded (NetworkInterfaceLimitExceeded is the account's quota), and the
    interface made for nothing is deleted or leaks.
    """
    full = [
        found
        for found in attached(nodes, cilium_nodes, interfaces, instance_types)
        if found.foreign and len(found.first_card) >= found.kind.enis
    ]
    if not full:
        return
    said = lines_with(operator_log, CODE)
    # Some releases count by EC2's code and some by the HTTP status, which only the log tells the meaning of.
    failed = failed_calls(operator_metrics, CODE, *(("400",) if said else ()))
    calls = {name: grown for name, grown in failed.items() if name == CALL}
    trail = _refused(cloudtrail, meta)
    yield _finding(full, said, calls, trail, accounts, waiting)


def _refused(cloudtrail: ApiCalls | None, meta: Meta) -> ApiCall | None:
    """The newest refusal for this reason, if it is of now."""
    calls = cloudtrail.by_name.get(CALL, ()) if cloudtrail else ()
    recent = [c for c in calls if CODE in (c.error_code or "") and meta.taken_at - c.time < _RECENT]
    return recent[-1] if recent else None


def _finding(
    full: list[Attached],
    said: tuple[str, ...],
    calls: dict[str, float],
    trail: ApiCall | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Finding:
    first = full[0]
    other = first.foreign[0]
    proven = bool(calls) or trail is not None
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if proven else Confidence.LIKELY,
        title=f"{counted(len(full), 'node has', 'nodes have')} no slot left for Cilium: interfaces of others "
        "take them",
        because=f"All {first.kind.enis} slots of {first.node.name} ({first.kind.name}) are taken, "
        f"{counted(len(first.foreign), 'of them')} by interfaces that Cilium does not use ({other.id}). "
        + (
            f"EC2 refuses further ones with {CODE}."
            if proven
            else f"New {CODE} answers to the operator would make it certain."
        ),
        subjects=tuple(Subject("Node", found.node.name) for found in full),
        evidence=(
            Evidence(
                Interfaces.ASKED, f"{first.node.name}: interfaces on card 0", str(len(first.first_card))
            ),
            Evidence(InstanceTypes.ASKED, f"{first.kind.name}: interfaces on card 0", str(first.kind.enis)),
            Evidence(
                CiliumNodes.ASKED,
                f"{first.node.name}: status.eni.enis for pods",
                str(len(first.mine.pod_enis)),
            ),
            Evidence(Interfaces.ASKED, f"{other.id}: Description", other.description or other.type),
            *quoted(said),
            *counted_calls(calls),
            *((Evidence(ApiCalls.asked(CALL), "errorCode", trail.error_code or ""),) if trail else ()),
        ),
        explains=starves([(found.node, found.mine) for found in full], accounts, waiting),
        drop_if_harmless=not proven,
        actions=(
            look(
                "See what hangs on the instance",
                "aws ec2 describe-network-interfaces --filters "
                f"Name=attachment.instance-id,Values={quote(first.mine.instance_id or 'INSTANCE')} --query "
                "'NetworkInterfaces[].[NetworkInterfaceId,InterfaceType,Attachment.DeviceIndex,Description]' "
                "--output table",
                "Some are not Cilium's; exclude-interface-tags hides one and does not give its slot back.",
            ),
            change(
                "Detach what is not needed there, or put it on nodes of its own; else use a bigger type",
                f"aws ec2 detach-network-interface --attachment-id ATTACHMENT  # of {quote(other.id)}",
                risk="whatever uses that interface loses it",
                verify="The operator attaches its interface within a minute, and the waiting pods start.",
            ),
        ),
        references=links("cilium#15877", "cilium#8830", "vpc-cni#2309", "vpc-cni#547"),
    )
