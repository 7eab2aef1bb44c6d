"""Objects that look broken and are history, spares or parked."""

from collections import Counter
from collections.abc import Iterator

from checks.cilium_pods import spare_operators
from checks.model import Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.kubernetes import Leases
from checks.parts.pods import Pod, Pods
from checks.parts.workloads import DaemonSets, Deployments
from checks.scale import counted

_Row = tuple[str, tuple[Subject, ...], tuple[Evidence, ...]]


@check(
    id="benign-leftover-objects",
    title="Objects that look broken and are not",
    source="https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-garbage-collection",
)
def benign_leftover_objects(
    meta: Meta,
    pods: Pods,
    deployments: Deployments,
    daemonsets: DaemonSets | None,
    leases: Leases | None,
) -> Iterator[Finding]:
    """Failed pods of a complete controller, an operator replica held back by its sibling, a parked aws-node.

    Kubernetes keeps Failed pods as history; two operator replicas exclude each other on one node; a selector
    that matches nothing is the documented way to park aws-node.
    """
    rows = [*_failed(pods, deployments, daemonsets), *_spare_operator(meta, pods, deployments, leases)]
    rows += _parked(daemonsets)
    if not rows:
        return
    yield Finding(
        kind=Kind.NOTE,
        severity=Severity.LOW,
        title="; ".join(title for title, _, _ in rows),
        subjects=tuple(subject for _, subjects, _ in rows for subject in subjects),
        evidence=tuple(item for _, _, evidence in rows for item in evidence),
    )


def _failed(pods: Pods, deployments: Deployments, daemonsets: DaemonSets | None) -> Iterator[_Row]:
    complete = {(w.namespace, "Deployment", w.name) for w in deployments.items if 0 < w.desired <= w.ready}
    for item in daemonsets.items if daemonsets else ():
        if 0 < item.desired <= item.ready:
            complete.add((item.namespace, "DaemonSet", item.name))
    by_owner: dict[tuple[str, str, str], list[Pod]] = {}
    for pod in pods.leftovers:
        owner = _controller(pod)
        if owner in complete:
            by_owner.setdefault(owner, []).append(pod)
    for (namespace, kind, name), left in sorted(by_owner.items()):
        yield (
            f"{counted(len(left), 'failed pod is a leftover', 'failed pods are leftovers')} of "
            f"{namespace}/{name}, which is complete",
            tuple(Subject("Pod", pod.name, pod.namespace) for pod in left),
            (Evidence(Pods.ASKED, f"{kind} {namespace}/{name}: status.phase", "Failed", len(left)),),
        )


def _controller(pod: Pod) -> tuple[str, str, str]:
    """The Deployment or DaemonSet behind a pod; a ReplicaSet's name ends in its template's hash."""
    name = pod.owner_name or ""
    if pod.owner_kind == "ReplicaSet":
        return pod.namespace, "Deployment", name.rpartition("-")[0]
    return pod.namespace, pod.owner_kind or "", name


def _spare_operator(
    meta: Meta, pods: Pods, deployments: Deployments, leases: Leases | None
) -> Iterator[_Row]:
    spares = spare_operators(meta, pods, deployments, leases)
    if spares:
        said = Counter(pod.unscheduled_message for pod in spares)
        yield (
            f"{counted(len(spares), 'operator replica waits', 'operator replicas wait')} for a node of its "
            "own while another holds the lease",
            tuple(Subject("Pod", pod.name, pod.namespace) for pod in spares),
            tuple(
                Evidence(Pods.ASKED, "status.conditions[PodScheduled].message", text, count)
                for text, count in said.items()
            ),
        )


def _parked(daemonsets: DaemonSets | None) -> Iterator[_Row]:
    item = daemonsets.find("kube-system", "aws-node") if daemonsets else None
    if item is not None and item.desired == 0:
        yield (
            "the DaemonSet aws-node is parked: it runs on no node",
            (Subject("DaemonSet", item.name, item.namespace),),
            (Evidence(DaemonSets.ASKED, "aws-node: status.desiredNumberScheduled", "0"),),
        )
