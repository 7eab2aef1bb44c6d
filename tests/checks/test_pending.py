"""Waiting pods in groups, each with the limit that binds it and its numbers."""

from checks.collect.gather import gather
from checks.judge import judge
from checks.report import PendingGroup
from tests.builder import Cluster
from tests.scenarios.healthy import plain
from tests.scenarios.prefixes import a_helm_key_that_does_not_exist
from tests.scenarios.scheduling import cap_reached_and_another_workload_misplaced


def pending(c: Cluster) -> tuple[PendingGroup, ...]:
    return judge(gather(c.source())).pending


def test_each_group_has_its_own_limit() -> None:
    groups = pending(cap_reached_and_another_workload_misplaced())
    assert [(g.workload, g.waits_for, g.limits) for g in groups] == [
        ("perf", "scheduler", ("kubelet-max-pods-too-low",)),
        ("gpu", "scheduler", ("scheduler-placement-constraints",)),
    ]
    assert groups[0].pods > groups[1].pods == 3


def test_the_scheduler_has_both_sides_of_the_sum() -> None:
    [group, _] = pending(cap_reached_and_another_workload_misplaced())
    assert "6 of 6 nodes are at their pod limit" in group.numbers
    assert "addresses are free" in group.numbers
    assert "Too many pods" in group.message


def test_an_address_has_the_numbers_of_its_node() -> None:
    [group] = pending(a_helm_key_that_does_not_exist())
    assert (group.waits_for, group.limits) == ("address", ("prefix-delegation-wrong-helm-key",))
    assert "27 of 27 addresses in use" in group.numbers


def test_an_image_and_a_volume_are_no_wait_for_an_address() -> None:
    c = plain()
    [image, volume] = c.stuck("shop/api", 2)
    image.waiting = "ImagePullBackOff"
    c.events = [e for e in c.events if e.name not in (image.name, volume.name)]
    c.say(volume, "FailedMount", "MountVolume.SetUp failed", component="kubelet")
    assert {g.waits_for: g.limits for g in pending(c)} == {"image": (), "volume": ()}


def test_a_healthy_cluster_has_nothing_pending() -> None:
    assert pending(plain()) == ()
