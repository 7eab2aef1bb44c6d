from checks.model import Confidence, Finding, Subject, Undecided
from checks.parts.kubernetes import Event, Events
from checks.parts.neighbours import TargetGroupBinding, TargetGroupBindings
from checks.parts.vpc import Vpcs
from checks.run import Verdict
from checks.services.lb_ip_target_in_overlay import lb_ip_target_in_overlay as overlay
from tests.checks.hand import (
    NOON,
    behind,
    config,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    service,
    services,
)

TYPE = "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type"


def judge(
    target: str = "ip",
    *,
    mode: str = "cluster-pool",
    address: str = "10.0.3.3",
    said: bool = False,
    kind: str = "LoadBalancer",
    routing: str = "native",
    bound: str = "",
) -> list[Finding | Undecided]:
    web = service("web", "shop", type=kind, annotations=((TYPE, target),))
    event = Event(
        kind="TargetGroupBinding", namespace="shop", name="k8s-web", reason="BackendNotFound",
        message="cannot resolve pod ENI for pods", last_seen=NOON,
    )  # fmt: skip
    binding = TargetGroupBinding(namespace="shop", name="k8s-web", service="web", target_type=bound)
    return overlay(
        config(mode, routing_mode=routing),
        services(web),
        behind(web, address),
        nodes(node("n1", addresses=("10.40.0.5",))),
        Vpcs(cidrs={"vpc-1": ("10.40.0.0/16",)}),
        Events(items=(event,) if said else ()),
        TargetGroupBindings(items=(binding,) if bound else ()),
    )


def test_names_the_service_that_targets_overlay_addresses() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.LIKELY
    assert finding.subjects == (Subject("Service", "web", "shop"),)


def test_explains_what_the_controller_reports() -> None:
    finding = only(judge(said=True))
    assert finding.confidence is Confidence.CERTAIN
    told = Subject("TargetGroupBinding", "k8s-web", "shop")
    assert told in (explained(finding, "load-balancer-failing") or ())


def test_names_bindings_to_tunnelled_pods() -> None:
    finding = only(judge(kind="ClusterIP", routing="tunnel", bound="ip"))
    assert finding.confidence is Confidence.CERTAIN
    told = Subject("TargetGroupBinding", "k8s-web", "shop")
    assert finding.subjects == (told,)
    assert explained(finding, "load-balancer-failing") == {told}
    assert (TargetGroupBindings.ASKED, "ip") in {(e.asked, e.value) for e in finding.evidence}


def test_ignores_bindings_to_nodes_and_to_routed_pods() -> None:
    assert judge(kind="ClusterIP", routing="tunnel", bound="instance") == []
    assert judge(kind="ClusterIP", bound="ip") == []
    assert judge(kind="ClusterIP", routing="tunnel", bound="ip", address="10.40.0.5") == []


def test_shows_the_address_and_the_mode() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert {("shop/web: addresses", "10.0.3.3"), ("data.ipam", "cluster-pool")} <= shown


def test_ignores_instance_targets_and_addresses_of_the_vpc() -> None:
    assert judge("instance") == []
    assert judge(address="10.40.0.5") == []
    assert judge(kind="ClusterIP") == []


def test_ignores_eni_mode() -> None:
    assert judge(mode="eni", said=True) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(overlay).verdict is Verdict.NOT_CHECKED
