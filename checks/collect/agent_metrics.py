"""Snapshot.agent_metrics, from the metrics page of each agent that was asked."""

from checks.collect.each import ask_each
from checks.collect.prometheus import metrics
from checks.collect.source import Source
from checks.parts.agents import AgentMetrics, Metrics

RIGHTS = ("get pods/proxy in Cilium's namespace",)


def read(source: Source) -> AgentMetrics:
    """The page of each agent that answered. Raises UnreadError when not one did, or none was asked."""

    def of_node(path: str) -> Metrics:
        return metrics(source, path)

    found, errors = ask_each(source, "cilium", "{argument}/metrics.prom", of_node)
    return AgentMetrics(by_node=found, errors=errors)
