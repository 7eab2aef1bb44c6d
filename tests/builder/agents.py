"""What the agents of a built cluster say: status, health, metrics pages, logs."""

from collections.abc import Mapping
from datetime import timedelta

from tests.builder import network
from tests.builder.clock import NOW, Object, ago, stamp, uid
from tests.builder.model import Node
from tests.builder.system import System

TIMED_OUT = "Connection timed out"


def status(c: System, node: Node) -> Object:
    """``cilium-dbg status -o json`` of one agent."""
    ok = {"state": "Ok", "msg": ""}
    answer: Object = {
        "cilium": {"state": "Ok", "msg": f"{c.cilium} (v{c.cilium}-{uid(c.cilium)[:8]})"},
        "cluster": {"ciliumHealth": dict(ok), "self": f"default/{node.name}"},
        "cni-chaining": {"mode": "none"},
        "cni-file": {
            "state": "Ok",
            "msg": "successfully wrote CNI configuration file to /host/etc/cni/net.d",
        },
        "controllers": [_controller("ipcache-inject-labels"), _controller("sync-lb-maps-with-k8s-services")],
        "encryption": {"mode": "Disabled"},
        "ipam": _ipam(c, node),
        "kubernetes": {
            "state": "Ok",
            "msg": f"{c.kubernetes}+ (v{c.kubernetes}.4-eks-2d5f260) [linux/amd64]",
            "k8s-api-versions": ["cilium/v2::CiliumEndpoint", "cilium/v2::CiliumNode", "core/v1::Node"],
        },
        "kube-proxy-replacement": _replacement(c, node),
        "kvstore": {"state": "Disabled"},
        "masquerading": _masquerading(c),
        "proxy": {"ip": _own(node, "router"), "port-range": "10000-20000"},
    }
    if c.minor >= 16:
        routing: Object = {
            "inter-host-routing-mode": "Native" if c.routing == "native" else "Tunnel",
            "intra-host-routing-mode": "Legacy",
        }
        if c.routing != "native":
            routing["tunnel-protocol"] = "vxlan"
        answer["routing"] = routing
    else:
        answer["host-routing"] = {"mode": "Legacy"}
    return answer


def _own(node: Node, owner: str) -> str:
    return next((ip for ip, name in node.lent.items() if name == owner), "")


def _controller(name: str) -> Object:
    return {
        "name": name,
        "uuid": uid("controller", name),
        "configuration": {"error-retry": True, "interval": "1m0s"},
        "status": {"success-count": 4312, "last-success-timestamp": stamp(ago(seconds=20))},
    }


def _ipam(c: System, node: Node) -> Object:
    used, size = len(node.lent), len(network.held(node, c.mode))
    if c.mode in ("cluster-pool", "kubernetes"):
        text = f"IPv4: {used}/{size} allocated from {node.block}, "
    elif c.mode == "crd" or (c.mode == "eni" and c.minor <= 19):
        text = f"IPv4: {used}/{size} allocated, "
    else:
        text = "IPv4: 1 IPAM pool(s) available, "
    return {"ipv4": sorted(node.lent), "allocations": dict(sorted(node.lent.items())), "status": text}


def _replacement(c: System, node: Node) -> Object:
    told = c.config.get("kube-proxy-replacement")
    on = told in ("true", "strict") if told is not None else not c.kube_proxy
    if c.minor <= 13:
        return {"mode": "Strict" if on else "Disabled"}
    if not on:
        return {"mode": "False"}
    return {"mode": "True", "deviceList": [{"name": "ens5", "ip": [node.ip]}], "directRoutingDevice": "ens5"}


def _masquerading(c: System) -> Object:
    on = not (c.mode == "eni" and c.minor >= 18)
    if not on:
        return {"enabledProtocols": {}}
    native = str(c.vpc) if c.mode == "eni" else (c.config.get("ipv4-native-routing-cidr") or "")
    found: Object = {"enabledProtocols": {"ipv4": True}, "mode": "iptables"}
    return found | ({"snat-exclusion-cidr-v4": native} if native else {})


