"""Snapshot.route_tables, from ``ec2 describe-route-tables``."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.vpc import Route, RouteTable, RouteTables

RIGHTS = ("ec2:DescribeRouteTables",)


class _Association(Struct, gc=False, rename="pascal"):
    main: bool = False
    subnet_id: str | None = None


class _Route(Struct, gc=False, rename="pascal"):
    destination_cidr_block: str | None = None
    network_interface_id: str | None = None
    instance_id: str | None = None
    gateway_id: str | None = None
    nat_gateway_id: str | None = None
    transit_gateway_id: str | None = None
    vpc_peering_connection_id: str | None = None
    local_gateway_id: str | None = None
    carrier_gateway_id: str | None = None
    core_network_arn: str | None = None
    state: str | None = None


class _Table(Struct, gc=False, rename="pascal"):
    route_table_id: str
    vpc_id: str | None = None
    associations: tuple[_Association, ...] | None = None
    routes: tuple[_Route, ...] | None = None


def read(source: Source) -> RouteTables:
    """Every route table that was listed, sorted by id. Raises UnreadError when refused or not asked."""
    found = [_table(raw) for raw in entries(source, RouteTables.ASKED, "RouteTables", _Table)]
    return RouteTables(items=tuple(sorted(found, key=lambda table: table.id)))


def _table(raw: _Table) -> RouteTable:
    associations = raw.associations or ()
    return RouteTable(
        id=raw.route_table_id,
        vpc_id=raw.vpc_id,
        main=any(association.main for association in associations),
        subnet_ids=tuple(sorted({a.subnet_id for a in associations if a.subnet_id})),
        routes=tuple(route for entry in raw.routes or () for route in _routes(entry)),
    )


def _routes(raw: _Route) -> tuple[Route, ...]:
    """The route, or none: those for IPv6 and for prefix lists, which name no range, are left out."""
    target = (
        raw.network_interface_id  # before the instance: a route to an instance names both
        or raw.instance_id
        or raw.gateway_id
        or raw.nat_gateway_id
        or raw.transit_gateway_id
        or raw.vpc_peering_connection_id
        or raw.local_gateway_id
        or raw.carrier_gateway_id
        or raw.core_network_arn
        or ""
    )
    return tuple(
        Route(destination=destination, target=target, state=raw.state or "active")
        for destination in ipv4_ranges([raw.destination_cidr_block])
    )
