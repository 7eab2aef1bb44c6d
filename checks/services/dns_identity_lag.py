"""Agents must learn the identity of new DNS pods before they are asked to let traffic to them through."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from checks.advice import change, links, look
from checks.cilium_pods import operator_pods
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import Meta
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.pods import Pods
from checks.parts.services import Services
from checks.services.waiting_backends import kept_backends

WINDOW = timedelta(minutes=5)


@check(
    id="dns-identity-lag",
    title="DNS pods and the operator moved at once",
    source="https://github.com/cilium/cilium/issues/47802",
)
def dns_identity_lag(
    meta: Meta,
    cilium: CiliumConfig,
    pods: Pods,
    services: Services | None,
    version: CiliumVersion | None,
) -> Iterator[Finding]:
    """With CiliumEndpointSlices the operator publishes new identities; while it moves nobody does.

    It lasts under a minute and only hits pods with egress policies. Drops with an unknown identity are gone
    with the moment, so this is at most possible, and only while lookups fail.
    """
    if cilium.flag("enable-cilium-endpoint-slice") is not True:
        return
    service = dns_service(services)
    dns = [p for p in kept_backends(service, pods) if meta.taken_at - p.created <= WINDOW]
    moved = [p for p in operator_pods(pods, meta.cilium_namespace) if meta.taken_at - p.created <= WINDOW]
    if not dns or not moved:
        return
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.POSSIBLE,
        title="DNS pods and the operator were both replaced minutes ago, and endpoint slices are in use",
        because="New DNS pods stay unknown to other agents until an operator publishes them. Drops to their "
        "addresses with identity unknown or world would decide; they stop when the operator is back.",
        subjects=tuple(sorted(Subject("Pod", p.name, p.namespace) for p in (*dns, *moved))),
        evidence=(
            Evidence(cilium.asked, "data.enable-cilium-endpoint-slice", "true"),
            Evidence(Pods.ASKED, "DNS pods younger than 5 min", ", ".join(p.name for p in dns[:3]), len(dns)),
            Evidence(Pods.ASKED, "operator pods younger than 5 min", moved[0].name, len(moved)),
        ),
        explains=(Explains("dns-failing"),),
        drop_if_harmless=True,
        actions=(
            look(
                "Watch drops to the new DNS pods",
                f"kubectl -n {quote(cilium.namespace)} exec ds/cilium -- "
                f"{version.dbg if version else 'cilium-dbg'} monitor --type drop",
                "identity unknown or world for an address of a DNS pod",
            ),
            change(
                "Keep operator and DNS pods on different nodes, and drain one at a time",
                None,
                risk="none",
                verify="the next node rotation passes without failed lookups",
            ),
        ),
        references=links("cilium#47802", "cilium#39391"),
    )
