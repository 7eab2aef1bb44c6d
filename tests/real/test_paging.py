"""Long lists of a real API server come in pages, and one whose token has expired is read again."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from checks.collect.gather import gather
from checks.collect.live.kubernetes import PODS, ApiServer
from checks.collect.recording import Recording
from checks.collect.registry import collectors
from checks.collect.source import RestartError
from checks.parts.agents import Meta
from tests.real.api import Object
from tests.real.load import api_server
from tests.real.servers import Etcd, Servers

MANY = 1200
BELOW = "/registry/pods/many/"
HEALTHY = Path(__file__).parents[1] / "recordings" / "healthy_eni"


def pod(number: int) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": f"pod-{number:04}",
            "namespace": "many",
            "uid": f"00000000-0000-4000-8000-{number:012}",
            "creationTimestamp": "2026-11-22T09:00:00Z",
        },
        "spec": {"containers": [{"name": "x", "image": "x"}], "nodeName": "node"},
        "status": {"phase": "Running", "podIP": f"10.1.{number // 250}.{number % 250}"},
    }


@pytest.fixture(scope="module")
def many(servers: Servers) -> Iterator[Etcd]:
    """A cluster with that many pods, and the store that they are in."""
    for number in range(MANY):
        servers.etcd.put(f"{BELOW}pod-{number:04}", json.dumps(pod(number)).encode())
    yield servers.etcd
    servers.etcd.delete(BELOW, below=True)


@pytest.fixture
def api(servers: Servers, many: Etcd, tmp_path: Path) -> Iterator[ApiServer]:
    """The bot's reader in that cluster."""
    found = api_server(servers.admin, tmp_path)
    yield found
    found.close()


def forget(etcd: Etcd) -> None:
    """Let the store forget what every list that has begun goes on from."""
    etcd.put("/elsewhere", b"")
    etcd.compact(etcd.put("/elsewhere", b""))


class Forgetful:
    """The cluster's API, whose store forgets once, in the middle of the first list."""

    def __init__(self, api: ApiServer, etcd: Etcd) -> None:
        self.api, self.etcd, self.begun = api, etcd, 0

    @property
    def meta(self) -> Meta:
        return Recording(HEALTHY).meta

    def pages(self, path: str) -> Iterator[bytes]:
        self.begun += 1
        for page in self.api.pages(path):
            yield page
            if self.begun == 1:
                forget(self.etcd)

    def arguments(self, path: str) -> Sequence[str]:
        return ()


def test_a_long_list_comes_whole_and_once_in_pages_of_500(api: ApiServer) -> None:
    pages = [json.loads(page)["items"] for page in api.pages(PODS)]
    assert [len(page) for page in pages] == [500, 500, 200]
    assert len({item["metadata"]["name"] for page in pages for item in page}) == MANY


def test_a_token_that_has_expired_says_to_read_the_list_again(api: ApiServer, many: Etcd) -> None:
    pages = api.pages(PODS)
    next(pages)
    forget(many)
    with pytest.raises(RestartError, match="410"):
        list(pages)


def test_a_sweep_reads_such_a_list_again_and_counts_nothing_twice(api: ApiServer, many: Etcd) -> None:
    source = Forgetful(api, many)
    snapshot = gather(source, deadline_s=60, only=[one for one in collectors() if one.part == "pods"])
    assert snapshot.pods is not None
    assert snapshot.pods.total == MANY
    assert source.begun == 2
