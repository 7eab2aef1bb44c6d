"""Pods need one more hop than their node to reach the instance's metadata."""

from collections.abc import Collection, Iterator, Mapping

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.aws import Instances
from checks.parts.kubernetes import Events
from checks.parts.nodes import Nodes
from checks.parts.pods import Pod, Pods
from checks.parts.services import Services
from checks.scale import counted
from checks.services.waiting_backends import kept_backends

_REFERENCES = links("cilium#25232", "cilium#25527", "cilium#18906")
_ACTIONS = (
    look("See whether a pod needs it", None, "SDK errors about a missing region or credentials"),
    change(
        "Give such pods a role of their own (IRSA, pod identity); else raise the limit to 2",
        "aws ec2 modify-instance-metadata-options --instance-id INSTANCE --http-put-response-hop-limit 2",
        risk="every pod on the node can then take the node's role",
        verify="the pod's SDK finds its region and credentials",
    ),
)
_WORDS = ("169.254.169.254", "ec2imds", "ec2metadata", "imds", "instance metadata")


@check(
    id="imds-hop-limit",
    title="Pods cannot reach instance metadata",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html",
)
def imds_hop_limit(
    nodes: Nodes,
    instances: Instances,
    pods: Pods | None,
    services: Services | None,
    events: Events | None,
) -> Iterator[Finding]:
    """A hop limit of 1 lets the token's answer reach the node itself and no pod.

    Many set it so on purpose, to keep pods from the node's role, so by itself it is a note. It is the cause
    where pods on such nodes are not ready and say themselves that metadata did not answer.
    """
    short = {
        node.name
        for node in nodes.items
        if (instance := instances.by_id.get(node.instance_id or "")) and instance.metadata_hop_limit == 1
    }
    if not short:
        return
    hurt = {pod: said for pod in (pods.items if pods else ()) if (said := _said(pod, short, events))}
    limit = Evidence(Instances.ASKED, "MetadataOptions.HttpPutResponseHopLimit", "1", len(short))
    yield _harm(hurt, services, pods, limit) if hurt else _note(short, limit)


def _harm(hurt: Mapping[Pod, str], services: Services | None, pods: Pods | None, limit: Evidence) -> Finding:
    served = frozenset(
        Subject("Service", service.name, service.namespace)
        for service in (services.items if services else ())
        if hurt.keys() & set(kept_backends(service, pods))
    )
    told = (Evidence(Pods.ASKED, f"{p.namespace}/{p.name}", said) for p, said in list(hurt.items())[:3])
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(hurt), 'pod')} cannot use instance metadata: the hop limit is 1",
        because="Their instances let the token's answer travel one hop, to the node, and the pods say that "
        "metadata did not answer. Asking it from such a pod and from its node would prove it.",
        subjects=tuple(sorted(Subject("Pod", pod.name, pod.namespace) for pod in hurt)),
        evidence=(limit, *told),
        explains=(Explains("services-failing", served), Explains("webhooks-failing", served)),
        actions=_ACTIONS,
        references=_REFERENCES,
    )


def _note(short: Collection[str], limit: Evidence) -> Finding:
    return Finding(
        kind=Kind.NOTE,
        severity=Severity.LOW,
        confidence=Confidence.POSSIBLE,
        title=f"pods on {counted(len(short), 'node')} cannot use instance metadata: the hop limit is 1",
        because="A pod that takes its region or credentials from there waits and fails; with IRSA or pod "
        "identity none does.",
        subjects=tuple(Subject("Node", name) for name in sorted(short)),
        evidence=(limit,),
        actions=_ACTIONS,
        references=_REFERENCES,
    )


def _said(pod: Pod, short: Collection[str], events: Events | None) -> str:
    """What a pod on such a node, or an event about it, says of metadata that did not answer."""
    if pod.ready or pod.host_network or pod.node not in short:
        return ""
    about = events.by_object.get(("Pod", pod.namespace, pod.name), ()) if events else ()
    texts = (*pod.last_words, *pod.waiting_messages, *(event.message for event in about))
    return next((text for text in texts if any(word in text.lower() for word in _WORDS)), "")
