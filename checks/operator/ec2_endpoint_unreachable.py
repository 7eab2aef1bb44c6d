"""The operator must reach EC2, and must not need the DNS that waits for it."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import operator_deployment
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted, region_word
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.aws_account import NatGateways, VpcEndpoints
from checks.parts.cilium import CiliumConfig, CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.kubernetes import Deployments, Endpoints, Nodes, Services

_NETWORK = ("dial tcp", "no such host", "i/o timeout", "context deadline exceeded", "connection refused")
_NEEDS_CLUSTER_DNS = ("ClusterFirst", "ClusterFirstWithHostNet")


@check(
    id="ec2-endpoint-unreachable",
    title="The operator does not reach EC2",
    source="https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
    modes=("eni",),
)
def ec2_endpoint_unreachable(
    meta: Meta,
    cilium: CiliumConfig,
    operator_log: OperatorLog,
    deployments: Deployments | None,
    services: Services | None,
    endpoints: Endpoints | None,
    vpc_endpoints: VpcEndpoints | None,
    nat_gateways: NatGateways | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """Private subnets need a NAT or a VPC endpoint for EC2; an HTTP answer of any kind rules this out.

    On a fresh cluster it can be a circle: the operator asks CoreDNS for EC2's address, and CoreDNS waits for
    the address that only the operator can get.
    """
    about = lines_with(operator_log, "ec2.", ".amazonaws.com")
    said = tuple(line for line in about if any(text in line for text in _NETWORK))
    if not said:
        return
    lookup = any("lookup ec2" in line or "no such host" in line for line in said)
    operator = operator_deployment(deployments, meta.cilium_namespace) if deployments else None
    policy = operator.dns_policy if operator else ""
    dns = dns_service(services)
    empty = endpoints is not None and not endpoints.of(dns.namespace, dns.name).ready
    closed = _no_way_out(vpc_endpoints, nat_gateways)
    circle = lookup and empty and policy in _NEEDS_CLUSTER_DNS
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if circle or closed else Confidence.LIKELY,
        title="the operator asks the cluster's DNS for EC2, and that DNS waits for the operator"
        if circle
        else "the operator does not reach EC2's endpoint",
        because="Its lookups of EC2 go to a DNS Service without a ready endpoint, by its dnsPolicy."
        if circle
        else "Its calls end in the network, without any answer of EC2. "
        + (
            "The VPC has neither an endpoint for EC2 nor a NAT gateway."
            if closed
            else "A NAT route or a VPC endpoint for EC2 in its subnets would decide."
        ),
        subjects=(Subject("Deployment", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *quoted(said),
            *((Evidence(Deployments.ASKED, "cilium-operator: dnsPolicy", policy),) if policy else ()),
            *((Evidence(Endpoints.ASKED, f"{dns.name}: ready endpoints", "0"),) if empty else ()),
            *((Evidence(VpcEndpoints.ASKED, "endpoints for EC2, NAT gateways", "none"),) if closed else ()),
        ),
        explains=(
            Explains("operator-not-ready"),
            *waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
            *((Explains("dns-failing"),) if circle else ()),
        ),
        leads_to=("coredns-without-endpoints",) if circle else (),
        drop_if_harmless=True,
        actions=(
            look(
                "See the ways out of the operator's subnet",
                "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[ServiceName,State]' && aws ec2 "
                "describe-route-tables --query 'RouteTables[].Routes[]'",
                "no endpoint for EC2 and no default route to a NAT gateway",
            ),
            change(
                "Let the operator use the node's resolver"
                if lookup
                else "Make a VPC endpoint for EC2 with private DNS and port 443 open to the nodes",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values --set "
                "operator.dnsPolicy=Default"
                if lookup
                else "aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Interface "
                f"--service-name com.amazonaws.{region_word(meta)}.ec2 --private-dns-enabled --subnet-ids "
                "SUBNETS --security-group-ids GROUP",
                risk="restarts the operator" if lookup else "none; an endpoint costs by the hour",
                verify="the operator's lines about ec2 stop, and waiting nodes get interfaces",
            ),
        ),
        references=links("cilium#24774", "cilium#33597"),
    )


def _no_way_out(vpc_endpoints: VpcEndpoints | None, nat_gateways: NatGateways | None) -> bool:
    """Whether the VPC is known to have neither an endpoint for EC2 nor a NAT gateway that works."""
    if vpc_endpoints is None or nat_gateways is None:
        return False
    ours = any(e.service.endswith(".ec2") and e.state == "available" for e in vpc_endpoints.items)
    return not ours and "available" not in nat_gateways.state.values()
