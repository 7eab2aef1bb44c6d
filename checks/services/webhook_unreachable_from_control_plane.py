"""A managed control plane must have a route to the pods that serve webhooks and aggregated APIs."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from shlex import quote

from checks.advice import change, links, look
from checks.control_plane import is_managed, proven_reachable, routable
from checks.model import (
    Action,
    Confidence,
    Evidence,
    Explains,
    Finding,
    Kind,
    Severity,
    Subject,
    Undecided,
    check,
)
from checks.parts.agents import Meta
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.kubernetes import Events, KubernetesVersion
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import ApiServices, Webhooks
from checks.scale import counted
from checks.webhook_calls import Backend, told_by_events


@check(
    id="webhook-unreachable-from-control-plane",
    title="The control plane has no route to webhook pods",
    source="https://docs.cilium.io/en/stable/installation/k8s-install-helm/",
)
def webhook_unreachable_from_control_plane(
    meta: Meta,
    webhooks: Webhooks,
    endpoints: Endpoints,
    nodes: Nodes,
    cilium: CiliumConfig,
    apiservices: ApiServices | None,
    vpcs: Vpcs | None,
    eks: EksCluster | None,
    kubernetes: KubernetesVersion | None,
    cilium_nodes: CiliumNodes | None,
    events: Events | None,
) -> Iterator[Finding | Undecided]:
    """EKS calls a webhook at its pod's address, from a VPC that knows nothing of an overlay.

    The Service has ready endpoints, and they are neither addresses of the VPC, nor of a node (hostNetwork),
    nor of a remote pod network that the cluster declares. The same call works from inside the cluster.
    """
    if cilium.allocator in ("eni", "chained"):
        return
    if eks is None and kubernetes is None:
        yield Undecided(part="kubernetes")
    if not is_managed(eks, kubernetes):
        return
    if apiservices is None:
        yield Undecided(part="apiservices")
    found: dict[Backend, tuple[str, ...]] = {}
    unsure = vpcs is None
    for backend in _called(webhooks, apiservices):
        states = {e.ip: routable(e.ip, nodes, cilium, vpcs, eks) for e in endpoints.of(*backend).ready}
        away = tuple(sorted(ip for ip, state in states.items() if state is not True and ":" not in ip))
        if away:
            found[backend] = away
            unsure = unsure or any(states[ip] is None for ip in away)
    doubted = proven_reachable(apiservices, endpoints, (ip for ips in found.values() for ip in ips))
    if doubted:  # one such address is reached: only what is told to fail is left
        told = {backend for backend, _ in told_by_events(events, None)}
        found = {backend: ips for backend, ips in found.items() if backend in told}
    if not found:
        return
    every = sorted({ip for ips in found.values() for ip in ips})
    closed = [h for h in webhooks.items if h.fails_closed and (h.namespace, h.service) in found]
    services = frozenset(Subject("Service", name, namespace) for namespace, name in found)
    ranges = ", ".join(cidr for group in (vpcs.cidrs.values() if vpcs else ()) for cidr in group)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL if closed else Severity.HIGH,
        confidence=Confidence.LIKELY if doubted else _confidence(unsure, every, cilium_nodes),
        title=f"the control plane has no route to {counted(len(found), 'webhook or API Service')} on "
        "overlay pod addresses",
        because="The Services have ready endpoints, and their addresses are none of the VPC, of a node or "
        "of a remote pod network."
        + (" The VPC's ranges were not read; DescribeVpcs would decide." if unsure else "")
        + (" That an aggregated API there is Available speaks against it." if doubted and not unsure else ""),
        subjects=tuple(sorted(services)),
        evidence=(
            *(
                Evidence(Endpoints.ASKED, f"{ns}/{name}: addresses", ", ".join(found[ns, name][:3]))
                for ns, name in sorted(found)[:5]
            ),
            *((Evidence(Vpcs.ASKED, "CidrBlockAssociationSet[].CidrBlock", ranges),) if vpcs else ()),
            Evidence(cilium.asked, "data.ipam", cilium.data.get("ipam", "absent")),
            *(
                Evidence(Webhooks.ASKED, f"{hook.configuration}: failurePolicy", "Fail")
                for hook in sorted(closed, key=lambda h: h.configuration)[:3]
            ),
        ),
        explains=(Explains("webhooks-failing", services),),
        actions=_actions(sorted(found)[0]),
        references=links(
            "cilium#21959", "cilium#29454", "cilium#29497", "roadmap#2227", "cert-manager#2319", "cli#1246",
            "cilium#13406", "https://cert-manager.io/docs/installation/compatibility/",
        ),
    )  # fmt: skip


def _called(webhooks: Webhooks, apiservices: ApiServices | None) -> Iterator[Backend]:
    """What the API server must call: every webhook's Service, and aggregated APIs not known to answer."""
    seen = {(hook.namespace, hook.service): None for hook in webhooks.items}
    for api in apiservices.items if apiservices else ():
        if api.service and api.namespace and api.available is not True:
            seen[api.namespace, api.service] = None
    yield from seen


def _confidence(unsure: bool, addresses: list[str], cilium_nodes: CiliumNodes | None) -> Confidence:
    """Without the VPC's ranges a pod block without any node in it stands in for them."""
    if not unsure:
        return Confidence.CERTAIN
    items = cilium_nodes.items if cilium_nodes else ()
    taken = [ip_address(n.internal_ip) for n in items if n.internal_ip]
    blocks = [ip_network(c, strict=False) for n in items for c in n.pod_cidrs]
    own = [block for block in blocks if not any(ip in block for ip in taken)]
    inside = all(any(ip_address(ip) in block for block in own) for ip in addresses)
    return Confidence.LIKELY if inside else Confidence.POSSIBLE


def _actions(backend: Backend) -> tuple[Action, ...]:
    namespace, name = backend
    return (
        look(
            "See the addresses that the API server has to dial",
            f"kubectl -n {quote(namespace)} get endpointslices -l kubernetes.io/service-name={quote(name)} "
            "-o wide",
            "they lie outside the VPC's ranges",
        ),
        change(
            "Run webhook and aggregated API pods on the host's network, on a port that is free there",
            f"helm upgrade cert-manager jetstack/cert-manager -n {quote(namespace)} --reuse-values --version "
            '"${CERT_MANAGER_VERSION:?}" --set '
            "webhook.hostNetwork=true --set webhook.securePort=10260"
            if "cert-manager" in name
            else f"kubectl -n {namespace} get deployments,services -o wide   # then set hostNetwork: true, "
            "dnsPolicy: ClusterFirstWithHostNet and an unused port in its chart",
            risk="the pods restart and take a port of the node; 10250 is the kubelet's",
            verify="a write that the webhook guards goes through, and events tell of no more timeouts",
        ),
        change(
            "Or give pods VPC addresses (ENI mode, on new nodes); no security group rule can help an overlay",
            None,
            risk="every pod moves to a new node",
            verify="the endpoints lie in the VPC's ranges",
        ),
    )
