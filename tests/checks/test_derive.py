"""Who waits for what, told from pods and events."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from checks.derive import derive, parse_scheduler_message, waiting_of
from checks.parts.agents import Meta
from checks.parts.kubernetes import Event, Events
from checks.parts.pods import Pod, Pods
from checks.snapshot import Snapshot

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
OLD = NOON - timedelta(minutes=10)
YOUNG = NOON - timedelta(seconds=119)


def pod(name: str = "api-1", **changes: Any) -> Pod:
    fields: dict[str, Any] = {"namespace": "shop", "name": name, "created": OLD} | changes
    return Pod(**fields)


def event(reason: str, message: str = "") -> Event:
    return Event(kind="Pod", namespace="shop", name="api-1", reason=reason, message=message, last_seen=NOON)


@pytest.mark.parametrize(
    ("message", "total", "reasons"),
    [
        ("0/14 nodes are available: 14 Too many pods.", 14, [(14, "Too many pods")]),
        (
            "0/14 nodes are available: 10 Insufficient cpu, 4 Too many pods. preemption: 0/14 nodes are "
            "available: 14 No preemption victims found for incoming pod.",
            14,
            [(10, "Insufficient cpu"), (4, "Too many pods")],
        ),
        (
            "0/3 nodes are available: 1 node(s) had untolerated taint {node.cilium.io/agent-not-ready: true},"
            " 2 node(s) didn't match Pod's node affinity/selector.",
            3,
            [
                (1, "node(s) had untolerated taint {node.cilium.io/agent-not-ready: true}"),
                (2, "node(s) didn't match Pod's node affinity/selector"),
            ],
        ),
        (
            "0/6 nodes are available: 2 node(s) had taint {a: }, that the pod didn't tolerate, 4 "
            "Insufficient memory.",
            6,
            [(2, "node(s) had taint {a: }, that the pod didn't tolerate"), (4, "Insufficient memory")],
        ),
        (
            "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 …",
            3,
            [(3, "pod has unbound immediate PersistentVolumeClaims")],
        ),
        ("skip schedule deleting pod: shop/api-1", None, []),
        ("", None, []),
    ],
)
def test_reads_the_schedulers_reasons(
    message: str, total: int | None, reasons: list[tuple[int, str]]
) -> None:
    found_total, found = parse_scheduler_message(message)
    assert (found_total, [(r.nodes, r.text) for r in found]) == (total, reasons)


def test_a_pod_without_a_node_waits_only_past_the_grace() -> None:
    waiting = waiting_of(Pods(items=(pod(), pod("new", created=YOUNG))), None, NOON)
    assert [item.pod.name for item in waiting.unscheduled] == ["api-1"]


def test_a_pod_behind_scheduling_gates_does_not_wait_for_the_scheduler() -> None:
    gated = pod("held", unscheduled_reason="SchedulingGated")
    assert waiting_of(Pods(items=(gated, pod())), None, NOON).unscheduled[0].pod.name == "api-1"
    assert waiting_of(Pods(items=(gated,)), None, NOON).unscheduled == ()


def test_prefers_the_condition_to_the_event() -> None:
    told = pod(unscheduled_message="0/1 nodes are available: 1 Too many pods.")
    events = Events((event("FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu."),))
    [item] = waiting_of(Pods(items=(told,)), events, NOON).unscheduled
    assert (item.says("too many pods"), item.says("insufficient"), item.asked) == (1, 0, Pods.ASKED)
    [item] = waiting_of(Pods(items=(pod(),)), events, NOON).unscheduled
    assert (item.says("insufficient"), item.asked) == (1, Events.ASKED)


@pytest.mark.parametrize(
    ("changes", "events", "stuck"),
    [
        ({}, [], True),
        ({}, ["FailedCreatePodSandBox"], True),
        ({}, ["FailedMount", "FailedCreatePodSandBox"], True),
        ({}, ["FailedMount"], False),
        ({}, ["FailedAttachVolume"], False),
        ({"host_network": True}, [], False),
        ({"ip": "10.0.0.9"}, [], False),
        ({"sandbox_made": True}, [], False),
        ({"waiting_reasons": ("ImagePullBackOff",)}, [], False),
        ({"waiting_reasons": ("CreateContainerConfigError",)}, [], False),
        ({"waiting_reasons": ("ContainerCreating",)}, [], True),
        ({"scheduled_since": YOUNG}, [], False),
        ({"deleting": True}, [], False),
        ({"phase": "Running"}, [], False),
    ],
)
def test_a_bound_pod_without_address_is_stuck_unless_it_waits_for_something_else(
    changes: dict[str, Any], events: list[str], stuck: bool
) -> None:
    pods = Pods(items=(pod(**({"node": "n1"} | changes)),))
    found = waiting_of(pods, Events(tuple(map(event, events))), NOON).without_ip
    assert bool(found) is stuck


def test_groups_stuck_pods_by_node_with_the_newest_text() -> None:
    pods = Pods(items=(pod(node="n1"),))
    events = Events((event("FailedCreatePodSandBox", "old"), event("FailedCreatePodSandBox", "new")))
    waiting = waiting_of(pods, events, NOON)
    assert [item.message for item in waiting.stuck_on["n1"]] == ["new"]


@pytest.mark.parametrize(
    ("reasons", "counted"),
    [([], 1), (["FailedMount"], 0), (["FailedMount", "FailedCreatePodSandBox"], 1), (["BackOff"], 1)],
)
def test_a_pod_that_waits_for_a_volume_is_not_counted_as_one_without_an_address(
    reasons: list[str], counted: int
) -> None:
    waits = pod(node="n1", waiting_reasons=("ContainerCreating",))
    snapshot = Snapshot(
        meta=Meta(cluster="demo", taken_at=NOON),
        pods=Pods(total=1, without_ip=1, items=(waits,)),
        events=Events(tuple(map(event, reasons))),
    )
    pods = derive(snapshot).pods
    assert pods is not None
    assert pods.without_ip == counted
