"""What an instance type can hold: ENIs, addresses, prefixes and pods, with the working shown.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html#AvailableIpPerENI
"""

import re
from collections.abc import Sequence

from checks.capacity import (
    PREFIX_SIZE,
    eks_default_max_pods,
    eks_recommended_max_pods,
    eni_capacity,
    pods_with_address,
)
from checks.report import InstanceTypeFacts, Report
from handlers.render.answer import Lay, Material, neutral, unknown
from handlers.render.detail import Detail
from handlers.render.escape import clean
from handlers.render.page import (
    Bullets,
    Command,
    Grid,
    Item,
    Line,
    Page,
    Section,
    Words,
    joined,
    name,
    plain,
    strong,
)
from handlers.render.words import counted, more

WORD = "Limits"
NAME = re.compile(r"[a-z][a-z0-9-]{1,20}\.[a-z0-9-]{2,20}")
MAX_NAME_CHARS = 40


def limits_page(material: Material) -> Lay:
    """The types that were named, or those of the cluster's nodes when none was."""
    known = {one.name: one for one in material.report.facts.instance_types}
    asked = tuple(dict.fromkeys(one.lower() for one in material.named)) or tuple(known)
    found = tuple(known[one] for one in asked if one in known)
    unread = tuple(one for one in asked if one not in known)
    return lambda detail: _page(found, unread, material.report, detail)


def _page(found: Sequence[InstanceTypeFacts], unread: Sequence[str], report: Report, detail: Detail) -> Page:
    sections: list[Section] = []
    if found:
        sections += [_table(found[: detail.listed]), *(_worked(one) for one in found[: detail.causes])]
    if len(found) > detail.listed:
        sections.append(Section((Words((plain(more(len(found) - detail.listed, "type")),)),)))
    if unread:
        sections.append(_unread(unread[: detail.listed]))
    if found:
        sections.append(_bounds(report))
    if not found and not unread:
        return Page(unknown(WORD), "not checked: no instance type was read", "", ())
    first = found[0] if found else None
    if first is None:
        return Page(unknown(WORD), f"not known: {counted(len(unread), 'type')} not read", "", tuple(sections))
    headline = f"in ENI mode a {clean(first.name, MAX_NAME_CHARS)} holds {_pods(first)}"
    headline += f"; {more(len(found) - 1, 'type')}" if len(found) > 1 else ""
    return Page(neutral(WORD), headline, "", tuple(sections))


def _pods(one: InstanceTypeFacts) -> str:
    alone = pods_with_address(eni_capacity(enis=one.enis, ipv4_per_eni=one.ipv4_per_eni))
    if not one.prefixes:
        return f"{counted(alone, 'pod')} with an address"
    many = pods_with_address(eni_capacity(enis=one.enis, ipv4_per_eni=one.ipv4_per_eni, prefixes=True))
    return f"{counted(alone, 'pod')} with an address, {many:,} with prefixes"


def _table(found: Sequence[InstanceTypeFacts]) -> Section:
    rows = []
    for one in found:
        alone = eni_capacity(enis=one.enis, ipv4_per_eni=one.ipv4_per_eni)
        prefixed = eni_capacity(enis=one.enis, ipv4_per_eni=one.ipv4_per_eni, prefixes=True)
        rows.append(
            (
                clean(one.name, MAX_NAME_CHARS),
                f"{one.enis:,}",
                f"{one.ipv4_per_eni:,}",
                f"{alone:,}",
                f"{prefixed:,}" if one.prefixes else "none",
                f"{eks_default_max_pods(one.enis, one.ipv4_per_eni):,}",
            )
        )
    columns = ("Type", "ENIs", "IPs per ENI", "Addresses", "With prefixes", "EKS max pods")
    return Section((Grid(columns, tuple(rows), numeric=(1, 2, 3, 4, 5)),))


def _worked(one: InstanceTypeFacts) -> Section:
    return Section((Bullets(tuple(working(one))),), heading=clean(one.name, MAX_NAME_CHARS))


def working(one: InstanceTypeFacts) -> list[Line]:
    """The sums of one type, counted from its first interface (first-interface-index 0)."""
    enis, each = one.enis, one.ipv4_per_eni
    alone = eni_capacity(enis=enis, ipv4_per_eni=each)
    lines: list[Line] = [
        (
            strong("Addresses: "),
            plain(
                f"{enis} ENIs × ({each} − 1 primary) = {alone:,}; "
                f"less 2 of Cilium's own: {counted(pods_with_address(alone), 'pod')} with an address"
            ),
        )
    ]
    if one.prefixes:
        many = eni_capacity(enis=enis, ipv4_per_eni=each, prefixes=True)
        told = f"{alone:,} slots × {PREFIX_SIZE} = {many:,} addresses in {alone:,} prefixes"
        lines.append((strong("Prefixes: "), plain(f"{told}; {counted(pods_with_address(many), 'pod')}")))
    else:
        lines.append((strong("Prefixes: "), plain("none: EC2 gives them to Nitro instances only")))
    told = f"{enis} × ({each} − 1) + 2 = {eks_default_max_pods(enis, each):,}"
    lines.append((strong("Max pods that an EKS image sets: "), plain(told)))
    if one.vcpus is not None:
        best = eks_recommended_max_pods(enis, each, one.vcpus)
        said = f"{best:,}"
        if one.prefixes:
            said += f"; with prefixes {eks_recommended_max_pods(enis, each, one.vcpus, prefixes=True):,}"
        lines.append((strong("Max pods that AWS recommends: "), plain(f"{said} ({one.vcpus} vCPUs)")))
    return lines


def _bounds(report: Report) -> Section:
    mode = clean(report.facts.ipam.mode, MAX_NAME_CHARS) if report.facts.ipam.mode else None
    lines: list[Line] = [
        (
            plain(
                "Counted from the first interface (first-interface-index 0): an ENI that is skipped takes "
                "its addresses away. Pods on the host's network need none and count as pods."
            ),
        )
    ]
    if mode is None:
        lines.append((plain("Which IPAM mode is in use was not read."),))
    elif mode != "eni":
        lines.append((plain(f"In this cluster's IPAM mode, {mode}, Cilium itself does not draw on these."),))
    items: tuple[Item, ...] = tuple(Words(line) for line in lines)
    return Section(items)


def _unread(types: Sequence[str]) -> Section:
    shown = joined((name(clean(one, MAX_NAME_CHARS)),) for one in types)
    why = "the sweep reads the types of this cluster's nodes and no others"
    items: list[Item] = [Words((strong("Not read: "), *shown, plain(f"; {why}.")))]
    named = [one for one in types if NAME.fullmatch(one)]
    if named:
        items.append(
            Command(
                f"aws ec2 describe-instance-types --instance-types {' '.join(named)} \\\n"
                "  --query 'InstanceTypes[].[InstanceType,NetworkInfo.MaximumNetworkInterfaces,"
                "NetworkInfo.Ipv4AddressesPerInterface,Hypervisor]' --output table"
            )
        )
    return Section(tuple(items))
