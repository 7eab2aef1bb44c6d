import pytest

from checks.collect.health import read
from checks.collect.source import UnreadError
from checks.parts.agents import PeerHealth
from tests.checks.collect.told import Object, refusal, told

OK: Object = {"latency": 412345}
TIMEOUT: Object = {"status": "Connection timed out"}
DEADLINE: Object = {"status": 'Get "http://10.0.4.12:4240/hello": context deadline exceeded'}


def path(icmp: Object | None = None, http: Object | None = None) -> Object:
    found: Object = {"ip": "10.40.9.8"}
    return found | ({"icmp": icmp} if icmp else {}) | ({"http": http} if http else {})


def peer(name: str, host: Object | None = None, endpoint: Object | None = None, **rest: object) -> Object:
    found: Object = {"name": name, **rest}
    if host is not None:
        found["host"] = {"primary-address": host, "secondary-addresses": []}
    if endpoint is not None:
        found["health-endpoint"] = {"primary-address": endpoint, "secondary-addresses": None}
    return found


def seen(*peers: Object, local: str = "a", observer: str = "a") -> dict[str, PeerHealth]:
    answer = {"local": {"name": local}, "timestamp": "2026-11-22T08:59:00Z", "nodes": [*peers]}
    got = read(told({f"cilium/{observer}/health": answer})).by_observer[observer]
    assert [p.name for p in got] == sorted(p.name for p in got)
    return {p.name: p for p in got}


def test_hosts_answer_and_pod_addresses_do_not() -> None:
    got = seen(peer("a", path(OK, OK), path(OK, OK)), peer("b", path(OK, OK), path(TIMEOUT, DEADLINE)))
    assert got["a"] == PeerHealth(name="a", host=True, endpoint=True, host_http=True, host_icmp=True)
    assert got["b"] == PeerHealth(
        name="b", host=True, endpoint=False, host_http=True, host_icmp=True, failure="Connection timed out"
    )
    assert [name for name, p in got.items() if p.reachable] == ["a"]


def test_one_failing_probe_fails_the_path() -> None:
    got = seen(peer("b", path(TIMEOUT, OK), path(OK, OK)))["b"]
    assert (got.host, got.host_icmp, got.host_http, got.endpoint) == (False, False, True, True)
    assert not got.reachable


@pytest.mark.parametrize("probe", [{}, {"status": ""}, {"status": None}])
def test_a_probe_without_a_status_answered(probe: Object) -> None:
    found: Object = {"ip": "10.40.9.8", "icmp": probe, "http": probe}
    assert seen(peer("b", found))["b"].host is True


def test_what_was_not_probed_is_unknown_and_counts_as_reachable() -> None:
    got = seen(peer("b"), peer("c", path(), path()), peer("d", path(http=OK)))
    assert (got["b"].host, got["b"].endpoint, got["b"].reachable) == (None, None, True)
    assert (got["c"].host, got["c"].endpoint) == (None, None)
    assert (got["d"].host, got["d"].host_icmp, got["d"].host_http) == (True, None, True)


def test_a_second_address_counts_too() -> None:
    both = {"primary-address": path(OK, OK), "secondary-addresses": [path(OK, OK), path(http=DEADLINE)]}
    got = seen({"name": "b", "host": both})["b"]
    assert (got.host, got.host_http, got.host_icmp) == (False, False, True)


def test_the_older_field_stands_in_for_the_health_endpoint() -> None:
    assert seen(peer("b", path(OK, OK), endpoint=None) | {"endpoint": path(TIMEOUT)})["b"].endpoint is False
    assert seen(peer("b", path(OK), path(OK)) | {"endpoint": path(TIMEOUT)})["b"].endpoint is True


@pytest.mark.parametrize("peers", [[peer("b", path(OK))], [peer("a", path(OK)), peer("b", path(OK))]])
def test_the_observer_is_always_among_its_peers(peers: list[Object]) -> None:
    got = seen(*peers)
    assert sorted(got) == ["a", "b"]
    assert got["a"].reachable


def test_the_observer_is_called_by_its_nodes_name() -> None:
    assert sorted(seen(peer("ip-1"), peer("ip-2"), local="ip-1", observer="ip-1.internal")) == [
        "ip-1.internal",
        "ip-2",
    ]


def test_takes_the_clusters_name_off_and_leaves_other_clusters_out() -> None:
    got = seen(peer("prod/a"), peer("prod/b"), peer("other/c", path(TIMEOUT)), local="prod/a")
    assert sorted(got) == ["a", "b"]


def test_knows_its_cluster_without_being_told_who_it_is() -> None:
    answer = {"nodes": [peer("prod/a"), peer("prod/b")]}
    got = read(told({"cilium/a/health": answer})).by_observer["a"]
    assert [p.name for p in got] == ["a", "b"]


@pytest.mark.parametrize("nodes", [None, []])
def test_an_agent_that_has_probed_nobody_yet_says_nothing(nodes: object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: no node in it"):
        read(told({"cilium/a/health": {"local": {"name": "a"}, "nodes": nodes}}))


def test_each_agent_fares_by_itself() -> None:
    answers = {
        "cilium/a/health": {"local": {"name": "a"}, "nodes": [peer("a", path(OK))]},
        "cilium/b/health": refusal("cilium/b/health"),
        "cilium/c/health": {"nodes": [{"host": {}}]},
        "cilium/d/status": {},
    }
    got = read(told(answers))
    assert sorted(got.by_observer) == ["a"]
    assert sorted(got.errors) == ["b", "c"]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({"cilium/a/health": refusal("cilium/a/health")}, "refused: "),
        ({"cilium/a/health": []}, "unreadable: "),
    ],
)
def test_not_one_agent_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
