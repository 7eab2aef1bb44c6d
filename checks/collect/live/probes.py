"""Probes from where the bot runs: the cluster's DNS, and the Services behind admission webhooks."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from urllib.parse import quote

import msgspec

from checks.collect.live.dns import Outcome, ask_tcp, ask_udp, connect_tcp
from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import UnreadError
from checks.collect.wire import decode

NAME = "kubernetes.default.svc.cluster.local."  # every cluster with EKS's own domain can answer this
DNS_NAMESPACE, DNS_SERVICE, DNS_LABEL = "kube-system", "kube-dns", "k8s-app=kube-dns"
MAX_SERVERS = 50
MAX_WEBHOOKS = 50
AT_ONCE = 32
CONFIGURATIONS = ("validatingwebhookconfigurations", "mutatingwebhookconfigurations")

T = TypeVar("T")
Ask = Callable[[str, str], Outcome]


class _ServiceSpec(msgspec.Struct, gc=False):
    clusterIP: str | None = None


class _Service(msgspec.Struct, gc=False):
    spec: _ServiceSpec = msgspec.field(default_factory=_ServiceSpec)


class _PodStatus(msgspec.Struct, gc=False):
    phase: str = ""
    podIP: str | None = None


class _PodMeta(msgspec.Struct, gc=False):
    deletionTimestamp: str | None = None


class _Pod(msgspec.Struct, gc=False):
    metadata: _PodMeta = msgspec.field(default_factory=_PodMeta)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _Pods(msgspec.Struct, gc=False):
    items: tuple[_Pod, ...] = ()


class _Called(msgspec.Struct, gc=False, frozen=True, order=True):
    """The Service that a webhook is called through."""

    namespace: str
    name: str
    port: int = 443


class _Client(msgspec.Struct, gc=False):
    service: _Called | None = None


class _Webhook(msgspec.Struct, gc=False):
    clientConfig: _Client = msgspec.field(default_factory=_Client)


class _Configuration(msgspec.Struct, gc=False):
    webhooks: tuple[_Webhook, ...] | None = None


class _Configurations(msgspec.Struct, gc=False):
    items: tuple[_Configuration, ...] = ()


class Prober:
    """Answers "probes/dns" and "probes/tcp"; all probes of one kind run side by side."""

    def __init__(
        self,
        api: ApiServer,
        *,
        from_node: str | None,
        udp: Ask = ask_udp,
        tcp: Ask = ask_tcp,
        connect: Callable[[str, int], Outcome] = connect_tcp,
    ) -> None:
        """``from_node``: the node that the bot runs on, None where that is not known."""
        self._api = api
        self._from_node = from_node
        self._udp, self._tcp, self._connect = udp, tcp, connect

    def dns(self) -> bytes:
        """The cluster's DNS asked over UDP and TCP, by its Service and by each of its pods."""
        servers = [*self._service_address(DNS_NAMESPACE, DNS_SERVICE), *self._dns_pods()][:MAX_SERVERS]
        if not servers:
            raise UnreadError(f"not found: no Service {DNS_SERVICE} in namespace {DNS_NAMESPACE}")
        asks = [(server, protocol) for server in servers for protocol in ("udp", "tcp")]
        return self._answer(asks, self._dns_probe)

    def tcp(self) -> bytes:
        """A connection to the Service of each admission webhook."""
        targets = [
            (address, called)
            for called in self._webhook_services()[:MAX_WEBHOOKS]
            for address in self._service_address(called.namespace, called.name)
        ]
        return self._answer(targets, self._tcp_probe)

    def _answer(self, asks: Sequence[T], probe: Callable[[T], dict[str, object]]) -> bytes:
        with ThreadPoolExecutor(AT_ONCE, "probe") as pool:
            probes = list(pool.map(probe, asks))
        return msgspec.json.encode({"probes": probes})

    def _dns_probe(self, ask: tuple[str, str]) -> dict[str, object]:
        server, protocol = ask
        outcome = self._udp(server, NAME) if protocol == "udp" else self._tcp(server, NAME)
        told = "error" if outcome.outcome == "unreachable" else outcome.outcome  # no such word for DNS
        return {"server": server, "name": NAME, "protocol": protocol, **self._told(outcome), "outcome": told}

    def _tcp_probe(self, target: tuple[str, _Called]) -> dict[str, object]:
        address, called = target
        behind = {"kind": "Service", "namespace": called.namespace, "name": called.name}
        told = self._told(self._connect(address, called.port))
        return {"address": address, "port": called.port, "for": behind, **told}

    def _told(self, outcome: Outcome) -> dict[str, object]:
        return {
            "from_node": self._from_node,
            "outcome": outcome.outcome,
            "seconds": outcome.seconds,
            "detail": outcome.detail,
        }

    def _service_address(self, namespace: str, name: str) -> Iterable[str]:
        """The Service's address; empty when it has none (headless, gone)."""
        target = f"/api/v1/namespaces/{quote(namespace)}/services/{quote(name)}"
        try:
            spec = decode(self._api.get("kubernetes/api/v1/services", target), _Service, "Service").spec
        except UnreadError as error:
            if error.missing:
                return ()
            raise
        return (spec.clusterIP,) if spec.clusterIP and spec.clusterIP != "None" else ()

    def _dns_pods(self) -> list[str]:
        """Addresses of the DNS pods that run, sorted; one that is being deleted has a right to be silent."""
        target = f"/api/v1/namespaces/{DNS_NAMESPACE}/pods?labelSelector={quote(DNS_LABEL, safe='')}"
        pods = decode(self._api.get("kubernetes/api/v1/pods", target), _Pods, "PodList").items
        running = [p for p in pods if p.status.phase == "Running" and not p.metadata.deletionTimestamp]
        return sorted({pod.status.podIP for pod in running if pod.status.podIP})

    def _webhook_services(self) -> list[_Called]:
        found: set[_Called] = set()
        for kind in CONFIGURATIONS:
            path = f"apis/admissionregistration.k8s.io/v1/{kind}"
            raw = self._api.get(f"kubernetes/{path}", f"/{path}")
            for configuration in decode(raw, _Configurations, kind).items:
                services = (webhook.clientConfig.service for webhook in configuration.webhooks or ())
                found.update(service for service in services if service)
        return sorted(found)
