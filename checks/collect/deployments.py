"""Snapshot.deployments, from the list of all Deployments."""

from checks.collect.source import Source
from checks.collect.wire import items
from checks.collect.workloads import WorkloadItem, workloads
from checks.parts.workloads import Deployments

RIGHTS = ("list apps/deployments",)


def read(source: Source) -> Deployments:
    """Read every Deployment, sorted by namespace and name. Raises UnreadError."""
    listed = items(source, Deployments.ASKED, WorkloadItem, "Deployment")
    return Deployments(items=workloads(listed, unsaid=1))
