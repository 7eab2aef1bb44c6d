"""A load balancer can only have targets that are addresses of the VPC."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.control_plane import routable
from checks.load_balancers import overlay_bindings
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import Events
from checks.parts.neighbours import TargetGroupBindings
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints, Service, Services
from checks.parts.vpc import Vpcs
from checks.scale import counted

_IP = frozenset({"ip", "nlb-ip"})
_TARGET_TYPE = (
    "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type",
    "service.beta.kubernetes.io/aws-load-balancer-type",
)


@check(
    id="lb-ip-target-in-overlay",
    title="A load balancer targets pods by overlay addresses",
    source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/service/nlb/",
)
def lb_ip_target_in_overlay(
    cilium: CiliumConfig,
    services: Services,
    endpoints: Endpoints,
    nodes: Nodes,
    vpcs: Vpcs | None,
    events: Events | None,
    target_group_bindings: TargetGroupBindings | None,
) -> Iterator[Finding | Undecided]:
    """Target type ip registers pod addresses; the VPC knows none of an overlay's.

    What Ingresses ask for shows in TargetGroupBindings, and in their events: the controller finds no
    interface for the address.
    """
    if cilium.allocator in ("eni", "chained"):
        return
    asking = [s for s in services.items if s.type == "LoadBalancer" and _targets_pods(s)]
    lost: dict[Subject, str] = {}
    for service in asking:
        for endpoint in endpoints.of(service.namespace, service.name).ready:
            if routable(endpoint.ip, nodes, cilium, vpcs, None) is False:
                lost.setdefault(Subject("Service", service.name, service.namespace), endpoint.ip)
    bound = overlay_bindings(target_group_bindings, cilium, endpoints, nodes, vpcs)
    lost |= {Subject("TargetGroupBinding", b.name, b.namespace): ip for b, ip in bound.items()}
    said = [e for e in (events.items if events else ()) if "cannot resolve pod eni" in e.message.lower()]
    if not said and not bound:
        unread = {"events": events, "target_group_bindings": target_group_bindings}
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
    if not lost and not said:
        return
    told = frozenset(Subject(e.kind, e.name, e.namespace) for e in said)
    subjects = tuple(sorted(set(lost) | told))
    where = subjects[0]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if said or bound else Confidence.LIKELY,
        title=f"{counted(len(subjects), 'load balancer target')} by pod address, and pods have overlay "
        "addresses",
        because=f"Pods get addresses by {cilium.ipam_mode}, outside the VPC, and the target type is ip. "
        + (
            "The controller finds no interface for them."
            if said
            else "Target groups are bound to such addresses, through a tunnel that ends at nodes."
            if bound
            else "The target group's health would prove it."
        ),
        subjects=subjects,
        evidence=(
            *(
                Evidence(Endpoints.ASKED, f"{s.namespace}/{s.name}: addresses", ip)
                for s, ip in list(lost.items())[:3]
            ),
            *(
                Evidence(TargetGroupBindings.ASKED, f"{b.namespace}/{b.name}: spec.targetType", b.target_type)
                for b in list(bound)[:3]
            ),
            *(Evidence(Events.ASKED, "message", e.message) for e in said[:1]),
            Evidence(cilium.asked, "data.ipam", cilium.data.get("ipam", "absent")),
        ),
        explains=(Explains("load-balancer-failing", told | frozenset(lost)),),
        actions=(
            look(
                "See the targets' health",
                "aws elbv2 describe-target-groups --query 'TargetGroups[].[TargetGroupArn,TargetType]'",
                "target type ip, and no healthy target",
            ),
            change(
                "Target the nodes instead (NodePort)",
                f"kubectl -n {quote(where.namespace or 'default')} annotate {quote(where.kind.lower())} "
                f"{quote(where.name)} --overwrite {_TARGET_TYPE[0]}=instance",
                risk="the load balancer's targets change; a moment without targets. In an Ingress: "
                "target-type",
                verify="the target group lists instances, and they become healthy",
            ),
        ),
        references=links("pelotech/foundation#453", "lbc#1325"),
    )


def _targets_pods(service: Service) -> bool:
    return any(key in _TARGET_TYPE and value in _IP for key, value in service.annotations)
