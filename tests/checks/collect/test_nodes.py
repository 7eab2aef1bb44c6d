import pytest

from checks.collect.nodes import read
from checks.collect.source import UnreadError
from checks.parts.nodes import Node, Nodes, Resources, Taint
from tests.builder.clock import ago, stamp
from tests.checks.collect.told import Object, api_list, entry, told


def read_node(parts: Object) -> Node:
    [node] = read(told({Nodes.ASKED: api_list("Node", {**entry("node-a"), **parts})})).items
    return node


def test_reads_everything_that_a_check_may_ask_of_a_node() -> None:
    raw = entry(
        "node-a",
        spec={
            "providerID": "aws:///eu-west-1a/i-0abc",
            "podCIDRs": ["10.0.1.0/24"],
            "unschedulable": True,
            "taints": [
                {"key": "node.cilium.io/agent-not-ready", "effect": "NoSchedule"},
                {"key": "k", "value": "v", "effect": "NoExecute", "timeAdded": stamp(ago(minutes=3))},
            ],
        },
        status={
            "allocatable": {
                "cpu": "1930m",
                "memory": "1455364Ki",
                "ephemeral-storage": "18242267924",
                "pods": "11",
            },
            "addresses": [
                {"type": "InternalIP", "address": "10.20.1.7"},
                {"type": "InternalDNS", "address": "ip-10-20-1-7.internal"},
                {"type": "ExternalIP", "address": "3.4.5.6"},
            ],
            "conditions": [
                {"type": "MemoryPressure", "status": "False"},
                {
                    "type": "Ready",
                    "status": "False",
                    "reason": "KubeletNotReady",
                    "message": "cni not initialized",
                    "lastTransitionTime": stamp(ago(minutes=8)),
                },
            ],
            "nodeInfo": {
                "osImage": "Amazon Linux 2",
                "operatingSystem": "linux",
                "kubeletVersion": "v1.29.3",
            },
        },
    )
    metadata = raw["metadata"]
    assert isinstance(metadata, dict)
    metadata["labels"] = {"topology.kubernetes.io/zone": "eu-west-1a"}
    metadata["annotations"] = {"network.cilium.io/ipv4-pod-cidr": "10.0.1.0/24", "other": "x"}
    [node] = read(told({Nodes.ASKED: api_list("Node", raw)})).items
    assert node == Node(
        name="node-a",
        created=node.created,
        labels={"topology.kubernetes.io/zone": "eu-west-1a"},
        annotations_pod_cidr="10.0.1.0/24",
        taints=(
            Taint(key="node.cilium.io/agent-not-ready", effect="NoSchedule"),
            Taint(key="k", value="v", effect="NoExecute", added=ago(minutes=3)),
        ),
        unschedulable=True,
        provider_id="aws:///eu-west-1a/i-0abc",
        internal_ips=("10.20.1.7",),
        addresses=("10.20.1.7", "3.4.5.6"),
        pod_cidrs=("10.0.1.0/24",),
        max_pods=11,
        allocatable=Resources(cpu_milli=1930, memory_bytes=1455364 << 10, ephemeral_bytes=18242267924),
        ready=False,
        ready_since=ago(minutes=8),
        ready_reason="KubeletNotReady",
        ready_message="cni not initialized",
        os_image="Amazon Linux 2",
        os="linux",
        kubelet_version="v1.29.3",
    )
    assert (node.zone, node.instance_id) == ("eu-west-1a", "i-0abc")


def test_what_a_young_node_does_not_say_is_not_known() -> None:
    node = read_node({})
    assert (node.ready, node.max_pods, node.allocatable, node.pod_cidrs) == (None, None, None, ())


def test_a_node_whose_state_is_unknown_is_not_ready() -> None:
    assert read_node({"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}).ready is False


def test_the_single_pod_cidr_of_old_objects_counts_too() -> None:
    assert read_node({"spec": {"podCIDR": "10.0.1.0/24"}}).pod_cidrs == ("10.0.1.0/24",)


def test_nodes_are_sorted_by_name() -> None:
    found = read(told({Nodes.ASKED: api_list("Node", entry("b"), entry("a"))}))
    assert [node.name for node in found.items] == ["a", "b"]


@pytest.mark.parametrize(
    "parts", [{"status": {"allocatable": {"pods": "many"}}}, {"status": {"addresses": "x"}}, {"spec": []}]
)
def test_a_node_that_is_not_as_the_api_gives_it_is_unreadable(parts: Object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read_node(parts)
