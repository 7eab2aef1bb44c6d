"""When an ENI node can take no further pod."""

from checks.parts.derived import NodeAccount


def is_full(account: NodeAccount) -> bool:
    """Every address that the node can ever hold is attached, handed out, and taken or asked for.

    False when a figure is missing: what is not known is not full.
    """
    if account.capacity is None or account.pods_with_address is None:
        return False
    grown = all(held is None or held >= account.capacity for held in (account.attached, account.allocated))
    return grown and account.pods_with_address + account.own >= account.capacity
