import pytest

from checks.blocks import networks
from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.cilium_nodes import CiliumNode
from checks.parts.neighbours import IpMasqAgent
from checks.routing.native_cidr_excludes_pods import native_cidr_excludes_pods as excludes
from checks.run import Verdict
from tests.builder import Cluster
from tests.checks.hand import cilium_node, cilium_nodes, config, eni, on_nothing, only
from tests.checks.routing.native import finding, native, result

KEY = "ipv4-native-routing-cidr"
BLOCK = cilium_node("n1", pod_cidrs=("10.0.1.0/24",))


def judge(
    member: CiliumNode = BLOCK,
    mode: str = "cluster-pool",
    masq: IpMasqAgent | None = None,
    /,  # and any key of cilium-config
    **data: str,
) -> list[Finding | Undecided]:
    return excludes(
        cilium=config(mode, **({"routing_mode": "native"} | data)),
        cilium_nodes=cilium_nodes(member),
        nodes=None,
        version=None,
        ip_masq_agent=masq,
    )


def test_finds_a_range_that_is_the_vpcs_and_not_the_pods() -> None:
    found = only(judge(ipv4_native_routing_cidr="10.8.0.0/16"))
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.HIGH, Confidence.CERTAIN)
    assert found.inferred


@pytest.mark.parametrize("native_range", ["10.0.0.0/8", "10.0.1.0/24"])
def test_ignores_a_range_that_contains_the_pods(native_range: str) -> None:
    assert judge(ipv4_native_routing_cidr=native_range) == []


def test_finds_a_range_that_contains_only_half_a_block() -> None:
    assert only(judge(ipv4_native_routing_cidr="10.0.1.0/25"))


@pytest.mark.parametrize(
    "data", [{"routing_mode": "tunnel"}, {"enable_ipv4_masquerade": "false"}, {"routing_mode": ""}]
)
def test_ignores_overlays_and_clusters_without_masquerading(data: dict[str, str]) -> None:
    assert judge(ipv4_native_routing_cidr="10.8.0.0/16", **data) == []


def test_cannot_tell_without_the_ranges_of_ip_masq_agent() -> None:
    [found] = judge(ipv4_native_routing_cidr="10.8.0.0/16", enable_ip_masq_agent="true")
    assert isinstance(found, Undecided)


def test_counts_what_ip_masq_agent_leaves_alone() -> None:
    def with_ranges(agent: IpMasqAgent) -> list[Finding | Undecided]:
        return judge(
            BLOCK, "cluster-pool", agent, ipv4_native_routing_cidr="10.8.0.0/16", enable_ip_masq_agent="true"
        )

    assert with_ranges(IpMasqAgent()) == []  # its defaults are the private ranges
    assert with_ranges(IpMasqAgent(exists=True, ranges=networks(("10.0.0.0/16",)))) == []
    assert only(with_ranges(IpMasqAgent(exists=True, ranges=networks(("10.9.0.0/16",))))).inferred


def test_ignores_an_absent_range_outside_eni_mode() -> None:
    assert judge() == []


def secondary() -> CiliumNode:
    return cilium_node(
        "n1", eni(lone=3, subnet_cidr="100.64.0.0/20", vpc_cidrs=("10.40.0.0/16", "100.64.0.0/16"))
    )


def test_warns_of_pods_in_a_secondary_range_of_the_vpc() -> None:
    found = only(judge(secondary(), "eni"))
    assert (found.kind, found.severity) == (Kind.RISK, Severity.MEDIUM)
    assert not found.inferred


def test_finds_a_range_set_to_the_primary_one_with_pods_in_a_secondary_one() -> None:
    found = only(judge(secondary(), "eni", ipv4_native_routing_cidr="10.40.0.0/16"))
    assert (found.kind, found.confidence) == (Kind.CAUSE, Confidence.LIKELY)


def test_ignores_interfaces_without_pod_addresses() -> None:
    member = cilium_node("n1", eni(subnet_cidr="100.64.0.0/20", vpc_cidrs=("10.40.0.0/16",)))
    assert judge(member, "eni") == []


def test_is_silent_on_healthy_clusters() -> None:
    for cluster in (native(check=False), _eni("1.16.5"), _eni("1.20.0")):
        assert result(excludes, cluster).verdict is Verdict.CLEAR


def _eni(version: str) -> Cluster:
    cluster = Cluster(mode="eni", cilium=version)
    cluster.nodes(2)
    return cluster


def test_shows_what_it_read_and_where() -> None:
    cluster = native(check=False)
    cluster.config[KEY] = "10.8.0.0/16"
    evidence = finding(excludes, cluster).evidence
    assert [(e.asked.rsplit("/", 1)[-1], e.value, e.count) for e in evidence] == [
        ("cilium-config", "10.8.0.0/16", 1),
        ("cilium-config", "native", 1),
        ("cilium-config", "true", 1),
        ("ciliumnodes", "10.244.0.0/24", 6),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(excludes).verdict is Verdict.NOT_CHECKED
