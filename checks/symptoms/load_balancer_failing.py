"""Load balancer targets that cannot be registered for an address reason."""

from collections import Counter
from collections.abc import Iterator, Mapping

from checks.load_balancers import overlay_bindings
from checks.model import Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.cilium import CiliumConfig
from checks.parts.kubernetes import Events
from checks.parts.neighbours import TargetGroupBinding, TargetGroupBindings
from checks.parts.nodes import Nodes
from checks.parts.services import Endpoints
from checks.parts.vpc import Vpcs
from checks.scale import counted

_ADDRESS_REASONS = ("cannot resolve pod eni", "unable to resolve pod eni", "pod eni", "targets not in vpc")
_SUBJECTS = frozenset({"TargetGroupBinding", "Service", "Ingress", "Pod", "Gateway"})


@check(
    id="load-balancer-failing",
    title="Load balancer targets are refused",
    source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/targetgroupbinding/targetgroupbinding/",
)
def load_balancer_failing(
    events: Events | None,
    cilium: CiliumConfig | None,
    endpoints: Endpoints | None,
    nodes: Nodes | None,
    vpcs: Vpcs | None,
    target_group_bindings: TargetGroupBindings | None,
) -> Iterator[Finding | Undecided]:
    """The load balancer controller reports targets whose addresses it cannot place in the VPC.

    A binding that has nothing but addresses of a tunnelled overlay to register is as good as such a report.
    """
    found = [
        event
        for event in (events.items if events else ())
        if event.kind in _SUBJECTS and any(text in event.message.lower() for text in _ADDRESS_REASONS)
    ]
    if events is None:
        yield Undecided(part="events")
    bound: Mapping[TargetGroupBinding, str] = {}
    if cilium is None or cilium.allocator not in ("eni", "chained"):
        unread = {
            "target_group_bindings": target_group_bindings,
            "cilium": cilium,
            "endpoints": endpoints,
            "nodes": nodes,
        }
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
    if cilium is not None and endpoints is not None and nodes is not None:
        bound = overlay_bindings(target_group_bindings, cilium, endpoints, nodes, vpcs)
    subjects = {Subject(event.kind, event.name, event.namespace) for event in found}
    subjects |= {Subject("TargetGroupBinding", binding.name, binding.namespace) for binding in bound}
    if not subjects:
        return
    said = Counter(event.message for event in found)
    yield Finding(
        kind=Kind.SYMPTOM,
        severity=Severity.HIGH if len(subjects) >= 20 else Severity.MEDIUM,
        title=f"{counted(len(subjects), 'load balancer target')} cannot be registered",
        subjects=tuple(sorted(subjects)),
        evidence=(
            *(Evidence(Events.ASKED, "message", text, n) for text, n in said.most_common(3)),
            *(
                Evidence(TargetGroupBindings.ASKED, f"{b.namespace}/{b.name}: its pods' address", ip)
                for b, ip in list(bound.items())[:3]
            ),
        ),
    )
