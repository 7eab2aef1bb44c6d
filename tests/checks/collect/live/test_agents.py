"""Agents are asked over exec, through proxies and for logs; each way of failing is told."""

import json
from collections.abc import Iterator

import pytest

from checks.collect.live.agents import Agents, spread
from checks.collect.live.connection import Credentials
from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import Container, ExecError, run
from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import UnreadError
from tests.checks.collect.live.stand_in import Cluster, answer, drop, hang, refuse, serving
from tests.checks.collect.live.test_kubernetes import Access

POD = Container("kube-system", "cilium-a", "cilium-agent")
EXEC = "/api/v1/namespaces/kube-system/pods/cilium-a/exec"
PODS = "/api/v1/namespaces/kube-system/pods"
SUCCESS = b'\x03{"metadata":{},"status":"Success"}'
FAILURE = {
    "status": "Failure",
    "reason": "NonZeroExitCode",
    "details": {"causes": [{"reason": "ExitCode", "message": "1"}]},
}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving() as served:
        yield served


def agent(name: str, node: str, image: str = "quay.io/cilium/cilium:v1.16.1") -> dict[str, object]:
    return {
        "metadata": {"name": name},
        "spec": {"nodeName": node, "containers": [{"name": "cilium-agent", "image": image}]},
        "status": {"phase": "Running"},
    }


def agents(cluster: Cluster, seconds: float = 5.0) -> Agents:
    api = ApiServer(Access(cluster.base), Deadline.after(seconds), pause=lambda _: None)
    return Agents(api, "kube-system", run)


def execute(cluster: Cluster, seconds: float = 5.0) -> bytes:
    credentials = Credentials(cluster.base, {"Authorization": "Bearer x"})
    return run(credentials, POD, ("cilium-dbg", "status"), Deadline.after(seconds))


def test_returns_what_the_command_printed(cluster: Cluster) -> None:
    big = b"x" * 70_000
    cluster.execs[EXEC] = [b"\x01{", b"\x02a warning", b"\x01" + big, b"\x01", b"\x01}", SUCCESS]
    assert execute(cluster) == b"{" + big + b"}"
    [target] = cluster.asked
    assert "command=cilium-dbg&command=status" in target
    assert "stdin" not in target
    assert cluster.tokens == ["Bearer x"]


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([b"\x02no  such\nthing", b"\x03" + json.dumps(FAILURE).encode()], "exit status 1: no such thing"),
        ([b"\x03" + json.dumps({"status": "Failure", "reason": "InternalError"}).encode()], "InternalError"),
        ([b"\x01half"], "ended without an exit status"),
        ([b"\x03no json"], "ended with a status that is no JSON"),
    ],
)
def test_tells_how_the_command_failed(cluster: Cluster, frames: list[bytes], why: str) -> None:
    cluster.execs[EXEC] = frames
    with pytest.raises(ExecError) as caught:
        execute(cluster)
    assert caught.value.why == why


def test_tells_a_refusal_by_its_reason(cluster: Cluster) -> None:
    cluster.scripts[EXEC] = [refuse(403, "Forbidden")]
    with pytest.raises(ExecError) as caught:
        execute(cluster)
    assert caught.value.why == "Forbidden"


def test_tells_a_server_that_hangs_and_one_that_drops(cluster: Cluster) -> None:
    cluster.scripts[EXEC] = [hang]
    with pytest.raises(ExecError) as caught:
        execute(cluster, 0.2)
    assert caught.value.late
    cluster.scripts[EXEC] = [drop]
    with pytest.raises(ExecError) as caught:
        execute(cluster)
    assert not caught.value.late


