"""EC2 instance types with the limits that DescribeInstanceTypes tells."""

from dataclasses import dataclass

from tests.builder.clock import Object


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One type. ``cards``: MaximumNetworkInterfaces of each network card; ``ipv4``: addresses per ENI."""

    name: str
    cards: tuple[int, ...]
    ipv4: int
    vcpus: int
    memory_mib: int
    hypervisor: str | None = "nitro"  # None on bare metal
    arch: str = "x86_64"

    @property
    def enis(self) -> int:
        """ENIs of the whole type."""
        return sum(self.cards) if len(self.cards) > 1 else self.cards[0]

    @property
    def eks_max_pods(self) -> int:
        """What the EKS AMI computes: E * (A - 1) + 2."""
        return self.cards[0] * (self.ipv4 - 1) + 2

    @property
    def prefixes(self) -> bool:
        """Whether EC2 assigns prefixes to it."""
        return self.hypervisor in ("nitro", None)

    def answer(self) -> Object:
        """One ``InstanceTypes[]`` of DescribeInstanceTypes."""
        answer: Object = {
            "InstanceType": self.name,
            "CurrentGeneration": True,
            "BareMetal": self.hypervisor is None,
            "ProcessorInfo": {"SupportedArchitectures": [self.arch]},
            "VCpuInfo": {"DefaultVCpus": self.vcpus},
            "MemoryInfo": {"SizeInMiB": self.memory_mib},
            "NetworkInfo": {
                "MaximumNetworkInterfaces": self.enis,
                "MaximumNetworkCards": len(self.cards),
                "DefaultNetworkCardIndex": 0,
                "NetworkCards": [
                    {"NetworkCardIndex": index, "MaximumNetworkInterfaces": enis}
                    for index, enis in enumerate(self.cards)
                ],
                "Ipv4AddressesPerInterface": self.ipv4,
                "Ipv6AddressesPerInterface": self.ipv4,
                "Ipv6Supported": True,
                "EnaSupport": "required" if self.prefixes else "unsupported",
            },
        }
        if self.hypervisor:
            answer["Hypervisor"] = self.hypervisor
        return answer


TYPES = {
    kind.name: kind
    for kind in (
        InstanceType("t2.medium", (3,), 6, 2, 4096, "xen"),
        InstanceType("t3.micro", (2,), 2, 2, 1024),
        InstanceType("t3.small", (3,), 4, 2, 2048),
        InstanceType("t3.medium", (3,), 6, 2, 4096),
        InstanceType("t3.large", (3,), 12, 2, 8192),
        InstanceType("t3.xlarge", (4,), 15, 4, 16384),
        InstanceType("t3.2xlarge", (4,), 15, 8, 32768),
        InstanceType("m4.large", (2,), 10, 2, 8192, "xen"),
        InstanceType("m4.xlarge", (4,), 15, 4, 16384, "xen"),
        InstanceType("i3.large", (3,), 10, 2, 15616, "xen"),
        InstanceType("m5.large", (3,), 10, 2, 8192),
        InstanceType("m5.xlarge", (4,), 15, 4, 16384),
        InstanceType("m5.2xlarge", (4,), 15, 8, 32768),
        InstanceType("m5.4xlarge", (8,), 30, 16, 65536),
        InstanceType("m5.metal", (15,), 50, 96, 393216, None),
        InstanceType("m6i.large", (3,), 10, 2, 8192),
        InstanceType("m6i.xlarge", (4,), 15, 4, 16384),
        InstanceType("m6i.2xlarge", (4,), 15, 8, 32768),
        InstanceType("m7g.large", (3,), 10, 2, 8192, arch="arm64"),
        InstanceType("m8i.large", (3,), 10, 2, 8192),
        InstanceType("c5.large", (3,), 10, 2, 4096),
        InstanceType("c5.xlarge", (4,), 15, 4, 8192),
        InstanceType("c5.4xlarge", (8,), 30, 16, 32768),
        InstanceType("r5.large", (3,), 10, 2, 16384),
        InstanceType("r6i.2xlarge", (4,), 15, 8, 65536),
        InstanceType("c6in.32xlarge", (8, 8), 50, 128, 262144),
        InstanceType("p4d.24xlarge", (15, 15, 15, 15), 50, 96, 1179648),
    )
}
