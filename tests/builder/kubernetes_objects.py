"""Kubernetes' own objects of a built cluster, as the API server serves them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from tests.builder.clock import NOW, Object, ago, micro, stamp, suffix, uid
from tests.builder.model import Event, Node, Pod, Service, Workload
from tests.builder.system import System


def listing(api: str, kind: str, items: Iterable[Object]) -> Object:
    """A list as the API server gives it: items carry no kind of their own."""
    return {
        "kind": f"{kind}List",
        "apiVersion": api,
        "metadata": {"resourceVersion": "48210377"},
        "items": list(items),
    }


def metadata(name: str, created: datetime, *, namespace: str | None = None, **more: object) -> Object:
    """ObjectMeta; values in ``more`` that are empty are left out, as Go leaves them out."""
    found: Object = {"name": name}
    if namespace:
        found["namespace"] = namespace
    found["uid"] = uid(namespace, name, created)
    found["creationTimestamp"] = stamp(created)
    return found | {key: value for key, value in more.items() if value}


def version(c: System) -> Object:
    """``GET /version``."""
    return {
        "major": "1",
        "minor": f"{c.kubernetes_minor}+",
        "gitVersion": f"v{c.kubernetes}.4-eks-2d5f260",
        "gitCommit": uid("commit", c.kubernetes).replace("-", ""),
        "gitTreeState": "clean",
        "buildDate": "2026-09-04T17:20:11Z",
        "goVersion": "go1.24.6",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def node(c: System, item: Node) -> Object:
    """One Node."""
    labels = {
        "beta.kubernetes.io/instance-type": item.type.name,
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": item.nodegroup,
        "kubernetes.io/arch": {"x86_64": "amd64"}.get(item.type.arch, item.type.arch),
        "kubernetes.io/hostname": item.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": item.type.name,
        "topology.kubernetes.io/region": c.region,
        "topology.kubernetes.io/zone": item.zone,
    } | item.labels
    provider = f"aws:///{item.zone}/{item.instance_id}"
    if item.compute_type != "ec2":
        labels["eks.amazonaws.com/compute-type"] = item.compute_type
    if item.compute_type == "fargate":
        provider = f"aws:///{item.zone}/{uid(item.name).replace('-', '')[:10]}-{uid(item.name)}/{item.name}"
    spec: Object = {"providerID": provider}
    if c.mode == "kubernetes" and item.block:
        spec |= {"podCIDR": str(item.block), "podCIDRs": [str(item.block)]}
    if item.taints:
        spec["taints"] = item.taints
    if item.unschedulable:
        spec["unschedulable"] = True
    return {
        "metadata": metadata(item.name, item.created, labels=labels),
        "spec": spec,
        "status": _node_status(item, c.kubernetes),
    }


def _node_status(item: Node, kubernetes: str) -> Object:
    disk = 20 * 1024 * 1024
    return {
        "capacity": {
            "cpu": str(item.type.vcpus),
            "ephemeral-storage": f"{disk}Ki",
            "memory": f"{int(item.type.memory_mib * 0.97) * 1024}Ki",
            "pods": str(item.max_pods),
        },
        "allocatable": {
            "cpu": f"{item.allocatable_cpu}m",
            "ephemeral-storage": str(int(disk * 1024 * 0.9)),
            "memory": f"{item.allocatable_memory * 1024}Ki",
            "pods": str(item.max_pods),
        },
        "conditions": _node_conditions(item),
        "addresses": [
            {"type": "InternalIP", "address": item.ip},
            {"type": "InternalDNS", "address": item.name},
            {"type": "Hostname", "address": item.name},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": {
            "machineID": f"ec2{uid(item.instance_id).replace('-', '')[3:]}",
            "systemUUID": f"ec2{uid(item.instance_id)[3:]}",
            "bootID": uid("boot", item.instance_id),
            "kernelVersion": "6.1.119-129.201.amzn2023.x86_64",
            "osImage": item.os_image,
            "containerRuntimeVersion": "containerd://1.7.23",
            "kubeletVersion": f"v{kubernetes}.4-eks-aeac579",
            "kubeProxyVersion": f"v{kubernetes}.4-eks-aeac579",
            "operatingSystem": "linux",
            "architecture": {"x86_64": "amd64"}.get(item.type.arch, item.type.arch),
        },
    }


def _node_conditions(item: Node) -> list[Object]:
    beat = stamp(ago(seconds=40))
    joined = stamp(item.created)
    found: list[Object] = []
    if item.network_condition and item.compute_type == "ec2":
        found.append(
            {
                "type": "NetworkUnavailable",
                "status": "False",
                "lastHeartbeatTime": joined,
                "lastTransitionTime": joined,
                "reason": "CiliumIsUp",
                "message": "Cilium is running on this node",
            }
        )
    for kind, reason, text in (
        ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ):
        found.append(
            {
                "type": kind,
                "status": "False",
                "lastHeartbeatTime": beat,
                "lastTransitionTime": joined,
                "reason": reason,
                "message": text,
            }
        )
    found.append(
        {
            "type": "Ready",
            "status": "True" if item.ready else "False",
            "lastHeartbeatTime": beat,
            "lastTransitionTime": stamp(item.ready_since or item.created),
            "reason": item.ready_reason,
            "message": item.ready_message,
        }
    )
    return found


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


def pod(c: System, item: Pod) -> Object:
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


def event(item: Event) -> Object:
    """One event of core/v1, as kubectl shows it."""
    name = f"{item.name}.{uid(item.kind, item.namespace, item.name, item.reason).replace('-', '')[:16]}"
    meta = metadata(name, item.first_seen, namespace=item.namespace or "default")
    source = {"component": item.component} | ({"host": item.host} if item.host else {})
    about = {"kind": item.kind, "name": item.name, "uid": uid(item.namespace, item.name)}
    if item.namespace:
        about["namespace"] = item.namespace
    return {
        "metadata": meta,
        "involvedObject": about,
        "reason": item.reason,
        "message": item.message,
        "source": source,
        "firstTimestamp": stamp(item.first_seen),
        "lastTimestamp": stamp(item.last_seen),
        "count": item.count,
        "type": item.type,
        "eventTime": None,
        "reportingComponent": item.component,
        "reportingInstance": item.host,
    }


def service(item: Service) -> Object:
    """One Service."""
    ports: list[Object] = []
    for name, protocol, port, target in item.ports:
        ports.append(
            ({"name": name} if name else {}) | {"protocol": protocol, "port": port, "targetPort": target}
        )
    spec: Object = {
        "ports": ports,
        "clusterIP": item.cluster_ip,
        "clusterIPs": [item.cluster_ip],
        "type": item.type,
        "sessionAffinity": "None",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "internalTrafficPolicy": "Cluster",
    }
    if item.selector:
        spec["selector"] = item.selector
    meta = metadata(
        item.name,
        item.created or ago(days=20),
        namespace=item.namespace,
        labels=item.labels,
        annotations=item.annotations,
    )
    return {"metadata": meta, "spec": spec, "status": {"loadBalancer": {}}}


def endpoint_slice(c: System, item: Service) -> Object | None:
    """The EndpointSlice of a Service: its pods that have an address; None when it has no selector."""
    meta = metadata(
        f"{item.name}-{suffix(5, 'slice', item.namespace, item.name)}",
        item.created or ago(days=20),
        namespace=item.namespace,
        labels={
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "kubernetes.io/service-name": item.name,
        }
        | item.labels,
    )
    if (item.namespace, item.name) == ("default", "kubernetes"):
        endpoints: list[Object] = [
            {"addresses": [eni.ip], "conditions": {"ready": True}} for eni in c.control_plane
        ]
        meta["labels"] = {"kubernetes.io/service-name": "kubernetes"}
    elif not item.selector:
        return None
    else:
        endpoints = [_endpoint(pod) for pod in backends(c, item) if pod.ip and pod.live]
    ports: list[Object] = [
        {"name": name, "protocol": protocol, "port": target if isinstance(target, int) else port}
        for name, protocol, port, target in item.ports
    ]
    return {"metadata": meta, "addressType": "IPv4", "endpoints": endpoints, "ports": ports}


def backends(c: System, item: Service) -> Sequence[Pod]:
    """The pods that a Service selects."""
    wanted = item.selector.items()
    return [p for p in c.pods if p.namespace == item.namespace and wanted <= pod_labels(p.owner).items()]


def _endpoint(item: Pod) -> Object:
    return {
        "addresses": [item.ip],
        "conditions": {"ready": item.ready, "serving": item.ready, "terminating": bool(item.deleted)},
        "targetRef": {
            "kind": "Pod",
            "namespace": item.namespace,
            "name": item.name,
            "uid": uid(item.namespace, item.name, item.created),
        },
        "nodeName": item.node.name if item.node else None,
        "zone": item.node.zone if item.node else None,
    }


def lease(namespace: str, name: str, holder: str, renewed: datetime, duration: int) -> Object:
    """One Lease."""
    return {
        "metadata": metadata(name, ago(days=30), namespace=namespace),
        "spec": {
            "holderIdentity": holder,
            "leaseDurationSeconds": duration,
            "acquireTime": micro(ago(days=3)),
            "renewTime": micro(renewed),
            "leaseTransitions": 4,
        },
    }
