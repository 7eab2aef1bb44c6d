"""Snapshot.daemonsets, from the list of all DaemonSets."""

from checks.collect.source import Source
from checks.collect.wire import items
from checks.collect.workloads import WorkloadItem, workloads
from checks.parts.workloads import DaemonSets

RIGHTS = ("list apps/daemonsets",)


def read(source: Source) -> DaemonSets:
    """Read every DaemonSet, sorted by namespace and name. Raises UnreadError."""
    listed = items(source, DaemonSets.ASKED, WorkloadItem, "DaemonSet")
    return DaemonSets(items=workloads(listed, unsaid=0))
