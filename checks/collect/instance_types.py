"""Snapshot.instance_types, from ``ec2 describe-instance-types``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws import InstanceType, InstanceTypes

RIGHTS = ("ec2:DescribeInstanceTypes",)


class _Card(Struct, gc=False, rename="pascal"):
    network_card_index: int = 0
    maximum_network_interfaces: int | None = None


class _Network(Struct, gc=False, rename="pascal"):
    maximum_network_interfaces: int
    ipv4_addresses_per_interface: int
    network_cards: tuple[_Card, ...] | None = None


class _Cpus(Struct, gc=False, rename={"count": "DefaultVCpus"}):
    count: int | None = None


class _Memory(Struct, gc=False, rename={"mib": "SizeInMiB"}):
    mib: int | None = None


class _Type(
    Struct,
    gc=False,
    rename={
        "name": "InstanceType",
        "network": "NetworkInfo",
        "hypervisor": "Hypervisor",
        "bare_metal": "BareMetal",
        "cpus": "VCpuInfo",
        "memory": "MemoryInfo",
    },
):
    name: str
    network: _Network
    hypervisor: str | None = None
    bare_metal: bool = False
    cpus: _Cpus | None = None
    memory: _Memory | None = None


def read(source: Source) -> InstanceTypes:
    """The limits of each type that was asked for. Raises UnreadError when that was refused or not asked."""
    found = (_type(raw) for raw in entries(source, InstanceTypes.ASKED, "InstanceTypes", _Type))
    return InstanceTypes(by_name={kind.name: kind for kind in sorted(found, key=lambda kind: kind.name)})


def _type(raw: _Type) -> InstanceType:
    total = raw.network.maximum_network_interfaces
    cards = raw.network.network_cards or ()
    # Pod ENIs go to card 0 alone; types with several cards promise more in total than can be attached there.
    first = next((c.maximum_network_interfaces for c in cards if c.network_card_index == 0), None)
    return InstanceType(
        name=raw.name,
        enis=first or total,
        enis_total=total,
        ipv4_per_eni=raw.network.ipv4_addresses_per_interface,
        hypervisor=raw.hypervisor or None,
        bare_metal=raw.bare_metal,
        vcpus=raw.cpus.count if raw.cpus else None,
        memory_mib=raw.memory.mib if raw.memory else None,
    )
