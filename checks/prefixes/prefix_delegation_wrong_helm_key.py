"""Prefix delegation asked for under a Helm key that the chart does not have is not asked for at all."""

import re
from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.aws import InstanceTypes
from checks.parts.cilium import CiliumConfig, CiliumVersion, HelmValues
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from checks.prefixes.eni_nodes import EniNode, eni_nodes, stuck_pods
from checks.scale import counted

_RIGHT = frozenset({"eni.awsEnablePrefixDelegation", "extraConfig.aws-enable-prefix-delegation"})
_OPT_OUT = re.compile(r"disable[-_]?prefix", re.IGNORECASE)
_LOOKS_RIGHT = re.compile(r"prefix[-_]?delegation|enableprefix|awsEnableInstanceTypeDetails", re.IGNORECASE)
_OFF = frozenset({"false", "null", '"false"', '""', "0", "{}", "[]"})


@check(
    id="prefix-delegation-wrong-helm-key",
    title="Prefix delegation is set under a key that the chart does not have",
    source="https://docs.cilium.io/en/stable/helm-reference/",
    modes=("eni",),
)
def prefix_delegation_wrong_helm_key(
    cilium: CiliumConfig,
    nodes: Nodes,
    cilium_nodes: CiliumNodes,
    version: CiliumVersion | None,
    helm_values: HelmValues | None,
    instance_types: InstanceTypes | None,
    accounts: Accounts | None,
    waiting: Waiting | None,
) -> Iterator[Finding | Undecided]:
    """Helm ignores keys that a chart does not know, so the rendered ConfigMap decides.

    The chart's key is eni.awsEnablePrefixDelegation; ENABLE_PREFIX_DELEGATION belongs to the AWS VPC CNI.
    Without the values a person used, this only fits where nodes are full and admit more pods than single
    addresses serve.
    """
    every = eni_nodes(nodes, cilium_nodes, instance_types, accounts, waiting)
    if cilium.prefix_delegation or any(n.holds_prefixes for n in every):
        return
    sized = [n for n in every if _sized_for_prefixes(n) and n.may_have_prefixes(version)]
    full = [n for n in sized if n.full and n.stuck]
    wrong = _look_alikes(helm_values) if helm_values else {}
    if not wrong and (helm_values is not None or not full):
        return
    if not wrong:
        yield Undecided(part="helm_values")
    said = "; ".join(f"{key}: {value}" for key, value in wrong.items())
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        confidence=Confidence.CERTAIN if wrong else Confidence.POSSIBLE,
        title=f"prefix delegation is off: the Helm values set {', '.join(wrong)}, which the chart does not "
        "know"
        if wrong
        else "prefix delegation is off, but the pod limits look made for it",
        because="cilium-config was read and has no aws-enable-prefix-delegation: true, while the values "
        "ask for prefixes under another name. No node holds a prefix."
        if wrong
        else "The limits are above what single addresses serve. The Helm values would decide: they were "
        "not handed over (helm get values cilium -o json).",
        subjects=tuple(Subject("Node", n.name) for n in sorted(sized, key=lambda n: (-len(n.stuck), n.name))),
        evidence=(
            *((Evidence(HelmValues.ASKED, "values", said),) if wrong else ()),
            Evidence(
                cilium.asked,
                "data.aws-enable-prefix-delegation",
                cilium.data.get("aws-enable-prefix-delegation", "absent"),
            ),
            Evidence(CiliumNodes.ASKED, "status.eni.enis{}.prefixes", "none", len(every)),
            *(
                Evidence(Nodes.ASKED, f"{n.name}: status.allocatable.pods", str(n.node.max_pods))
                for n in sized[:1]
            ),
        ),
        explains=(stuck_pods(n for n in every if n.full),),
        leads_to=("max-pods-exceeds-node-ip-capacity", "node-eni-limit-reached") if wrong else (),
        drop_if_harmless=not wrong,
        actions=(
            look(
                "See what the chart rendered",
                f"kubectl -n {quote(cilium.namespace)} get configmap cilium-config "
                "-o jsonpath='{.data.aws-enable-prefix-delegation}'",
                "anything but true means that it is off; compare your keys with helm show values "
                "cilium/cilium",
            ),
            change(
                "Set the key that the chart has, and restart the operator",
                f"helm upgrade cilium cilium/cilium -n {quote(cilium.namespace)} --reuse-values "
                f"{f'--version {quote(version.text)} ' if version else ''}--set ipam.mode=eni --set "
                "eni.enabled=true --set eni.awsEnablePrefixDelegation=true && kubectl -n "
                f"{quote(cilium.namespace)} rollout restart deployment/cilium-operator",
                risk="restarts the operator and, where the ConfigMap's checksum is on, the agents",
                verify="the ConfigMap says true, and a new node's CiliumNode lists prefixes",
            ),
            change(
                f"Then replace the {counted(len(every), 'node')}: those with single addresses never convert",
                None,
                risk="moves every pod once; go node by node",
                verify="each CiliumNode lists /28 blocks under status.eni.enis",
            ),
        ),
        references=links(
            "https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
            "https://docs.cilium.io/en/stable/helm-reference/",
            "cilium#10426",
        ),
    )


def _look_alikes(values: HelmValues) -> dict[str, str]:
    found = {}
    for key, value in sorted(values.items.items()):
        named = _LOOKS_RIGHT.search(key) and value.lower() not in _OFF
        as_env = "ENABLE_PREFIX_DELEGATION" in value
        if key not in _RIGHT and not _OPT_OUT.search(key) and (named or as_env):
            found[key] = value
    return found


def _sized_for_prefixes(item: EniNode) -> bool:
    account = item.account
    if account is None or account.capacity is None or account.max_pods is None:
        return False
    return account.max_pods - (account.host_network or 0) > account.capacity - account.own
