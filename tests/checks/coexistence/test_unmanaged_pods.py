from checks.coexistence.unmanaged_pods import unmanaged_pods
from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.agents import AgentStatus, AgentStatuses, OperatorMetrics
from checks.parts.cilium import NodeConfig, NodeConfigs
from checks.parts.cilium_nodes import CiliumEndpoints
from checks.parts.pods import Pod, PodAddress, Pods
from checks.parts.services import Endpoint, Endpoints, ServiceEndpoints
from checks.run import Verdict
from tests.checks.hand import (
    META,
    ago,
    cilium_node,
    cilium_nodes,
    claims,
    config,
    explained,
    metrics,
    on_nothing,
    only,
    pod,
    sample,
    service,
    services,
)

DNS = service("kube-dns")


def address(name: str = "api-1", ip: str = "10.40.7.7", node: str = "n1", age_s: float = 3600) -> PodAddress:
    return PodAddress("kube-system" if "dns" in name else "shop", name, node, ip, ago(seconds=age_s))


def judge(
    *addresses: PodAddress,
    known: tuple[tuple[str, str], ...] = (),
    mode: str = "cluster-pool",
    owners: dict[str, str] | None = None,
    metric: float | None = None,
    slices: bool = False,
    items: tuple[Pod, ...] = (),
    node_configs: NodeConfigs | None = None,
    settings: dict[str, str] | None = None,
) -> list[Finding | Undecided]:
    behind = ServiceEndpoints(
        namespace="kube-system", service="kube-dns", ready=(Endpoint("10.40.7.7", "n1", "coredns-1"),)
    )
    return unmanaged_pods(
        META,
        Pods(addresses=addresses, items=items),
        config(mode, **(settings or {})),
        CiliumEndpoints(names=frozenset(known), slices=slices),
        cilium_nodes(cilium_node("n1", pod_cidrs=() if mode == "eni" else ("10.0.1.0/24",))),
        AgentStatuses(by_node={"n1": AgentStatus(owners=owners or {})}),
        None
        if metric is None
        else OperatorMetrics(page=metrics(sample("cilium_operator_unmanaged_pods", metric))),
        services(DNS),
        Endpoints(by_service={("kube-system", "kube-dns"): behind}),
        node_configs,
    )


def test_ignores_pods_that_do_not_run_yet() -> None:
    assert judge(address(), items=(pod("api-1", node="n1", ip="10.40.7.7", phase="Pending"),)) == []
    assert only(judge(address(), items=(pod("api-1", node="n1", ip="10.40.7.7", phase="Running"),)))


def test_names_a_pod_that_holds_an_address_of_another_cni() -> None:
    finding = only(judge(address()))
    assert finding.kind is Kind.CAUSE
    assert finding.confidence is Confidence.CERTAIN
    assert finding.inferred
    assert {s.name for s in explained(finding, "traffic-failing") or ()} == {"api-1"}


def test_shows_the_address_and_the_missing_endpoint() -> None:
    shown = {(e.asked, e.field, e.value, e.count) for e in only(judge(address(), metric=1)).evidence}
    assert (CiliumEndpoints.ASKED, "metadata.name", "none of these pods", 1) in shown
    assert (Pods.ASKED, "shop/api-1: status.podIP", "10.40.7.7", 1) in shown
    assert (OperatorMetrics.ASKED, "cilium_operator_unmanaged_pods", "1", 1) in shown


def test_explains_dns_where_its_pods_are_among_them() -> None:
    finding = only(judge(address("coredns-1")))
    assert finding.severity is Severity.HIGH
    assert "dns-failing" in claims(finding)
    assert "dns-failing" not in claims(only(judge(address())))


def test_is_only_likely_for_an_address_of_ciliums_own_blocks() -> None:
    assert only(judge(address(ip="10.0.1.9"))).confidence is Confidence.LIKELY
    assert only(judge(address(), slices=True)).confidence is Confidence.LIKELY


def test_ignores_a_pod_with_an_endpoint_or_an_owner_entry() -> None:
    assert judge(address(), known=(("shop", "api-1"),)) == []
    assert judge(address(), owners={"10.40.7.7": "shop/api-1 [restored]"}) == []


def test_ignores_a_pod_that_is_just_starting() -> None:
    assert judge(address(age_s=60)) == []


def test_ignores_pods_on_nodes_without_cilium() -> None:
    assert judge(address(node="fargate-1")) == []


def test_ignores_pods_on_a_node_whose_agent_is_not_ready() -> None:
    agent = pod("cilium-x", "kube-system", node="n1", labels=(("k8s-app", "cilium"),), ready=False)
    assert judge(address(), items=(agent,)) == []


def test_ignores_missing_endpoints_where_none_are_written() -> None:
    assert judge(address(), settings={"disable_endpoint_crd": "true"}) == []


def test_is_a_low_risk_in_chaining_mode_and_during_a_migration() -> None:
    chained = only(judge(address(), settings={"cni_chaining_mode": "aws-cni"}))
    moving = only(
        judge(
            address(),
            settings={"custom_cni_conf": "true"},
            node_configs=NodeConfigs(items=(NodeConfig(name="cilium-default"),)),
        )
    )
    for finding in (chained, moving):
        assert (finding.kind, finding.severity, finding.explains) == (Kind.RISK, Severity.LOW, ())


def test_infers_no_broken_traffic_in_eni_mode() -> None:
    finding = only(judge(address(), mode="eni"))
    assert not finding.inferred
    assert claims(finding) == set()


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unmanaged_pods).verdict is Verdict.NOT_CHECKED
