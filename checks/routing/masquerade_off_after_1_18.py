"""ENI pods in public subnets need masquerading to reach the internet."""

from collections.abc import Iterator, Mapping

from checks.advice import change, links, look
from checks.model import Evidence, Finding, Kind, Severity, Subject, Undecided, check
from checks.parts.cilium import CiliumConfig, CiliumVersion
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.vpc import RouteTables
from checks.routing.internet import gateway, public_subnets
from checks.routing.switch import upgrade
from checks.scale import counted

KEY = "enable-ipv4-masquerade"


@check(
    id="masquerade-off-after-1-18",
    title="ENI pods cannot reach the internet since masquerading is off",
    source="https://docs.cilium.io/en/stable/operations/upgrade/",
    modes=("eni",),
    since=(1, 18),
)
def masquerade_off_after_1_18(
    cilium: CiliumConfig,
    version: CiliumVersion,
    cilium_nodes: CiliumNodes,
    route_tables: RouteTables | None,
) -> Iterator[Finding | Undecided]:
    """From 1.18 on the chart leaves masquerading off in ENI mode unless it is asked for.

    An internet gateway translates only addresses that have a public one, which pods do not. Subnets that
    leave through a NAT gateway need no masquerading and are fine; so are those without a way out.
    """
    if cilium.flag(KEY) is not False:
        return
    if route_tables is None:
        yield Undecided("the route tables of the pods' subnets were not read", "ec2:DescribeRouteTables")
        return
    public = public_subnets(cilium_nodes, route_tables)
    if public:
        yield _finding(cilium, version, public, route_tables)


def _finding(
    cilium: CiliumConfig, version: CiliumVersion, public: Mapping[str, str], tables: RouteTables
) -> Finding:
    subnets = sorted(set(public.values()))
    return Finding(
        kind=Kind.CAUSE,
        severity=Severity.HIGH,
        title=f"pods of {counted(len(public), 'node')} reach an internet gateway unmasqueraded",
        because=f"Masquerading is off, and {subnets[0]} sends 0.0.0.0/0 to {gateway(subnets[0], tables)}. "
        "There is no NAT gateway on that way, which alone would make masquerading needless.",
        subjects=tuple(Subject("Node", name) for name in sorted(public)),
        evidence=(
            Evidence(cilium.asked, KEY, "false"),
            *(
                Evidence(RouteTables.ASKED, f"{subnet}: 0.0.0.0/0", gateway(subnet, tables) or "")
                for subnet in subnets[:3]
            ),
        ),
        actions=(
            look(
                "Try the way out from a pod",
                "kubectl run out --rm -it --restart=Never --image=public.ecr.aws/docker/library/busybox:1.36 "
                "-- wget -T 5 -qO- https://checkip.amazonaws.com",
                "It times out, while addresses of the VPC answer.",
            ),
            change(
                "Turn masquerading on",
                upgrade(cilium, version, "enableIPv4Masquerade=true"),
                risk="agents restart; pods show the node's address outside of the native range",
                verify="A pod reaches a public address.",
            ),
            change(
                "Or route the pods' subnets through a NAT gateway",
                None,
                risk="costs of a NAT gateway",
                verify="A pod reaches a public address.",
            ),
        ),
        references=links("cilium#38663", "kops#18427", "kops#18432", "kops#11753", "kops#14575"),
        inferred=True,
    )
