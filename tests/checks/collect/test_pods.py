from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.pods import GRACE, read
from checks.collect.source import UnreadError
from checks.parts.nodes import Resources, Toleration
from checks.parts.pods import NodeLoad, PodAddress, Pods
from tests.builder.clock import ago, stamp
from tests.checks.collect.told import NOW, Object, api_list, refusal, told

READY: Object = {"type": "Ready", "status": "True", "lastTransitionTime": stamp(ago(hours=1))}
UNREADY: Object = {"type": "Ready", "status": "False", "lastTransitionTime": stamp(ago(minutes=9))}


def pod(
    name: str = "api-1",
    *,
    namespace: str = "shop",
    node: str | None = "node-a",
    phase: str = "Running",
    ip: str | None = "10.0.1.7",
    labels: dict[str, str] | None = None,
    conditions: list[Object] | None = None,
    meta: Object | None = None,
    spec: Object | None = None,
    status: Object | None = None,
) -> Object:
    """A pod as the API gives it; ready unless its conditions say otherwise."""
    made: Object = {"phase": phase, "conditions": [READY] if conditions is None else conditions}
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "creationTimestamp": stamp(ago(hours=2)),
            "labels": {"app": "api"} if labels is None else labels,
            **(meta or {}),
        },
        "spec": {
            "containers": [{"name": "a", "image": "registry/api:1", "resources": {}}],
            **({"nodeName": node} if node else {}),
            **(spec or {}),
        },
        "status": {**made, **({"podIP": ip} if ip else {}), **(status or {})},
    }


def read_pods(*pods: Object, pages: int = 1) -> Pods:
    parts = [list(pods[n::pages]) for n in range(pages)]
    paths = [Pods.ASKED, *(f"{Pods.ASKED}.{n}" for n in range(2, pages + 1))]
    return read(told({path: api_list("Pod", *part) for path, part in zip(paths, parts, strict=True)}))


def deleted(seconds: float, grace_s: int = 30) -> Object:
    """Metadata of a pod whose deletion was asked for so long ago."""
    due = ago(seconds=seconds) + timedelta(seconds=grace_s)
    return {"deletionTimestamp": stamp(due), "deletionGracePeriodSeconds": grace_s}


