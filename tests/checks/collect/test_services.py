import pytest

from checks.collect.services import read
from checks.collect.source import UnreadError
from checks.parts.services import Service, ServicePort, Services
from tests.checks.collect.told import Object, api_list, entry, told


def read_service(spec: Object, **meta: object) -> Service:
    raw = entry("web", "shop", spec=spec)
    metadata = raw["metadata"]
    assert isinstance(metadata, dict)
    metadata.update(meta)
    [found] = read(told({Services.ASKED: api_list("Service", raw)})).items
    return found


def test_reads_ports_selector_and_the_load_balancers_annotations() -> None:
    lb = "service.beta.kubernetes.io/aws-load-balancer-type"
    found = read_service(
        {
            "type": "LoadBalancer",
            "clusterIP": "10.100.0.20",
            "selector": {"tier": "front", "app": "web"},
            "ports": [
                {"port": 443, "targetPort": "https", "name": "https", "protocol": "TCP"},
                {"port": 53, "targetPort": 5353, "protocol": "UDP"},
                {"port": 80},
            ],
        },
        labels={"app": "web"},
        annotations={lb: "external", "kubectl.kubernetes.io/last-applied-configuration": "{secret}"},
    )
    assert found == Service(
        namespace="shop",
        name="web",
        type="LoadBalancer",
        cluster_ip="10.100.0.20",
        selector=(("app", "web"), ("tier", "front")),
        ports=(
            ServicePort(port=443, name="https", target="https"),
            ServicePort(port=53, protocol="UDP", target="5353"),
            ServicePort(port=80),
        ),
        labels=(("app", "web"),),
        annotations=((lb, "external"),),
    )


@pytest.mark.parametrize("address", ["None", "", None])
def test_a_headless_service_has_no_address(address: str | None) -> None:
    assert read_service({"clusterIP": address}).cluster_ip is None


def test_a_port_without_a_number_is_unreadable() -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: ServiceList: .*ports"):
        read_service({"ports": [{"name": "http"}]})
