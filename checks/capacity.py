"""How many pod addresses a node can ever hold, and how many pods that makes.

Cilium: https://docs.cilium.io/en/stable/network/concepts/ipam/eni/ and …/ipam/cluster-pool/.
EKS: https://github.com/awslabs/amazon-eks-ami and
https://docs.aws.amazon.com/eks/latest/userguide/choosing-instance-type.html. All counts of addresses are
gross: the router's and the health endpoint's addresses are in them.
"""

PREFIX_SIZE = 16
"""Addresses in one delegated prefix, a /28. Pods may use all of them."""

EKS_HOST_NETWORK_PODS = 2
"""What the formula of the EKS images adds for aws-node and kube-proxy."""


def eni_capacity(
    *, enis: int, ipv4_per_eni: int, first_index: int = 0, prefixes: bool = False, use_primary: bool = False
) -> int:
    """Addresses that a node in ENI mode can ever hold: (E - f) x (A - 1), by 16 with effective prefixes.

    ``enis`` (E) are those of network card 0, ``ipv4_per_eni`` (A) has the primary address in it,
    ``first_index`` (f) is spec.eni.first-interface-index. A primary address in use is one address and never
    a prefix, so ``use_primary`` adds one for each ENI.
    """
    usable = max(0, enis - first_index)
    slots = max(0, ipv4_per_eni - 1) * (PREFIX_SIZE if prefixes else 1)
    return usable * (slots + (1 if use_primary else 0))


def block_capacity(prefix_length: int, *, first: bool = False, last: bool = False) -> int:
    """Addresses that an agent hands out of one IPv4 block: all but the first and the last.

    A /31 and a /32 lose nothing. ``first`` and ``last`` are allowFirstIP and allowLastIP of a multi-pool
    allocation (from 1.20 on): each gives one address back.
    """
    size: int = 1 << (32 - prefix_length)
    if prefix_length >= 31:
        return size
    return size - 2 + int(first) + int(last)


def blocks_in_pool(pool_prefix_length: int, block_prefix_length: int) -> int:
    """How many node blocks one range of a pool holds; 0 when the range is smaller than a block."""
    bits = block_prefix_length - pool_prefix_length
    return 1 << bits if bits >= 0 else 0


def own_addresses(*, endpoint_health: bool = True, ingress: bool = False) -> int:
    """Addresses that Cilium takes for itself on each node: the router, the health endpoint, the listener."""
    return 1 + int(endpoint_health) + int(ingress)


def pods_with_address(capacity: int, own: int = 2) -> int:
    """Pods of the pod network that can get an address on a node with that gross capacity."""
    return max(0, capacity - own)


def safe_max_pods(capacity: int, host_network: int, own: int = 2) -> int:
    """The largest kubelet limit that never binds more pods than get an address.

    Pods on the host's network take no address and still count against the limit.
    """
    return pods_with_address(capacity, own) + host_network


def eks_default_max_pods(enis: int, ipv4_per_eni: int) -> int:
    """The limit that an EKS image sets by itself: E x (A - 1) + 2, made for the VPC CNI without prefixes."""
    return enis * (ipv4_per_eni - 1) + EKS_HOST_NETWORK_PODS


def eks_recommended_max_pods(enis: int, ipv4_per_eni: int, vcpus: int, *, prefixes: bool = False) -> int:
    """The limit that AWS recommends: its formula, at most 110 up to 30 vCPUs and 250 above."""
    raw = enis * (ipv4_per_eni - 1) * (PREFIX_SIZE if prefixes else 1) + EKS_HOST_NETWORK_PODS
    return min(raw, 110 if vcpus <= 30 else 250)
