"""The interfaces named for masquerading must exist on the nodes."""

import re
from collections import Counter
from collections.abc import Iterator

from checks.advice import change, links, look
from checks.agent_command import on_agent
from checks.model import Action, Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import AgentStatuses
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.nodes import Node, Nodes
from checks.parts.vpc import RouteTables
from checks.routing.internet import public_subnets
from checks.routing.paths import machines
from checks.routing.switch import upgrade
from checks.scale import counted

KEY = "egress-masquerade-interfaces"
FAMILIES = (("Amazon Linux 2023", "en"), ("Ubuntu", "en"), ("Amazon Linux 2", "eth"))
"""How an image names its interfaces: ens5 and the like, or eth0. Other images are not judged."""

EVERY_NAME = "e+"
"""eth0, ens5 and enp0s5 alike. Lists are read as one name before 1.17 (cilium#36103)."""


@check(
    id="masquerade-interface-mismatch",
    title="Masquerading names interfaces that the nodes do not have",
    source="https://docs.cilium.io/en/stable/network/concepts/masquerading/",
)
def masquerade_interface_mismatch(
    cilium: CiliumConfig,
    nodes: Nodes,
    version: CiliumVersion | None,
    agent_status: AgentStatuses | None,
    cilium_nodes: CiliumNodes | None,
    route_tables: RouteTables | None,
) -> Iterator[Finding]:
    """With iptables, only packets that leave by a named interface get the node's address.

    The names differ by image: eth0 on Amazon Linux 2, ens5 and the like on Amazon Linux 2023 and Ubuntu. The
    image stands in for the devices, which no API tells. BPF masquerading refuses the setting altogether.
    """
    patterns = re.split(r"[\s,]+", cilium.data.get(KEY, "").strip())
    if not any(patterns) or not cilium.masquerade or cilium.allocator == "chained":
        return
    if cilium.flag("enable-bpf-masquerade"):
        yield _refused(cilium, version)
        return
    bpf = {n for n, s in agent_status.by_node.items() if s.masquerading == "BPF"} if agent_status else set()
    missed = [node for node in machines(nodes).items if node.name not in bpf and _misses(node, patterns)]
    needed = _needed(cilium, cilium_nodes, route_tables)
    if missed:
        hurt = [node for node in missed if needed is None or node.name in needed]
        yield _mismatch(cilium, version, hurt or missed, breaks=bool(hurt))


def _needed(
    cilium: CiliumConfig, cilium_nodes: CiliumNodes | None, tables: RouteTables | None
) -> frozenset[str] | None:
    """Nodes whose pods get nowhere without masquerading; None: all of them.

    ENI pods have addresses of the VPC, and behind a NAT gateway those will do.
    """
    if cilium.ipam_mode != "eni":
        return None
    return frozenset(public_subnets(cilium_nodes, tables)) if cilium_nodes and tables else frozenset()


def _misses(node: Node, patterns: list[str]) -> bool:
    """Whether no pattern can match an interface of this image; unknown words are given the benefit."""
    family = next((family for image, family in FAMILIES if image in node.os_image), None)
    if family is None:
        return False
    stems = [match[0] if (match := re.match(r"[a-z]+", text)) else "" for text in patterns if text]
    known = all(stem in ("e", "en", "ens", "enp", "eno", "eth") for stem in stems)
    return known and not any(stem.startswith(family) or family.startswith(stem) for stem in stems)


def _refused(cilium: CiliumConfig, version: CiliumVersion | None) -> Finding:
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        title="BPF masquerading is on together with named interfaces, which agents refuse",
        because=f'{KEY} is set and enable-bpf-masquerade is true. Agents exit with "BPF masquerade does not '
        'allow to specify devices", or fall back to iptables.',
        evidence=(
            Evidence(cilium.asked, KEY, cilium.data[KEY]),
            Evidence(cilium.asked, "enable-bpf-masquerade", "true"),
        ),
        actions=(_unset(cilium, version),),
        references=_REFERENCES,
        explains=(Explains("agents-not-ready"),),
        drop_if_harmless=True,
    )


def _mismatch(
    cilium: CiliumConfig, version: CiliumVersion | None, missed: list[Node], *, breaks: bool
) -> Finding:
    images = Counter(node.os_image for node in missed)
    return Finding(
        kind=Kind.CAUSE if breaks else Kind.RISK,
        severity=Severity.HIGH if breaks else Severity.LOW,
        confidence=Confidence.LIKELY,
        title=f"masquerading names {cilium.data[KEY]}, which {counted(len(missed), 'node')} would not have",
        because=f"{missed[0].name} runs {missed[0].os_image}, whose interfaces have other names: "
        "pods leave with their own addresses"
        + (". " if breaks else ", which ENI pods behind a NAT gateway may. ")
        + "The devices themselves are not read: the image stands in for them.",
        subjects=tuple(Subject("Node", node.name) for node in missed),
        evidence=(
            Evidence(cilium.asked, KEY, cilium.data[KEY]),
            *(
                Evidence(Nodes.ASKED, "status.nodeInfo.osImage", image, n)
                for image, n in images.most_common(3)
            ),
        ),
        actions=(
            look(
                "See the names of one node's interfaces",
                on_agent(missed[0].name, "status --verbose", cilium, version),
                "The devices listed match no pattern of the setting.",
            ),
            _unset(cilium, version),
        ),
        references=_REFERENCES,
        inferred=breaks,
    )


def _unset(cilium: CiliumConfig, version: CiliumVersion | None) -> Action:
    eni = cilium.ipam_mode == "eni"
    return change(
        "Name one pattern that every image fits" if eni else "Leave the setting away",
        upgrade(cilium, version, f"egressMasqueradeInterfaces={EVERY_NAME}")
        if eni
        else upgrade(cilium, version, "egressMasqueradeInterfaces=null"),
        risk="agents restart; running connections of pods to the outside may break",
        verify="Pods on every image reach an address outside of the cluster.",
    )


_REFERENCES = links(
    "cilium#21198", "cli#2697", "bottlerocket#1367", "cilium#26950", "cilium#36103", "aws/eks-anywhere#6018"
)
