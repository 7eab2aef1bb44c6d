"""Snapshot.reservations, from ``ec2 get-subnet-cidr-reservations`` of each subnet."""

from msgspec import Struct

from checks.collect.addresses import ipv4_ranges
from checks.collect.each import ask_each
from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.vpc import Reservations

RIGHTS = ("ec2:GetSubnetCidrReservations",)


class _Reservation(Struct, gc=False, rename="pascal"):
    cidr: str
    reservation_type: str


def read(source: Source) -> Reservations:
    """The IPv4 reservations of every subnet that was asked for; one that refused is among ``errors``.

    Raises UnreadError when none was asked for or not one answered.
    """

    def of_subnet(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found = list(entries(source, path, "SubnetIpv4CidrReservations", _Reservation))
        explicit = ipv4_ranges(r.cidr for r in found if r.reservation_type != "prefix")
        prefix = ipv4_ranges(r.cidr for r in found if r.reservation_type == "prefix")
        return explicit, prefix

    answered, errors = ask_each(source, Reservations.ASKED, "{argument}", of_subnet)
    return Reservations(
        explicit={subnet: both[0] for subnet, both in answered.items()},
        prefix={subnet: both[1] for subnet, both in answered.items()},
        errors=errors,
    )
