"""What the Kubernetes API said: nodes, pods, events, Services, workloads, webhooks, policies.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar, NamedTuple

Labels = tuple[tuple[str, str], ...]
"""Label pairs sorted by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesVersion:
    """``GET /version``."""

    ASKED: ClassVar[str] = "kubernetes/version"
    git_version: str  # "v1.29.3-eks-adc7111"

    @property
    def short(self) -> str:
        """``1.29`` of ``v1.29.3-eks-adc7111``; the whole text when it has another form."""
        parts = self.git_version.removeprefix("v").split(".")
        return ".".join(parts[:2]) if len(parts) >= 2 else self.git_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Quantities: CPU in thousandths of a core, memory and ephemeral storage in bytes."""

    cpu_milli: int = 0
    memory_bytes: int = 0
    ephemeral_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Taint:
    """One ``spec.taints[]``."""

    key: str
    value: str = ""
    effect: str = ""
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toleration:
    """One ``tolerations[]``; an empty key with operator Exists tolerates everything."""

    key: str = ""
    operator: str = "Equal"
    value: str = ""
    effect: str = ""

    def tolerates(self, taint: Taint) -> bool:
        """The scheduler's rule (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/)."""
        if self.effect and self.effect != taint.effect:
            return False
        if self.operator == "Exists":
            return self.key in ("", taint.key)
        return self.key == taint.key and self.value == taint.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One Node. ``ready`` is the Ready condition (None: no such condition yet)."""

    name: str
    created: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations_pod_cidr: str | None = None  # network.cilium.io/ipv4-pod-cidr
    taints: tuple[Taint, ...] = ()
    unschedulable: bool = False
    provider_id: str | None = None
    internal_ips: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  # every status.addresses[].address that is an IP address
    pod_cidrs: tuple[str, ...] = ()  # spec.podCIDRs
    max_pods: int | None = None  # status.allocatable.pods
    allocatable: Resources | None = None
    ready: bool | None = None
    ready_since: datetime | None = None  # last transition of the Ready condition
    ready_reason: str = ""
    ready_message: str = ""
    os_image: str = ""
    os: str = "linux"
    kubelet_version: str = ""
    deleted: bool = False

    @property
    def instance_id(self) -> str | None:
        """``i-…`` of ``aws:///eu-west-1a/i-…``; None for Fargate, hybrid and foreign nodes."""
        last = (self.provider_id or "").rsplit("/", 1)[-1]
        return last if last.startswith("i-") else None

    @property
    def zone(self) -> str | None:
        """Availability zone, from the well-known label."""
        return self.labels.get("topology.kubernetes.io/zone") or self.labels.get(
            "failure-domain.beta.kubernetes.io/zone"
        )

    @property
    def instance_type(self) -> str | None:
        """EC2 instance type, from the well-known label."""
        return self.labels.get("node.kubernetes.io/instance-type") or self.labels.get(
            "beta.kubernetes.io/instance-type"
        )

    @property
    def nodegroup(self) -> str | None:
        """EKS managed node group, from EKS's label."""
        return self.labels.get("eks.amazonaws.com/nodegroup")

    @property
    def compute_type(self) -> str:
        """``ec2``, or what EKS says: ``fargate``, ``auto``, ``hybrid``; ``windows`` for that system."""
        if self.os == "windows":
            return "windows"
        return self.labels.get("eks.amazonaws.com/compute-type", "ec2")


