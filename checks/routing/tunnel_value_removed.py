"""Helm's ``tunnel`` value must not be used where it is gone, nor an overlay with ENI addresses."""

from collections.abc import Iterator

from checks.advice import change, links, look
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, check
from checks.parts.cilium import CiliumConfig, CiliumVersion, HelmValues
from checks.routing.switch import SPLIT_SINCE, upgrade

REMOVED_IN = (1, 15)


@check(
    id="tunnel-value-removed",
    title="The tunnel setting is refused",
    source="https://docs.cilium.io/en/stable/operations/upgrade/",
)
def tunnel_value_removed(
    cilium: CiliumConfig, version: CiliumVersion, helm_values: HelmValues | None
) -> Iterator[Finding]:
    """``tunnel`` was split into routingMode and tunnelProtocol in 1.14, and 1.15's chart refuses it.

    The upgrade fails and the old release runs on, so the change never happened. ENI addresses with an overlay
    are refused by the agents themselves.
    """
    if cilium.allocator == "eni" and cilium.routing_mode == "tunnel":
        yield _eni_tunnel(cilium, version)
        return
    told = helm_values.items.get("tunnel", "").strip('"') if helm_values else ""
    if told and told != "null" and version.minor >= REMOVED_IN:
        yield _value(cilium, version, told)


def _eni_tunnel(cilium: CiliumConfig, version: CiliumVersion) -> Finding:
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        title="agents refuse an overlay with ENI addresses, and both are configured",
        because='ipam is eni and routing-mode is tunnel. Agents exit with "Cannot specify IPAM mode eni in '
        'tunnel mode", or run with routes that fit neither.',
        evidence=(Evidence(cilium.asked, "ipam", "eni"), Evidence(cilium.asked, "routing-mode", "tunnel")),
        actions=(
            look(
                "See why agents exit",
                f"kubectl -n {cilium.namespace} logs daemonset/cilium -c cilium-agent --tail=50",
                "The last lines name the IPAM mode and the tunnel.",
            ),
            change(
                "Route natively in ENI mode",
                upgrade(
                    cilium,
                    version,
                    "routingMode=native" if version.minor >= SPLIT_SINCE else "tunnel=disabled",
                ),
                risk="agents restart; pods that were made before must be recreated",
                verify="All agents become ready.",
            ),
        ),
        references=_REFERENCES,
        explains=(
            Explains("agents-not-ready"),
            Explains("nodes-not-ready"),
            Explains("nodes-unreachable"),
        ),
    )


def _value(cilium: CiliumConfig, version: CiliumVersion, told: str) -> Finding:
    running = cilium.routing_mode or "tunnel"
    wanted = "native" if told == "disabled" else "tunnel"
    protocol = "geneve" if told == "geneve" else "vxlan"
    tunnel = ("routingMode=tunnel", f"tunnelProtocol={protocol}")
    words = ("routingMode=native",) if wanted == "native" else tunnel
    pending = wanted != running
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.LIKELY,
        title=f"the values set tunnel: {told}, which the chart refuses from 1.15 on",
        because=f"Cilium {version.text} runs with routing-mode {running}"
        + (f", not with the {wanted} that the values ask for." if pending else ".")
        + " Whether an upgrade with these values was tried stands in Helm's history, which is not read.",
        evidence=(
            Evidence(HelmValues.ASKED, "tunnel", told),
            Evidence(cilium.asked, "routing-mode", cilium.data.get("routing-mode", "absent")),
            Evidence(CiliumVersion.ASKED, "image tag of the agent", version.text),
        ),
        actions=(
            look(
                "See whether the last upgrade failed",
                f"helm -n {cilium.namespace} history cilium",
                "A failed revision, and an older one deployed.",
            ),
            change(
                "Say the same in today's words, and restart the agents",
                upgrade(cilium, version, "tunnel=null", *words),
                risk="traffic between pods breaks while agents restart; older pods must be recreated",
                verify="cilium-config shows the new routing-mode, and cilium-health every node.",
            ),
        ),
        references=_REFERENCES,
        explains=(Explains("nodes-unreachable"),) if pending and wanted == "tunnel" else (),
    )


_REFERENCES = links("https://docs.cilium.io/en/v1.15/operations/upgrade/", "cilium#12981")
