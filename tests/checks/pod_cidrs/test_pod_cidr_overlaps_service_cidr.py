from ipaddress import IPv4Network as Net

from hypothesis import given
from hypothesis import strategies as st

from checks.collect.gather import gather
from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.aws import EksCluster
from checks.parts.services import Services
from checks.pod_cidrs.pod_cidr_overlaps_service_cidr import pod_cidr_overlaps_service_cidr as overlap
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.hand import (
    cilium_node,
    cilium_nodes,
    claims,
    config,
    on_nothing,
    only,
    service,
    services,
)

small = st.builds(lambda i, p: Net((i << 8, p), strict=False), st.integers(0, 3), st.integers(22, 30))
DNS = services(service("kube-dns", cluster_ip="10.100.0.10"))


def judge(
    *pools: str,
    block: str = "10.0.0.0/24",
    range_: str | None = "10.100.0.0/16",
    known: Services | None = DNS,
    mode: str = "cluster-pool",
) -> list[Finding | Undecided]:
    return overlap(
        cilium=config(mode, cluster_pool_ipv4_cidr=" ".join(pools)),
        cilium_nodes=cilium_nodes(cilium_node("n0", pod_cidrs=(block,))),
        nodes=None,
        pod_ip_pools=None,
        eks=EksCluster(name="demo", service_cidr=range_) if range_ else None,
        services=known,
    )


def test_warns_of_the_default_pool_around_the_default_service_range() -> None:
    finding = only(judge("192.168.0.0/16", "10.0.0.0/8"))
    assert (finding.kind, finding.severity) == (Kind.RISK, Severity.LOW)
    assert "10.100.0.0/16" in finding.title
    assert f"node {256 + 25601}" in finding.because  # the first range of the pool holds 256 blocks


def test_finds_a_block_inside_the_service_range() -> None:
    finding = only(judge("10.0.0.0/8", block="10.100.0.0/24"))
    assert (finding.kind, finding.severity) == (Kind.CAUSE, Severity.HIGH)
    assert finding.confidence is Confidence.CERTAIN
    assert finding.inferred
    assert finding.subjects == (Subject("Node", "n0"),)
    assert claims(finding) == {"dns-failing"}


def test_is_likely_while_no_service_has_an_address_in_the_block() -> None:
    finding = only(judge("10.0.0.0/8", block="10.100.9.0/24"))
    assert finding.confidence is Confidence.LIKELY
    assert claims(finding) == set()


def test_ignores_ranges_apart() -> None:
    assert judge("10.244.0.0/16") == []


def test_proves_the_overlap_by_a_service_where_the_range_was_not_read() -> None:
    finding = only(judge("10.0.0.0/8", range_=None))
    assert finding.kind is Kind.RISK
    assert finding.evidence[1].asked == "kubernetes/api/v1/services"


def test_says_that_it_cannot_tell_without_the_service_range() -> None:
    [found] = judge("10.244.0.0/16", range_=None)
    assert isinstance(found, Undecided)
    assert found.grant == "eks:DescribeCluster"


@given(small, small)
def test_agrees_with_counting_addresses(pool: Net, range_: Net) -> None:
    assert bool(judge(str(pool), range_=str(range_), known=None)) == bool(set(pool) & set(range_))


def test_shows_what_it_read_and_where() -> None:
    cluster = Cluster(pool="10.0.0.0/8", services="10.100.0.0/16")
    cluster.nodes(3)
    [result] = run([overlap], cluster.snapshot())
    [finding] = result.findings
    assert [(e.value, e.asked, e.field) for e in finding.evidence] == [
        (
            "10.0.0.0/8",
            "kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config",
            "cluster-pool-ipv4-cidr",
        ),
        ("10.100.0.0/16", "aws/eks/describe-cluster", "kubernetesNetworkConfig.serviceIpv4Cidr"),
    ]


def test_is_silent_on_healthy_clusters() -> None:
    for mode in ("cluster-pool", "kubernetes", "multi-pool", "eni"):
        cluster = Cluster(mode=mode)
        cluster.nodes(3)
        [result] = run([overlap], cluster.snapshot())
        assert result.verdict in (Verdict.CLEAR, Verdict.NOT_APPLICABLE)


def test_does_not_judge_what_was_refused() -> None:
    cluster = Cluster()
    cluster.nodes(2)
    [result] = run([overlap], gather(cluster.source().refuse("aws/eks/describe-cluster")))
    assert result.verdict is Verdict.NOT_CHECKED


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(overlap).verdict is Verdict.NOT_CHECKED
