"""Pods need one more hop than their node to reach the instance's metadata."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.aws import Instances
from checks.parts.nodes import Nodes
from checks.scale import counted


@check(
    id="imds-hop-limit",
    title="Pods cannot reach instance metadata",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html",
)
def imds_hop_limit(nodes: Nodes, instances: Instances) -> Iterator[Finding]:
    """A hop limit of 1 lets the token's answer reach the node itself and no pod.

    Many set it so on purpose, to keep pods from the node's role. Whether some pod relies on metadata shows
    in no API, so this is a note of what would happen to one.
    """
    short = [
        (node.name, instance)
        for node in nodes.items
        if (instance := instances.by_id.get(node.instance_id or "")) and instance.metadata_hop_limit == 1
    ]
    if not short:
        return
    yield Finding(
        kind=Kind.NOTE,
        severity=Severity.LOW,
        confidence=Confidence.POSSIBLE,
        title=f"pods on {counted(len(short), 'node')} cannot use instance metadata: the hop limit is 1",
        because="A pod that takes its region or credentials from there waits and fails; with IRSA or pod "
        "identity none does.",
        subjects=tuple(Subject("Node", name) for name, _ in short),
        evidence=(Evidence(Instances.ASKED, "MetadataOptions.HttpPutResponseHopLimit", "1", len(short)),),
        actions=(
            look("See whether a pod needs it", None, "SDK errors about a missing region or credentials"),
            change(
                "Give such pods a role of their own (IRSA, pod identity); else raise the limit to 2",
                "aws ec2 modify-instance-metadata-options --instance-id INSTANCE "
                "--http-put-response-hop-limit 2",
                risk="every pod on the node can then take the node's role",
                verify="the pod's SDK finds its region and credentials",
            ),
        ),
        references=links("cilium#25232", "cilium#25527", "cilium#18906"),
    )