def test_asks_each_agent_by_its_node(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-b", "n2"), agent("cilium-a", "n1")]}
    cluster.execs[EXEC] = [b'\x01{"a":1}', SUCCESS]
    asked = agents(cluster)
    assert asked.nodes() == ("n1", "n2")
    assert asked.page("n1/status") == b'{"a":1}'
    assert asked.page("n1/health") == b'{"a":1}'
    commands = [target.partition("stderr=true")[2] for target in cluster.targets(EXEC)]
    assert commands == [
        "&command=cilium-dbg&command=status&command=-o&command=json",
        "&command=cilium-health&command=status&command=-o&command=json",
    ]
    assert len(cluster.targets(PODS)) == 1


@pytest.mark.parametrize("image", ["quay.io/cilium/cilium:v1.14.6@sha256:ab", "reg:5000/cilium:1.9"])
def test_uses_the_old_name_of_the_command_in_old_agents(cluster: Cluster, image: str) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-a", "n1", image)]}
    cluster.execs[EXEC] = [b"\x01{}", SUCCESS]
    agents(cluster).page("n1/status")
    assert "command=cilium&command=status" in cluster.targets(EXEC)[0]


def test_names_the_role_that_exec_needs(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-a", "n1")]}
    cluster.scripts[EXEC] = [refuse(403, "Forbidden")]
    with pytest.raises(UnreadError) as caught:
        agents(cluster).page("n1/status")
    assert caught.value.reason == "refused: cilium/n1/status (Forbidden)"
    assert "deploy/exec-role.yaml" in (caught.value.grant or "")


def test_says_that_agents_could_not_be_listed(cluster: Cluster) -> None:
    cluster.scripts[PODS] = [refuse(403, "Forbidden")]
    with pytest.raises(UnreadError, match="refused: list pods"):
        agents(cluster).nodes()


def test_knows_nothing_of_nodes_that_were_not_chosen(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": []}
    asked = agents(cluster)
    assert asked.nodes() == ()
    for path in ("n9/status", "n9/metrics.earlier.prom", "operator/status", "n9/secrets"):
        with pytest.raises(UnreadError, match="not asked"):
            asked.page(path)


def test_asks_twenty_agents_spread_over_the_zones(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent(f"cilium-{n}", f"n{n:02}") for n in range(60)]}
    zone = "topology.kubernetes.io/zone"
    cluster.objects["/api/v1/nodes"] = {
        "items": [{"metadata": {"name": f"n{n:02}", "labels": {zone: "abc"[n // 20]}}} for n in range(60)]
    }
    chosen = agents(cluster).nodes()
    assert len(chosen) == 20
    assert {int(node[1:]) // 20 for node in chosen} == {0, 1, 2}


def test_spreads_without_zones_too() -> None:
    assert spread(["c", "b", "a"], {}, 2) == ["a", "b"]


def test_reads_metrics_through_the_proxy(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-a", "n1")]}
    cluster.scripts[f"{PODS}/cilium-a:9962/proxy/metrics"] = [answer(b"cilium_ip_addresses 4\n")]
    assert agents(cluster).page("n1/metrics.prom") == b"cilium_ip_addresses 4\n"


def test_names_the_role_that_metrics_need(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-a", "n1")]}
    cluster.scripts[f"{PODS}/cilium-a:9962/proxy/metrics"] = [refuse(403, "Forbidden")]
    with pytest.raises(UnreadError) as caught:
        agents(cluster).page("n1/metrics.prom")
    assert caught.value.grant == "get pods/proxy in Cilium's namespace (deploy/metrics-role.yaml)"


def test_asks_the_operator_that_leads(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-operator-a", "n1"), agent("cilium-operator-b", "n2")]}
    lease = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/cilium-operator-resource-lock"
    cluster.objects[lease] = {"spec": {"holderIdentity": "cilium-operator-b-Xyz12"}}
    cluster.scripts[f"{PODS}/cilium-operator-b:9963/proxy/metrics"] = [answer(b"up 1\n")]
    assert agents(cluster).page("operator/metrics.prom") == b"up 1\n"


def test_says_that_no_operator_runs(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": []}
    with pytest.raises(UnreadError, match=r"not found: no running pod of cilium-operator"):
        agents(cluster).page("operator/log.txt")


def test_keeps_warnings_and_what_names_ipam_of_a_log(cluster: Cluster) -> None:
    cluster.objects[PODS] = {"items": [agent("cilium-a", "n1")]}
    lines = [
        b'level=info msg="Serving"',
        b'level=warning msg="old style"',
        b'time=2026 level=WARN msg="slog"',
        b'{"level":"error","msg":"json"}',
        b'level=info msg="Unable to allocate, IPAM pool is empty"',
    ]
    cluster.scripts[f"{PODS}/cilium-a/log"] = [answer(b"\n".join(lines))]
    assert agents(cluster).page("n1/log.txt").splitlines() == lines[1:]
