"""The recordings are what the builder writes, and say what the evaluation saw."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from checks.judge import judge
from checks.snapshot import Snapshot
from tests.builder.recordings import RECORDINGS
from tests.builder.write import FOLDER

Recorded = Callable[[str], Snapshot]

PHASES = sorted(name for name in RECORDINGS if name.startswith("phase"))
HEALTHY = sorted(name for name in RECORDINGS if name.startswith("healthy") or name.endswith("done_right"))
BEFORE_ENI = ["phase1_native", "phase1_native_requests", "phase2_overlay"]


@pytest.mark.parametrize("name", sorted(RECORDINGS))
def test_files_are_what_the_builder_writes(name: str) -> None:
    folder = FOLDER / name
    on_disk = {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
    written = RECORDINGS[name]().files()
    assert on_disk.keys() == written.keys()
    different = [file for file, raw in written.items() if on_disk[file] != raw]
    assert different == [], "write them anew: python -m tests.builder.write"


def test_every_folder_has_its_builder() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(RECORDINGS)


@pytest.mark.parametrize("name", sorted(RECORDINGS))
def test_a_note_says_what_is_assumed(name: str) -> None:
    told = json.loads((FOLDER / name / "recording.json").read_text())
    assert told["format"] == 1
    assert len(told["note"]) > (200 if name in PHASES else 20)


@pytest.mark.parametrize("name", PHASES)
def test_fourteen_nodes_stand_in_three_zones_and_subnets(recorded: Recorded, name: str) -> None:
    snapshot = recorded(name)
    assert snapshot.nodes is not None
    assert snapshot.instances is not None
    assert len(snapshot.nodes.items) == 14
    assert len({node.zone for node in snapshot.nodes.items}) == 3
    assert len({instance.subnet_id for instance in snapshot.instances.by_id.values()}) == 3


@pytest.mark.parametrize("name", BEFORE_ENI)
def test_forty_of_160_pods_are_placed(name: str) -> None:
    pods = json.loads((FOLDER / name / "kubernetes/api/v1/pods.json").read_text())["items"]
    perf = [pod for pod in pods if pod["metadata"]["labels"].get("app") == "perf-app"]
    assert Counter("nodeName" in pod["spec"] for pod in perf) == {False: 120, True: 40}
    assert all("nodeName" in pod["spec"] for pod in pods if pod not in perf)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("phase1_native", "14 Too many pods"),
        ("phase1_native_requests", "14 Insufficient cpu"),
        ("phase2_overlay", "14 Too many pods"),
    ],
)
def test_the_others_wait_for_one_reason(name: str, reason: str) -> None:
    pods = json.loads((FOLDER / name / "kubernetes/api/v1/pods.json").read_text())["items"]
    told = {
        condition["message"]
        for pod in pods
        for condition in pod["status"]["conditions"]
        if condition["type"] == "PodScheduled" and condition["status"] == "False"
    }
    assert told == {
        f"0/14 nodes are available: {reason}. preemption: 0/14 nodes are available: "
        "14 No preemption victims found for incoming pod."
    }


@pytest.mark.parametrize("name", ["phase1_native", "phase1_native_requests"])
def test_the_node_that_was_looked_at_uses_4_of_254(recorded: Recorded, name: str) -> None:
    snapshot = recorded(name)
    assert snapshot.cilium_nodes is not None
    assert snapshot.agent_status is not None
    assert snapshot.accounts is not None
    [node] = [node for node in snapshot.cilium_nodes.items if node.pod_cidrs == ("10.0.1.0/24",)]
    assert snapshot.agent_status.by_node[node.name].ipam_text == "IPv4: 4/254 allocated from 10.0.1.0/24, "
    assert snapshot.accounts.by_node[node.name].used == 4


@pytest.mark.parametrize(
    ("name", "reachable"), [("phase1_native", 1), ("phase1_native_requests", 1), ("phase2_overlay", 14)]
)
def test_each_agent_reaches_as_many_nodes_as_were_seen(recorded: Recorded, name: str, reachable: int) -> None:
    health = recorded(name).health
    assert health is not None
    counts = {sum(peer.reachable for peer in peers) for peers in health.by_observer.values()}
    assert (counts, len(health.by_observer)) == ({reachable}, 14)


def test_no_two_routing_keys_rule_in_one_configmap(recorded: Recorded) -> None:
    for name in PHASES:
        config = recorded(name).cilium
        assert config is not None
        assert not {"routing-mode", "tunnel"} <= config.data.keys()


@pytest.mark.parametrize("name", HEALTHY)
def test_healthy_clusters_are_silent(recorded: Recorded, name: str) -> None:
    report = judge(recorded(name))
    found = [symptom.id for symptom in report.symptoms]
    found += [cause.id for cause in (*report.causes, *report.risks)]
    assert (report.verdict, found) == ("healthy", [])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/recording.json")), ids=lambda path: path.parent.name)
def test_recordings_hold_nothing_secret(path: Path) -> None:
    for file in path.parent.rglob("*"):
        assert "secret" not in file.name.lower()
        if file.is_file():
            text = file.read_text().lower()
            assert not any(word in text for word in ("password", "xoxb-", "akia", "begin private key"))
