"""Subnets, nodes and their interfaces for the tests of subnet checks."""

from typing import Any

from checks.parts.cilium_nodes import CiliumNode, EniSpec
from checks.parts.derived import Accounts, Waiting
from checks.parts.vpc import Route, RouteTable, RouteTables, Subnet, Subnets
from tests.checks.hand import account, accounts, cilium_node, eni, stuck, waiting

TAG = (("pods", "yes"),)
BARE_NODE_WAITS: tuple[Accounts, Waiting] = (
    accounts(account("n1", attached=0, used=0), account("n2", attached=27, used=27)),
    waiting(*stuck(2, "n1"), *stuck(1, "n2")),
)
"""Two pods wait on n1, which has room and nothing in it, and one on n2, which is full."""


def subnet(name: str, zone: str = "eu-west-1a", *, vpc: str = "vpc-1", tags: Any = ()) -> Subnet:
    """A subnet with room."""
    return Subnet(id=name, vpc_id=vpc, zone=zone, cidr="10.40.1.0/24", free=200, tags=tuple(tags))


def subnets(*items: Subnet) -> Subnets:
    """The subnets given."""
    return Subnets(by_id={item.id: item for item in items})


def selecting(name: str = "n1", zone: str = "eu-west-1a", lone: int = 0, **spec: Any) -> CiliumNode:
    """A node with one interface in subnet-a; by default it selects subnets tagged pods=yes."""
    values: dict[str, Any] = {
        "instance_type": "m5.large",
        "vpc_id": "vpc-1",
        "zone": zone,
        "node_subnet_id": "subnet-a",
    }
    chosen = spec or {"subnet_tags": TAG}
    return cilium_node(name, eni(0, lone=lone), spec=EniSpec(**(values | chosen)))


def tables(**ways: str) -> RouteTables:
    """One route table per subnet (underscores stand for dashes), each with this way out."""
    return RouteTables(
        items=tuple(
            RouteTable(
                id=f"rtb-{name}",
                vpc_id="vpc-1",
                subnet_ids=(name.replace("_", "-"),),
                routes=(_route("10.40.0.0/16", "local"), *((_route("0.0.0.0/0", way),) if way else ())),
            )
            for name, way in ways.items()
        )
    )


def _route(destination: str, target: str) -> Route:
    return Route(destination=destination, target=target)
