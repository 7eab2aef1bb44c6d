"""Services of a built cluster and their EndpointSlices."""

from collections.abc import Sequence

from tests.builder.clock import Object, ago, suffix, uid
from tests.builder.model import Pod, Service
from tests.builder.objects import metadata
from tests.builder.pod_objects import pod_labels
from tests.builder.system import System


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
