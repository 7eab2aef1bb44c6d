"""Nodes of a built cluster, as the API server serves them."""

from tests.builder.base import Base
from tests.builder.clock import Object, ago, stamp, uid
from tests.builder.model import Node
from tests.builder.objects import metadata


def node(c: Base, item: Node) -> Object:
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
