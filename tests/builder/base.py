"""What a cluster is before anything runs on it: its network, its nodes, its Cilium."""

from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Network
from typing import Literal

from tests.builder import network
from tests.builder.clock import Object, ago, digits
from tests.builder.model import Event, Node, Pod, Service, Workload
from tests.builder.vpc_model import Eni, Labels, SecurityGroup, Subnet

ZONES = ("eu-west-1a", "eu-west-1b", "eu-west-1c")
BLOCK_MODES = ("cluster-pool", "kubernetes", "crd")


class Base:
    """State of a built cluster, and the verbs that add subnets and nodes."""

    def __init__(
        self,
        name: str = "shop-prod",
        *,
        cilium: str = "1.16.5",
        mode: str = "cluster-pool",
        kubernetes: str = "1.31",
        vpc: str = "10.40.0.0/16",
        services: str = "172.20.0.0/16",
        pool: str = "10.244.0.0/16",
        pool_mask: int | None = None,
        routing: Literal["native", "tunnel"] | None = None,
        prefix_delegation: bool = False,
        first_interface_index: int = 0,
        kube_proxy: bool = True,
        region: str = "eu-west-1",
        note: str = "",
        installed_days: float = 30,
    ) -> None:
        """``routing``: native in ENI mode, else tunnel. ``kube_proxy`` False: Cilium serves ClusterIPs.

        ``installed_days``: how long ago Cilium was installed.
        """
        self.name, self.cilium, self.mode, self.kubernetes = name, cilium, mode, kubernetes
        self.minor = int(cilium.split(".")[1])
        self.kubernetes_minor = int(kubernetes.split(".")[1])
        self.vpc = IPv4Network(vpc)
        self.vpc_id = f"vpc-0{digits(16, name)}"
        self.vpc_cidrs = [vpc]
        self.services_cidr = IPv4Network(services)
        self.pool_cidrs = [IPv4Network(pool)] if pool else []
        self.pool_mask = pool_mask or {"multi-pool": 27, "crd": 26}.get(mode, 24)
        self.routing = routing or ("native" if mode == "eni" else "tunnel")
        self.prefix_delegation = prefix_delegation
        self.first_interface_index = first_interface_index
        self.chart_created = ago(days=installed_days)
        self.region, self.account, self.note = region, "111122223333", note
        self.namespace = "kube-system"
        self.config: dict[str, str | None] = {}  # more keys of cilium-config; None takes one away
        self.node_list: list[Node] = []
        self.on_node: dict[str, list[Pod]] = {}
        self.pods: list[Pod] = []
        self.pods_made: Counter[str] = Counter()  # by workload
        self.workloads: list[Workload] = []
        self.services: list[Service] = []
        self.events: list[Event] = []
        self.subnets: list[Subnet] = []
        self.other_enis: list[Eni] = []
        self.groups: list[SecurityGroup] = [self._cluster_group()]
        self.extra_routes: list[Object] = []
        self.namespaces: dict[str, Labels] = {
            name: {} for name in ("default", "kube-node-lease", "kube-public", "kube-system")
        }
        self.kube_proxy = kube_proxy
        self.path: Callable[[Node, Node], str] = lambda _observer, _target: "ok"
        self.free_blocks = self._blocks()
        self._leave_well()

    def _leave_well(self) -> None:
        """Nothing is wrong yet, and nothing special is there."""
        self.validating: list[Object] = []
        self.mutating: list[Object] = []
        self.apis: list[Object] = []
        self.network_policies: list[Object] = []
        self.cilium_policies: list[Object] = []
        self.clusterwide_policies: list[Object] = []
        self._control_plane: list[Eni] = []
        self.addons: dict[str, tuple[str, str]] = {}  # EKS add-ons: name to version and status
        self.more_cilium_nodes: list[Object] = []
        self.node_configs: list[Object] = []
        self.parked_daemons: list[Object] = []
        self.drops: dict[tuple[str, str], tuple[int, int]] = {}  # (reason, direction): earlier and now
        self.ec2_calls: dict[tuple[str, str], tuple[int, int]] = {}  # (operation, code): earlier and now
        self.operator_samples: dict[str, tuple[float, float]] = {}  # "name{labels}": earlier and now
        self.agent_samples: dict[str, dict[str, tuple[float, float]]] = {}  # the same by node name
        self.operator_lines: list[str] = []
        self.agent_lines: dict[str, list[str]] = {}
        self.operator_answers = True
        self.lease_age_s: float = 2
        self.helm_values: Object | None = None
        self.dns_outcome = "ok"
        self.dns_probes: list[Object] | None = None  # given by hand
        self.tcp_probes: list[Object] | None = None
        self.probe_from: str | None = None

    def _blocks(self) -> dict[str, list[IPv4Network]]:
        count = 512  # as many as a test could want; a /8 has 65,536
        found: list[IPv4Network] = []
        for pool in self.pool_cidrs:
            mask = max(self.pool_mask, pool.prefixlen)
            for index, block in enumerate(pool.subnets(new_prefix=mask)):
                if index >= count:
                    break
                found.append(block)
        return {"default": found}

    def _cluster_group(self) -> SecurityGroup:
        group_id = f"sg-0{digits(16, self.name, 'cluster')}"
        return SecurityGroup(
            id=group_id,
            name=f"eks-cluster-sg-{self.name}-{digits(8, self.name)}",
            description="EKS created security group applied to ENI that is attached to EKS Control Plane",
            ingress=[allow_all(group_id, self.account)],
            tags={f"kubernetes.io/cluster/{self.name}": "owned", "aws:eks:cluster-name": self.name},
        )

    def subnet(
        self, zone: str, cidr: str | None = None, *, tags: Labels | None = None, public: bool = False
    ) -> Subnet:
        """Adds a subnet. The first one of a zone is where its nodes go; call it before ``nodes``."""
        if cidr is None:
            eighths = list(self.vpc.subnets(prefixlen_diff=3))
            taken = [subnet.cidr for subnet in self.subnets]
            cidr = str(next(net for net in eighths if not any(net.overlaps(other) for other in taken)))
        found = Subnet(
            id=f"subnet-0{digits(16, self.name, cidr)}",
            zone=zone,
            cidr=IPv4Network(cidr),
            public=public,
            tags=tags if tags is not None else {"Name": f"{self.name}-{'public' if public else 'private'}"},
        )
        self.subnets.append(found)
        return found

    def zone_subnet(self, zone: str) -> Subnet:
        """The subnet of the nodes of a zone, made when there is none."""
        found = [subnet for subnet in self.subnets if subnet.zone == zone and not subnet.public]
        return found[0] if found else self.subnet(zone)

    def fill_subnet(self, subnet: Subnet | str, *, leave: int = 0, each: int = 29) -> None:
        """Others take the free addresses of a subnet (or of a zone's) until ``leave`` are left."""
        target = subnet if isinstance(subnet, Subnet) else self.zone_subnet(subnet)
        taken: list[str] = []
        while target.free > leave:
            address = target.take()
            if address is None:
                break
            taken.append(address)
        self._occupy(target, taken, each)

    def fragment_subnet(self, subnet: Subnet | str, *, leave: int = 0) -> None:
        """Others hold one address of each free /28 of a subnet (or of a zone's) but the first ``leave``."""
        target = subnet if isinstance(subnet, Subnet) else self.zone_subnet(subnet)
        blocks = target.free_blocks()
        taken = [target.take_address(str(block[5])) for block in blocks[: len(blocks) - leave]]
        self._occupy(target, taken, 1)

    def _occupy(self, subnet: Subnet, addresses: list[str], each: int) -> None:
        group = self.groups[0].id
        for start in range(0, len(addresses), each):
            part = addresses[start : start + each]
            name = f"ELB app/{self.name}-{start}/{digits(16, subnet.id, start)}"
            self.other_enis.append(network.occupy(subnet, part, name, group))


def allow_all(group: str, account: str) -> Object:
    """An ingress permission: everything from the members of a group."""
    return {
        "IpProtocol": "-1",
        "UserIdGroupPairs": [{"GroupId": group, "UserId": account}],
        "IpRanges": [],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
    }
