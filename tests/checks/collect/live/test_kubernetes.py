"""The API server's every mood becomes pages or one UnreadError."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from checks.collect.live.connection import Credentials
from checks.collect.live.deadline import Deadline
from checks.collect.live.kubernetes import LIMIT, ApiServer
from checks.collect.source import RestartError, UnreadError
from tests.checks.collect.live.stand_in import (
    Behaviour,
    Cluster,
    answer,
    chunked,
    drop,
    half,
    hang,
    no_http,
    normally,
    refuse,
    serving,
    trickle,
)

PODS = "kubernetes/api/v1/pods"
TARGET = "/api/v1/pods"
MANY = [{"metadata": {"name": f"pod-{number}", "labels": {"continue": "no"}}} for number in range(1201)]
TOKEN = "a-secret-token"


class Access:
    """Credentials that can be renewed once."""

    def __init__(self, base: str) -> None:
        self.credentials = Credentials(base, {"Authorization": f"Bearer {TOKEN}"})
        self.renewed = 0

    def current(self) -> Credentials:
        return self.credentials

    def renew(self, stale: Credentials) -> Credentials:
        if stale is self.credentials:
            self.renewed += 1
            self.credentials = Credentials(stale.base, {"Authorization": "Bearer fresh"})
        return self.credentials


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving(Cluster(lists={TARGET: MANY})) as served:
        yield served


def reader(cluster: Cluster, seconds: float = 5.0, paused: list[float] | None = None) -> ApiServer:
    waits = paused if paused is not None else []
    return ApiServer(Access(cluster.base), Deadline.after(seconds), pause=waits.append)


def names(pages: list[bytes]) -> list[str]:
    return [item["metadata"]["name"] for page in pages for item in json.loads(page)["items"]]


def unread(api: ApiServer, path: str = PODS) -> UnreadError:
    with pytest.raises(UnreadError) as caught:
        list(api.pages(path))
    assert TOKEN not in caught.value.reason
    assert "secret words" not in caught.value.reason
    return caught.value


def test_reads_a_list_page_by_page(cluster: Cluster) -> None:
    pages = list(reader(cluster).pages(PODS))
    assert len(pages) == 3
    assert names(pages) == [f"pod-{number}" for number in range(1201)]
    assert [f"limit={LIMIT}" in target for target in cluster.targets(TARGET)] == [True] * 3


def test_asks_for_the_next_page_before_it_hands_this_one_out(cluster: Cluster) -> None:
    pages = reader(cluster).pages(PODS)
    next(pages)
    asked = cluster.targets(TARGET)
    for _ in range(200):  # the question is sent; the server's thread may be a moment behind
        if len(asked := cluster.targets(TARGET)) == 2:
            break
        cluster.over.wait(0.01)
    assert len(asked) == 2
    assert len(list(pages)) == 2


def test_can_be_left_in_the_middle_of_a_list(cluster: Cluster) -> None:
    api = reader(cluster)
    pages = api.pages(PODS)
    next(pages)
    pages.close()  # type: ignore[attr-defined] # it is a generator
    assert len(names(list(api.pages(PODS)))) == 1201
    api.close()


def test_reads_lists_in_chunks(cluster: Cluster) -> None:
    body = json.dumps({"kind": "PodList", "metadata": {}, "items": MANY}).encode()
    cluster.scripts[TARGET] = [chunked(body, 4096)]
    assert names(list(reader(cluster).pages(PODS))) == [f"pod-{number}" for number in range(1201)]


def test_fetches_warnings_only_and_no_heartbeats(cluster: Cluster) -> None:
    cluster.lists |= {"/api/v1/events": [], "/apis/coordination.k8s.io/v1/leases": []}
    api = reader(cluster)
    list(api.pages("kubernetes/api/v1/events"))
    list(api.pages("kubernetes/apis/coordination.k8s.io/v1/leases"))
    events, leases = cluster.asked
    assert "fieldSelector=type%3DWarning" in events
    assert "fieldSelector=metadata.namespace%21%3Dkube-node-lease" in leases


def huge(cluster: Cluster) -> None:
    """Make the first page say that 25,000 pods follow."""
    body = {"kind": "PodList", "metadata": {"continue": "x", "remainingItemCount": 25_000}, "items": MANY[:9]}
    cluster.scripts[TARGET] = [answer(body), answer({"kind": "PodList", "metadata": {}, "items": MANY[9:]})]


def test_reads_the_pods_of_a_large_cluster_by_namespace(cluster: Cluster) -> None:
    huge(cluster)
    spaces = [f"team-{number}" for number in range(7)]
    cluster.lists["/api/v1/namespaces"] = [{"metadata": {"name": name}} for name in spaces]
    for number, name in enumerate(spaces):
        cluster.lists[f"/api/v1/namespaces/{name}/pods"] = MANY[number::7]
    found = names(list(reader(cluster).pages(PODS)))
    assert sorted(found) == sorted(f"pod-{number}" for number in range(1201))


def test_a_refusal_in_one_namespace_is_a_refusal_of_the_list(cluster: Cluster) -> None:
    huge(cluster)
    cluster.lists["/api/v1/namespaces"] = [{"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}]
    cluster.lists["/api/v1/namespaces/a/pods"] = MANY
    cluster.scripts["/api/v1/namespaces/b/pods"] = [refuse(403, "Forbidden")]
    assert unread(reader(cluster)).reason == "refused: list pods (Forbidden)"


def test_reads_on_page_by_page_where_namespaces_cannot_be_listed(cluster: Cluster) -> None:
    huge(cluster)
    assert len(names(list(reader(cluster).pages(PODS)))) == 1201


def test_asks_objects_by_their_path(cluster: Cluster) -> None:
    cluster.objects["/version"] = {"gitVersion": "v1.29.3"}
    assert list(reader(cluster).pages("kubernetes/version")) == [b'{"gitVersion":"v1.29.3"}']
    assert cluster.asked == ["/version"]


@pytest.mark.parametrize(
    ("behaviour", "reason", "grant"),
    [
        (refuse(403, "Forbidden"), "refused: list pods (Forbidden)", "list pods, in the bot's ClusterRole"),
        (refuse(401, "Unauthorized"), "refused: list pods (Unauthorized)", "credentials"),
        (refuse(404, "NotFound"), "not found: list pods (NotFound)", None),
        (refuse(500, "InternalError"), "refused: list pods (InternalError)", None),
        (answer(b"<html>bad gateway</html>", 502), "refused: list pods (502)", None),
        (answer(b"[" * 5000, 503), "refused: list pods (503)", None),
        (refuse(429, "TooManyRequests"), "refused: list pods (TooManyRequests)", None),
        (half, "unreadable: list pods (answer cut short)", None),
        (chunked(b"[1,2", 2, whole=False), "unreadable: list pods (answer cut short)", None),
        (no_http, "unreadable: list pods (no HTTP answer)", None),
        (drop, "unreadable: list pods (connection dropped)", None),
    ],
)
def test_says_why_a_list_was_not_read(
    cluster: Cluster, behaviour: Behaviour, reason: str, grant: str | None
) -> None:
    cluster.scripts[TARGET] = [behaviour]
    error = unread(reader(cluster))
    assert error.reason == reason
    assert (grant or "") in (error.grant or "")
    assert error.missing is reason.startswith("not found")


@pytest.mark.parametrize("behaviour", [hang, trickle])
def test_keeps_to_the_deadline_when_the_server_does_not_answer(
    cluster: Cluster, behaviour: Behaviour
) -> None:
    cluster.scripts[TARGET] = [behaviour]
    api = reader(cluster, 0.3)
    assert unread(api).reason == "timed out: list pods (Timeout)"
    assert api.deadline.left() > -1


def test_says_that_nobody_listens() -> None:
    with serving() as gone:
        pass
    assert unread(reader(gone)).reason == "unreadable: list pods (connection refused)"


def test_waits_as_long_as_the_server_asks(cluster: Cluster) -> None:
    paused: list[float] = []
    cluster.scripts[TARGET] = [refuse(429, "TooManyRequests", Retry_After="3"), normally]
    assert len(list(reader(cluster, paused=paused).pages(PODS))) == 3
    assert paused == [3.0]


def test_does_not_wait_beyond_its_deadline(cluster: Cluster) -> None:
    paused: list[float] = []
    cluster.scripts[TARGET] = [refuse(429, "TooManyRequests", Retry_After="60")]
    assert unread(reader(cluster, paused=paused)).reason == "refused: list pods (TooManyRequests)"
    assert paused == []


def test_asks_again_after_one_server_error(cluster: Cluster) -> None:
    cluster.scripts[TARGET] = [refuse(500, "InternalError"), normally]
    assert len(list(reader(cluster).pages(PODS))) == 3


def test_asks_again_after_one_broken_answer_in_the_middle(cluster: Cluster) -> None:
    cluster.scripts[TARGET] = [normally, half, normally]
    assert len(names(list(reader(cluster).pages(PODS)))) == 1201


def test_renews_refused_credentials_once(cluster: Cluster) -> None:
    cluster.scripts[TARGET] = [refuse(401, "Unauthorized"), normally]
    access = Access(cluster.base)
    assert len(list(ApiServer(access, Deadline.after(5)).pages(PODS))) == 3
    assert access.renewed == 1
    assert cluster.tokens[:2] == [f"Bearer {TOKEN}", "Bearer fresh"]


def test_tells_an_expired_token_from_a_refusal(cluster: Cluster) -> None:
    cluster.scripts[TARGET] = [normally, refuse(410, "Expired"), normally]
    with pytest.raises(RestartError):
        list(reader(cluster).pages(PODS))


def test_survives_a_connection_that_was_closed_while_idle(cluster: Cluster) -> None:
    def last(handler: Any) -> None:
        normally(handler)
        handler.close_connection = True

    cluster.objects["/version"] = {}
    cluster.scripts["/version"] = [last]
    api = reader(cluster)
    for _ in range(3):
        assert list(api.pages("kubernetes/version")) == [b"{}"]


def test_says_that_there_are_no_credentials() -> None:
    class Nobody(Access):
        def current(self) -> Credentials:
            raise ValueError("the kubeconfig's command aws gave no credentials")

    error = unread(ApiServer(Nobody("http://127.0.0.1:1"), Deadline.after(1)))
    assert error.reason.startswith("refused: no credentials")


def test_shows_no_secret_in_a_repr() -> None:
    assert TOKEN not in repr(Access("http://x").current())
