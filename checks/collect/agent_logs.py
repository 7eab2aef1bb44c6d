"""Snapshot.agent_logs, from the log of each agent that was asked."""

from checks.collect.each import ask_each
from checks.collect.log_lines import log_lines
from checks.collect.source import Source
from checks.parts.agents import AgentLogs

RIGHTS = ("get pods/log in Cilium's namespace",)


def read(source: Source) -> AgentLogs:
    """The newest lines of each agent. Raises UnreadError when not one answered, or none was asked."""

    def of_node(path: str) -> tuple[str, ...]:
        return log_lines(source, path)

    found, errors = ask_each(source, "cilium", "{argument}/log.txt", of_node)
    return AgentLogs(by_node=found, errors=errors)
