"""The operator must find AWS credentials and a region before it can ask for anything."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.helm_upgrade import helm_append
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted, region_word
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.aws_account import PodIdentities
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.neighbours import OperatorServiceAccount
from checks.parts.nodes import Nodes

ROLE = "metadata.annotations.eks.amazonaws.com/role-arn"
_LINES = (
    "no ec2 imds role found",
    "failed to refresh cached credentials",
    "nocredentialproviders",
    "no valid providers in chain",
    "webidentityerr",
    "invalididentitytoken",
    "sts:assumerolewithwebidentity",
    "unable to retrieve instance identity document",
    "missing region",
    "invalid configuration: missing region",
    "could not find region",
)


@check(
    id="operator-without-credentials-or-region",
    title="The operator has no AWS credentials or region",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def operator_without_credentials_or_region(
    meta: Meta,
    cilium: CiliumConfig,
    operator_log: OperatorLog,
    operator_service_account: OperatorServiceAccount | None,
    pod_identity: PodIdentities | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """Neither the ServiceAccount's role nor the instance's gives it credentials, or no region is known.

    An EC2 error code would mean that credentials were found; here no call is ever made.
    """
    said = lines_with(operator_log, *_LINES)
    if not said:
        return
    answered = lines_with(operator_log, "UnauthorizedOperation")
    wiring = tuple(_wiring(meta, operator_service_account, pod_identity))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.LIKELY if answered else Confidence.CERTAIN,
        title="the operator cannot obtain AWS credentials or a region",
        because="Its log says so before any EC2 answer. "
        + ("A refusal by name is there as well; which one is the newer would decide." if answered else "")
        + ("" if answered else "A missing permission would show as a refusal by name.")
        + _where(operator_service_account, pod_identity, meta),
        subjects=(Subject("ServiceAccount", "cilium-operator", meta.cilium_namespace),),
        evidence=(*quoted(said), *wiring),
        explains=(
            Explains("operator-not-ready"),
            *waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
        ),
        drop_if_harmless=True,
        actions=(
            look(
                "See how the operator should get its role",
                f"kubectl -n {quote(meta.cilium_namespace)} get serviceaccount cilium-operator "
                "-o jsonpath='{.metadata.annotations}'",
                "eks.amazonaws.com/role-arn is there (or a pod identity association is), and its trust "
                "policy names this ServiceAccount",
            ),
            change(
                "Give the ServiceAccount its role and, without instance metadata, the region",
                helm_append(
                    meta.cilium_namespace,
                    version,
                    "operator.extraEnv",
                    {"name": "AWS_REGION", "value": region_word(meta)},
                )
                + ' --set-json \'serviceAccounts.operator.annotations={"eks.amazonaws.com/role-arn":"ARN"}\'',
                risk="restarts the operator",
                verify="the lines stay away and the operator holds its lease",
            ),
        ),
        references=links("cilium#39307", "cilium#27224", "cilium#11088", "cilium#15682"),
    )


def _wiring(
    meta: Meta, account: OperatorServiceAccount | None, identities: PodIdentities | None
) -> Iterator[Evidence]:
    """How the operator should come by a role, as far as that was read."""
    if account is not None:
        yield Evidence(account.asked, ROLE, account.role_arn or "absent")
    if identities is not None:
        has = (meta.cilium_namespace, "cilium-operator") in identities.accounts
        yield Evidence(PodIdentities.ASKED, "association of cilium-operator", "there" if has else "none")


def _where(account: OperatorServiceAccount | None, identities: PodIdentities | None, meta: Meta) -> str:
    if account is None:
        return ""
    if account.role_arn:
        return (
            f" Its ServiceAccount names the role {account.role}, so that role's trust policy is the suspect."
        )
    if identities is not None and (meta.cilium_namespace, "cilium-operator") not in identities.accounts:
        return " Its ServiceAccount has neither a role nor a pod identity, so only the node's role is left."
    return ""
