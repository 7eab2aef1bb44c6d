from typing import Any

from checks.dns import LABEL
from checks.model import Confidence, Finding, Kind, Subject, Undecided
from checks.parts.cilium_nodes import CiliumEndpoints, CiliumNode, PodIpPools
from checks.parts.pods import PodAddress, Pods
from checks.parts.vpc import Vpcs
from checks.pod_cidrs.ipam_mode_changed_in_place import ipam_mode_changed_in_place as changed
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    ago,
    behind,
    cilium_node,
    cilium_nodes,
    claims,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    service,
    services,
)

VPC = Vpcs(cidrs={"vpc-1": ("10.40.0.0/16",)})
BLOCK = ("10.0.3.0/24",)


def pods(*ips: str) -> Pods:
    return Pods(
        running=len(ips),
        addresses=tuple(PodAddress("shop", f"api-{i}", "n1", ip, ago(days=1)) for i, ip in enumerate(ips)),
    )


def judge(
    member: CiliumNode, running: Pods, mode: str = "eni", managed: bool | None = True, **more: Any
) -> list[Finding | Undecided]:
    names = frozenset((p.namespace, p.name) for p in running.addresses)
    parts: dict[str, Any] = {
        "cilium": config(mode, cluster_pool_ipv4_cidr="10.0.0.0/8"),
        "cilium_nodes": cilium_nodes(member),
        "nodes": nodes(node("n1")),
        "pods": running,
        "cilium_endpoints": None
        if managed is None
        else CiliumEndpoints(names=names if managed else frozenset()),
        "pod_ip_pools": None,
        "vpcs": VPC,
        "services": None,
        "endpoints": None,
    }
    return changed(**(parts | more))


def test_finds_pods_that_kept_an_address_of_their_nodes_old_block() -> None:
    member = cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK)
    finding = only(judge(member, pods("10.40.10.20", "10.0.3.7")))
    assert finding.confidence is Confidence.CERTAIN
    assert finding.subjects == (Subject("Pod", "api-1", "shop"),)
    assert finding.inferred
    assert explained(finding, "nodes-unreachable") == {Subject("Node", "n1")}


def test_knows_an_old_block_without_the_vpcs_ranges() -> None:
    assert only(judge(cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK), pods("10.0.3.7"), vpcs=None)).inferred


def test_is_likely_when_only_the_pods_tell() -> None:
    finding = only(judge(cilium_node("n1", eni(lone=3)), pods("10.0.3.7")))
    assert finding.confidence is Confidence.LIKELY


def test_takes_leftovers_without_such_pods_for_no_break() -> None:
    finding = only(judge(cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK), pods("10.40.10.20")))
    assert finding.kind is Kind.CAUSE
    assert not finding.inferred


def test_finds_vpc_addresses_under_a_cluster_pool() -> None:
    member = cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK)
    finding = only(judge(member, pods("10.0.3.7", "10.40.10.20"), "cluster-pool", **POOL))
    assert finding.subjects == (Subject("Pod", "api-1", "shop"),)


POOL: dict[str, Any] = {"cilium": config("cluster-pool", cluster_pool_ipv4_cidr="10.0.0.0/16")}


def test_leaves_pods_that_cilium_never_managed_to_their_own_check() -> None:
    member = cilium_node("n1", pod_cidrs=BLOCK)
    assert judge(member, pods("10.40.10.20"), "cluster-pool", managed=False, **POOL) == []
    assert judge(member, pods("10.40.10.20"), "cluster-pool", managed=None, **POOL) == []


def test_ignores_blocks_of_a_range_that_the_pool_had_before() -> None:
    member = cilium_node("n1", pod_cidrs=("10.99.3.0/24",))
    assert judge(member, pods("10.99.3.7"), "cluster-pool", **POOL) == []


def test_ignores_a_block_that_the_node_itself_was_given() -> None:
    member = cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK)
    own = nodes(node("n1", pod_cidrs=BLOCK))
    assert judge(member, pods("10.40.10.20"), nodes=own) == []


def test_ignores_a_pod_in_the_vpc_on_no_interface() -> None:
    assert judge(cilium_node("n1", eni(lone=3)), pods("10.40.99.9")) == []


def test_ignores_the_supported_way_from_cluster_pool_to_multi_pool() -> None:
    from checks.parts.cilium_nodes import PoolAllocation

    member = cilium_node("n1", pod_cidrs=BLOCK, allocated=(PoolAllocation(pool="default", cidrs=BLOCK),))
    assert judge(member, pods("10.0.3.7"), "multi-pool", pod_ip_pools=PodIpPools()) == []


def test_explains_dns_whose_pods_kept_their_address() -> None:
    dns = service("kube-dns", selector=(LABEL,))
    member = cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK)
    found = judge(member, pods("10.0.3.7"), services=services(dns), endpoints=behind(dns, "10.0.3.7"))
    assert "dns-failing" in claims(only(found))


def test_shows_what_it_read_and_where() -> None:
    finding = only(judge(cilium_node("n1", eni(lone=3), pod_cidrs=BLOCK), pods("10.0.3.7")))
    assert [(e.asked.rsplit("/", 1)[-1], e.field, e.value) for e in finding.evidence] == [
        ("cilium-config", "ipam", "eni"),
        ("pods", "api-0: status.podIP", "10.0.3.7"),
        ("ciliumnodes", "n1: spec.ipam.podCIDRs", "10.0.3.0/24"),
        ("ciliumnodes", "n1: status.eni.enis", "1"),
    ]


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("cluster-pool", "kubernetes", "multi-pool", "eni"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        cluster.workload("shop/api", 12)
        [result] = run([changed], cluster.snapshot())
        assert result.verdict is Verdict.CLEAR, mode


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(changed).verdict is Verdict.NOT_CHECKED