class TestCounts:
    def test_of_pods_in_every_state(self) -> None:
        found = read_pods(
            pod("a"),
            pod("b", node=None, ip=None, phase="Pending", conditions=[]),
            pod("c", ip=None, phase="Pending", conditions=[UNREADY]),
            pod("d", phase="Unknown"),
        )
        assert (found.total, found.running, found.not_scheduled, found.without_ip) == (4, 1, 1, 1)

    def test_finished_pods_count_nowhere_and_failed_ones_are_left_over(self) -> None:
        found = read_pods(pod("a", phase="Succeeded"), pod("b", phase="Failed", ip=None))
        assert (found.total, found.on_node, found.groups, found.items) == (0, {}, (), ())
        assert [left.name for left in found.leftovers] == ["b"]

    @pytest.mark.parametrize("grace_s", [0, 30, 3600])
    def test_a_pod_just_deleted_only_holds_its_place(self, grace_s: int) -> None:
        found = read_pods(pod(meta=deleted(119, grace_s)))
        assert (found.total, found.items, found.addresses, found.groups) == (0, (), (), ())
        assert found.on_node == {"node-a": NodeLoad(terminating=1)}

    @pytest.mark.parametrize("grace_s", [0, 30, 3600])
    def test_a_pod_stuck_in_its_deletion_still_counts(self, grace_s: int) -> None:
        [stuck] = read_pods(pod(meta=deleted(GRACE.total_seconds(), grace_s))).items
        assert stuck.deleting

    def test_a_nodes_load_is_what_runs_there(self) -> None:
        resources = {"requests": {"cpu": "250m", "memory": "64Mi", "ephemeral-storage": "1Gi"}}
        asks: Object = {"containers": [{"resources": resources}, {"resources": resources}]}
        found = read_pods(
            pod("a", spec=asks),
            pod("b", spec={**asks, "hostNetwork": True}),
            pod("c", ip=None),
            pod("d", meta=deleted(5)),
            pod("e", node="node-b"),
            pod("f", node=None, ip=None, phase="Pending", spec=asks),
        )
        assert found.on_node["node-a"] == NodeLoad(
            pods=3,
            host_network=1,
            with_address=1,
            terminating=1,
            requests=Resources(cpu_milli=1000, memory_bytes=256 << 20, ephemeral_bytes=4 << 30),
        )
        assert found.on_node["node-b"].pods == 1
        assert list(found.on_node) == ["node-a", "node-b"]

    def test_requests_follow_the_schedulers_rule(self) -> None:
        def asks(cpu: str, **more: str) -> Object:
            return {"resources": {"requests": {"cpu": cpu}}, **more}

        spec: Object = {
            "containers": [asks("100m")],
            "initContainers": [asks("50m", restartPolicy="Always"), asks("400m")],
            "overhead": {"cpu": "10m"},
        }
        found = read_pods(
            pod("a", spec=spec), pod("b", spec=spec), pod("c", spec={"containers": [asks("1")]})
        )
        assert found.on_node["node-a"].requests.cpu_milli == 460 + 460 + 1000

    def test_addresses_are_those_of_the_pod_network(self) -> None:
        found = read_pods(pod("b"), pod("a"), pod("c", spec={"hostNetwork": True}), pod("d", ip=None))
        assert [(address.name, address.ip) for address in found.addresses] == [
            ("a", "10.0.1.7"),
            ("b", "10.0.1.7"),
        ]
        assert found.addresses[0] == PodAddress("shop", "a", "node-a", "10.0.1.7", ago(hours=2))

    @pytest.mark.parametrize(
        ("status", "without_ip"),
        [
            ({"containerStatuses": [{"state": {"waiting": {"reason": "ContainerCreating"}}}]}, 1),
            ({"containerStatuses": [{"state": {"waiting": {"reason": "ImagePullBackOff"}}}]}, 0),
            (
                {"initContainerStatuses": [{"state": {"waiting": {"reason": "CreateContainerConfigError"}}}]},
                0,
            ),
            ({"conditions": [UNREADY, {"type": "PodReadyToStartContainers", "status": "True"}]}, 0),
            ({"conditions": [UNREADY, {"type": "PodReadyToStartContainers", "status": "False"}]}, 1),
            ({"conditions": [UNREADY, {"type": "PodHasNetwork", "status": "True"}]}, 0),
        ],
    )
    def test_a_pod_past_its_sandbox_does_not_wait_for_an_address(
        self, status: Object, without_ip: int
    ) -> None:
        assert (
            read_pods(pod(ip=None, phase="Pending", conditions=[UNREADY], status=status)).without_ip
            == without_ip
        )

    def test_a_host_network_pod_does_not_wait_for_an_address(self) -> None:
        waiting = pod(ip=None, phase="Pending", conditions=[UNREADY], spec={"hostNetwork": True})
        assert read_pods(waiting).without_ip == 0


class TestGroups:
    def test_pods_with_the_same_labels_are_one_group(self) -> None:
        found = read_pods(
            pod("web-0", labels={"app": "web", "statefulset.kubernetes.io/pod-name": "web-0"}),
            pod("web-1", labels={"app": "web", "statefulset.kubernetes.io/pod-name": "web-1"}),
            pod("old", labels={"app": "web", "pod-template-hash": "a"}, conditions=[UNREADY]),
            pod("new", labels={"pod-template-hash": "b", "app": "web"}),
            pod("job", labels={"app": "web", "job-name": "nightly"}),
            pod("other", labels={"app": "web"}, namespace="zoo"),
            pod("host", labels={"app": "web"}, spec={"hostNetwork": True}),
        )
        shown = [(g.namespace, dict(g.labels), g.host_network, g.total, g.ready) for g in found.groups]
        assert shown == [
            ("shop", {"app": "web"}, False, 4, 3),
            ("shop", {"app": "web"}, True, 1, 1),
            ("shop", {"app": "web", "job-name": "nightly"}, False, 1, 1),
            ("zoo", {"app": "web"}, False, 1, 1),
        ]

    def test_the_sample_begins_with_those_that_are_not_ready(self) -> None:
        pods = [pod(f"ready-{n}") for n in range(9)] + [pod(f"bad-{n}", conditions=[UNREADY]) for n in "zax"]
        [group] = read_pods(*pods).groups
        assert group.sample == ("bad-a", "bad-x", "bad-z", "ready-0", "ready-1")

    def test_the_earliest_pod_says_since_when_the_group_is_not_ready(self) -> None:
        later: Object = {**UNREADY, "lastTransitionTime": stamp(ago(minutes=2))}
        [group] = read_pods(pod("a", conditions=[later]), pod("b", conditions=[UNREADY]), pod("c")).groups
        assert group.not_ready_since == ago(minutes=9)
        [group] = read_pods(pod("a", conditions=[])).groups
        assert group.not_ready_since == ago(hours=2)
        [group] = read_pods(pod("a")).groups
        assert group.not_ready_since is None


