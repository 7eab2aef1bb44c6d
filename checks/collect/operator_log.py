"""Snapshot.operator_log, from the operator's log."""

from checks.collect.log_lines import log_lines
from checks.collect.source import Source
from checks.parts.agents import OperatorLog

RIGHTS = ("get pods/log in Cilium's namespace",)


def read(source: Source) -> OperatorLog:
    """The newest lines. Raises UnreadError when the log was refused or not asked."""
    return OperatorLog(lines=log_lines(source, OperatorLog.ASKED))
