"""Real servers for a whole run, and the custom resource definitions of a real cluster in them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.build import NotBuiltError, binary
from tests.real.load import definitions
from tests.real.servers import Servers, running, until


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """etcd and kube-apiserver with Cilium's, Karpenter's and AWS's definitions served."""
    for name in ("etcd", "kube-apiserver"):
        try:
            binary(name)
        except NotBuiltError as error:
            pytest.exit(str(error), returncode=1)
    with running(tmp_path_factory.mktemp("servers")) as found:
        for definition in definitions():
            found.admin.apply(definition)
        for definition in definitions():
            until(lambda: established(found, definition["metadata"]["name"]))  # noqa: B023 # called at once
        yield found


def established(servers: Servers, name: str) -> bool:
    """Whether the API server serves a definition, and found nothing wrong with it."""
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
    told = servers.admin.call("GET", path)["status"].get("conditions") or []
    state = {condition["type"]: condition for condition in told}
    wrong = state.get("NonStructuralSchema", {"status": "False"})
    assert wrong["status"] == "False", wrong
    return bool(state.get("Established", {}).get("status") == "True")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder for this test's kubeconfigs."""
    return tmp_path
