"""A cluster of 500 nodes and 15,000 pods as an API server would list it, in size and in structure.

The builder of the tests makes it; here its objects grow to what they weigh in real clusters: a pod 6.4 KB, a
node 12.5, of which managedFields are a good quarter.
"""

import json
from collections.abc import Mapping
from typing import cast

from tests.builder import Cluster

NODES, PODS = 500, 15_000
LIMIT = 500  # of a page
REPLICAS = 48
UNSCHEDULABLE = 40
WARNINGS = 2_000
TEAMS = 40

Object = dict[str, object]
Lists = dict[str, list[bytes]]
"""The items of each list by the API's path, each as JSON."""


def lists() -> tuple[Lists, dict[str, bytes]]:
    """The cluster's lists, and its single objects by path."""
    cluster = Cluster("bench", cilium="1.16.5", mode="cluster-pool", pool="100.64.0.0/15")
    cluster.nodes(NODES, type="m5.2xlarge", max_pods=58)
    for node in cluster.node_list:
        node.agent_answers = False  # only the API server is measured
    cluster.workload("team-0/too-large", UNSCHEDULABLE, cpu=64_000)
    number = 0
    while (left := PODS - len(cluster.pods)) > 0:
        cluster.workload(f"team-{number % TEAMS}/app-{number}", min(REPLICAS, left), cpu=100)
        number += 1
    for pod in cluster.pods[:: PODS // WARNINGS]:
        cluster.event("Pod", pod.ref, "Unhealthy", "Readiness probe failed: HTTP probe failed: 503")
    found: Lists = {}
    single: dict[str, bytes] = {}
    for path, answer in cluster.answers().items():
        if not path.startswith("kubernetes/"):
            continue
        target = "/" + path.removeprefix("kubernetes/")
        items = cast(Object, answer).get("items")
        if isinstance(items, list):
            items.sort(key=_key)
            found[target] = [_json(grown(target, item)) for item in items]
        else:
            single[target] = _json(answer)
    return found, single


def _key(item: Object) -> tuple[str, str]:
    """The order of etcd's keys, in which an API server lists."""
    metadata = cast(dict[str, str], item["metadata"])
    return metadata.get("namespace", ""), metadata.get("name", "")


def page(items: list[bytes], start: int, limit: int) -> bytes:
    """A list's page as the API server writes it: metadata first."""
    upto = start + limit
    more = upto < len(items)
    metadata: Object = {"resourceVersion": "123456"}
    if more:
        metadata |= {"continue": f"at-{upto}", "remainingItemCount": len(items) - upto}
    head = _json({"kind": "List", "apiVersion": "v1", "metadata": metadata})
    return head[:-1] + b',"items":[' + b",".join(items[start:upto]) + b"]}"


def grown(path: str, item: Object) -> Object:
    """The object with what real ones carry besides what anybody reads."""
    kind = path.rpartition("/")[2]
    if kind == "pods":
        _grow_pod(item)
    elif kind == "nodes":
        _grow_node(item)
    metadata = cast(Object, item.setdefault("metadata", {}))
    manager = {
        "manager": "kube-controller-manager",
        "operation": "Update",
        "apiVersion": "v1",
        "time": "2026-11-20T09:00:02Z",
        "fieldsType": "FieldsV1",
        "fieldsV1": _fields({key: value for key, value in item.items() if key != "metadata"}),
    }
    metadata["managedFields"] = [manager]
    return item


def _grow_pod(pod: Object) -> None:
    spec, status = cast(Object, pod["spec"]), cast(Object, pod["status"])
    mount = {"name": "kube-api-access-x7k2p", "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io"}
    probe = {"httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"}, "timeoutSeconds": 1}
    for container in cast(list[Object], spec["containers"]):
        container.setdefault("volumeMounts", [mount])
        container.setdefault("readinessProbe", {**probe, "periodSeconds": 10, "failureThreshold": 3})
        container.setdefault("livenessProbe", {**probe, "periodSeconds": 20, "failureThreshold": 5})
        container.setdefault("terminationMessagePath", "/dev/termination-log")
        container.setdefault(
            "env", [{"name": f"FEATURE_SETTING_{n}", "value": f"value-of-{n}"} for n in range(42)]
        )
    spec.setdefault("volumes", [{"name": "kube-api-access-x7k2p", "projected": {"defaultMode": 420}}])
    spec.setdefault("tolerations", _TOLERATIONS)
    for state in cast(list[Object], status.get("containerStatuses") or []):
        state["imageID"] = "registry.example.com/shop/api@sha256:" + "5f" * 32
        state["containerID"] = "containerd://" + "8c" * 32
    annotations = cast(Object, cast(Object, pod["metadata"]).setdefault("annotations", {}))
    annotations["checksum/config"] = "9b" * 32
    annotations["example.com/notes"] = "rolled out by the pipeline " * 32


def _grow_node(node: Object) -> None:
    status = cast(Object, node["status"])
    status["images"] = [
        {"names": [f"registry.example.com/team/app-{n}@sha256:{'ab' * 32}"], "sizeBytes": 100_000_000 + n}
        for n in range(66)
    ]


def _fields(value: object) -> object:
    """FieldsV1 of a value: every key again, as server-side apply keeps them."""
    if isinstance(value, Mapping):
        return {f"f:{key}": _fields(inside) for key, inside in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], Mapping) and "name" in value[0]:
        return {f'k:{{"name":"{inside["name"]}"}}': {".": {}} for inside in value if "name" in inside}
    return {}


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


_TOLERATIONS = [
    {"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
    for key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
]
