"""An operator's log and metrics, and a node that waits for it, for the tests of operator checks."""

from checks.parts.agents import OperatorLog, OperatorMetrics, Sample
from checks.parts.cilium_nodes import CiliumNodes
from checks.parts.derived import Accounts, Waiting
from checks.parts.nodes import Nodes
from tests.checks.hand import (
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    eni,
    metrics,
    node,
    nodes,
    sample,
    stuck,
    waiting,
)

CALLS = "cilium_operator_ec2_api_duration_seconds_count"
WAITS: tuple[Nodes, CiliumNodes, Accounts, Waiting] = (
    nodes(node("n1")),
    cilium_nodes(cilium_node("n1", eni(0), instance_id="i-n1")),
    accounts(account("n1", attached=0, used=0)),
    waiting(*stuck(2, "n1")),
)
"""A node with room and nothing in it, and two pods that wait there."""

STUCK = {"n1-stuck-0", "n1-stuck-1"}


def log(*lines: str) -> OperatorLog:
    """The operator's log."""
    return OperatorLog(lines=lines)


def call(value: float, code: str, operation: str = "CreateNetworkInterface") -> Sample:
    """So many calls of an operation with this answer."""
    return sample(CALLS, value, operation=operation, responseCode=code)


def page(*now: Sample, earlier: tuple[Sample, ...] | None = ()) -> OperatorMetrics:
    """The operator's metrics; ``earlier`` None: there was one page only."""
    return OperatorMetrics(page=metrics(*now, earlier=earlier))
