"""DaemonSets, Deployments and ReplicaSets of a built cluster, counted from its pods."""

from tests.builder.clock import Object, ago, stamp, suffix, uid
from tests.builder.model import Pod, Workload
from tests.builder.objects import metadata
from tests.builder.pod_objects import pod_labels, template_spec
from tests.builder.system import System


def _template(workload: Workload) -> Object:
    meta: Object = {"labels": workload.labels}
    if workload.annotations:
        meta["annotations"] = workload.annotations
    return {"metadata": meta, "spec": template_spec(workload)}


def _pods(c: System, workload: Workload) -> list[Pod]:
    return [pod for pod in c.pods_of(workload) if pod.live]


def daemonset(c: System, workload: Workload) -> Object:
    """One DaemonSet."""
    pods = _pods(c, workload)
    ready = sum(pod.ready for pod in pods)
    status: Object = {
        "currentNumberScheduled": len(pods),
        "numberMisscheduled": 0,
        "desiredNumberScheduled": len(pods),
        "numberReady": ready,
        "observedGeneration": 1,
        "updatedNumberScheduled": len(pods),
    }
    if ready:
        status["numberAvailable"] = ready
    if ready < len(pods):
        status["numberUnavailable"] = len(pods) - ready
    meta = metadata(
        workload.name,
        workload.created or ago(days=20),
        namespace=workload.namespace,
        labels=_labels(c, workload),
        uid=uid(workload.kind, workload.ref),
        generation=1,
    )
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2, "maxSurge": 0}}
    spec: Object = {
        "selector": {"matchLabels": workload.labels},
        "template": _template(workload),
        "updateStrategy": strategy,
        "revisionHistoryLimit": 10,
    }
    return {"metadata": meta, "spec": spec, "status": status}


def _labels(c: System, workload: Workload) -> dict[str, str]:
    if workload.name.startswith("cilium"):
        chart = {"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/part-of": "cilium"}
        return workload.labels | chart
    return workload.labels


def deployment(c: System, workload: Workload) -> Object:
    """One Deployment."""
    pods = _pods(c, workload)
    ready = sum(pod.ready for pod in pods)
    enough = ready >= workload.replicas - workload.replicas // 4
    created = workload.created or ago(days=20)
    status: Object = {"observedGeneration": 1}
    counts = {
        "replicas": len(pods),
        "updatedReplicas": len(pods),
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": workload.replicas - ready,
    }
    status |= {key: value for key, value in counts.items() if value}
    conditions: list[Object] = [
        {
            "type": "Available",
            "status": "True" if enough else "False",
            "lastUpdateTime": stamp(created),
            "lastTransitionTime": stamp(created),
            "reason": "MinimumReplicasAvailable" if enough else "MinimumReplicasUnavailable",
            "message": f"Deployment {'has' if enough else 'does not have'} minimum availability.",
        }
    ]
    if workload.failure:
        conditions.append(
            {
                "type": "ReplicaFailure",
                "status": "True",
                "lastUpdateTime": stamp(ago(minutes=20)),
                "lastTransitionTime": stamp(ago(minutes=20)),
                "reason": "FailedCreate",
                "message": workload.failure,
            }
        )
    status["conditions"] = conditions
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}
    return {
        "metadata": metadata(
            workload.name,
            created,
            namespace=workload.namespace,
            labels=_labels(c, workload),
            uid=uid(workload.kind, workload.ref),
            annotations={"deployment.kubernetes.io/revision": "1"},
            generation=1,
        ),
        "spec": {
            "replicas": workload.replicas,
            "selector": {"matchLabels": workload.labels},
            "template": _template(workload),
            "strategy": strategy,
            "revisionHistoryLimit": 10,
            "progressDeadlineSeconds": 600,
        },
        "status": status,
    }


def replicaset(c: System, workload: Workload) -> Object:
    """The one ReplicaSet of a Deployment."""
    pods = _pods(c, workload)
    ready = sum(pod.ready for pod in pods)
    created = workload.created or ago(days=20)
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": workload.name,
        "uid": uid("Deployment", workload.ref),
        "controller": True,
        "blockOwnerDeletion": True,
    }
    counts = {"fullyLabeledReplicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
    labels = pod_labels(workload)
    return {
        "metadata": metadata(
            f"{workload.name}-{suffix(10, workload.ref)}",
            created,
            namespace=workload.namespace,
            labels=labels,
            ownerReferences=[owner],
            uid=uid("ReplicaSet", workload.ref),
            generation=1,
        ),
        "spec": {
            "replicas": workload.replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": template_spec(workload)},
        },
        "status": {"replicas": len(pods), "observedGeneration": 1}
        | {key: value for key, value in counts.items() if value},
    }
