import pytest

from checks.collect import daemonsets, deployments
from checks.collect.source import UnreadError
from checks.collect.workloads import blanked
from checks.parts.nodes import Toleration
from checks.parts.workloads import DaemonSets, Deployments, Workload
from tests.checks.collect.told import Object, api_list, entry, told

AGENT: Object = {
    "image": "quay.io/cilium/cilium:v1.14.6",
    "command": ["cilium-agent"],
    "args": ["--config-dir=/tmp/cilium/config-map"],
    "env": [
        {"name": "KUBERNETES_SERVICE_HOST", "value": "ABC.gr7.eu-west-1.eks.amazonaws.com"},
        {"name": "CILIUM_K8S_NAMESPACE", "valueFrom": {"fieldRef": {}}},
        {"name": "AWS_SECRET_ACCESS_KEY", "value": "never kept"},
    ],
}
TEMPLATE: Object = {
    "metadata": {"labels": {"k8s-app": "cilium"}},
    "spec": {
        "containers": [AGENT, {"image": "sidecar:1", "env": [{"name": "AWS_REGION", "value": "eu-west-1"}]}],
        "initContainers": [{"image": "init:1"}],
        "hostNetwork": True,
        "dnsPolicy": "Default",
        "tolerations": [{"operator": "Exists"}],
        "nodeSelector": {"kubernetes.io/os": "linux"},
        "affinity": {"podAntiAffinity": {}},
    },
}


def read_daemonset(**parts: object) -> Workload:
    raw = entry("cilium", "kube-system", **parts)
    [found] = daemonsets.read(told({DaemonSets.ASKED: api_list("DaemonSet", raw)})).items
    return found


def read_deployment(**parts: object) -> Workload:
    raw = entry("coredns", "kube-system", **parts)
    [found] = deployments.read(told({Deployments.ASKED: api_list("Deployment", raw)})).items
    return found


def test_reads_a_daemonset() -> None:
    found = read_daemonset(
        spec={"template": TEMPLATE},
        status={
            "desiredNumberScheduled": 14,
            "numberReady": 12,
            "numberAvailable": 11,
            "updatedNumberScheduled": 14,
        },
    )
    assert found == Workload(
        namespace="kube-system",
        name="cilium",
        created=found.created,
        desired=14,
        ready=12,
        available=11,
        updated=14,
        images=("quay.io/cilium/cilium:v1.14.6", "sidecar:1"),
        pod_labels=(("k8s-app", "cilium"),),
        host_network=True,
        dns_policy="Default",
        tolerations=(Toleration(operator="Exists"),),
        node_selector=(("kubernetes.io/os", "linux"),),
        has_affinity=True,
        args=("cilium-agent", "--config-dir=/tmp/cilium/config-map"),
        env=(
            ("AWS_REGION", "eu-west-1"),
            ("CILIUM_K8S_NAMESPACE", ""),
            ("KUBERNETES_SERVICE_HOST", "ABC.gr7.eu-west-1.eks.amazonaws.com"),
        ),
    )


def test_reads_a_deployment_and_why_its_pods_are_not_made() -> None:
    failed = [
        {"type": "Available", "status": "True", "message": "fine"},
        {"type": "ReplicaFailure", "status": "True", "message": "failed calling webhook"},
    ]
    status = {"readyReplicas": 1, "availableReplicas": 1, "updatedReplicas": 2, "conditions": failed}
    found = read_deployment(spec={"replicas": 3, "template": TEMPLATE}, status=status)
    assert (found.desired, found.ready, found.available, found.updated) == (3, 1, 1, 2)
    assert found.replica_failure == "failed calling webhook"


def test_a_failure_that_is_over_is_none() -> None:
    over = [{"type": "ReplicaFailure", "status": "False", "message": "failed calling webhook"}]
    assert read_deployment(status={"conditions": over}).replica_failure == ""


def test_a_deployment_scaled_to_nothing_wants_nothing() -> None:
    assert read_deployment(spec={"replicas": 0}).desired == 0


def test_what_is_not_told_is_one_replica_of_a_deployment_and_none_of_a_daemonset() -> None:
    assert read_deployment().desired == 1
    assert read_daemonset().desired == 0


def test_a_list_of_the_other_kind_is_unreadable() -> None:
    with pytest.raises(UnreadError, match=r"a DeploymentList where a DaemonSetList was asked for$"):
        daemonsets.read(told({DaemonSets.ASKED: api_list("Deployment", entry("a", "b"))}))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            ["--debug=true", "--cluster-pool-ipv4-cidr=10.0.0.0/8"],
            ["--debug=true", "--cluster-pool-ipv4-cidr=10.0.0.0/8"],
        ),
        (
            ["--token=abc", "--db-password", "hunter2", "--next"],
            ["--token=…", "--db-password", "…", "--next"],
        ),
        (["--secret-key", "--flag", "value"], ["--secret-key", "--flag", "value"]),
        (["sh", "-c", "API_KEY='a b' run --passwd=x"], ["sh", "-c", "API_KEY=… run --passwd=…"]),
        (["--url=https://me:secret@host/path"], ["--url=https://…@host/path"]),
        (["--auth", "password: hunter2"], ["--auth", "password: …"]),
    ],
)
def test_credentials_in_arguments_are_blanked(words: list[str], shown: list[str]) -> None:
    assert list(blanked(words)) == shown
