"""What only a real API server does: validate custom resources, forget definitions, judge aggregated APIs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.collect.apiservices import read as read_apiservices
from checks.collect.recording import Recording
from checks.collect.security_group_policies import read as read_policies
from checks.collect.source import UnreadError
from checks.parts.webhooks import ApiService
from tests.real.api import Object, RefusedError
from tests.real.conftest import established
from tests.real.load import APISERVICES, Beside, api_server, definitions, loaded, objects
from tests.real.servers import Servers, until

CLUSTER = Path(__file__).parents[1] / "recordings" / "healthy_cluster_pool"
METRICS = "v1beta1.metrics.k8s.io"
GROUPS = "securitygrouppolicies.vpcresources.k8s.aws"


@pytest.fixture
def live(servers: Servers, tmp_path: Path) -> Beside:
    """Everything of the API from the server itself."""
    return Beside(Recording(CLUSTER), api_server(servers.admin, tmp_path), recorded=())


def node(**ipam: object) -> Object:
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNode",
        "metadata": {"name": "node"},
        "spec": {"ipam": ipam},
    }


def test_a_cilium_node_as_cilium_writes_it_is_taken(servers: Servers) -> None:
    pools = {"allocated": [{"pool": "default", "cidrs": ["10.60.3.0/27"]}]}
    servers.admin.apply(node(podCIDRs=["10.0.1.0/24"], pools=pools), dry=True)


@pytest.mark.parametrize(
    "ipam",
    [
        {"podCidrs": ["10.0.1.0/24"]},
        {"pre-allocate": "8"},
        {"pool": {"10.40.3.21": "eni-1"}},
        {"pools": {"allocated": [{"cidrs": ["10.60.3.0/27"]}]}},
        {"pools": {"allocated": [{"pool": "default", "cidrs": ["10.60.3.0"]}]}},
    ],
)
def test_a_cilium_node_as_nothing_writes_it_is_refused(ipam: dict[str, object], servers: Servers) -> None:
    with pytest.raises(RefusedError) as caught:
        servers.admin.apply(node(**ipam), dry=True)
    assert caught.value.status in (400, 422)


@pytest.fixture
def _not_installed(servers: Servers) -> Iterator[None]:
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{GROUPS}"
    servers.admin.call("DELETE", path)
    until(lambda: GROUPS not in served(servers))
    yield
    [definition] = [one for one in definitions() if one["metadata"]["name"] == GROUPS]
    servers.admin.apply(definition)
    until(lambda: established(servers, GROUPS) and GROUPS in served(servers))


def served(servers: Servers) -> set[str]:
    """The definitions whose objects can be asked for."""
    found = set()
    for one in definitions():
        group, names = one["spec"]["group"], one["spec"]["names"]
        try:
            servers.admin.call(
                "GET", f"/apis/{group}/{one['spec']['versions'][0]['name']}/{names['plural']}", limit="1"
            )
        except RefusedError:
            continue
        found.add(one["metadata"]["name"])
    return found


@pytest.mark.usefixtures("_not_installed")
def test_a_definition_that_is_not_installed_is_an_answer(live: Beside) -> None:
    with pytest.raises(UnreadError) as caught:
        list(live.pages("kubernetes/apis/vpcresources.k8s.aws/v1beta1/securitygrouppolicies"))
    assert caught.value.missing
    assert read_policies(live).items == ()


def test_an_aggregated_api_that_does_not_answer_is_told_in_the_servers_own_words(
    servers: Servers, live: Beside
) -> None:
    answer = json.loads((CLUSTER / f"kubernetes/{APISERVICES}.json").read_text())
    [metrics] = [one for one in answer["items"] if one["metadata"]["name"] == METRICS]
    kind = {"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService"}

    def seen() -> ApiService | None:
        return next((api for api in read_apiservices(live).items if api.name == METRICS), None)

    with loaded(servers, [*objects(CLUSTER), kind | metrics]):
        until(lambda: (api := seen()) is not None and api.available is False)
        found = seen()
    assert found is not None
    assert (found.namespace, found.service) == ("kube-system", "metrics-server")
    assert found.reason == "FailedDiscoveryCheck"
    assert found.since is not None
