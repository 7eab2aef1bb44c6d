"""Pods of a built cluster, and the templates they are made from."""

from datetime import datetime

from tests.builder.base import Base
from tests.builder.clock import NOW, Object, stamp, suffix, uid
from tests.builder.model import Pod, Workload
from tests.builder.objects import metadata


def controller(workload: Workload) -> Object:
    """The owner reference of a workload's pods: its ReplicaSet for a Deployment, else itself."""
    kind, name = workload.kind, workload.name
    if kind == "Deployment":
        kind, name = "ReplicaSet", f"{name}-{suffix(10, workload.ref)}"
    return {
        "apiVersion": "apps/v1" if kind != "Job" else "batch/v1",
        "kind": kind,
        "name": name,
        "uid": uid(kind, workload.ref),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def pod(c: Base, item: Pod) -> Object:
    """One Pod."""
    owner = item.owner
    meta = metadata(
        item.name,
        item.created,
        namespace=item.namespace,
        labels=pod_labels(owner),
        annotations=item.annotations,
        ownerReferences=[controller(owner)],
    )
    if owner.kind != "StatefulSet":
        meta["generateName"] = item.name.rsplit("-", 1)[0] + "-"
    if item.deleted:
        meta |= {"deletionTimestamp": stamp(item.deleted), "deletionGracePeriodSeconds": 30}
    spec = template_spec(owner, image=item.image, cpu=item.cpu, memory=item.memory)
    if item.node:
        spec["nodeName"] = item.node.name
    return {"metadata": meta, "spec": spec, "status": _pod_status(item, c.kubernetes_minor)}


def pod_labels(owner: Workload) -> dict[str, str]:
    """Labels of the template and what the controller adds to them."""
    if owner.kind == "Deployment":
        return owner.labels | {"pod-template-hash": suffix(10, owner.ref)}
    if owner.kind == "DaemonSet":
        digest = uid(owner.ref).replace("-", "")[:10]
        return owner.labels | {"controller-revision-hash": digest, "pod-template-generation": "1"}
    return dict(owner.labels)


def template_spec(owner: Workload, *, image: str = "", cpu: int = 0, memory: int = 0) -> Object:
    """The PodSpec of a template."""
    requests = {}
    if cpu or owner.cpu:
        requests["cpu"] = f"{cpu or owner.cpu}m"
    if memory or owner.memory:
        requests["memory"] = f"{memory or owner.memory}Mi"
    container: Object = {
        "name": owner.container or owner.name,
        "image": image or owner.image,
        "resources": {"requests": requests} if requests else {},
        "imagePullPolicy": "IfNotPresent",
    }
    if owner.command:
        container["command"] = owner.command
    if owner.args:
        container["args"] = owner.args
    if owner.env:
        container["env"] = [{"name": name, "value": value} for name, value in owner.env.items()]
    if owner.port:
        container["ports"] = [{"containerPort": owner.port, "protocol": "TCP"}]
    spec: Object = {
        "containers": [container],
        "restartPolicy": "Always",
        "dnsPolicy": owner.dns_policy,
        "serviceAccountName": owner.service_account,
        "schedulerName": "default-scheduler",
    }
    for key, value in (
        ("hostNetwork", owner.host_network),
        ("nodeSelector", owner.node_selector),
        ("tolerations", owner.tolerations),
        ("affinity", owner.affinity),
        ("priorityClassName", owner.priority_class),
    ):
        if value:
            spec[key] = value
    return spec


def _condition(kind: str, status: bool, since: datetime, reason: str = "", text: str = "") -> Object:
    found: Object = {
        "type": kind,
        "status": "True" if status else "False",
        "lastProbeTime": None,
        "lastTransitionTime": stamp(since),
    }
    return found | ({"reason": reason} if reason else {}) | ({"message": text} if text else {})


def _pod_status(item: Pod, minor: int) -> Object:
    status: Object = {"phase": item.phase, "qosClass": "Burstable" if item.cpu else "BestEffort"}
    if item.node is None:
        reason, text = item.unscheduled_reason, item.unscheduled
        status["conditions"] = [_condition("PodScheduled", False, item.created, reason, text)]
        return status
    since = item.since or item.created
    not_ready = {"reason": "ContainersNotReady", "text": f"containers with unready status: [{_name(item)}]"}
    why = {} if item.ready else not_ready
    sandbox = _condition("PodReadyToStartContainers", item.sandbox, item.created)
    status["conditions"] = [
        *([sandbox] if minor >= 29 else []),  # beta, and on, from 1.29
        _condition("Initialized", True, item.created),
        _condition("Ready", item.ready, since, **why),
        _condition("ContainersReady", item.ready, since, **why),
        _condition("PodScheduled", True, item.created),
    ]
    status |= {"hostIP": item.node.ip, "hostIPs": [{"ip": item.node.ip}]}
    if item.ip:
        status |= {"podIP": item.ip, "podIPs": [{"ip": item.ip}]}
    status["startTime"] = stamp(item.created)
    status["containerStatuses"] = [_container_status(item)]
    return status


def _name(item: Pod) -> str:
    return item.owner.container or item.owner.name


def _container_status(item: Pod) -> Object:
    if item.waiting:
        waiting = {"reason": item.waiting}
        state: Object = {
            "waiting": waiting | ({"message": item.waiting_message} if item.waiting_message else {})
        }
    elif item.phase in ("Succeeded", "Failed"):
        done = {
            "exitCode": 0 if item.phase == "Succeeded" else 1,
            "reason": "Error",
            "finishedAt": stamp(NOW),
        }
        state = {"terminated": done}
    else:
        state = {"running": {"startedAt": stamp(item.since or item.created)}}
    return {
        "name": _name(item),
        "state": state,
        "lastState": {},
        "ready": item.ready,
        "restartCount": item.restarts,
        "image": item.image,
        "imageID": "",
        "started": "running" in state,
    }
