"""How nodes get addresses: blocks of a pool, or interfaces of a subnet, as Cilium's operator would."""

from ipaddress import IPv4Network

from tests.builder.clock import digits
from tests.builder.model import Node
from tests.builder.vpc_model import Eni, Subnet

OWN = ("router", "health")


def take_address(node: Node, owner: str, mode: str, pools: dict[str, list[IPv4Network]]) -> str | None:
    """Lends one of the node's addresses, after attaching more where that is possible; None: there is none."""
    while True:
        for address in held(node, mode):
            if address not in node.lent:
                node.lent[address] = owner
                return address
        if not grow(node, mode, pools):
            return None


def held(node: Node, mode: str) -> list[str]:
    """The addresses that the node's agent can hand out now, lent ones included."""
    if mode == "eni":
        return node.attached
    networks = [network for _, network in node.blocks] if mode == "multi-pool" else [node.block]
    return [str(ip) for network in networks if network for ip in network.hosts()]


def grow(node: Node, mode: str, pools: dict[str, list[IPv4Network]]) -> bool:
    """Attaches one more address, prefix or block. False: nothing is left, or nobody does it."""
    if not node.growing:
        return False
    if mode == "multi-pool":
        return _grow_pool(node, pools)
    return mode == "eni" and _grow_eni(node)


def _grow_pool(node: Node, pools: dict[str, list[IPv4Network]]) -> bool:
    free = pools.get("default", [])
    if not free:
        return False
    node.blocks.append(("default", free.pop(0)))
    return True


def _grow_eni(node: Node) -> bool:
    if node.max_allocate and len(node.attached) >= node.max_allocate:
        return False
    slots = node.type.ipv4 - 1
    room = [eni for eni in node.pod_enis if len(eni.addresses) + len(eni.prefixes) < slots]
    if any(_fill(node, eni) for eni in room):
        return True
    return len(node.enis) < node.type.enis and _attach_eni(node) and _grow_eni(node)


def _fill(node: Node, eni: Eni) -> bool:
    """One more prefix, or where the subnet has none left (or none is wanted), one more address."""
    if node.uses_prefixes:
        prefix = eni.subnet.take_prefix()
        if prefix:
            eni.prefixes.append(prefix)
            return True
    address = eni.subnet.take()
    if address:
        eni.addresses.append(address)
    return address is not None


def _attach_eni(node: Node) -> bool:
    subnet = node.pod_subnet or node.subnet
    address = subnet.take()
    if address is None:
        return False
    number = len(node.enis)
    node.enis.append(
        Eni(
            id=f"eni-0{digits(16, node.instance_id, number)}",
            subnet=subnet,
            ip=address,
            number=number,
            instance_id=node.instance_id,
            description=f"Cilium-CNI ({node.instance_id})",
            security_groups=list(node.enis[0].security_groups),
            created=node.created,
            tags={"io.cilium/cilium-managed": "true"},
        )
    )
    return True


def settle(node: Node, mode: str, waiting: int) -> None:
    """Attaches what the operator would have by now: pre-allocate free addresses above what is wanted."""
    if mode != "eni":
        return
    wanted = max(len(node.lent) + waiting + node.pre_allocate, node.min_allocate)
    while len(node.attached) < wanted and grow(node, mode, {}):
        pass


def occupy(subnet: Subnet, addresses: list[str], description: str, group: str) -> Eni:
    """Somebody else's interface on these addresses of a subnet (load balancer, Lambda, RDS …)."""
    first, *others = addresses
    return Eni(
        id=f"eni-0{digits(16, subnet.id, first)}",
        subnet=subnet,
        ip=first,
        addresses=others,
        description=description,
        requester="amazon-elb" if description.startswith("ELB") else "amazon-aws",
        security_groups=[group],
        cilium=False,
    )
