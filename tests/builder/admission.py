"""Admission webhooks, aggregated APIs and policies of a built cluster."""

from collections.abc import Sequence

from tests.builder.clock import Object, ago, digits, stamp
from tests.builder.model import Event, Node, Workload
from tests.builder.objects import metadata
from tests.builder.system import System
from tests.builder.vpc_model import Eni

EVERYTHING: Object = {"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"], "operations": ["*"]}
OWN_APIS = ("v1.", "v1.apps", "v1.coordination.k8s.io", "v1.networking.k8s.io", "v2.cilium.io")


class Admission(System):
    """The verbs for what the API server calls, and for policies."""

    def _install(self, nodes: Sequence[Node]) -> None:
        super()._install(nodes)
        self.mutating.append(self._pod_identity_webhook())
        self.apis.extend(_api(name, None, ago(days=32)) for name in OWN_APIS)

    def _pod_identity_webhook(self) -> Object:
        """EKS's own webhook: called by URL on the control plane's host, never through a Service."""
        hook: Object = {
            "name": "iam-for-pods.amazonaws.com",
            "clientConfig": {"url": "https://127.0.0.1:23443/mutate"},
            "rules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}
            ],
            "failurePolicy": "Ignore",
            "sideEffects": "None",
            "timeoutSeconds": 10,
            "admissionReviewVersions": ["v1beta1"],
        }
        return {"metadata": metadata("pod-identity-webhook", ago(days=32), generation=1), "webhooks": [hook]}

    def webhook(
        self,
        ref: str,
        *,
        port: int = 10250,
        host_network: bool = False,
        ready: bool = True,
        replicas: int = 1,
        policy: str = "Fail",
        timeout_s: int = 10,
        mutating: bool = False,
        name: str = "",
        fails: str = "",
    ) -> Workload:
        """An admission webhook behind a Service: ``c.webhook("cert-manager/cert-manager-webhook")``.

        ``fails``: the API server's error on every call ("context deadline exceeded", "Address is not
        allowed"), told by an event; ``ready`` False leaves the Service without a ready endpoint.
        """
        namespace, short = ref.split("/")
        backend = self.workload(
            ref, replicas, port=port, host_network=host_network, image=f"quay.io/example/{short}:v1.16.2"
        )
        for pod in self.pods_of(backend):
            pod.ready = pod.ready and ready
        self.service(ref, port=443, target=port)
        hook_name = name or f"{short.removesuffix('-webhook')}.{namespace}.io"
        hook: Object = {
            "name": hook_name,
            "clientConfig": {
                "service": {"namespace": namespace, "name": short, "path": "/validate", "port": 443}
            },
            "rules": [EVERYTHING],
            "failurePolicy": policy,
            "sideEffects": "None",
            "timeoutSeconds": timeout_s,
            "admissionReviewVersions": ["v1"],
        }
        made: Object = {"metadata": metadata(short, ago(days=20), generation=1), "webhooks": [hook]}
        (self.mutating if mutating else self.validating).append(made)
        if fails:
            self.webhook_failed(ref, hook_name, fails, timeout_s)
        return backend

    def webhook_failed(self, ref: str, hook: str, error: str, timeout_s: int = 10) -> None:
        """An event of a controller whose write a webhook's failure refused."""
        namespace, short = ref.split("/")
        self.namespaces.setdefault("shop", {})
        self.events.append(
            Event(
                kind="Certificate",
                namespace="shop",
                name="api-tls",
                reason="RequestFailed",
                message="Failed to create CertificateRequest: Internal error occurred: failed calling "
                f'webhook "{hook}": failed to call webhook: Post "https://{short}.{namespace}.svc:443/validate'
                f'?timeout={timeout_s}s": {error}',
                component="cert-manager-certificates-request-manager",
                last_seen=ago(minutes=1),
                first_seen=ago(hours=2),
                count=37,
            )
        )

    def aggregated_api(
        self,
        name: str,
        ref: str,
        *,
        port: int = 10250,
        host_network: bool = False,
        available: bool = True,
        error: str = "context deadline exceeded",
    ) -> Workload:
        """An API that the API server passes on to a pod ("v1beta1.metrics.k8s.io")."""
        namespace, short = ref.split("/")
        backend = self.workload(
            ref, port=port, host_network=host_network, image=f"registry.example.com/{short}:v0.7.2"
        )
        made = self.service(ref, port=443, target=port)
        pods = self.pods_of(backend)
        address = pods[0].ip or made.cluster_ip
        message = (
            "all checks passed"
            if available
            else f"failing or missing response from https://{address}:{port}/apis/metrics.k8s.io/v1beta1: "
            f'Get "https://{address}:{port}/apis/metrics.k8s.io/v1beta1": {error}'
        )
        self.apis.append(
            _api(
                name,
                {"namespace": namespace, "name": short, "port": 443},
                ago(days=20),
                available,
                "Passed" if available else "FailedDiscoveryCheck",
                message,
            )
        )
        return backend

    def policy(self, ref: str, spec: Object, *, kind: str = "NetworkPolicy", age_hours: float = 48) -> Object:
        """A NetworkPolicy, CiliumNetworkPolicy or (ref without namespace) CiliumClusterwideNetworkPolicy."""
        namespace, _, name = ref.rpartition("/")
        made: Object = {
            "metadata": metadata(name, ago(hours=age_hours), namespace=namespace or None, generation=1),
            "spec": spec,
        }
        kept: dict[str, list[Object]] = {
            "NetworkPolicy": self.network_policies,
            "CiliumNetworkPolicy": self.cilium_policies,
            "CiliumClusterwideNetworkPolicy": self.clusterwide_policies,
        }
        kept[kind].append(made)
        return made

    def foreign_interface(
        self, zone: str, description: str, *, addresses: int = 1, status: str = "in-use"
    ) -> Eni:
        """An interface of somebody else in a zone's subnet; ``status`` "available" is a detached one."""
        subnet = self.zone_subnet(zone)
        taken: Sequence[str] = [ip for ip in (subnet.take() for _ in range(addresses)) if ip]
        eni = Eni(
            id=f"eni-0{digits(16, subnet.id, taken[0])}",
            subnet=subnet,
            ip=taken[0],
            addresses=list(taken[1:]),
            description=description,
            security_groups=[self.groups[0].id],
            status=status,
            cilium=False,
        )
        self.other_enis.append(eni)
        return eni


def _api(
    name: str,
    service: Object | None,
    since: object,
    available: bool = True,
    reason: str = "Local",
    message: str = "Local APIServices are always available",
) -> Object:
    version, _, group = name.partition(".")
    spec: Object = {"version": version, "groupPriorityMinimum": 100, "versionPriority": 100}
    if group:
        spec["group"] = group
    if service:
        spec |= {"service": service, "insecureSkipTLSVerify": True}
    condition = {
        "type": "Available",
        "status": "True" if available else "False",
        "lastTransitionTime": stamp(ago(days=20) if available else ago(hours=3)),
        "reason": reason,
        "message": message,
    }
    return {"metadata": metadata(name, ago(days=32)), "spec": spec, "status": {"conditions": [condition]}}
