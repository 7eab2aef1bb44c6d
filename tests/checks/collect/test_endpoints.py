import pytest

from checks.collect.endpoints import read
from checks.collect.source import UnreadError
from checks.parts.services import Endpoint, Endpoints, ServiceEndpoints
from tests.checks.collect.told import Object, api_list, told


def part(name: str, *endpoints: Object, service: str = "web", **rest: object) -> Object:
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4",
        "endpoints": [*endpoints],
        "ports": [{"port": 8080, "protocol": "TCP"}],
        **rest,
    }


def endpoint(ip: str, ready: object = True, pod: str | None = "web-1") -> Object:
    return {
        "addresses": [ip],
        "conditions": {"ready": ready, "serving": True, "terminating": False},
        "nodeName": "node-a",
        **({"targetRef": {"kind": "Pod", "name": pod, "namespace": "shop"}} if pod else {}),
    }


def read_endpoints(*slices: Object) -> Endpoints:
    return read(told({Endpoints.ASKED: api_list("EndpointSlice", *slices)}))


def test_slices_of_a_service_are_joined() -> None:
    found = read_endpoints(
        part("web-b", endpoint("10.0.1.9"), ports=[{"port": 9090}, {"port": None}]),
        part("web-a", endpoint("10.0.1.8", pod=None), endpoint("10.0.1.7", ready=False)),
        part("dns", endpoint("10.0.2.1"), service="kube-dns"),
    )
    assert found.of("shop", "web") == ServiceEndpoints(
        namespace="shop",
        service="web",
        ready=(Endpoint("10.0.1.8", "node-a", None), Endpoint("10.0.1.9", "node-a", "web-1")),
        not_ready=(Endpoint("10.0.1.7", "node-a", "web-1"),),
        ports=(8080, 9090),
    )
    assert list(found.by_service) == [("shop", "kube-dns"), ("shop", "web")]


def test_ready_that_is_not_known_is_ready() -> None:
    found = read_endpoints(part("a", endpoint("10.0.1.7", ready=None), {"addresses": ["10.0.1.8"]}))
    assert [e.ip for e in found.of("shop", "web").ready] == ["10.0.1.7", "10.0.1.8"]


def test_an_address_that_one_slice_calls_ready_is_ready() -> None:
    found = read_endpoints(part("a", endpoint("10.0.1.7", ready=False)), part("b", endpoint("10.0.1.7")))
    assert found.of("shop", "web").not_ready == ()


def test_a_service_without_a_slice_and_an_empty_slice_have_no_endpoint() -> None:
    found = read_endpoints(part("a", endpoints=None, ports=None))
    assert found.of("shop", "web").ready == ()
    assert found.of("shop", "other").ready == ()


def test_a_slice_made_by_hand_belongs_to_its_owner_or_to_nobody() -> None:
    owned: Object = {
        "metadata": {
            "name": "a",
            "namespace": "shop",
            "ownerReferences": [{"kind": "Service", "name": "web"}],
        },
        "endpoints": [endpoint("10.0.1.7")],
    }
    loose: Object = {"metadata": {"name": "b", "namespace": "shop"}, "endpoints": [endpoint("10.0.1.8")]}
    assert list(read_endpoints(owned, loose).by_service) == [("shop", "web")]


def test_addresses_that_are_no_list_are_unreadable() -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: EndpointSliceList: "):
        read_endpoints(part("a", {"addresses": "10.0.1.7"}))
