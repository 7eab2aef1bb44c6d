"""Snapshot.operator_metrics, from the leading operator's metrics page."""

from checks.collect.prometheus import metrics
from checks.collect.source import Source
from checks.parts.agents import OperatorMetrics

RIGHTS = ("get pods/proxy in Cilium's namespace",)


def read(source: Source) -> OperatorMetrics:
    """Decode the page, and the earlier one where there is one. Raises UnreadError."""
    return OperatorMetrics(page=metrics(source, OperatorMetrics.ASKED))
