"""Pod addresses must not be listed as addresses of a Node."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.cilium import CiliumConfig
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.policies import CiliumPolicies, NetworkPolicies
from checks.scale import counted


@check(
    id="snat-hides-pod-identity",
    title="Pods are taken for nodes, so policies do not know them",
    source="https://docs.cilium.io/en/stable/network/concepts/routing/",
)
def snat_hides_pod_identity(
    cilium: CiliumConfig,
    nodes: Nodes,
    pods: Pods,
    network_policies: NetworkPolicies | None,
    cilium_policies: CiliumPolicies | None,
) -> Iterator[Finding | Undecided]:
    """Without an overlay the receiver looks an identity up by the source address.

    A pod whose address a Node lists as its own is ``remote-node`` to everybody, and rules by label miss it.
    That is one way to lose an identity; translation on the way is another, which no API shows.
    """
    if cilium.routing_mode != "native" or cilium.allocator == "chained":
        return
    listed = {ip: node.name for node in nodes.items for ip in node.addresses}
    mistaken = [pod for pod in pods.addresses if pod.ip in listed]
    if not mistaken:
        return
    governed = any(part is not None and part.items for part in (network_policies, cilium_policies))
    if not governed:
        unread = {"network_policies": network_policies, "cilium_policies": cilium_policies}
        yield from (Undecided(part=name) for name, part in unread.items() if part is None)
    first = mistaken[0]
    yield Finding(
        kind=Kind.CAUSE if governed else Kind.RISK,
        severity=Severity.HIGH if governed else Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"{counted(len(mistaken), 'pod has an address', 'pods have addresses')} of a Node",
        because=f"{first.namespace}/{first.name} has {first.ip}, and {listed[first.ip]} lists it among its "
        "addresses, so other agents take it for a node. "
        + (
            "Policies are in force; drops by source identity would prove the harm."
            if governed
            else "No policy is in force."
        ),
        subjects=tuple(Subject("Pod", pod.name, pod.namespace) for pod in mistaken),
        evidence=(
            Evidence(Pods.ASKED, f"{first.name}: status.podIP", first.ip, len(mistaken)),
            Evidence(Nodes.ASKED, f"{listed[first.ip]}: status.addresses", first.ip),
        ),
        actions=(
            look(
                "See which identity denied packets have",
                f"kubectl -n {cilium.namespace} exec daemonset/cilium -c cilium-agent -- "
                "hubble observe --verdict DROPPED --last 20",
                "The source is remote-node or world, with the address of a pod.",
            ),
            change(
                "Keep pod addresses out of the Nodes' addresses, in the cloud provider's settings",
                None,
                risk="restarts the cloud controller",
                verify="status.addresses of the Nodes lists no pod address.",
            ),
        ),
        references=links(
            *(
                "cilium#20718",
                "cilium#14411",
                "cilium#20243",
                "kubernetes/cloud-provider-aws#890",
                "cilium#12205",
            )
        ),
        inferred=governed,
    )
