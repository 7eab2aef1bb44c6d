import pytest

from checks.model import Confidence, Finding, Severity, Subject, Undecided
from checks.parts.aws import EksCluster
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.kubernetes import Event, Events, KubernetesVersion
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import ApiService, ApiServices, Webhook, Webhooks
from checks.run import Verdict
from checks.services.webhook_unreachable_from_control_plane import (
    webhook_unreachable_from_control_plane as unreachable,
)
from tests.checks.hand import (
    META,
    NOON,
    behind,
    cilium_node,
    cilium_nodes,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    service,
)

CERT = service("cert-manager-webhook", "cert-manager")
METRICS = service("metrics-server")
SUBJECT = Subject("Service", "cert-manager-webhook", "cert-manager")
EKS = EksCluster(name="demo", vpc_id="vpc-1", remote_pod_cidrs=("10.99.0.0/16",))


def judge(
    *addresses: str,
    mode: str = "cluster-pool",
    routing: str = "tunnel",
    chaining: str = "none",
    eks: EksCluster | None = EKS,
    vpcs: Vpcs | None = None,
    kubernetes: str = "v1.31.2-eks-1",
    fails_closed: bool = True,
    apis: tuple[ApiService, ...] = (),
    api_addresses: tuple[str, ...] = (),
    at: Nodes | None = None,
    held: CiliumNodes | None = None,
    read_vpcs: bool = True,
    failed: str = "",
) -> list[Finding | Undecided]:
    hook = Webhook(
        configuration="cert-manager-webhook",
        kind="ValidatingWebhookConfiguration",
        name="webhook.cert-manager.io",
        namespace="cert-manager",
        service="cert-manager-webhook",
        fails_closed=fails_closed,
    )
    found = dict(behind(CERT, *addresses).by_service) | dict(behind(METRICS, *api_addresses).by_service)
    return unreachable(
        META,
        Webhooks(items=(hook,)),
        Endpoints(by_service=found),
        at or nodes(node("n1", addresses=("10.40.0.5",))),
        config(mode, routing_mode=routing, cni_chaining_mode=chaining),
        ApiServices(items=apis),
        (vpcs or Vpcs(cidrs={"vpc-1": ("10.40.0.0/16",)})) if read_vpcs else None,
        eks,
        KubernetesVersion(git_version=kubernetes),
        held,
        Events(items=(call_failed(failed),) if failed else ()),
    )


def call_failed(error: str) -> Event:
    url = "https://cert-manager-webhook.cert-manager.svc:443/validate"
    text = f'failed calling webhook "webhook.cert-manager.io": Post "{url}": {error}'
    return Event(
        kind="ReplicaSet", namespace="shop", name="api-1", reason="FailedCreate", message=text, last_seen=NOON
    )


def api(available: bool) -> ApiService:
    return ApiService(
        name="v1beta1.metrics.k8s.io", namespace="kube-system", service="metrics-server", available=available
    )


def test_names_the_webhook_on_an_overlay_address() -> None:
    finding = only(judge("10.0.3.7"))
    assert finding.confidence is Confidence.CERTAIN
    assert finding.severity is Severity.CRITICAL
    assert finding.subjects == (SUBJECT,)
    assert explained(finding, "webhooks-failing") == frozenset({SUBJECT})
    assert "webhook.securePort=10260" in str(finding.actions[1].command)


def test_shows_the_address_and_the_ranges_of_the_vpc() -> None:
    shown = {(e.asked, e.field, e.value) for e in only(judge("10.0.3.7")).evidence}
    asked = Endpoints.ASKED
    assert (asked, "cert-manager/cert-manager-webhook: addresses", "10.0.3.7") in shown
    assert (Vpcs.ASKED, "CidrBlockAssociationSet[].CidrBlock", "10.40.0.0/16") in shown


@pytest.mark.parametrize("routing", ["native", "tunnel"])
def test_ignores_a_webhook_on_the_hosts_network(routing: str) -> None:
    assert judge("10.40.0.5", routing=routing) == []


def test_ignores_addresses_of_the_vpc_and_of_declared_remote_networks() -> None:
    assert judge("10.40.7.7", routing="native") == []
    assert judge("10.99.1.1") == []


def test_ignores_eni_mode_and_chaining() -> None:
    assert judge("10.0.3.7", mode="eni", routing="native") == []
    assert judge("10.0.3.7", chaining="aws-cni", routing="native") == []


def test_ignores_a_service_without_ready_endpoint() -> None:
    assert judge() == []


def test_ignores_a_control_plane_that_is_part_of_the_cluster() -> None:
    assert judge("10.0.3.7", eks=None, kubernetes="v1.31.2") == []
    assert only(judge("10.0.3.7", eks=None))


def test_names_an_aggregated_api_that_does_not_answer() -> None:
    finding = only(judge("10.40.0.5", apis=(api(False),), api_addresses=("10.0.4.4",)))
    assert [s.name for s in finding.subjects] == ["metrics-server"]


def test_ignores_an_overlay_that_the_api_server_is_seen_to_reach() -> None:
    assert judge("10.0.3.7", apis=(api(True),), api_addresses=("10.0.3.7",)) == []


def test_still_names_a_webhook_that_is_told_to_time_out_beside_such_an_overlay() -> None:
    found = judge(
        "10.0.3.7", apis=(api(True),), api_addresses=("10.0.3.7",), failed="context deadline exceeded"
    )
    assert only(found).confidence is Confidence.LIKELY


def test_is_less_severe_when_nothing_fails_closed() -> None:
    assert only(judge("10.0.3.7", fails_closed=False)).severity is Severity.HIGH


def test_is_not_certain_without_the_ranges_of_the_vpc() -> None:
    held = cilium_nodes(cilium_node("n1", pod_cidrs=("10.0.3.0/24",), internal_ip="10.40.0.5"))
    known = only(judge("10.0.3.7", routing="native", read_vpcs=False, held=held))
    assert known.confidence is Confidence.LIKELY
    unknown = only(judge("10.0.3.7", routing="native", read_vpcs=False))
    assert unknown.confidence is Confidence.POSSIBLE
    assert "DescribeVpcs" in unknown.because


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(unreachable).verdict is Verdict.NOT_CHECKED


def test_takes_no_block_that_holds_a_node_for_a_pod_network() -> None:
    held = cilium_nodes(cilium_node("n1", pod_cidrs=("10.40.3.0/24",), internal_ip="10.40.3.5"))
    finding = only(judge("10.40.3.7", routing="native", read_vpcs=False, held=held))
    assert finding.confidence is Confidence.POSSIBLE


def test_says_nothing_of_ipv6_addresses() -> None:
    assert judge("fd00::7", routing="native") == []
