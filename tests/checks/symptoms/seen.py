"""One symptom of a built cluster, read through the real collectors."""

from checks.collect.gather import gather
from checks.model import Check, Finding
from checks.run import Result, run
from tests.builder import Cluster, MemorySource


def result(check: Check, told: Cluster | MemorySource) -> Result:
    """What came of the check."""
    source = told.source() if isinstance(told, Cluster) else told
    [found] = run([check], gather(source))
    return found


def seen(check: Check, told: Cluster | MemorySource) -> Finding | None:
    """The symptom, or None when it is not there; fails when it was not checked."""
    found = result(check, told)
    assert not found.undecided, found.undecided
    return found.findings[0] if found.findings else None


def names(finding: Finding | None) -> list[str]:
    """The names of its subjects, in order."""
    assert finding is not None
    return [subject.name for subject in finding.subjects]


def cluster(mode: str = "cluster-pool", nodes: int = 6, **options: object) -> Cluster:
    """A healthy cluster of m5.large with one workload on it."""
    made = Cluster(mode=mode, **options)  # type: ignore[arg-type] # the builder's own options
    made.nodes(nodes, type="m5.large", max_pods=29)
    made.workload("shop/api", replicas=6)
    return made
