"""Whether security groups let a packet in, and which groups stand before an address."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from checks.parts.vpc import GroupRule, Interface, Interfaces, SecurityGroups

HEALTH_PORT = 4240
"""Where cilium-health asks each node and its endpoint."""


def interface_of(address: str, interfaces: Interfaces) -> Interface | None:
    """The interface that carries an address, by itself or in a delegated prefix."""
    for item in interfaces.items:
        if address in item.ips or any(_inside(address, prefix) for prefix in item.prefixes):
            return item
    return None


def admitted(
    target: Iterable[str],
    protocol: str,
    port: int,
    *,
    source_groups: Iterable[str],
    source_addresses: Iterable[str],
    groups: SecurityGroups,
) -> bool | None:
    """Whether one of the target's groups admits this source at this port.

    None where a group was not read, or a rule names a prefix list, which a snapshot does not resolve.
    """
    senders, addresses = set(source_groups), tuple(source_addresses)
    unsure = False
    for name in target:
        group = groups.by_id.get(name)
        if group is None:
            unsure = True
            continue
        for rule in group.ingress:
            if not rule.covers(protocol, port):
                continue
            if senders & set(rule.groups) or _all_inside(addresses, rule):
                return True
            unsure = unsure or bool(rule.prefix_lists)
    return None if unsure else False


def _all_inside(addresses: tuple[str, ...], rule: GroupRule) -> bool:
    if "0.0.0.0/0" in rule.cidrs:
        return True
    return bool(addresses) and all(any(_inside(a, cidr) for cidr in rule.cidrs) for a in addresses)


def _inside(address: str, cidr: str) -> bool:
    try:
        return ip_address(address) in ip_network(cidr, strict=False)
    except ValueError:
        return False
