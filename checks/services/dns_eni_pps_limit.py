"""One network interface may send the VPC's resolver 1,024 packets a second."""

from collections import Counter
from collections.abc import Iterator
from shlex import quote

from checks.advice import change, links, look
from checks.dns import dns_service
from checks.model import Confidence, Evidence, Explains, Finding, Kind, Severity, Subject, check
from checks.parts.agents import DnsProbes
from checks.parts.services import Endpoints, Services
from checks.scale import counted


@check(
    id="dns-eni-pps-limit",
    title="DNS pods share one node, and lookups fail now and then",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits",
)
def dns_eni_pps_limit(
    endpoints: Endpoints, dns_probes: DnsProbes, services: Services | None
) -> Iterator[Finding]:
    """EC2 drops what is above the limit, per interface and for all link-local services together.

    The counter linklocal_allowance_exceeded is on the node alone, so this is never more than possible: DNS
    pods crowd on one node, and some lookups fail while others answer.
    """
    service = dns_service(services)
    ready = [e for e in endpoints.of(service.namespace, service.name).ready if e.node]
    outcomes = Counter(p.outcome for p in dns_probes.items)
    flaky = outcomes["ok"] and (outcomes["servfail"] or outcomes["timeout"])
    crowd = {e.node for e in ready}
    if len(ready) < 2 or len(crowd) != 1 or not flaky:
        return
    node = next(iter(crowd)) or ""
    failed = outcomes["servfail"] + outcomes["timeout"]
    yield Finding(
        kind=Kind.CAUSE,
        severity=Severity.MEDIUM,
        confidence=Confidence.POSSIBLE,
        title=f"all {len(ready)} DNS pods are on {node}, and {counted(failed, 'lookup')} of "
        f"{sum(outcomes.values())} failed",
        because="Lookups fail now and then, and every DNS pod asks the VPC's resolver from one node. A "
        "growing linklocal_allowance_exceeded in ethtool -S on that node would prove it.",
        subjects=(Subject("Node", node),),
        evidence=(
            Evidence(Endpoints.ASKED, f"{service.name}: nodeName", node, len(ready)),
            Evidence(
                DnsProbes.ASKED, "outcomes", ", ".join(f"{k}: {v}" for k, v in sorted(outcomes.items()))
            ),
        ),
        explains=(Explains("dns-failing"),),
        drop_if_harmless=True,
        actions=(
            look(
                "Read the counter that decides, twice, on that node",
                f"kubectl debug node/{quote(node)} -it --image=public.ecr.aws/amazonlinux/amazonlinux:2023 "
                "-- sh -c 'dnf -yq install ethtool && ethtool -S ens5 | grep linklocal'",
                "linklocal_allowance_exceeded grows",
            ),
            change(
                "Spread the DNS pods over nodes",
                f"kubectl -n {quote(service.namespace)} rollout restart deployment/coredns",
                risk="the DNS pods restart one by one; add a topology spread so that it stays so",
                verify="the pods are on different nodes and lookups stop failing",
            ),
        ),
        references=links("coredns#4327", "roadmap#2530"),
    )