class TestKept:
    def test_ready_pods_are_not(self) -> None:
        assert read_pods(pod()).items == ()

    @pytest.mark.parametrize(
        "labels",
        [
            {"k8s-app": "cilium"},
            {"io.cilium/app": "operator"},
            {"name": "cilium-operator"},
            {"k8s-app": "kube-dns"},
            {"k8s-app": "node-local-dns"},
            {"k8s-app": "aws-node"},
        ],
    )
    def test_pods_of_cilium_dns_and_the_other_network_plugins_are(self, labels: dict[str, str]) -> None:
        [kept] = read_pods(pod(labels=labels)).items
        assert kept.ready
        assert kept.label(next(iter(labels))) == next(iter(labels.values()))

    def test_a_pod_made_by_hand_without_conditions_is_taken_as_it_runs(self) -> None:
        bare = pod()
        del cast(Object, bare["status"])["conditions"]
        assert read_pods(bare).items == ()

    def test_a_pod_that_waits_for_the_scheduler_says_why(self) -> None:
        why: Object = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": "0/14 nodes are available: 14 Too many pods." + "x" * 5000,
            "lastTransitionTime": stamp(ago(minutes=5)),
        }
        [kept] = read_pods(pod(node=None, ip=None, phase="Pending", conditions=[why])).items
        assert (kept.node, kept.ip, kept.scheduled, kept.ready) == (None, None, False, False)
        assert kept.scheduled_since == ago(minutes=5)
        assert kept.unscheduled_reason == "Unschedulable"
        assert kept.unscheduled_message.startswith("0/14 nodes are available: 14 Too many pods.")
        assert len(kept.unscheduled_message) == 2000

    def test_everything_that_a_check_may_ask_of_it(self) -> None:
        waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}}
        ended = {"terminated": {"exitCode": 1, "message": "no region"}}
        [kept] = read_pods(
            pod(
                conditions=[UNREADY, {"type": "PodReadyToStartContainers", "status": "True"}],
                labels={"app": "api", "pod-template-hash": "7c9"},
                meta={
                    "annotations": {"ipam.cilium.io/ip-pool": "blue"},
                    "ownerReferences": [
                        {"kind": "Node", "name": "n"},
                        {"kind": "ReplicaSet", "name": "api-7c9", "controller": True},
                    ],
                },
                spec={
                    "nodeSelector": {"zone": "a", "disk": "ssd"},
                    "tolerations": [
                        {"operator": "Exists"},
                        {"key": "k", "value": "v", "effect": "NoSchedule"},
                    ],
                    "volumes": [
                        {"name": "d", "persistentVolumeClaim": {"claimName": "disk"}},
                        {"name": "scratch", "ephemeral": {"volumeClaimTemplate": {}}},
                        {"name": "c", "configMap": {"name": "c"}},
                    ],
                },
                status={
                    "startTime": stamp(ago(minutes=30)),
                    "initContainerStatuses": [{"restartCount": 1, "state": {"terminated": {}}}],
                    "containerStatuses": [{"restartCount": 4, "state": waiting, "lastState": ended}],
                },
            )
        ).items
        assert kept.labels == (("app", "api"), ("pod-template-hash", "7c9"))
        assert (kept.owner_kind, kept.owner_name, kept.ip_pool) == ("ReplicaSet", "api-7c9", "blue")
        assert kept.node_selector == (("disk", "ssd"), ("zone", "a"))
        assert kept.tolerations == (
            Toleration(operator="Exists"),
            Toleration(key="k", value="v", effect="NoSchedule"),
        )
        assert kept.volume_claims == ("disk", "api-1-scratch")
        assert (kept.waiting_reasons, kept.waiting_messages) == (("CrashLoopBackOff",), ("back-off 5m0s",))
        assert kept.last_words == ("no region",)
        assert (kept.restarts, kept.started, kept.ready_since) == (5, ago(minutes=30), ago(minutes=9))
        assert (kept.images, kept.sandbox_made) == (("registry/api:1",), True)


