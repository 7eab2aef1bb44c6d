"""A pod that met a node before its agent answered may stay behind after the agent does."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import agent_pods
from checks.derive import GRACE
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.agents import Meta
from checks.parts.derived import StuckPod, Waiting
from checks.parts.kubernetes import Event, Events
from checks.parts.pods import Pods
from checks.scale import counted

_NO_AGENT = ("cilium.sock", "unable to connect to cilium agent", "is cilium running")


@check(
    id="taint-removed-too-early",
    title="Pods met a node before its agent answered",
    source="https://github.com/cilium/cilium/issues/29405",
)
def taint_removed_too_early(meta: Meta, waiting: Waiting, pods: Pods, events: Events) -> Iterator[Finding]:
    """Readiness of the agent's pod comes some seconds before its CNI API; mostly the next try succeeds.

    What is left are pods whose last error is the missing socket although the agent is long ready. Where the
    agent is not ready, that is the fault.
    """
    since = {
        pod.node: pod.ready_since or pod.created
        for pod in agent_pods(pods, meta.cilium_namespace)
        if pod.ready and pod.node
    }
    left = [item for item in waiting.without_ip if _behind(item, since, events, meta.taken_at)]
    if not left:
        return
    names = sorted({item.pod.node or "" for item in left})
    first = left[0].pod
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(left), 'pod')} met {counted(len(names), 'node')} before the agent there "
        "answered",
        because="Their error is the agent's missing socket, first seen around the time the agent became "
        "ready, and it has been ready since. A delete that heals them would prove it.",
        subjects=tuple(item.subject for item in left),
        evidence=(
            Evidence(Events.ASKED, "message", left[0].message, len(left)),
            *(
                Evidence(Pods.ASKED, f"agent on {name}: ready since", since[name].isoformat())
                for name in names[:3]
            ),
        ),
        explains=(Explains("pods-without-ip", frozenset(item.subject for item in left)),),
        actions=(
            look(
                "See whether the kubelet still tries",
                f"kubectl -n {quote(first.namespace)} describe pod {quote(first.name)}",
                "the same error and no newer one",
            ),
            change(
                "Delete the pods that stayed behind",
                f"kubectl -n {quote(first.namespace)} delete pod {quote(first.name)}",
                risk="the controller makes it anew",
                verify="the new pod gets an address",
            ),
        ),
        references=links("cilium#29405", "cilium#37477", "cilium#40345"),
    )


def _behind(item: StuckPod, since: Mapping[str, datetime], events: Events, taken_at: datetime) -> bool:
    ready = since.get(item.pod.node or "")
    if ready is None or taken_at - ready <= GRACE or not _socket(item.message):
        return False
    seen = [
        e for e in events.by_object.get(("Pod", item.pod.namespace, item.pod.name), ()) if _socket(e.message)
    ]
    return any(_first(event) <= ready + GRACE for event in seen)


def _first(event: Event) -> datetime:
    return event.first_seen or event.last_seen


def _socket(text: str) -> bool:
    return any(word in text.lower() for word in _NO_AGENT)
