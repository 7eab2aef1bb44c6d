"""Agents that never start, because their image is not on the node and no network brings it there."""

from collections.abc import Iterable, Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.derive import GRACE
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject
from checks.parts.agents import Meta
from checks.parts.pods import Pod, Pods
from checks.scale import counted

_PULL = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})


def without_image(meta: Meta, agents: Iterable[Pod]) -> Iterator[Finding]:
    """Agents on a node that wait for their image past the grace."""
    found = [
        pod
        for pod in agents
        if pod.node
        and not pod.ready
        and meta.taken_at - pod.created > GRACE
        and _PULL.intersection(pod.waiting_reasons)
    ]
    if not found:
        return
    names = frozenset(Subject("Node", pod.node or "") for pod in found)
    first = found[0]
    why = " ".join((*first.waiting_reasons, *first.waiting_messages))
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.CERTAIN,
        title=f"the agent's image cannot be pulled on {counted(len(names), 'node')}",
        because="The pods are bound and wait for their image, so neither a taint nor a selector keeps them "
        "away, and an agent that never started has given out no address.",
        subjects=tuple(sorted(names)),
        evidence=(Evidence(Pods.ASKED, f"{first.name}: state.waiting", why, len(found)),),
        explains=(
            Explains("nodes-not-ready", names),
            Explains("agents-not-ready", names),
        ),
        actions=(
            look(
                "See what the registry answers",
                f"kubectl -n {quote(meta.cilium_namespace)} describe pod {quote(first.name)}",
                "the event names the image and the error: not found, denied, or no route",
            ),
            change(
                "Make the image reachable from these nodes: a mirror, credentials, or a way out",
                None,
                risk="none to running pods",
                verify="the agent starts and the node becomes ready",
            ),
        ),
        references=links("cozystack/cozystack#56", "cilium#36405"),
    )
