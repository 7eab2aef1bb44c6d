"""The operator's image must have the allocator of the configured IPAM mode."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import operator_deployment
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.operator.waits import waits_for_operator
from checks.parts.agents import Meta, OperatorLog
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.parts.workloads import Deployments, Workload

_LACKS = {"generic": ("eni",), "aws": ("cluster-pool", "multi-pool", "kubernetes")}
"""Which modes an operator flavour is built without (operator/pkg/ipam build tags)."""


@check(
    id="operator-wrong-image",
    title="The operator's image lacks the allocator of this IPAM mode",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni", "cluster-pool"),
)
def operator_wrong_image(
    meta: Meta,
    cilium: CiliumConfig,
    deployments: Deployments,
    version: CiliumVersion | None,
    operator_log: OperatorLog | None,
    nodes: Nodes | None,
    cilium_nodes: CiliumNodes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding]:
    """The chart picks the operator's image by eni.enabled, not by ipam.mode.

    The generic image has no ENI allocator and exits; nothing gets an address. An image without a flavour in
    its name holds every allocator.
    """
    operator = operator_deployment(deployments, meta.cilium_namespace)
    flavour = _flavour(operator) if operator else None
    if operator is None or flavour is None or cilium.allocator not in _LACKS[flavour]:
        return
    lines = operator_log.lines if operator_log else ()
    said = [line for line in lines if "allocator is not supported by this version of" in line]
    running = operator.ready > 0 and not said
    wanted = "operator-aws" if cilium.allocator == "eni" else "operator-generic"
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.CRITICAL,
        confidence=Confidence.LIKELY if running else Confidence.CERTAIN,
        title=f"the operator runs as operator-{flavour}, which cannot allocate in {cilium.allocator} mode",
        because=f"The Deployment's image is {operator.images[0]} while ipam is {cilium.allocator}. "
        + (
            "Its replicas are ready, so they may run on older settings; a restart would decide."
            if running
            else "No replica is ready, as this mismatch makes the operator exit at start."
        ),
        subjects=(Subject("Deployment", operator.name, operator.namespace),),
        evidence=(
            Evidence(Deployments.ASKED, "cilium-operator: containers[].image", ", ".join(operator.images)),
            Evidence(cilium.asked, "data.ipam", cilium.data.get("ipam", "absent")),
            Evidence(Deployments.ASKED, "cilium-operator: status.readyReplicas", str(operator.ready)),
            *((Evidence(OperatorLog.ASKED, "line", said[-1], len(said)),) if said else ()),
        ),
        explains=(
            Explains("operator-not-ready"),
            *waits_for_operator(cilium, nodes, cilium_nodes, accounts, waiting),
        ),
        leads_to=("operator-down-or-no-leader",),
        actions=(
            look(
                "See what the operator says at its end",
                f"kubectl -n {quote(meta.cilium_namespace)} logs deployment/cilium-operator --previous "
                "--tail=20",
                "it names the allocator that this image is built without",
            ),
            change(
                f"Let the chart pick {wanted}, and drop overrides of operator.image",
                f"helm upgrade cilium cilium/cilium -n {quote(meta.cilium_namespace)} --reuse-values "
                f"{f'--version {quote(version.text)} ' if version else ''}"
                f"--set eni.enabled={str(cilium.allocator == 'eni').lower()} "
                f"--set ipam.mode={quote(cilium.ipam_mode)}",
                risk="restarts operator and agents; running pods keep their addresses. A mirror must hold "
                "the image",
                verify=f"the Deployment's image ends in {wanted} and one replica holds the lease",
            ),
        ),
        references=links("cilium#39519", "kops#11290"),
    )


def _flavour(operator: Workload) -> str | None:
    """``generic`` or ``aws`` of the first image's name; None for one that has every allocator."""
    name = (operator.images or ("",))[0].split("@")[0].rsplit("/", 1)[-1].split(":")[0]
    return next((flavour for flavour in _LACKS if name.endswith(f"operator-{flavour}")), None)
