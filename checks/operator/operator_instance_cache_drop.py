"""The operator must not lose sight of an instance that is running."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.operator.told import lines_with, quoted
from checks.parts.agents import OperatorLog
from checks.parts.aws import Instances
from checks.parts.cilium import CiliumConfig
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.scale import counted
from checks.subnets.starved import eni_pairs, starves

FILTERS = ("subnet-tags-filter", "subnet-ids-filter")
REPEATED = 3


@check(
    id="operator-instance-cache-drop",
    title="The operator has lost running instances",
    source="https://github.com/cilium/cilium/issues/46513",
    modes=("eni",),
)
def operator_instance_cache_drop(
    cilium: CiliumConfig,
    operator_log: OperatorLog,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    instances: Instances,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """With a subnet filter a full resync rebuilds the operator's cache from the filtered subnets' interfaces.

    A node whose pod interface is not there yet vanishes, its need counts as none, and it is never served.
    A terminated instance, or every new node at once, is another fault.
    """
    said = lines_with(operator_log, "Instance not found!")
    if len(said) < REPEATED:
        return
    pairs = eni_pairs(nodes, cilium_nodes)
    bare = [(node, mine) for node, mine in pairs if not any(eni.size for eni in mine.pod_enis)]
    lost = [
        (node, mine)
        for node, mine in bare
        if (instance := instances.by_id.get(mine.instance_id or node.instance_id or "")) is not None
        and instance.state == "running"
        and any(text in line for line in said for text in (node.name, instance.id))
    ]
    served = [node.created for node, mine in pairs if any(eni.size for eni in mine.pod_enis)]
    if not lost or not any(created >= min(n.created for n, _ in lost) for created in served):
        return
    filtered = next((key for key in FILTERS if cilium.data.get(key, "").strip()), None)
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if filtered else Confidence.LIKELY,
        title=f"the operator has lost {counted(len(lost), 'running instance')} and gives them nothing",
        because="It keeps saying that they do not exist while EC2 says that they run, and nodes as young "
        "were served. "
        + (f"{filtered} is set, which makes a resync forget them." if filtered else "No filter is set."),
        subjects=tuple(Subject("Node", node.name) for node, _ in lost),
        evidence=(
            *quoted(said),
            Evidence(Instances.ASKED, "State.Name", "running", len(lost)),
            Evidence(CiliumNodes.ASKED, "status.eni.enis{}", "no pod address", len(lost)),
            *((Evidence(cilium.asked, f"data.{filtered}", cilium.data[filtered]),) if filtered else ()),
        ),
        explains=starves(lost, accounts, waiting),
        drop_if_harmless=True,
        actions=(
            look(
                "See which instances it misses",
                f"kubectl -n {quote(cilium.namespace)} logs deployment/cilium-operator | grep 'Instance "
                "not found'",
                "the same instances again and again",
            ),
            change(
                "Restart the operator, and drop the subnet filter",
                f"kubectl -n {quote(cilium.namespace)} rollout restart deployment/cilium-operator",
                risk="none to running pods",
                verify="the nodes' CiliumNodes list interfaces within a minute",
            ),
        ),
        references=links("cilium#46513", "cilium#35404"),
    )
