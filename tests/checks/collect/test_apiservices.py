from checks.collect.apiservices import read
from checks.parts.webhooks import ApiService, ApiServices
from tests.builder.clock import ago, stamp
from tests.checks.collect.told import api_list, entry, told


def test_tells_apis_served_by_pods_from_the_servers_own() -> None:
    condition = {
        "type": "Available",
        "status": "False",
        "reason": "FailedDiscoveryCheck",
        "message": "dial tcp 10.0.1.7:4443: i/o timeout",
        "lastTransitionTime": stamp(ago(minutes=20)),
    }
    service = {"namespace": "kube-system", "name": "metrics-server", "port": 4443}
    raw = api_list(
        "APIService",
        entry(
            "v1.apps",
            spec={"service": None},
            status={"conditions": [{"type": "Available", "status": "True"}]},
        ),
        entry("v1beta1.metrics.k8s.io", spec={"service": service}, status={"conditions": [condition]}),
        entry("v1.young", spec={"service": {**service, "port": None}}),
    )
    assert read(told({ApiServices.ASKED: raw})).items == (
        ApiService(name="v1.apps", namespace=None, service=None, available=True),
        ApiService(name="v1.young", namespace="kube-system", service="metrics-server"),
        ApiService(
            name="v1beta1.metrics.k8s.io",
            namespace="kube-system",
            service="metrics-server",
            port=4443,
            available=False,
            since=ago(minutes=20),
            reason="FailedDiscoveryCheck",
            message="dial tcp 10.0.1.7:4443: i/o timeout",
        ),
    )
