from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.nodes import Node
from checks.parts.vpc import Interface, Interfaces, Route, RouteTable, RouteTables, Vpcs
from checks.pod_cidrs.pod_cidr_overlaps_vpc import pod_cidr_overlaps_vpc as overlaps
from checks.pod_cidrs.ranges import inside
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import cilium_node, cilium_nodes, config, explained, node, nodes, on_nothing, only

VPC = Vpcs(cidrs={"vpc-1": ("10.8.0.0/16",)})
NO_INTERFACES = Interfaces()


def judge(
    *machines: Node,
    pool: str = "10.0.0.0/8",
    blocks: int = 14,
    vpcs: Vpcs | None = VPC,
    interfaces: Interfaces | None = NO_INTERFACES,
    tables: RouteTables | None = None,
    mode: str = "cluster-pool",
) -> list[Finding | Undecided]:
    start = IPv4Network(pool).network_address
    held: list[CiliumNode] = [
        cilium_node(f"n{i}", pod_cidrs=(f"{start + i * 256}/24",)) for i in range(blocks)
    ]
    return overlaps(
        cilium=config(mode, cluster_pool_ipv4_cidr=pool),
        nodes=nodes(*machines or (node("n0", internal_ips=("10.8.3.17",)),)),
        cilium_nodes=cilium_nodes(*held),
        pod_ip_pools=None,
        vpcs=vpcs,
        interfaces=interfaces,
        route_tables=tables,
        endpoints=None,
        eks=None,
    )


def test_warns_of_a_pool_that_contains_the_vpc() -> None:
    finding = only(judge())
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.LOW)
    assert "node 2049" in finding.because


def test_warns_louder_when_allocation_gets_there_soon() -> None:
    assert only(judge(blocks=1100)).severity is Severity.MEDIUM


def test_finds_a_node_whose_address_lies_in_an_assigned_block() -> None:
    finding = only(judge(node("n5", internal_ips=("10.0.3.17",)), vpcs=Vpcs(cidrs={"v": ("10.0.0.0/16",)})))
    assert (finding.kind, finding.severity) == (Kind.CAUSE, Severity.HIGH)
    assert finding.inferred
    assert finding.subjects == (Subject("Node", "n3"),)
    assert explained(finding, "nodes-unreachable") == {Subject("Node", "n5")}


def test_finds_any_interface_whose_address_lies_in_an_assigned_block() -> None:
    rds = Interfaces(items=(Interface(id="eni-rds", ips=("10.0.1.5",)),))
    finding = only(judge(interfaces=rds, vpcs=Vpcs(cidrs={"v": ("10.0.0.0/16",)})))
    assert finding.kind is Kind.CAUSE
    assert "interface eni-rds" in finding.because


def test_ignores_blocks_that_interfaces_carry_as_prefixes() -> None:
    carried = Interfaces(
        items=tuple(
            Interface(id=f"eni-{i}", ips=("10.0.0.9",), prefixes=(f"10.0.{i}.0/24",)) for i in range(14)
        )
    )
    found = judge(interfaces=carried, vpcs=Vpcs(cidrs={"v": ("10.0.0.0/16",)}), pool="10.0.0.0/16")
    assert only(found).kind is Kind.RISK


def test_ignores_ranges_apart() -> None:
    assert judge(pool="10.244.0.0/16") == []


def test_uses_the_nodes_addresses_where_the_vpc_was_not_read() -> None:
    finding = only(judge(vpcs=None, interfaces=None))
    assert finding.kind is Kind.RISK
    assert finding.confidence is Confidence.LIKELY


def test_says_that_it_cannot_tell_without_the_vpcs_ranges() -> None:
    [found] = judge(vpcs=None, pool="10.244.0.0/16")
    assert isinstance(found, Undecided)
    assert found.grant == "ec2:DescribeVpcs"


def test_warns_of_a_peered_network_within_the_pool() -> None:
    def tables(destination: str, target: str = "tgw-1", state: str = "active") -> RouteTables:
        route = Route(destination=destination, target=target, state=state)
        return RouteTables(items=(RouteTable(id="rtb-1", routes=(route,)),))

    assert only(judge(pool="10.244.0.0/16", tables=tables("10.244.64.0/20"))).kind is Kind.RISK
    assert judge(pool="10.244.0.0/16", tables=tables("10.0.0.0/8")) == []
    assert judge(pool="10.244.0.0/16", tables=tables("10.244.1.0/24", target="eni-1")) == []
    assert judge(pool="10.244.0.0/16", tables=tables("10.244.64.0/20", state="blackhole")) == []


@given(
    st.lists(st.tuples(st.integers(0, 15), st.integers(24, 28)), max_size=6),
    st.lists(st.integers(0, 4095), max_size=8),
)
def test_finds_the_same_addresses_inside_as_comparing_each(
    blocks: list[tuple[int, int]], hosts: list[int]
) -> None:
    held = {f"n{i}": (IPv4Network((0x0A000000 + (at << 8), n)),) for i, (at, n) in enumerate(blocks)}
    addresses = [(str(IPv4Address(0x0A000000 + host)), "x") for host in hosts]
    expected = {a for a, _ in addresses for bs in held.values() for b in bs if IPv4Address(a) in b}
    assert {str(item.address) for item in inside(held, addresses)} == expected


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("cluster-pool", "kubernetes", "multi-pool", "eni"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        [result] = run([overlaps], cluster.snapshot())
        assert result.verdict in (Verdict.CLEAR, Verdict.NOT_APPLICABLE)


def test_reads_the_overlap_from_real_answers() -> None:
    cluster = Cluster(vpc="10.0.0.0/16", pool="10.0.0.0/8")
    first, *_ = cluster.nodes(3)
    cluster.block_of(first, str(IPv4Network(f"{first.ip}/24", strict=False)))
    [result] = run([overlaps], cluster.snapshot())
    [finding] = result.findings
    assert finding.kind is Kind.CAUSE
    assert finding.evidence[0].value == first.ip
    assert finding.evidence[0].asked == "kubernetes/api/v1/nodes"


@pytest.mark.parametrize("path", ["aws/ec2/describe-vpcs", "kubernetes/apis/cilium.io/v2/ciliumnodes"])
def test_does_not_judge_what_was_refused(path: str) -> None:
    from checks.collect.gather import gather

    cluster = Cluster()
    cluster.nodes(2)
    [result] = run([overlaps], gather(cluster.source().refuse(path)))
    assert result.verdict is Verdict.NOT_CHECKED


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(overlaps).verdict is Verdict.NOT_CHECKED