@dataclass(frozen=True)
class Nodes:
    """Every Node, sorted by name."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/nodes"
    items: tuple[Node, ...] = ()

    @cached_property
    def taints(self) -> tuple[Taint, ...]:
        """The different taints of all nodes, whenever they were added."""
        kinds = {(t.key, t.value, t.effect) for node in self.items for t in node.taints}
        return tuple(Taint(key=key, value=value, effect=effect) for key, value, effect in sorted(kinds))

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Nodes by name."""
        return {node.name: node for node in self.items}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pod:
    """A pod that matters on its own: waiting, not ready, or part of Cilium, DNS or the AWS CNI."""

    namespace: str
    name: str
    created: datetime
    node: str | None = None
    phase: str = "Pending"
    host_network: bool = False
    ip: str | None = None
    labels: Labels = ()
    owner_kind: str | None = None
    owner_name: str | None = None
    deleting: bool = False  # a deletion older than the grace: stuck, and still counted
    scheduled: bool | None = None  # the PodScheduled condition
    scheduled_since: datetime | None = None
    unscheduled_reason: str = ""  # "Unschedulable", "SchedulingGated" …
    unscheduled_message: str = ""
    ready: bool = False
    ready_since: datetime | None = None  # last transition of the Ready condition
    sandbox_made: bool | None = None  # PodReadyToStartContainers / PodHasNetwork; None: no such condition
    waiting_reasons: tuple[str, ...] = ()  # container waiting reasons, init containers first
    waiting_messages: tuple[str, ...] = ()
    restarts: int = 0
    started: datetime | None = None  # status.startTime
    requests: Resources = field(default_factory=Resources)
    node_selector: Labels = ()
    tolerations: tuple[Toleration, ...] = ()
    volume_claims: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    ip_pool: str | None = None  # annotation ipam.cilium.io/ip-pool

    def label(self, key: str) -> str | None:
        """The value of one label, or None."""
        return next((value for name, value in self.labels if name == key), None)


class PodAddress(NamedTuple):
    """A live pod of the pod network and its address. There are tens of thousands: a tuple is made fast."""

    namespace: str
    name: str
    node: str
    ip: str
    created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PodGroup:
    """Live pods of one namespace with the same labels, counted (labels that name one pod are left out)."""

    namespace: str
    labels: Labels
    host_network: bool
    total: int
    ready: int
    not_ready_since: datetime | None  # the earliest among those that are not ready
    sample: tuple[str, ...]  # names of up to 5, the not ready ones first


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLoad:
    """What runs on one node. ``pods`` counts what counts against the kubelet's cap.

    ``terminating`` (deleted within the grace; in no other figure) still hold their place for the scheduler.
    ``with_address``: pods of the pod network that have an IP. ``requests``: sum over ``pods``.
    """

    pods: int = 0
    host_network: int = 0
    with_address: int = 0
    terminating: int = 0
    requests: Resources = field(default_factory=Resources)


