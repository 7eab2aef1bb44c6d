"""A custom CNI configuration wins over Helm's node settings."""

from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Finding, Kind, Severity, Subject, check
from checks.parts.cilium import CiliumConfig, HelmValues
from checks.parts.cilium_nodes import CiliumNode, CiliumNodes
from checks.parts.neighbours import CniConfiguration
from checks.scale import counted


@check(
    id="custom-cni-conf-overrides-helm",
    title="Helm's node settings are ignored for a custom CNI configuration",
    source="https://docs.cilium.io/en/stable/network/concepts/ipam/eni/",
    modes=("eni",),
)
def custom_cni_conf_overrides_helm(
    cilium: CiliumConfig,
    cilium_nodes: CiliumNodes,
    helm_values: HelmValues | None,
    cni_configuration: CniConfiguration | None,
) -> Iterator[Finding]:
    """The agent fills its CiliumNode from the CNI configuration it finds; Helm's settings count without one.

    Without a custom configuration a difference only means that the CiliumNode is older than the setting.
    """
    if cilium.flag("custom-cni-conf") is not True:
        return
    wanted = dict(_wanted(cilium, helm_values))
    other: dict[str, list[str]] = {}
    for node in cilium_nodes.items:
        for key, value in wanted.items():
            held = _held(key, node)
            if held != _plain(value):
                other.setdefault(f"{key}: {value}, on nodes: {held}", []).append(node.name)
    if not other:
        return
    file = {**cni_configuration.eni, **cni_configuration.ipam} if cni_configuration else {}
    told = {key: text for key, text in file.items() if any(key == _short(name) for name in wanted)}
    names = sorted({name for found in other.values() for name in found})
    yield Finding(
        kind=Kind.RISK,
        severity=Severity.MEDIUM,
        confidence=Confidence.CERTAIN if told else Confidence.LIKELY,
        title=f"{counted(len(names), 'CiliumNode')} do not have what Helm sets: a custom CNI configuration "
        "is used",
        because="custom-cni-conf is true, and the CiliumNodes hold other values than Helm sets. "
        + (
            "The CNI configuration holds values of its own for them."
            if told
            else "What the CNI configuration holds would make it certain."
        ),
        subjects=tuple(Subject("Node", name) for name in names),
        evidence=(
            Evidence(cilium.asked, "data.custom-cni-conf", "true"),
            *(Evidence(CiliumNodes.ASKED, "spec", text, len(found)) for text, found in sorted(other.items())),
            *(Evidence(CniConfiguration.ASKED, key, text) for key, text in sorted(told.items())),
        ),
        actions=(
            look(
                "See the configuration that is used",
                f"kubectl -n {quote(cilium.namespace)} get configmap cni-configuration -o yaml",
                "its eni and ipam stanzas are what the CiliumNodes hold",
            ),
            change(
                "Keep the setting in one place: move it into the CNI configuration, or drop that",
                None,
                risk="existing CiliumNodes keep what they have; replace nodes, or recreate one on a "
                "drained node",
                verify="new CiliumNodes hold the wanted values",
            ),
        ),
        references=links("cilium#26731"),
    )


PRE_ALLOCATE = 8  # what the operator takes for an absent one
_HELD = (
    "eni-first-interface-index",
    "eni-use-primary-address",
    "eni-disable-prefix-delegation",
    "ipam-pre-allocate",
    "ipam-min-allocate",
    "ipam-max-allocate",
)
"""Node settings of the chart from 1.19 on whose form is a number or a boolean."""


_IN_HELM = {
    "eni-first-interface-index": "eni.nodeSpec.firstInterfaceIndex",
    "eni-use-primary-address": "eni.nodeSpec.usePrimaryAddress",
    "eni-disable-prefix-delegation": "eni.nodeSpec.disablePrefixDelegation",
    "ipam-pre-allocate": "ipam.nodeSpec.ipamPreAllocate",
    "ipam-min-allocate": "ipam.nodeSpec.ipamMinAllocate",
    "ipam-max-allocate": "ipam.nodeSpec.ipamMaxAllocate",
}


def _wanted(cilium: CiliumConfig, values: HelmValues | None) -> Iterator[tuple[str, str]]:
    """What the chart rendered, or what was handed to it where that is known."""
    for key in _HELD:
        text = cilium.data.get(key, "").strip() or (values.items.get(_IN_HELM[key], "") if values else "")
        if text and text != "null":
            yield key, text.strip('"').lower()


def _short(key: str) -> str:
    """The key as the CNI configuration's stanzas spell it: "first-interface-index"."""
    return key.partition("-")[2]


def _held(key: str, node: CiliumNode) -> str:
    values: dict[str, int | bool | None] = {
        "eni-first-interface-index": node.eni.first_interface_index,
        "eni-use-primary-address": node.eni.use_primary_address,
        "eni-disable-prefix-delegation": node.eni.disable_prefix_delegation,
        "ipam-pre-allocate": node.pre_allocate if node.pre_allocate is not None else PRE_ALLOCATE,
        "ipam-min-allocate": node.min_allocate,
        "ipam-max-allocate": node.max_allocate,
    }
    return _plain(str(values[key] or 0).lower())


def _plain(value: str) -> str:
    """One word for what is off or nothing, however it is written."""
    return "0" if value in ("", "0", "false", "none") else value
