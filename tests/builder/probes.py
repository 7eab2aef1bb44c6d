"""What the bot's own probes saw on a built cluster."""

from tests.builder.admission import Admission
from tests.builder.clock import Object
from tests.builder.service_objects import backends

NAME = "kubernetes.default.svc.cluster.local."


def dns(c: Admission) -> Object:
    """Questions to the DNS Service and to each CoreDNS pod, over UDP and TCP."""
    if c.dns_probes is not None:
        return {"probes": c.dns_probes}
    service = next(s for s in c.services if s.name == "kube-dns")
    pods = [pod.ip for pod in backends(c, service) if pod.ip and pod.ready]
    working = bool(pods) and c.dns_outcome == "ok"
    servers = [service.cluster_ip, *pods]
    found = []
    for server in servers:
        for protocol in ("udp", "tcp"):
            outcome = "ok" if working else ("timeout" if c.dns_outcome == "ok" else c.dns_outcome)
            found.append(_dns(c, server, protocol, outcome))
    return {"probes": found}


def _dns(c: Admission, server: str, protocol: str, outcome: str) -> Object:
    answer = str(c.service_address(1)) if outcome == "ok" else "no answer within 5 s"
    return {
        "server": server,
        "name": NAME,
        "protocol": protocol,
        "from_node": c.probe_from,
        "outcome": outcome,
        "seconds": 0.003 if outcome == "ok" else 5.0,
        "detail": answer,
    }


def tcp(c: Admission) -> Object:
    """Connections to the Services of admission webhooks."""
    if c.tcp_probes is not None:
        return {"probes": c.tcp_probes}
    found: list[Object] = []
    for configuration in [*c.validating, *c.mutating]:
        hooks = configuration["webhooks"]
        assert isinstance(hooks, list)
        for hook in hooks:
            target = hook["clientConfig"].get("service")
            if target:
                found.append(_tcp(c, target["namespace"], target["name"], target["port"]))
    return {"probes": found}


def _tcp(c: Admission, namespace: str, name: str, port: int) -> Object:
    service = next(s for s in c.services if (s.namespace, s.name) == (namespace, name))
    ready = any(pod.ready and pod.ip for pod in backends(c, service))
    return {
        "address": service.cluster_ip,
        "port": port,
        "for": {"kind": "Service", "namespace": namespace, "name": name},
        "from_node": c.probe_from,
        "outcome": "ok" if ready else "refused",
        "seconds": 0.002,
        "detail": "" if ready else "connection refused",
    }
