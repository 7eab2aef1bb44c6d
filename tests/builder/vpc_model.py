"""The parts of a VPC that a built cluster stands in: subnets, interfaces, groups."""

from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from tests.builder.clock import Object, digits

Labels = dict[str, str]


@dataclass(slots=True)
class Subnet:
    """One subnet and who holds which of its addresses. AWS keeps the first four and the last."""

    id: str
    zone: str
    cidr: IPv4Network
    public: bool = False
    tags: Labels = field(default_factory=dict)
    taken: set[int] = field(default_factory=set)
    reservations: list[tuple[str, str]] = field(default_factory=list)  # (type, CIDR)
    lowest: int = 0  # no single address is free below it
    highest: int = 2**32  # no /28 is free above it

    def __post_init__(self) -> None:
        """Takes the five addresses that no interface can get."""
        first, last = int(self.cidr.network_address), int(self.cidr.broadcast_address)
        self.taken |= {first, first + 1, first + 2, first + 3, last}

    @property
    def free(self) -> int:
        """AvailableIpAddressCount."""
        return self.cidr.num_addresses - len(self.taken)

    def _blocked(self) -> list[IPv4Network]:
        return [IPv4Network(cidr) for _, cidr in self.reservations]

    def take(self) -> str | None:
        """The lowest free address, or None."""
        blocked = self._blocked()
        start = max(self.lowest, int(self.cidr.network_address) + 4)
        for number in range(start, int(self.cidr.broadcast_address)):
            if number not in self.taken and not any(IPv4Address(number) in net for net in blocked):
                self.taken.add(number)
                self.lowest = number + 1
                return str(IPv4Address(number))
        return None

    def free_blocks(self) -> list[IPv4Network]:
        """Aligned /28 blocks without a taken address, ascending."""
        if self.cidr.prefixlen > 28:
            return []
        explicit = [IPv4Network(cidr) for kind, cidr in self.reservations if kind == "explicit"]
        return [
            block
            for block in self.cidr.subnets(new_prefix=28)
            if not any(int(address) in self.taken for address in block)
            and not any(block.overlaps(net) for net in explicit)
        ]

    def take_prefix(self) -> str | None:
        """The highest free /28, or None: prefixes grow from the end, single addresses from the start."""
        explicit = [IPv4Network(cidr) for kind, cidr in self.reservations if kind == "explicit"]
        start = min(self.highest, int(self.cidr.broadcast_address) - 15)
        for number in range(start, int(self.cidr.network_address) - 1, -16):
            block = IPv4Network((number, 28))
            members = range(number, number + 16)
            if self.taken.isdisjoint(members) and not any(block.overlaps(net) for net in explicit):
                self.taken.update(members)
                self.highest = number - 16
                return str(block)
        return None

    def take_address(self, address: str) -> str:
        """One certain address."""
        self.taken.add(int(IPv4Address(address)))
        return address


@dataclass(slots=True)
class Eni:
    """One network interface, a node's or somebody else's."""

    id: str
    subnet: Subnet
    ip: str
    number: int = 0
    addresses: list[str] = field(default_factory=list)  # secondary addresses that lie in no prefix
    prefixes: list[str] = field(default_factory=list)
    instance_id: str | None = None
    card: int = 0
    description: str = ""
    interface_type: str = "interface"
    requester: str | None = None  # "amazon-elb" … : requester-managed
    security_groups: list[str] = field(default_factory=list)
    source_dest_check: bool = True
    tags: Labels = field(default_factory=dict)
    status: str = "in-use"
    cilium: bool = True  # in CiliumNode.status.eni
    created: datetime | None = None
    attached: datetime | None = None  # AttachTime; not told when None

    @property
    def mac(self) -> str:
        """A MAC address that is always the same for this interface."""
        raw = digits(10, "mac", self.id)
        return "0a:" + ":".join(raw[i : i + 2] for i in range(0, 10, 2))

    @property
    def pod_addresses(self) -> list[str]:
        """Secondary addresses with every delegated /28 flattened into its sixteen."""
        return self.addresses + [str(ip) for prefix in self.prefixes for ip in IPv4Network(prefix)]


@dataclass(slots=True)
class SecurityGroup:
    """One group; ``ingress`` as EC2's IpPermissions."""

    id: str
    name: str
    description: str
    ingress: list[Object] = field(default_factory=list)
    tags: Labels = field(default_factory=dict)
