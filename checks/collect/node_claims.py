"""Snapshot.node_claims, from the list of Karpenter's NodeClaims."""

import msgspec

from checks.collect.custom import served
from checks.collect.source import Source, UnreadError
from checks.collect.wire import LONG_AGO, Item
from checks.parts.karpenter import NodeClaim, NodeClaims

RIGHTS = ("list karpenter.sh/nodeclaims",)

PATHS = (NodeClaims.ASKED, NodeClaims.ASKED.replace("/v1/", "/v1beta1/"))
_POOL = "karpenter.sh/nodepool"
_SETTLED = ("Initialized", "Ready")  # Ready sums the others up


class _Amounts(msgspec.Struct, gc=False):
    pods: str | int | None = None


class _Condition(msgspec.Struct, gc=False):
    type: str = ""
    status: str = ""


class _Status(msgspec.Struct, gc=False, rename="camel"):
    node_name: str | None = None
    allocatable: _Amounts | None = None
    conditions: tuple[_Condition, ...] | None = None


class _Claim(Item, gc=False):
    status: _Status = msgspec.field(default_factory=_Status)


def read(source: Source) -> NodeClaims:
    """Every claim, sorted by name; none where Karpenter is not installed. Raises UnreadError."""
    found = [_claim(item) for item in served(source, PATHS, _Claim, "NodeClaim")]
    return NodeClaims(items=tuple(sorted(found, key=lambda claim: claim.name)))


def _claim(item: _Claim) -> NodeClaim:
    meta, status = item.metadata, item.status
    return NodeClaim(
        name=meta.name,
        created=meta.creation_timestamp or LONG_AGO,
        deleting=meta.deletion_timestamp is not None,
        pool=(meta.labels or {}).get(_POOL),
        node=status.node_name or None,
        max_pods=_count(status.allocatable.pods) if status.allocatable else None,
        initialized=any(c.type in _SETTLED and c.status == "True" for c in status.conditions or ()),
    )


def _count(amount: str | int | None) -> int | None:
    if amount is None or isinstance(amount, int):
        return amount
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 9):
        raise UnreadError("unreadable: status.allocatable.pods of a NodeClaim is no number")
    return int(amount)
