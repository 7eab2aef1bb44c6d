"""The security groups before a webhook's pod must admit the control plane at its target port."""

from collections.abc import Iterator
from dataclasses import dataclass
from shlex import quote

from checks.advice import change, links, look
from checks.control_plane import is_managed, routable
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.aws import EksCluster
from checks.parts.cilium import CiliumConfig
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Interfaces, SecurityGroups, Vpcs
from checks.parts.webhooks import ApiServices, Webhooks
from checks.scale import counted
from checks.services.ports import admitted, interface_of
from checks.webhook_calls import Backend


@dataclass(frozen=True, slots=True)
class _Closed:
    """An endpoint that the control plane may not call: where, at which port, behind which groups."""

    backend: Backend
    address: str
    port: int
    groups: tuple[str, ...]


@check(
    id="webhook-port-blocked",
    title="A security group keeps the control plane from a webhook",
    source="https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html",
)
def webhook_port_blocked(
    webhooks: Webhooks,
    endpoints: Endpoints,
    nodes: Nodes,
    cilium: CiliumConfig,
    eks: EksCluster,
    interfaces: Interfaces,
    security_groups: SecurityGroups,
    vpcs: Vpcs | None,
    apiservices: ApiServices | None,
) -> Iterator[Finding | Undecided]:
    """The control plane calls from its cluster security group, at the pod's port and not at the Service's.

    The address is one of the VPC, so there is a route; on overlay addresses it is the route that is missing.
    Some node groups' own rules open 443 and 10250 alone.
    """
    if not is_managed(eks, None) or eks.cluster_security_group is None:
        return
    if apiservices is None:
        yield Undecided(part="apiservices")
    source = (eks.cluster_security_group, *eks.security_groups)
    sender = [ip for i in interfaces.items if i.description == f"Amazon EKS {eks.name}" for ip in i.ips]
    found: list[_Closed] = []
    for backend in _called(webhooks, apiservices):
        behind = endpoints.of(*backend)
        for endpoint in behind.ready:
            interface = interface_of(endpoint.ip, interfaces)
            if interface is None or routable(endpoint.ip, nodes, cilium, vpcs, eks) is not True:
                continue
            for port in behind.ports:
                way = admitted(
                    interface.security_groups,
                    "tcp",
                    port,
                    source_groups=source,
                    source_addresses=sender,
                    groups=security_groups,
                )
                if way is False:
                    found.append(_Closed(backend, endpoint.ip, port, interface.security_groups))
    if not found:
        return
    services = frozenset(Subject("Service", c.backend[1], c.backend[0]) for c in found)
    first = found[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN,
        title=f"no security group rule admits the control plane to {counted(len(services), 'webhook')} at "
        f"port {', '.join(sorted({str(c.port) for c in found}))}",
        because="The pods have VPC addresses, so the route is there, and none of the groups on their "
        "interfaces admits the cluster security group at the target port.",
        subjects=tuple(sorted(services)),
        evidence=(
            *(
                Evidence(Endpoints.ASKED, f"{c.backend[0]}/{c.backend[1]}: address", f"{c.address}:{c.port}")
                for c in found[:3]
            ),
            Evidence(
                SecurityGroups.ASKED,
                f"{', '.join(first.groups)}: IpPermissions",
                f"none for tcp {first.port}",
            ),
            Evidence(EksCluster.ASKED, "clusterSecurityGroupId", eks.cluster_security_group),
        ),
        explains=(Explains("webhooks-failing", services),),
        actions=(
            look(
                "See what the group before the pod admits",
                f"aws ec2 describe-security-groups --group-ids {' '.join(map(quote, first.groups))} "
                "--query 'SecurityGroups[].IpPermissions'",
                f"no rule for tcp {first.port} from {eks.cluster_security_group}",
            ),
            change(
                "Admit the cluster security group at that port",
                f"aws ec2 authorize-security-group-ingress --group-id {quote(first.groups[0])} --protocol "
                f"tcp --port {first.port} --source-group {quote(eks.cluster_security_group)}",
                risk="opens the port to the control plane and whoever else carries that group",
                verify="the next guarded write goes through",
            ),
        ),
        references=links("lbc#2460", "kubernetes/ingress-nginx#5401", "tf-eks#1828", "tf-eks#2867"),
    )


def _called(webhooks: Webhooks, apiservices: ApiServices | None) -> Iterator[Backend]:
    seen = {(hook.namespace, hook.service): None for hook in webhooks.items}
    for api in apiservices.items if apiservices else ():
        if api.service and api.namespace and api.available is not True:
            seen[api.namespace, api.service] = None
    yield from seen
