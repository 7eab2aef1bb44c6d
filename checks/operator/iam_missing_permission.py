"""The operator's role must allow every EC2 call that its Cilium version makes."""

import re
from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.operator.told import counted_calls, failed_calls, lines_with, quoted
from checks.operator.waits import waits_for_operator
from checks.operator_actions import needed
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics
from checks.parts.aws_account import ApiCall, ApiCalls, IamSimulation
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes

RECENT = timedelta(hours=1)
CODES = ("UnauthorizedOperation", "AccessDenied", "not authorized to perform")
_IDENTITY = re.compile(r"AssumeRole|operation error STS")  # a role not taken on has been refused nothing
_OPERATION = re.compile(r"(?:EC2: |ec2:|operation error EC2: )([A-Z][A-Za-z]+)")


@check(
    id="iam-missing-permission",
    title="The operator's role lacks an EC2 action",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def iam_missing_permission(
    meta: Meta,
    cilium: CiliumConfig,
    version: CiliumVersion | None,
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
    cloudtrail: ApiCalls | None,
    iam_simulation: IamSimulation | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """EC2 refuses a call by name; after an upgrade it is often one that the older release did not make.

    ec2:DescribeRouteTables is needed from 1.18 on. Nodes that have what they need go on working.
    """
    sources = (operator_log, operator_metrics, cloudtrail, iam_simulation)
    if all(source is None for source in sources):
        yield Undecided(
            "what EC2 answers the operator shows in its log, its metrics and CloudTrail; none was read",
            "get pods/log in Cilium's namespace (deploy/logs-role.yaml)",
        )
        return
    said = tuple(line for line in lines_with(operator_log, *CODES) if not _IDENTITY.search(line))
    calls = failed_calls(operator_metrics, "Unauthorized", "AccessDenied", "403")
    trail = _refused(meta, cloudtrail, iam_simulation)
    denied = _denied(iam_simulation, version)
    claims = waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting)
    if not said and not calls and not trail and not denied:
        others = (cloudtrail, iam_simulation)
        if operator_log is None and all(o is None for o in others) and any(c.subjects for c in claims):
            yield Undecided(part="operator_log")
        return
    named_by = {m[1] for line in said for m in _OPERATION.finditer(line)} | {c for c in calls if c.isalpha()}
    missing = sorted(named_by | trail.keys() | denied.keys())
    named = ", ".join(f"ec2:{name}" for name in missing) or "an EC2 action"
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN,
        title=f"the operator's role lacks {named}",
        because="The operator is refused by name, so credentials, region and network work. "
        "Throttling and full subnets have other codes.",
        subjects=(Subject("ServiceAccount", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *quoted(said),
            *counted_calls(calls),
            *(Evidence(ApiCalls.asked(n), "errorCode", c.error_code or "") for n, c in sorted(trail.items())),
            *(
                Evidence(IamSimulation.asked(role), f"ec2:{name}", word)
                for name, (role, word) in sorted(denied.items())[:5]
            ),
        ),
        explains=(
            Explains("operator-not-ready"),
            *claims,
        ),
        leads_to=("operator-stale-allocation-view",),
        drop_if_harmless=not (calls or denied),
        actions=(
            look(
                "Ask IAM what the role may do",
                "aws iam simulate-principal-policy --policy-source-arn ROLE_ARN --action-names "
                + " ".join(f"ec2:{name}" for name in missing or needed(version)),
                "implicitDeny names what the policy lacks, explicitDeny a policy or boundary that forbids it",
            ),
            change(
                "Add what this version needs to the operator's policy, then restart the operator",
                f"# actions: {' '.join(f'ec2:{name}' for name in needed(version))}\n"
                f"kubectl -n {quote(meta.cilium_namespace)} rollout restart deployment/cilium-operator",
                risk="none to running pods; some of these errors are fatal only at the operator's start",
                verify="the refusals stop, and waiting nodes get interfaces within a minute",
            ),
        ),
        references=links("cilium#13701", "cilium#14500", "kops#14563", "cilium#20703", "cilium#37229"),
    )


def _refused(meta: Meta, cloudtrail: ApiCalls | None, simulation: IamSimulation | None) -> dict[str, ApiCall]:
    """The operator's newest call of each name, where it is of the last hour and was refused."""
    roles = ("cilium", *(simulation.by_role if simulation else ()))
    newest = {
        name: call  # the last one stays: they are in the order of time
        for name, calls in (cloudtrail.by_name if cloudtrail else {}).items()
        for call in calls
        if any(role.lower() in call.principal.lower() for role in roles)
    }
    return {
        name: call
        for name, call in newest.items()
        if meta.taken_at - call.time < RECENT and any(code in (call.error_code or "") for code in CODES)
    }


def _denied(simulation: IamSimulation | None, version: CiliumVersion | None) -> dict[str, tuple[str, str]]:
    """What IAM denies of the calls that this version needs: name to role and decision."""
    return {
        name: (role, decisions[f"ec2:{name}"])
        for role, decisions in (simulation.by_role if simulation else {}).items()
        for name in needed(version)
        if decisions.get(f"ec2:{name}", "allowed") != "allowed"
    }
