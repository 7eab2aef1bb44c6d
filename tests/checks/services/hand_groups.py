"""Security groups and the interfaces they stand on, for the tests of port checks."""

from checks.parts.vpc import GroupRule, Interface, Interfaces, SecurityGroup, SecurityGroups


def rule(
    port: int | None, *, groups: tuple[str, ...] = (), cidrs: tuple[str, ...] = (), **more: str
) -> GroupRule:
    """An ingress rule for one TCP port, or for everything."""
    protocol = "-1" if port is None else more.get("protocol", "tcp")
    lists = (more["prefix_list"],) if "prefix_list" in more else ()
    return GroupRule(
        protocol=protocol, from_port=port, to_port=port, groups=groups, cidrs=cidrs, prefix_lists=lists
    )


def security_groups(**ingress: tuple[GroupRule, ...]) -> SecurityGroups:
    """Groups by id (underscores stand for dashes) with their rules."""
    ids = {name.replace("_", "-"): rules for name, rules in ingress.items()}
    return SecurityGroups(by_id={name: SecurityGroup(id=name, ingress=rules) for name, rules in ids.items()})


def interface(of: str, *ips: str, group: str = "sg-node", prefixes: tuple[str, ...] = ()) -> Interface:
    """An interface of node OF with these addresses."""
    return Interface(
        id=f"eni-{of}", instance_id=f"i-{of}", ips=ips, prefixes=prefixes, security_groups=(group,)
    )


def interfaces(*items: Interface) -> Interfaces:
    """The interfaces given."""
    return Interfaces(items=items)
