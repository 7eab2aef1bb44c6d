"""The operator must reach EC2, and must not need the DNS that waits for it."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import operator_deployment
from checks.dns import dns_service
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
from checks.operator.told import ec2_answered, lines_with, quoted, region_word
from checks.operator.waits import nodes_without_addresses, waits_for_operator
from checks.parts.agents import Meta, OperatorLog, OperatorMetrics
from checks.parts.aws import Instances
from checks.parts.aws_account import NatGateways, VpcEndpoints
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints, Services
from checks.parts.vpc import RouteTable, RouteTables
from checks.parts.workloads import Deployments, Workload

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
    operator_log: OperatorLog | None,
    operator_metrics: OperatorMetrics | None,
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
) -> Iterator[Finding | Undecided]:
    """Private subnets need a NAT or a VPC endpoint for EC2; an HTTP answer of any kind rules this out.

    On a fresh cluster it can be a circle: the operator asks CoreDNS for EC2's address, and CoreDNS waits for
    the address that only the operator can get. Where its log was not read, the circle (no node has ever been
    served, and no call was ever answered) or a VPC without a way out stands in for it, and that is likely.
    """
    heard = operator_log is not None
    about = lines_with(operator_log, "ec2.", ".amazonaws.com")
    said = tuple(line for line in about if any(text in line for text in _NETWORK))
    if heard and not said:
        return
    operator = operator_deployment(deployments, meta.cilium_namespace) if deployments else None
    dns = dns_service(services)
    empty = endpoints is not None and not endpoints.of(dns.namespace, dns.name).ready
    closed = not _to_ec2(vpc_endpoints) and _no_way_out(nat_gateways, route_tables, instances)
    lookup = any("lookup ec2" in line or "no such host" in line for line in said)
    if heard:
        circle = lookup and empty and operator is not None and operator.dns_policy in _NEEDS_CLUSTER_DNS
    else:
        circle = empty and _asks_cluster_dns(operator) and _never_served(nodes, cilium_nodes, cilium)
        if not (circle or closed) or ec2_answered(operator_metrics) or not _calls_ec2(operator, cilium):
            yield Undecided(part="operator_log")
            return
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN if heard and (circle or closed) else Confidence.LIKELY,
        title="the operator asks the cluster's DNS for EC2, and that DNS waits for the operator"
        if circle
        else "the operator does not reach EC2's endpoint",
        because=_because(circle=circle, closed=closed, heard=heard),
        subjects=(Subject("Deployment", "cilium-operator", meta.cilium_namespace),),
        evidence=(
            *quoted(said),
            *(
                (Evidence(Deployments.ASKED, "cilium-operator: dnsPolicy", operator.dns_policy),)
                if operator
                else ()
            ),
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
        actions=_actions(meta, by_name=lookup or circle),
        references=links("cilium#24774", "cilium#33597"),
    )


def _because(*, circle: bool, closed: bool, heard: bool) -> str:
    unheard = "" if heard else " Its log, which was not read, would prove it."
    if circle and heard:
        return "Its lookups of EC2 go to a DNS Service without a ready endpoint, by its dnsPolicy."
    if circle:
        return (
            "By its dnsPolicy its lookups go to a DNS Service without a ready endpoint, and no node was ever "
            "given an address." + unheard
        )
    way = "The VPC has neither an endpoint for EC2 nor a default route out of the nodes' subnets."
    if not heard:
        return way + unheard
    return "Its calls end in the network, without any answer of EC2. " + (
        way if closed else "A NAT route or a VPC endpoint for EC2 in its subnets would decide."
    )


def _actions(meta: Meta, *, by_name: bool) -> tuple[Action, ...]:
    return (
        look(
            "See the ways out of the operator's subnet",
            "aws ec2 describe-vpc-endpoints --query 'VpcEndpoints[].[ServiceName,State]' && aws ec2 "
            "describe-route-tables --query 'RouteTables[].Routes[]'",
            "no endpoint for EC2 and no default route to a NAT gateway",
        ),
        change(
            "Let the operator use the node's resolver"
            if by_name
            else "Make a VPC endpoint for EC2 with private DNS and port 443 open to the nodes",
            f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values --set "
            "operator.dnsPolicy=Default"
            if by_name
            else "aws ec2 create-vpc-endpoint --vpc-id VPC --vpc-endpoint-type Interface "
            f"--service-name com.amazonaws.{region_word(meta)}.ec2 --private-dns-enabled --subnet-ids "
            "SUBNETS --security-group-ids GROUP",
            risk="restarts the operator" if by_name else "none; an endpoint costs by the hour",
            verify="the operator's lines about ec2 stop, and waiting nodes get interfaces",
        ),
    )


def _asks_cluster_dns(operator: Workload | None) -> bool:
    """Whether its pods ask the DNS Service; on the host's network ClusterFirst means the node's resolver."""
    if operator is None:
        return False
    return operator.dns_policy == "ClusterFirstWithHostNet" or (
        operator.dns_policy == "ClusterFirst" and not operator.host_network
    )


def _never_served(nodes: Nodes | None, cilium_nodes: CiliumNodes | None, cilium: CiliumConfig) -> bool:
    """Whether no EC2 node of the cluster was ever given an address for pods."""
    machines = {node.name for node in nodes.items if node.compute_type == "ec2"} if nodes else set()
    return bool(machines) and machines <= nodes_without_addresses(nodes, cilium_nodes, cilium)


def _calls_ec2(operator: Workload | None, cilium: CiliumConfig) -> bool:
    """Whether this operator has EC2's allocator, and asks for it by its usual name."""
    generic = operator is not None and any("operator-generic" in image for image in operator.images)
    return not generic and not cilium.data.get("ec2-api-endpoint", "").strip()


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
