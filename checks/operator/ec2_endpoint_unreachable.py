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
from checks.parts.aws import Instances
from checks.parts.aws_account import NatGateways, VpcEndpoints
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import RouteTable, RouteTables
from checks.parts.workloads import Deployments

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
    route_tables: RouteTables | None,
    instances: Instances | None,
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
    closed = not _to_ec2(vpc_endpoints) and _no_way_out(nat_gateways, route_tables, instances)
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
            "The VPC has neither an endpoint for EC2 nor a default route out of the nodes' subnets."
            if closed
            else "A NAT route or a VPC endpoint for EC2 in its subnets would decide."
        ),
        subjects=(Subject("Deployment", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *quoted(said),
            *((Evidence(Deployments.ASKED, "cilium-operator: dnsPolicy", policy),) if policy else ()),
            *((Evidence(Endpoints.ASKED, f"{dns.name}: ready endpoints", "0"),) if empty else ()),
            *((Evidence(VpcEndpoints.ASKED, "endpoints for EC2", "none"),) if closed else ()),
            *((Evidence(RouteTables.ASKED, "nodes' subnets: 0.0.0.0/0", "none"),) if closed else ()),
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


def _to_ec2(vpc_endpoints: VpcEndpoints | None) -> bool:
    """Whether the VPC has an endpoint for EC2 that works, or may have one: they were not read."""
    if vpc_endpoints is None:
        return True
    return any(e.service.endswith(".ec2") and e.state == "available" for e in vpc_endpoints.items)


def _no_way_out(
    nat_gateways: NatGateways | None, route_tables: RouteTables | None, instances: Instances | None
) -> bool:
    """Whether no node's subnet is known to have a default route that leads anywhere."""
    if nat_gateways is None or route_tables is None or instances is None:
        return False
    dead = {name for name, state in nat_gateways.state.items() if state != "available"}
    subnets = {item.subnet_id: item.vpc_id for item in instances.by_id.values() if item.subnet_id}
    tables = [route_tables.of(subnet, vpc) for subnet, vpc in subnets.items()]
    return bool(tables) and not any(table is None or _leads_out(table, dead) for table in tables)


def _leads_out(table: RouteTable, dead: set[str]) -> bool:
    ways = (route for route in table.routes if route.destination == "0.0.0.0/0")
    return any(route.state == "active" and route.target not in dead for route in ways)
