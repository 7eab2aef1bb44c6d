"""Cilium's objects of a built cluster: the ConfigMap, CiliumNodes, CiliumEndpoints, pools, per version."""

from ipaddress import IPv4Network

from tests.builder.clock import Object, ago, uid
from tests.builder.model import Node, Pod
from tests.builder.objects import metadata
from tests.builder.system import System
from tests.builder.vpc_model import Eni


def cilium_config(c: System) -> Object:
    """The ConfigMap cilium-config with the keys that the chart of this version renders."""
    data: dict[str, str | None] = {
        "cluster-name": "default",
        "cluster-id": "0",
        "debug": "false",
        "identity-allocation-mode": "crd",
        "ipam": c.mode,
        "enable-ipv4": "true",
        "enable-ipv6": "false",
        "enable-ipv4-masquerade": "false" if c.mode == "eni" and c.minor >= 18 else "true",
        "enable-endpoint-routes": "true" if c.mode in ("eni", "multi-pool") else None,
        "auto-direct-node-routes": "false",
        "enable-health-checking": "true",
        "enable-endpoint-health-checking": "true",
        "enable-policy": "default",
        "disable-endpoint-crd": "false" if c.minor <= 15 else None,
        "custom-cni-conf": "false",
        "cni-chaining-mode": "none" if c.minor <= 13 else None,
        "agent-not-ready-taint-key": "node.cilium.io/agent-not-ready",
        "remove-cilium-node-taints": "true",
        "set-cilium-is-up-condition": "true",
        "unmanaged-pod-watcher-interval": "15" if c.minor <= 17 else "15s",
    }
    data |= _routing(c) | _ipam(c)
    if c.minor >= 14:
        data |= {"cni-exclusive": "true", "set-cilium-node-taints": "true"}
        data["kube-proxy-replacement"] = "false" if c.kube_proxy else "true"
        data["ipam-cilium-node-update-rate"] = "15s"
    else:
        data["kube-proxy-replacement"] = "disabled" if c.kube_proxy else "strict"
    if c.minor >= 16:
        data["direct-routing-skip-unreachable"] = "false"
    merged = data | c.config
    meta = metadata(
        "cilium-config",
        c.chart_created,
        namespace=c.namespace,
        labels={"app.kubernetes.io/managed-by": "Helm"},
        annotations={"meta.helm.sh/release-name": "cilium", "meta.helm.sh/release-namespace": c.namespace},
    )
    kept = {key: merged[key] for key in sorted(merged) if merged[key] is not None}
    return {"kind": "ConfigMap", "apiVersion": "v1", "metadata": meta, "data": kept}


def _routing(c: System) -> dict[str, str | None]:
    native = c.routing == "native"
    if c.minor <= 13:
        return {"tunnel": "disabled" if native else "vxlan"}
    return {"routing-mode": c.routing, "tunnel-protocol": "vxlan"}


def _ipam(c: System) -> dict[str, str | None]:
    pools = " ".join(map(str, c.pool_cidrs))
    if c.mode == "cluster-pool":
        return {"cluster-pool-ipv4-cidr": pools, "cluster-pool-ipv4-mask-size": str(c.pool_mask)}
    if c.mode == "multi-pool":
        return {"ipam-multi-pool-pre-allocation": "default=8"}
    if c.mode != "eni":
        return {}
    data: dict[str, str | None] = {
        "auto-create-cilium-node-resource": "true",
        "aws-enable-prefix-delegation": "true" if c.prefix_delegation else None,  # never "false"
        "ec2-api-endpoint": "",
        "eni-tags": "{}",
    }
    if 14 <= c.minor <= 17:
        data["update-ec2-adapter-limit-via-api"] = "true"
    if c.minor >= 19 and c.first_interface_index:
        data["eni-first-interface-index"] = str(c.first_interface_index)
    return data


def cilium_node(c: System, node: Node, waiting: int) -> Object:
    """One CiliumNode; ``waiting``: pods on it that still want an address."""
    own = {owner: ip for ip, owner in node.lent.items() if owner in ("router", "health", "ingress")}
    addresses = [{"type": "InternalIP", "ip": node.ip}]
    if "router" in own:
        addresses.append({"type": "CiliumInternalIP", "ip": own["router"]})
    spec: Object = {
        "addresses": addresses,
        "alibaba-cloud": {},
        "azure": {},
        "bootid": uid("boot", node.instance_id),
        "encryption": {},
        "eni": _eni_spec(c, node),
        "health": {"ipv4": own["health"]} if "health" in own else {},
        "ingress": {"ipv4": own["ingress"]} if "ingress" in own else {},
        "ipam": _ipam_spec(c, node, waiting),
    }
    operator: Object = {"error": node.operator_error} if node.operator_error else {}
    ipam: Object = {"operator-status": operator}
    if c.mode == "crd" or (c.mode == "eni" and c.minor <= 19):
        ipam["used"] = _used(node)
    eni: Object = {"enis": {e.id: _eni(c, e, node) for e in node.enis if e.cilium}} if c.mode == "eni" else {}
    if c.mode == "eni":
        spec["instance-id"] = node.instance_id
    owner = {"apiVersion": "v1", "kind": "Node", "name": node.name, "uid": uid(None, node.name, node.created)}
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNode",
        "metadata": metadata(
            node.name,
            max(node.created, c.chart_created),
            generation=3,
            labels={
                "kubernetes.io/hostname": node.name,
                "node.kubernetes.io/instance-type": node.type.name,
                "topology.kubernetes.io/zone": node.zone,
            },
            ownerReferences=[owner],
        ),
        "spec": spec,
        "status": {"alibaba-cloud": {}, "azure": {}, "eni": eni, "ipam": ipam},
    }


