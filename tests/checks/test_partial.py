"""A healthy cluster of which something could not be read: nobody is accused, and no check breaks."""

import re
from functools import cache

import pytest

from checks.collect.gather import gather
from checks.judge import judge
from checks.load import load_checks
from checks.run import Verdict, run
from checks.snapshot import Snapshot
from tests.builder import Cluster

MODES = ("cluster-pool", "kubernetes", "eni", "multi-pool", "crd")


@cache
def healthy(mode: str) -> Cluster:
    cluster = Cluster(mode=mode, prefix_delegation=mode == "eni")
    cluster.nodes(2)
    cluster.workload("shop/api", 6)
    return cluster


@cache
def snapshot(mode: str) -> Snapshot:
    return healthy(mode).snapshot()


def kinds() -> list[str]:
    """What can be refused, with what is read of each node taken together."""
    paths = healthy("eni").source().answers
    return sorted({re.sub(r"^(cilium/agents/).*", r"\1", path) for path in paths})


@pytest.mark.parametrize("mode", MODES)
def test_no_check_finds_anything_in_a_healthy_cluster_or_breaks(mode: str) -> None:
    results = run(load_checks(), snapshot(mode))
    assert [(found.check.id, found.reason) for found in results if found.findings] == []
    assert [found.check.id for found in results if found.verdict is Verdict.BROKEN] == []


@pytest.mark.parametrize("path", kinds())
def test_whatever_is_refused_nobody_is_accused(path: str) -> None:
    told = judge(gather(healthy("eni").source().refuse(path)))
    accused = [cause.id for cause in (*told.causes, *told.risks)]
    assert ([symptom.id for symptom in told.symptoms], accused) == ([], [])
    assert told.verdict in ("healthy", "unknown")


@pytest.mark.parametrize("room", ["kubernetes/", "aws/", "cilium/", "probes/"])
@pytest.mark.parametrize("mode", MODES)
def test_whole_rooms_may_be_dark(mode: str, room: str) -> None:
    found = gather(healthy(mode).source().refuse(room))
    results = run(load_checks(), found)
    assert [item.check.id for item in results if item.findings] == []
    assert [item.check.id for item in results if item.verdict is Verdict.BROKEN] == []