@dataclass(frozen=True)
class Pods:
    """All live pods, folded: Succeeded, Failed and those just being deleted count nowhere.

    ``not_scheduled`` and ``without_ip`` are counted at ``taken_at``, without the grace (report-format.md).
    ``items`` holds only the pods that matter on their own (see Pod); ``leftovers`` those in phase Failed.
    """

    ASKED: ClassVar[str] = "kubernetes/api/v1/pods"
    total: int = 0
    running: int = 0
    not_scheduled: int = 0
    without_ip: int = 0
    on_node: Mapping[str, NodeLoad] = field(default_factory=dict)
    groups: tuple[PodGroup, ...] = ()
    items: tuple[Pod, ...] = ()
    addresses: tuple[PodAddress, ...] = ()
    leftovers: tuple[Pod, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Pod]:
        """The kept pods by (namespace, name)."""
        return {(pod.namespace, pod.name): pod for pod in self.items}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A Warning event last seen within ten minutes before ``taken_at``."""

    kind: str  # of the object it is about
    namespace: str | None
    name: str
    reason: str
    message: str
    last_seen: datetime
    first_seen: datetime | None = None
    count: int = 1
    component: str = ""


@dataclass(frozen=True)
class Events:
    """Warning events that still speak, the newest last. Others are dropped while reading."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/events"
    items: tuple[Event, ...] = ()

    @cached_property
    def by_object(self) -> Mapping[tuple[str, str | None, str], tuple[Event, ...]]:
        """Events by (kind, namespace, name) of the object they are about, the newest last."""
        found: dict[tuple[str, str | None, str], list[Event]] = {}
        for event in self.items:
            found.setdefault((event.kind, event.namespace, event.name), []).append(event)
        return {key: tuple(events) for key, events in found.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePort:
    """One ``spec.ports[]``; ``target`` is a number or a port name."""

    port: int
    protocol: str = "TCP"
    name: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One Service. ``selector`` is empty for Services whose endpoints somebody else writes."""

    namespace: str
    name: str
    type: str = "ClusterIP"
    cluster_ip: str | None = None  # None for headless Services too
    selector: Labels = ()
    ports: tuple[ServicePort, ...] = ()
    labels: Labels = ()
    annotations: Labels = ()  # only those of load balancer controllers


@dataclass(frozen=True)
class Services:
    """Every Service."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/services"
    items: tuple[Service, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[tuple[str, str], Service]:
        """Services by (namespace, name)."""
        return {(service.namespace, service.name): service for service in self.items}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address behind a Service. ``pod`` is the name of its target pod, in the Service's namespace."""

    ip: str
    node: str | None
    pod: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEndpoints:
    """All EndpointSlices of one Service, joined (IPv4 and IPv6 addresses alike). ``ports``: target ports."""

    namespace: str
    service: str
    ready: tuple[Endpoint, ...] = ()
    not_ready: tuple[Endpoint, ...] = ()
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Endpoints:
    """EndpointSlices by (namespace, Service). A Service without a slice is not in it: no endpoint."""

    ASKED: ClassVar[str] = "kubernetes/apis/discovery.k8s.io/v1/endpointslices"
    by_service: Mapping[tuple[str, str], ServiceEndpoints] = field(default_factory=dict)

    def of(self, namespace: str, service: str) -> ServiceEndpoints:
        """The endpoints of one Service; empty when there is no slice."""
        found = self.by_service.get((namespace, service))
        return found or ServiceEndpoints(namespace=namespace, service=service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One DaemonSet or Deployment. ``desired``: desiredNumberScheduled, or spec.replicas."""

    namespace: str
    name: str
    created: datetime
    desired: int = 0
    ready: int = 0
    available: int = 0
    updated: int = 0
    images: tuple[str, ...] = ()  # of spec.template's containers, init containers excluded
    labels: Labels = ()
    pod_labels: Labels = ()
    host_network: bool = False
    dns_policy: str = "ClusterFirst"
    tolerations: tuple[Toleration, ...] = ()
    node_selector: Labels = ()
    has_affinity: bool = False
    args: tuple[str, ...] = ()  # command and args of the first container, values of credentials blanked
    env: Labels = ()  # only KUBERNETES_SERVICE_HOST/PORT, AWS_REGION and CILIUM_*; others are never kept
    replica_failure: str = ""  # message of a Deployment's ReplicaFailure condition that is True


@dataclass(frozen=True)
class DaemonSets:
    """Every DaemonSet."""

    ASKED: ClassVar[str] = "kubernetes/apis/apps/v1/daemonsets"
    items: tuple[Workload, ...] = ()

    def find(self, namespace: str, name: str) -> Workload | None:
        """One DaemonSet by its name."""
        return next((w for w in self.items if (w.namespace, w.name) == (namespace, name)), None)


@dataclass(frozen=True)
class Deployments:
    """Every Deployment."""

    ASKED: ClassVar[str] = "kubernetes/apis/apps/v1/deployments"
    items: tuple[Workload, ...] = ()

    def find(self, namespace: str, name: str) -> Workload | None:
        """One Deployment by its name."""
        return next((w for w in self.items if (w.namespace, w.name) == (namespace, name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One admission webhook that is called through a Service (those called by URL are not kept)."""

    configuration: str  # name of the configuration object
    kind: str  # "ValidatingWebhookConfiguration" or "MutatingWebhookConfiguration"
    name: str
    namespace: str  # of the Service
    service: str
    port: int = 443
    fails_closed: bool = True  # failurePolicy: Fail
    timeout_s: int = 10


@dataclass(frozen=True)
class Webhooks:
    """Admission webhooks of both kinds. ``unread`` says why one of the two lists is missing, or is ""."""

    ASKED: ClassVar[str] = "kubernetes/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    ASKED_MUTATING: ClassVar[str] = (
        "kubernetes/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
    )
    items: tuple[Webhook, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiService:
    """One aggregated API; ``service`` is None for those the API server serves itself."""

    name: str
    namespace: str | None
    service: str | None
    port: int = 443
    available: bool | None = None
    since: datetime | None = None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True)
class ApiServices:
    """Every APIService."""

    ASKED: ClassVar[str] = "kubernetes/apis/apiregistration.k8s.io/v1/apiservices"
    items: tuple[ApiService, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One Lease; it has lapsed when ``renewed`` is more than ``duration_s`` ago."""

    namespace: str
    name: str
    holder: str | None = None
    renewed: datetime | None = None
    duration_s: int | None = None


@dataclass(frozen=True)
class Leases:
    """Leases outside kube-node-lease (node heartbeats are dropped while reading)."""

    ASKED: ClassVar[str] = "kubernetes/apis/coordination.k8s.io/v1/leases"
    items: tuple[Lease, ...] = ()

    def find(self, namespace: str, name: str) -> Lease | None:
        """One Lease by its name."""
        return next((x for x in self.items if (x.namespace, x.name) == (namespace, name)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Namespace:
    """One Namespace."""

    name: str
    labels: Labels = ()
    ip_pool: str | None = None  # annotation ipam.cilium.io/ip-pool


@dataclass(frozen=True)
class Namespaces:
    """Every Namespace."""

    ASKED: ClassVar[str] = "kubernetes/api/v1/namespaces"
    items: tuple[Namespace, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selector:
    """A label selector. ``labels`` must all be there; ``expressions`` are (key, operator, values)."""

    labels: Labels = ()
    expressions: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether an object with these labels is selected; an empty selector selects everything."""
        if any(labels.get(key) != value for key, value in self.labels):
            return False
        return all(_holds(labels, *expression) for expression in self.expressions)


def _holds(labels: Mapping[str, str], key: str, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPort:
    """A port that a rule allows; port None is every port. ``end`` is the end of a range."""

    protocol: str = "TCP"  # TCP, UDP, SCTP or ANY
    port: int | str | None = None
    end: int | None = None

    def allows(self, protocol: str, number: int) -> bool:
        """Whether this allows a numbered port; a named port is taken as allowing (its number is unknown)."""
        if self.protocol not in (protocol, "ANY"):
            return False
        if self.port is None or isinstance(self.port, str):
            return True
        return self.port <= number <= (self.end or self.port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One peer of a rule: pods by selectors, a CIDR, a Cilium entity, or names. All None: everything.

    ``namespaces`` None: the policy's own namespace (Kubernetes policies); for Cilium policies the namespace
    stands in ``pods`` under the label ``k8s:io.kubernetes.pod.namespace`` (the collector strips ``k8s:``).
    """

    pods: Selector | None = None
    namespaces: Selector | None = None
    cidr: str | None = None
    except_cidrs: tuple[str, ...] = ()
    entity: str | None = None
    fqdn: str | None = None
    service: tuple[str, str] | None = None  # namespace, name (Cilium toServices)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One allow (or, in ``deny`` lists, deny) rule: no peers is everybody, no ports is every port."""

    peers: tuple[Peer, ...] = ()
    ports: tuple[PolicyPort, ...] = ()
    allows_nothing: bool = False  # Cilium's empty peer list: selects the pods, allows nobody
    dns_proxy: bool = False  # has L7 DNS rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A NetworkPolicy, CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy (one ``spec`` each).

    ``egress`` None: it does not govern egress; an empty tuple: nothing is allowed out. The same for ingress.
    ``pods`` None: it selects nodes (host policy), not pods.

    ``…_besides``: what it allows in a direction that it does not govern (Cilium's enableDefaultDeny: false);
    that counts where another policy governs the same pods.
    """

    kind: str
    namespace: str | None
    name: str
    created: datetime
    pods: Selector | None
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None
    ingress_deny: tuple[PolicyRule, ...] = ()
    egress_deny: tuple[PolicyRule, ...] = ()
    ingress_besides: tuple[PolicyRule, ...] = ()
    egress_besides: tuple[PolicyRule, ...] = ()

    @property
    def lets_in(self) -> tuple[PolicyRule, ...]:
        """Every ingress rule that allows."""
        return self.ingress_besides if self.ingress is None else self.ingress

    @property
    def lets_out(self) -> tuple[PolicyRule, ...]:
        """Every egress rule that allows."""
        return self.egress_besides if self.egress is None else self.egress


@dataclass(frozen=True)
class NetworkPolicies:
    """Kubernetes' own NetworkPolicies."""

    ASKED: ClassVar[str] = "kubernetes/apis/networking.k8s.io/v1/networkpolicies"
    items: tuple[Policy, ...] = ()


@dataclass(frozen=True)
class CiliumPolicies:
    """CiliumNetworkPolicies and clusterwide ones. ``unread`` says why one list is missing, or is ""."""

    ASKED: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumnetworkpolicies"
    ASKED_CLUSTERWIDE: ClassVar[str] = "kubernetes/apis/cilium.io/v2/ciliumclusterwidenetworkpolicies"
    items: tuple[Policy, ...] = ()
    unread: str = ""
