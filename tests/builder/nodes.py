"""How nodes join a built cluster."""

from collections.abc import Sequence
from ipaddress import IPv4Network
from typing import Literal

from tests.builder import network
from tests.builder.base import BLOCK_MODES, ZONES, Base
from tests.builder.clock import Object, ago, digits
from tests.builder.instance_types import TYPES, InstanceType
from tests.builder.model import Node
from tests.builder.vpc_model import Eni, Labels, Subnet


class Nodes(Base):
    """The verb that adds nodes."""

    def nodes(
        self,
        count: int,
        *,
        type: str = "m5.large",
        zones: Sequence[str] = ZONES,
        max_pods: int | Literal["eks"] | None = None,
        group: str = "general",
        age_days: float = 20,
        pod_subnet: Subnet | None = None,
        prefix_delegation: bool | None = None,
        taints: Sequence[Object] = (),
        labels: Labels | None = None,
    ) -> list[Node]:
        """Adds nodes over the zones in turn, with the DaemonSets' pods on each.

        ``max_pods`` None is a cap that is right for this cluster, "eks" what the EKS AMI computes.
        ``prefix_delegation`` False: these joined before prefixes were on (or cannot have them).
        """
        kind = TYPES[type]
        delegated = self.prefix_delegation if prefix_delegation is None else prefix_delegation
        added = []
        for index in range(count):
            node = self._node(kind, zones[index % len(zones)], group, age_days)
            node.first_index = self.first_interface_index
            node.prefix_delegation = delegated
            node.pod_subnet = pod_subnet
            node.max_pods = self._cap(node, max_pods)
            node.taints = [dict(taint) for taint in taints]
            node.labels.update(labels or {})
            self.node_list.append(node)
            self.on_node[node.name] = []
            self._address(node)
            added.append(node)
        self.node_joined(added)
        return added

    def node_joined(self, nodes: Sequence[Node]) -> None:
        """Lets DaemonSets follow; see tests.builder.workloads."""

    def _node(self, kind: InstanceType, zone: str, group: str, age_days: float) -> Node:
        subnet = self.zone_subnet(zone)
        ip = subnet.take()
        if ip is None:
            raise ValueError(f"{subnet.id} has no address left for a node")
        instance = f"i-0{digits(16, self.name, ip)}"
        primary = Eni(
            id=f"eni-0{digits(16, instance, 0)}",
            subnet=subnet,
            ip=ip,
            instance_id=instance,
            security_groups=[self.groups[0].id],
            created=ago(days=age_days),
        )
        domain = "ec2.internal" if self.region == "us-east-1" else f"{self.region}.compute.internal"
        return Node(
            name=f"ip-{ip.replace('.', '-')}.{domain}",
            ip=ip,
            zone=zone,
            subnet=subnet,
            type=kind,
            max_pods=0,
            created=ago(days=age_days),
            instance_id=instance,
            nodegroup=group,
            enis=[primary],
            ready_since=ago(days=age_days, seconds=-45),
        )

    @property
    def host_daemons(self) -> int:
        """hostNetwork pods that run on every node: the agent, Envoy from 1.16 on, kube-proxy."""
        return 1 + (self.minor >= 16) + self.kube_proxy

    def _cap(self, node: Node, asked: int | Literal["eks"] | None) -> int:
        if asked == "eks":
            return node.type.eks_max_pods
        if asked is not None:
            return asked
        usual = 110 if node.type.vcpus < 30 else 250
        if self.mode == "eni":
            addresses = (node.type.enis - node.first_index) * (node.type.ipv4 - 1)
            addresses *= 16 if node.uses_prefixes else 1
        elif self.mode == "multi-pool":
            return usual
        else:
            addresses = 2 ** (32 - self.pool_mask) - 2
        return min(usual, addresses - len(network.OWN) + self.host_daemons)

    def _address(self, node: Node) -> None:
        """Gives the node its block, and its router and health endpoint their addresses."""
        if self.mode in BLOCK_MODES and self.free_blocks["default"]:
            node.block = self.free_blocks["default"].pop(0)
        for owner in network.OWN:
            network.take_address(node, owner, self.mode, self.free_blocks)

    def block_of(self, node: Node, cidr: str) -> None:
        """Gives a node another block, and the pods on it addresses of that."""
        node.block, owners = IPv4Network(cidr), list(node.lent.values())
        node.lent.clear()
        for owner in owners:
            address = network.take_address(node, owner, self.mode, self.free_blocks)
            for pod in self.on_node[node.name]:
                if pod.ref == owner:
                    pod.ip = address
