"""One pod's or one node's way, step by step: where it stops, since when, and the cause with its numbers."""

from dataclasses import dataclass
from datetime import datetime

from checks import steps as told
from checks.diagnose import Diagnosis, diagnose
from checks.load import load_checks
from checks.model import Subject
from checks.parts.nodes import Node
from checks.parts.pods import Pod
from checks.run import run
from checks.snapshot import Snapshot
from checks.steps import State, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The steps of one object in order, and the causes of its stop: (id, title, because)."""

    subject: Subject
    taken_at: datetime
    steps: tuple[Step, ...]
    causes: tuple[tuple[str, str, str], ...] = ()

    @property
    def stop(self) -> Step | None:
        """The first step that it does not get past."""
        return next((step for step in self.steps if step.state is State.STOPS), None)


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing of that name was read; ``hints`` are names close to it."""

    text: str
    hints: tuple[str, ...] = ()


def why(snapshot: Snapshot, name: str) -> Way | NotFound:
    """The way of the pod or node called so: "namespace/name", a pod's or a workload's name, or a node's.

    A workload's name stands for its pod that got least far. Only pods that wait or are not ready are kept one
    by one in a sweep; of the others it is known that they run and which address they have.
    """
    node = snapshot.nodes.by_name.get(name) if snapshot.nodes else None
    if node is not None:
        return _node_way(snapshot, node)
    namespace, _, short = name.rpartition("/")
    kept = snapshot.pods.items if snapshot.pods else ()
    mine = [pod for pod in kept if namespace in ("", pod.namespace) and _called(pod, short)]
    if mine:
        return _pod_way(snapshot, min(mine, key=_progress))
    refused = _refused(snapshot, namespace, short)
    if refused is not None:
        return refused
    if snapshot.pods is None:
        gap = snapshot.gaps.get("pods")
        return NotFound(f"pods were not checked: {gap.reason if gap else 'not asked'}")
    for address in snapshot.pods.addresses:
        if namespace in ("", address.namespace) and (
            address.name == short or address.name.startswith(f"{short}-")
        ):
            subject = Subject("Pod", address.name, address.namespace)
            detail = f"{address.ip} on {address.node}"
            steps = (Step("created", State.DONE, address.created), Step("runs", State.DONE, None, detail))
            return Way(subject=subject, taken_at=snapshot.meta.taken_at, steps=steps)
    return NotFound(f"no pod, workload or node called {name} was read", _close(snapshot, short))


def _refused(snapshot: Snapshot, namespace: str, short: str) -> Way | None:
    """The way of a workload whose pods the API server does not even create."""
    for event in reversed(snapshot.events.items if snapshot.events else ()):
        if event.reason != "FailedCreate" or namespace not in ("", event.namespace):
            continue
        if event.name != short and not event.name.startswith(f"{short}-"):
            continue
        subject = Subject(event.kind, event.name, event.namespace)
        since = event.first_seen or event.last_seen
        steps = (Step("created and admitted", State.STOPS, since, event.message),)
        found = _causes(diagnose(run(load_checks(), snapshot)), subject, ("admission-refused",))
        return Way(subject=subject, taken_at=snapshot.meta.taken_at, steps=steps, causes=found)
    return None


def _called(pod: Pod, short: str) -> bool:
    return pod.name == short or pod.name.startswith(f"{short}-") or pod.owner_name == short


def _progress(pod: Pod) -> tuple[int, str]:
    return sum((pod.node is not None, pod.ip is not None, pod.phase == "Running", pod.ready)), pod.name


def _close(snapshot: Snapshot, short: str) -> tuple[str, ...]:
    names = [f"{pod.namespace}/{pod.name}" for pod in snapshot.pods.items] if snapshot.pods else []
    names += [node.name for node in snapshot.nodes.items] if snapshot.nodes else []
    return tuple(sorted(name for name in names if short and short in name)[:5])


def _causes(
    diagnosis: Diagnosis, subject: Subject, symptoms: tuple[str, ...]
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (cause.id, cause.finding.title, cause.finding.because)
        for cause in diagnosis.causes
        if any((symptom, subject) in cause.claims for symptom in symptoms)
    )


def _pod_way(snapshot: Snapshot, pod: Pod) -> Way:
    subject = Subject("Pod", pod.name, pod.namespace)
    owner = f"by {pod.owner_kind} {pod.owner_name}" if pod.owner_kind else "by hand"
    steps = [Step("created and admitted", State.DONE, pod.created, owner)]
    steps += [told.scheduled(snapshot, pod), told.address(snapshot, pod), told.started(pod), told.ready(pod)]
    diagnosis = diagnose(run(load_checks(), snapshot))
    found = _causes(diagnosis, subject, ("pods-not-scheduled", "pods-without-ip"))
    return Way(
        subject=subject, taken_at=snapshot.meta.taken_at, steps=tuple(_first_stop(steps)), causes=found
    )


def _first_stop(steps: list[Step]) -> list[Step]:
    """What comes after the first stop was not reached."""
    found: list[Step] = []
    stopped = False
    for step in steps:
        found.append(Step(step.name, State.AHEAD) if stopped else step)
        stopped = stopped or step.state is State.STOPS
    return found


def _node_way(snapshot: Snapshot, node: Node) -> Way:
    subject = Subject("Node", node.name)
    kind = " ".join(part for part in (node.instance_type, node.zone) if part)
    steps = [
        Step("joined", State.DONE, node.created, kind),
        Step(
            "ready",
            State.DONE if node.ready else State.STOPS,
            node.ready_since,
            node.ready_message or node.ready_reason,
        ),
        told.agent(snapshot, node),
        told.addresses(snapshot, node),
        told.reached(snapshot, node),
        told.room(snapshot, node),
    ]
    symptoms = ("nodes-not-ready", "agents-not-ready", "nodes-unreachable")
    diagnosis = diagnose(run(load_checks(), snapshot))
    found = {item[0]: item for item in _causes(diagnosis, subject, symptoms)}
    for cause in diagnosis.causes:
        if subject in cause.finding.subjects:
            found.setdefault(cause.id, (cause.id, cause.finding.title, cause.finding.because))
    return Way(
        subject=subject, taken_at=snapshot.meta.taken_at, steps=tuple(steps), causes=tuple(found.values())
    )
