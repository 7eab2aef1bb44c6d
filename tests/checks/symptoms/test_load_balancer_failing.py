from checks.parts.kubernetes import Events
from checks.parts.neighbours import TargetGroupBindings
from checks.run import Verdict
from checks.symptoms.load_balancer_failing import load_balancer_failing
from tests.builder import Cluster, MemorySource
from tests.checks.collect.told import api_list, entry
from tests.checks.symptoms.seen import cluster, names, result, seen

TEXT = "cannot resolve pod ENI for pods: [shop/api-1]"


def test_names_targets_whose_addresses_are_in_no_interface() -> None:
    c = cluster()
    c.event("TargetGroupBinding", "shop/api", "FailedNetworkReconcile", TEXT)
    found = seen(load_balancer_failing, c)
    assert names(found) == ["api"]
    assert found is not None
    assert [(e.asked, e.value) for e in found.evidence] == [(Events.ASKED, TEXT)]


def test_ignores_what_has_no_address_reason() -> None:
    c = cluster()
    c.event("TargetGroupBinding", "shop/api", "BackendNotFound", "backend not found: Service not found")
    c.event("Ingress", "shop/api", "FailedDeployModel", "AccessDenied: not authorized")
    assert seen(load_balancer_failing, c) is None


def bound(c: Cluster, target: str) -> MemorySource:
    c.service("shop/api", port=80, target=8080)
    spec = {"serviceRef": {"name": "api", "port": 80}, "targetType": target, "targetGroupARN": "arn:x"}
    listed = api_list("TargetGroupBinding", entry("k8s-api", "shop", spec=spec))
    return c.source().put(TargetGroupBindings.ASKED, listed)


def test_names_bindings_that_have_overlay_addresses_alone() -> None:
    found = seen(load_balancer_failing, bound(cluster(), "ip"))
    assert names(found) == ["k8s-api"]
    assert found is not None
    assert [e.asked for e in found.evidence] == [TargetGroupBindings.ASKED]


def test_ignores_bindings_to_nodes_and_to_addresses_of_the_vpc() -> None:
    assert seen(load_balancer_failing, bound(cluster(), "instance")) is None
    assert seen(load_balancer_failing, bound(cluster("eni"), "ip")) is None


def test_knows_overlay_bindings_without_events() -> None:
    judged = result(load_balancer_failing, bound(cluster(), "ip").refuse(Events.ASKED))
    assert [s.name for finding in judged.findings for s in finding.subjects] == ["k8s-api"]


def test_is_not_checked_without_events() -> None:
    source = cluster().source().refuse(Events.ASKED)
    assert result(load_balancer_failing, source).verdict is Verdict.NOT_CHECKED