def health(c: System, observer: Node) -> Object:
    """``cilium-health status -o json`` of one agent: itself first, then every other node."""
    peers = [node for node in c.node_list if node.cilium_node and node.compute_type == "ec2"]
    answer: Object = {
        "local": {"name": observer.name},
        "timestamp": stamp(ago(seconds=35)),
        "nodes": [
            _peer(c, observer, node)
            for node in sorted(peers, key=lambda node: (node is not observer, node.name))
        ],
    }
    if c.minor >= 18:
        answer["probeInterval"] = "1m35s"
    return answer


def _peer(c: System, observer: Node, target: Node) -> Object:
    path = "ok" if observer is target else c.path(observer, target)
    endpoint = _own(target, "health")
    found: Object = {"name": target.name}
    if path == "unknown":
        host: Object = {"ip": target.ip}
        return found | {"host": {"primary-address": host, "secondary-addresses": []}}
    host = _address(c, target.ip, "ok" if path == "endpoint" else path)
    found["host"] = {"primary-address": host, "secondary-addresses": []}
    if endpoint:
        told = _address(c, endpoint, {"host-icmp": "ok", "host-http": "ok"}.get(path, path))
        found["health-endpoint"] = {"primary-address": told, "secondary-addresses": []}
        found["endpoint"] = told
    return found


def _address(c: System, ip: str, path: str) -> Object:
    latency = 300_000 + int(uid("latency", ip)[:4], 16) * 10
    icmp: Object = {"latency": latency}
    http: Object = {"latency": latency * 2}
    if path not in ("ok", "host-http"):
        icmp = {"status": TIMED_OUT}
    if path not in ("ok", "host-icmp"):
        http = {"status": f'Get "http://{ip}:4240/hello": context deadline exceeded'}
    if c.minor >= 18:
        probed = {"lastProbed": stamp(ago(seconds=40))}
        icmp, http = icmp | probed, http | probed
    return {"ip": ip, "icmp": icmp, "http": http}


def metrics(c: System, node: Node, *, earlier: bool = False) -> str:
    """An agent's metrics page; ``earlier``: as it was five minutes before."""
    used, size = len(node.lent), len(network.held(node, c.mode))
    failing = [c.path(node, other) for other in c.node_list if other is not node]
    lines = [
        "# HELP cilium_ip_addresses Number of allocated IP addresses",
        "# TYPE cilium_ip_addresses gauge",
        f'cilium_ip_addresses{{family="ipv4"}} {used}',
    ]
    if c.minor >= 15:
        lines += _capacity(c, node, size)
    lines += [
        "# TYPE cilium_unreachable_nodes gauge",
        f"cilium_unreachable_nodes {sum(path.startswith(('host', 'both')) for path in failing)}",
        "# TYPE cilium_unreachable_health_endpoints gauge",
        f"cilium_unreachable_health_endpoints {sum(path in ('endpoint', 'both') for path in failing)}",
        "# TYPE cilium_drop_count_total counter",
    ]
    for (reason, direction), (before, now) in sorted(c.drops.items()):
        value = before if earlier else now
        lines.append(f'cilium_drop_count_total{{direction="{direction}",reason="{reason}"}} {value}')
    lines += _samples(c.agent_samples.get(node.name, {}), earlier)
    return "\n".join(lines) + "\n"


def _capacity(c: System, node: Node, size: int) -> list[str]:
    lines = ["# TYPE cilium_ipam_capacity gauge"]
    if c.minor < 20:
        return [*lines, f'cilium_ipam_capacity{{family="ipv4"}} {size}']
    if c.mode == "eni":
        sizes = [(prefix, 16) for eni in node.pod_enis for prefix in eni.prefixes]
        sizes += [(f"{ip}/32", 1) for eni in node.pod_enis for ip in eni.addresses]
    else:
        sizes = [(str(node.block), size)]
    return lines + [f'cilium_ipam_capacity{{cidr="{cidr}",family="ipv4"}} {n}' for cidr, n in sizes]