names = st.sampled_from("abcdefgh")
drawn = st.builds(
    pod,
    names,
    namespace=st.sampled_from(["shop", "zoo"]),
    node=st.sampled_from([None, "node-a", "node-b"]),
    phase=st.sampled_from(["Running", "Pending", "Succeeded", "Failed", "Unknown"]),
    ip=st.sampled_from([None, "10.0.1.7"]),
    labels=st.dictionaries(
        st.sampled_from(["app", "pod-template-hash", "k8s-app"]), st.sampled_from(["a", "cilium"])
    ),
    conditions=st.sampled_from([[], [READY], [UNREADY]]),
    meta=st.sampled_from([{}, deleted(10), deleted(500)]),
    spec=st.sampled_from([{}, {"hostNetwork": True}, {"nodeSelector": None, "tolerations": None}]),
)


@given(st.lists(drawn, max_size=12, unique_by=lambda p: (str(p["metadata"]),)), st.integers(1, 4))
def test_the_pages_that_pods_come_in_do_not_matter(pods: list[Object], pages: int) -> None:
    one, other = read_pods(*pods), read_pods(*pods, pages=pages)
    assert (one.total, one.on_node, one.groups) == (other.total, other.on_node, other.groups)
    assert sorted(map(repr, one.items)) == sorted(map(repr, other.items))
    assert one.total == sum(group.total for group in one.groups)
    assert sum(load.pods for load in one.on_node.values()) == one.total - sum(
        not cast(Object, p["spec"]).get("nodeName") for p in pods if counted(p)
    )


def counted(item: Object) -> bool:
    """The rule of report-format.md, spelled out."""
    meta, status = cast(Object, item["metadata"]), cast(Object, item["status"])
    if status["phase"] in ("Succeeded", "Failed"):
        return False
    if "deletionTimestamp" not in meta:
        return True
    due = datetime.fromisoformat(str(meta["deletionTimestamp"]))
    asked = due - timedelta(seconds=cast(int, meta["deletionGracePeriodSeconds"]))
    return NOW - asked >= timedelta(seconds=120)


@pytest.mark.parametrize(
    "broken",
    [
        pod(spec={"containers": [{"resources": {"requests": {"cpu": "lots"}}}]}),
        pod(spec={"containers": [{"resources": "none"}]}),
        pod(spec={"nodeName": 7}),
        pod(labels=cast("dict[str, str]", ["app"])),
        pod(labels=cast("dict[str, str]", {"app": 7})),
        pod(conditions=[UNREADY], spec={"tolerations": {}}),
        pod(conditions=[{**UNREADY, "lastTransitionTime": "soon"}]),
        pod(meta={"creationTimestamp": "2026-11-22T09:00:00"}),
        pod(meta={"deletionTimestamp": "soon"}),
    ],
)
def test_a_pod_that_is_not_as_the_api_gives_it_leaves_the_list_unread(broken: Object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read_pods(pod(), broken)


def test_times_at_the_ends_of_the_calendar_are_borne() -> None:
    found = read_pods(
        pod("a", meta={"deletionTimestamp": "0001-01-01T00:00:00Z", "deletionGracePeriodSeconds": 10**9}),
        pod("b", meta={"deletionTimestamp": "9999-12-31T23:59:59Z", "deletionGracePeriodSeconds": -(10**9)}),
        pod("c", meta={"creationTimestamp": None}, conditions=[UNREADY]),
    )
    assert [item.name for item in found.items] == ["a", "c"]
    assert found.items[1].created == datetime(1970, 1, 1, tzinfo=UTC)


def test_pods_that_may_not_be_listed_are_a_gap() -> None:
    with pytest.raises(UnreadError) as caught:
        read(told({Pods.ASKED: refusal(Pods.ASKED)}))
    assert (caught.value.reason, caught.value.grant) == (
        "refused: list pods (Forbidden)",
        "list pods, in the bot's ClusterRole",
    )