def _eni_spec(c: System, node: Node) -> Object:
    if c.mode != "eni":
        return {}
    spec: Object = {
        "availability-zone": node.zone,
        "first-interface-index": node.first_index,
        "instance-type": node.type.name,
        "node-subnet-id": node.subnet.id,
        "vpc-id": c.vpc_id,
        "use-primary-address": False,
        "disable-prefix-delegation": False,
    }
    return spec | node.eni_spec


def _ipam_spec(c: System, node: Node, waiting: int) -> Object:
    spec: Object = {"pools": {}}
    if c.mode in ("cluster-pool", "kubernetes") and node.block:
        spec["podCIDRs"] = [str(node.block)]
    if c.mode == "crd" and node.block:
        spec["pool"] = {str(ip): {} for ip in node.block.hosts()}
    if c.mode == "multi-pool":
        wanted = -(-(len(node.lent) + waiting) // 8) * 8 + 8
        spec["pools"] = {
            "requested": [{"pool": "default", "needed": {"ipv4-addrs": wanted}}],
            "allocated": [
                {"pool": name, "cidrs": [str(cidr) for pool, cidr in node.blocks if pool == name]}
                for name in sorted({pool for pool, _ in node.blocks} | {"default"})
            ],
        }
    if c.mode == "eni":
        spec["pre-allocate"] = node.pre_allocate
        spec |= {"min-allocate": node.min_allocate} if node.min_allocate else {}
        spec |= {"max-allocate": node.max_allocate} if node.max_allocate else {}
        spec["pool"] = {ip: {"resource": eni.id} for eni in node.pod_enis for ip in eni.pod_addresses}
        if c.minor >= 20:
            spec["pools"] = _eni_pools(node, waiting)
    return spec


def _eni_pools(node: Node, waiting: int) -> Object:
    cidrs = [prefix for eni in node.pod_enis for prefix in eni.prefixes]
    cidrs += [f"{ip}/32" for eni in node.pod_enis for ip in eni.addresses]
    needed = len(node.lent) + waiting + node.pre_allocate
    allocated = {"pool": "default", "cidrs": sorted(cidrs), "allowFirstIP": True, "allowLastIP": True}
    return {
        "requested": [{"pool": "default", "needed": {"ipv4-addrs": needed}}],
        "allocated": [allocated] if cidrs else [],
    }


def _used(node: Node) -> Object:
    by_ip = {ip: eni.id for eni in node.pod_enis for ip in eni.pod_addresses}
    return {
        ip: {"owner": owner} | ({"resource": by_ip[ip]} if ip in by_ip else {})
        for ip, owner in node.lent.items()
    }


def _eni(c: System, eni: Eni, node: Node) -> Object:
    """One ``status.eni.enis{}``: the number of the first interface, 0, is left out."""
    found: Object = {
        "id": eni.id,
        "ip": eni.ip,
        "mac": eni.mac,
        "availability-zone": node.zone,
        "security-groups": eni.security_groups,
        "subnet": {"id": eni.subnet.id, "cidr": str(eni.subnet.cidr)},
        "vpc": {"id": c.vpc_id, "primary-cidr": c.vpc_cidrs[0]}
        | ({"cidrs": c.vpc_cidrs[1:]} if c.vpc_cidrs[1:] else {}),
    }
    for key, value in (
        ("addresses", eni.pod_addresses),
        ("prefixes", eni.prefixes),
        ("number", eni.number),
        ("description", eni.description),
        ("tags", eni.tags),
    ):
        if value:
            found[key] = value
    return found


def cilium_endpoint(item: Pod, number: int) -> Object:
    """The CiliumEndpoint of a pod that has an address."""
    labels = [f"k8s:{key}={value}" for key, value in sorted(item.labels.items())]
    labels.append(f"k8s:io.kubernetes.pod.namespace={item.namespace}")
    owner = {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": item.name,
        "uid": uid(item.namespace, item.name, item.created),
    }
    meta = metadata(item.name, item.created, namespace=item.namespace, ownerReferences=[owner])
    status: Object = {
        "encryption": {},
        "external-identifiers": {
            "k8s-namespace": item.namespace,
            "k8s-pod-name": item.name,
            "pod-name": f"{item.namespace}/{item.name}",
        },
        "id": 16 + number * 7 % 4000,
        "identity": {"id": 1000 + sum(map(ord, item.owner.ref)), "labels": sorted(labels)},
        "networking": {
            "addressing": [{"ipv4": item.ip}],
            "node": item.node.ip if item.node else "",
        },
        "state": "ready",
    }
    return {"metadata": meta, "status": status}


def pod_ip_pool(c: System, name: str, cidrs: list[IPv4Network]) -> Object:
    """One CiliumPodIPPool."""
    return {
        "apiVersion": "cilium.io/v2alpha1",
        "kind": "CiliumPodIPPool",
        "metadata": metadata(name, ago(days=30), generation=1),
        "spec": {"ipv4": {"cidrs": [str(cidr) for cidr in cidrs], "maskSize": c.pool_mask}},
    }