def operator_metrics(c: System, *, earlier: bool = False) -> str:
    """The leading operator's metrics page; the ipam block is there in ENI mode only."""
    lines = ["# TYPE cilium_operator_process_start_time_seconds gauge"]
    lines.append(f"cilium_operator_process_start_time_seconds {(NOW - timedelta(days=3)).timestamp():.0f}")
    if c.minor >= 17:
        unmanaged = sum(
            pod.phase == "Running" and not pod.host_network and not pod.endpoint for pod in c.pods
        )
        lines += [
            "# TYPE cilium_operator_unmanaged_pods gauge",
            f"cilium_operator_unmanaged_pods {unmanaged}",
        ]
    if c.mode == "eni":
        lines += _eni_metrics(c, earlier)
    return "\n".join([*lines, *_samples(c.operator_samples, earlier)]) + "\n"


def _samples(given: Mapping[str, tuple[float, float]], earlier: bool) -> list[str]:
    return [f"{name} {before if earlier else now}" for name, (before, now) in given.items()]


def _eni_metrics(c: System, earlier: bool) -> list[str]:
    lines: list[str] = []
    names = ("available_ips", "used_ips", "needed_ips")
    for index, name in enumerate(names):
        lines.append(f"# TYPE cilium_operator_ipam_{name} gauge")
        for node in c.node_list:
            value = _node_figures(c, node)[index]
            lines.append(f'cilium_operator_ipam_{name}{{target_node="{node.name}"}} {value}')
    deficit = sum(_node_figures(c, node)[2] > 0 for node in c.node_list)
    full = sum(len(node.attached) == len(node.lent) for node in c.node_list)
    lines.append("# TYPE cilium_operator_ipam_nodes gauge")
    for category, count in (("total", len(c.node_list)), ("in-deficit", deficit), ("at-capacity", full)):
        lines.append(f'cilium_operator_ipam_nodes{{category="{category}"}} {count}')
    lines.append("# TYPE cilium_operator_ipam_available_ips_per_subnet gauge")
    for subnet in c.subnets:
        labels = f'availability_zone="{subnet.zone}",subnet_id="{subnet.id}"'
        lines.append(f"cilium_operator_ipam_available_ips_per_subnet{{{labels}}} {subnet.free}")
    lines.append("# TYPE cilium_operator_ipam_resync_total counter")
    lines.append(f"cilium_operator_ipam_resync_total {4300 if earlier else 4305}")
    lines.append("# TYPE cilium_operator_ec2_api_duration_seconds histogram")
    for (operation, code), (before, now) in sorted(c.ec2_calls.items()):
        labels = f'operation="{operation}",responseCode="{code}"'
        value = before if earlier else now
        lines.append(f"cilium_operator_ec2_api_duration_seconds_count{{{labels}}} {value}")
    return lines


def _node_figures(c: System, node: Node) -> tuple[int, int, int]:
    """Hardware capacity, used, needed, as the operator counts them."""
    slots = (node.type.enis - node.first_index) * (node.type.ipv4 - 1)
    capacity = slots * 16 if node.uses_prefixes else slots
    waiting = sum(pod.ip is None and not pod.host_network and pod.live for pod in c.on_node[node.name])
    used = len(node.lent) + (waiting if c.minor >= 20 else 0)
    free = len(node.attached) - used
    return capacity, used, max(0, min(node.pre_allocate - free, capacity - len(node.attached)))


def operator_log(c: System) -> str:
    """Lines that name IPAM, the newest last."""
    when = stamp(ago(minutes=9))
    first = f'time="{when}" level=info msg="Starting IP address manager" subsys=ipam-allocator-{c.mode}'
    if c.minor >= 18:
        first = f'time={when} level=info msg="Starting IP address manager" module=operator.ipam'
    return "\n".join([first, *c.operator_lines]) + "\n"


def agent_log(c: System, node: Node) -> str:
    """Lines that name IPAM, and those of level warning and above; a healthy agent has few."""
    per_address = c.mode == "crd" or (c.mode == "eni" and c.minor <= 19)
    kind = "CRD-based" if per_address else "MultiPool" if c.mode in ("eni", "multi-pool") else c.mode
    when = stamp(max(node.created, c.chart_created))
    first = f'time="{when}" level=info msg="Initializing {kind} IPAM" subsys=daemon'
    return "\n".join([first, *c.agent_lines.get(node.name, [])]) + "\n"
