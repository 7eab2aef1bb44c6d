"""The account must have room for another network interface in the region."""

from collections.abc import Iterator
from datetime import timedelta

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import lines_with, quoted
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.aws_account import INTERFACES_PER_REGION, ApiCalls, Quotas
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.vpc import Interfaces

CODE = "NetworkInterfaceLimitExceeded"
CALL = "CreateNetworkInterface"
RECENT = timedelta(hours=1)
NEARLY = 0.98
"""The share of the quota in one VPC from which on it is as good as used up."""


@check(
    id="eni-account-quota",
    title="The region's network interface quota is used up",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html",
    modes=("eni",),
)
def eni_account_quota(
    meta: Meta,
    operator_log: OperatorLog | None,
    quotas: Quotas | None,
    cloudtrail: ApiCalls | None,
    cilium: CiliumConfig | None,
    interfaces: Interfaces | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """EC2 refuses every new interface in every zone of the region, load balancers' included.

    The quota is per account and region; the operator's log quotes EC2. What a snapshot holds is one VPC's
    interfaces, so the count stays a lower bound. AttachmentLimitExceeded is another limit, per instance.
    """
    calls = cloudtrail.by_name.get(CALL, ()) if cloudtrail else ()
    recent = [call for call in calls[-1:] if meta.taken_at - call.time < RECENT]
    refused = [call for call in recent if CODE in (call.error_code or "")]
    held = len(interfaces.items) if interfaces else None
    quota = quotas.values.get(INTERFACES_PER_REGION) if quotas else None
    full = held is not None and quota is not None and held >= quota * NEARLY
    said = lines_with(operator_log, CODE)
    if not said and not refused and not full:
        if operator_log is None and not calls and quota is None:
            yield Undecided(
                "whether the quota of network interfaces is used up shows in the operator's log, CloudTrail "
                "or Service Quotas; none was read",
                "servicequotas:ListServiceQuotas in the bot's IAM policy",
            )
        return
    claims = waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if full and (said or refused) else Confidence.LIKELY,
        title="EC2 refuses new network interfaces: the account's quota in this region is used up",
        because=f"{CODE} is the quota of account and region and not an instance's limit. "
        + (
            "This VPC alone holds as many interfaces as the quota allows."
            if full
            else "The applied quota against the count of interfaces would make it certain."
        ),
        subjects=(Subject("Account", meta.account or "unknown"),),
        evidence=(
            *quoted(said),
            *(Evidence(ApiCalls.asked(CALL), "errorCode", call.error_code or "") for call in refused),
            *((Evidence(Quotas.ASKED, f"{INTERFACES_PER_REGION}: Value", f"{quota:g}"),) if quota else ()),
            *(
                (Evidence(Interfaces.ASKED, "interfaces of this VPC alone", str(held)),)
                if held is not None
                else ()
            ),
        ),
        explains=claims,
        drop_if_harmless=True,
        actions=(
            look(
                "Compare the quota with what is there",
                "aws service-quotas get-service-quota --service-code vpc --quota-code "
                f"{INTERFACES_PER_REGION} && aws ec2 "
                "describe-network-interfaces --query 'length(NetworkInterfaces)'",
                "the two numbers are close; interfaces in state available are leaks",
            ),
            change(
                "Ask for a higher quota, and delete leaked interfaces after a second look",
                "aws service-quotas request-service-quota-increase --service-code vpc --quota-code "
                f"{INTERFACES_PER_REGION} --desired-value VALUE",
                risk="none; deleting an interface that is being attached breaks that node",
                verify="the operator makes interfaces again and the line stays away",
            ),
        ),
        references=links("vpc-cni#59", "cilium#15877"),
    )
