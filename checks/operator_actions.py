"""The IAM actions that Cilium's operator needs in ENI mode, by version.

https://docs.cilium.io/en/stable/network/concepts/ipam/eni/ (required privileges).
"""

from checks.parts.cilium import CiliumVersion

ROUTE_TABLES_SINCE = (1, 18)
ALWAYS = (
    "CreateNetworkInterface",
    "AttachNetworkInterface",
    "DeleteNetworkInterface",
    "ModifyNetworkInterfaceAttribute",
    "AssignPrivateIpAddresses",
    "CreateTags",
    "DescribeNetworkInterfaces",
    "DescribeSubnets",
    "DescribeVpcs",
    "DescribeSecurityGroups",
    "DescribeInstanceTypes",
    "DescribeTags",
)
LATER = ("DescribeRouteTables",)
RELEASE = ("UnassignPrivateIpAddresses",)
"""What only an operator that gives excess addresses back needs."""

TELLING_CALLS = (
    "AssignPrivateIpAddresses",
    "AttachNetworkInterface",
    "CreateNetworkInterface",
    "DescribeRouteTables",
)
"""The calls whose refusals say most, few enough to be looked up in CloudTrail on every sweep."""


def needed(version: CiliumVersion | None, *, releases: bool = False) -> tuple[str, ...]:
    """EC2 actions by name; an unknown version is taken for a recent one."""
    later = LATER if version is None or version.minor >= ROUTE_TABLES_SINCE else ()
    return (*ALWAYS, *later, *(RELEASE if releases else ()))
