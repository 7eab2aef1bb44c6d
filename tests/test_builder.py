"""What the builder makes is what the APIs give: the official client and AWS's own models accept it."""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Protocol, cast

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from kubernetes import client

from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.collect.source import UnreadError
from tests.builder import Cluster, items
from tests.builder.clock import Object


class Model(Protocol):
    """A model of the official client."""

    def model_validate(self, obj: object) -> object:
        """Raises for a member that it does not know, or a value of another type."""


MODELS: dict[str, Model] = {
    "version": client.VersionInfo,
    "api/v1/nodes": client.V1NodeList,
    "api/v1/pods": client.V1PodList,
    "api/v1/events": client.CoreV1EventList,
    "api/v1/services": client.V1ServiceList,
    "api/v1/namespaces": client.V1NamespaceList,
    "api/v1/resourcequotas": client.V1ResourceQuotaList,
    "api/v1/persistentvolumes": client.V1PersistentVolumeList,
    "api/v1/persistentvolumeclaims": client.V1PersistentVolumeClaimList,
    "api/v1/namespaces/kube-system/configmaps/cilium-config": client.V1ConfigMap,
    "api/v1/namespaces/kube-system/configmaps/coredns": client.V1ConfigMap,
    "api/v1/namespaces/kube-system/configmaps/ip-masq-agent": client.V1Status,
    "api/v1/namespaces/kube-system/serviceaccounts/cilium-operator": client.V1ServiceAccount,
    "apis/karpenter.sh/v1/nodepools": client.V1Status,
    "apis/apps/v1/daemonsets": client.V1DaemonSetList,
    "apis/apps/v1/deployments": client.V1DeploymentList,
    "apis/apps/v1/replicasets": client.V1ReplicaSetList,
    "apis/discovery.k8s.io/v1/endpointslices": client.V1EndpointSliceList,
    "apis/coordination.k8s.io/v1/leases": client.V1LeaseList,
    "apis/apiregistration.k8s.io/v1/apiservices": client.V1APIServiceList,
    "apis/networking.k8s.io/v1/networkpolicies": client.V1NetworkPolicyList,
    "apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations": (
        client.V1ValidatingWebhookConfigurationList
    ),
    "apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations": (
        client.V1MutatingWebhookConfigurationList
    ),
}
MODES: list[tuple[str, str, bool]] = [
    ("cluster-pool", "1.13.18", False),
    ("cluster-pool", "1.16.5", False),
    ("eni", "1.16.5", False),
    ("eni", "1.17.4", True),
    ("eni", "1.20.2", True),
    ("kubernetes", "1.16.5", False),
    ("multi-pool", "1.19.1", False),
    ("crd", "1.15.6", False),
]


def busy(mode: str, cilium: str, prefixes: bool) -> Cluster:
    """A cluster on which every verb that makes an object has been used."""
    c = Cluster(mode=mode, cilium=cilium, prefix_delegation=prefixes)
    c.nodes(3, max_pods=30)
    c.workload("shop/api", 90, cpu=20, port=8080)
    c.service("shop/api")
    c.stuck("shop/api", 2)
    c.webhook("cert-manager/cert-manager-webhook", fails="context deadline exceeded")
    c.aggregated_api("v1beta1.metrics.k8s.io", "kube-system/metrics-server", available=False)
    c.policy("shop/deny", {"podSelector": {}, "policyTypes": ["Egress"]})
    c.agent_down(c.node_list[0])
    c.fails("shop/api", 2)
    c.leftover("kube-system/coredns")
    c.addons["vpc-cni"] = ("v1.19.2-eksbuild.1", "ACTIVE")
    c.aws_node(running=False)
    c.foreign_interface("eu-west-1a", "AWS Lambda VPC ENI", status="available")
    return c


@pytest.mark.parametrize(("mode", "cilium", "prefixes"), MODES)
def test_the_official_client_takes_every_built_in_object(mode: str, cilium: str, prefixes: bool) -> None:
    answers = busy(mode, cilium, prefixes).answers()
    for path, model in MODELS.items():
        model.model_validate(answers[f"kubernetes/{path}"])  # it forbids members that it does not know


@pytest.mark.parametrize(("mode", "cilium", "prefixes"), MODES)
def test_the_aws_service_models_know_every_member(mode: str, cilium: str, prefixes: bool) -> None:
    answers = busy(mode, cilium, prefixes).answers()
    asked = [path for path in answers if path.startswith("aws/")]
    assert len(asked) > 15
    for path in asked:
        _, service, operation, *_ = path.split("/")
        assert list(strangers(answers[path], output_shape(service, operation), path)) == []


@cache
def output_shape(service: str, operation: str) -> Shape:
    """The output of an operation, by its name in the CLI."""
    model = botocore.session.get_session().get_service_model(service)
    names = {botocore.xform_name(name, "-"): name for name in model.operation_names}
    return model.operation_model(names[operation]).output_shape


def strangers(value: object, shape: Shape, where: str) -> Iterator[str]:
    """Members and types that the model does not know."""
    if isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            yield f"{where}: no structure"
            return
        for key, inner in value.items():
            if key not in shape.members:
                yield f"{where}.{key}: unknown"
            else:
                yield from strangers(inner, shape.members[key], f"{where}.{key}")
    elif isinstance(shape, ListShape):
        for inner in cast("list[object]", value):
            yield from strangers(inner, shape.member, f"{where}[]")
    elif isinstance(shape, MapShape):
        for inner in cast("dict[str, object]", value).values():
            yield from strangers(inner, shape.value, f"{where}{{}}")
    else:
        yield from strange_scalar(value, shape, where)


def strange_scalar(value: object, shape: Shape, where: str) -> Iterator[str]:
    """The same for a value without members."""
    if not isinstance(value, SCALARS[shape.type_name]):
        yield f"{where}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{where}: {value!r} is not among {shape.enum}"
    elif shape.type_name == "timestamp":
        datetime.fromisoformat(str(value))


SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "boolean": bool,
    "timestamp": str,
    "double": float,
    "float": float,
}


@pytest.mark.parametrize(("mode", "cilium", "prefixes"), MODES)
def test_subnets_count_what_interfaces_hold(mode: str, cilium: str, prefixes: bool) -> None:
    c = busy(mode, cilium, prefixes)
    snapshot = c.snapshot()
    assert snapshot.subnets is not None
    assert snapshot.interfaces is not None
    for subnet in c.subnets:
        held = [i for i in snapshot.interfaces.items if i.subnet_id == subnet.id]
        taken = sum(len(i.ips) + 16 * len(i.prefixes) for i in held)
        assert snapshot.subnets.by_id[subnet.id].free == subnet.cidr.num_addresses - 5 - taken


@pytest.mark.parametrize(("mode", "cilium", "prefixes"), MODES)
def test_a_snapshot_lacks_only_what_few_hand_over(mode: str, cilium: str, prefixes: bool) -> None:
    c = Cluster(mode=mode, cilium=cilium, prefix_delegation=prefixes)
    c.nodes(3)
    c.workload("shop/api", 12)
    assert set(c.snapshot().gaps) == {"helm_values", "cloudtrail", "iam_simulation"}


def test_pods_that_fit_nowhere_wait_with_the_schedulers_count() -> None:
    c = Cluster()
    c.nodes(3, max_pods=12)
    c.workload("shop/api", 40)
    waiting = [pod for pod in c.pods if pod.node is None]
    assert all(len(pods) == 12 for pods in c.on_node.values())
    assert waiting[0].unscheduled == (
        "0/3 nodes are available: 3 Too many pods. preemption: 0/3 nodes are available: "
        "3 No preemption victims found for incoming pod."
    )


@pytest.mark.parametrize(
    ("mode", "cilium", "text"),
    [
        ("eni", "1.16.5", "no IPs currently available on the node"),
        ("eni", "1.20.2", "all CIDR ranges are exhausted"),
        ("cluster-pool", "1.16.5", "range is full"),
    ],
)
def test_pods_without_an_address_wait_with_this_versions_error(mode: str, cilium: str, text: str) -> None:
    c = Cluster(mode=mode, cilium=cilium, pool_mask=28)
    c.nodes(1, max_pods=60)
    c.workload("shop/api", 40)
    assert any(event.reason == "FailedCreatePodSandBox" and text in event.message for event in c.events)
    assert len(c.node_list[0].lent) == (27 if mode == "eni" else 14)


def test_prefixes_are_flattened_and_no_number_is_written_for_the_first_interface() -> None:
    c = Cluster(mode="eni", prefix_delegation=True)
    c.nodes(1)
    node = items(cast(Object, c.answers()["kubernetes/apis/cilium.io/v2/ciliumnodes"]))[0]
    [eni] = cast("dict[str, dict[str, dict[str, Object]]]", node["status"])["eni"]["enis"].values()
    assert "number" not in eni
    assert len(cast("list[str]", eni["prefixes"])) * 16 == len(cast("list[str]", eni["addresses"]))


def test_used_is_written_up_to_1_19_only() -> None:
    for cilium, written in (("1.19.4", True), ("1.20.2", False)):
        c = Cluster(mode="eni", cilium=cilium)
        c.nodes(1)
        node = items(cast(Object, c.answers()["kubernetes/apis/cilium.io/v2/ciliumnodes"]))[0]
        ipam = cast("dict[str, Object]", node["status"])["ipam"]
        pools = cast("dict[str, Object]", node["spec"])["ipam"]["pools"]
        assert ("used" in ipam, bool(pools)) == (written, not written)


def test_asked_refused_and_garbled_are_three_things() -> None:
    c = Cluster()
    c.nodes(1)
    source = c.source().refuse("aws/ec2/describe-subnets").drop("aws/ec2/describe-vpcs")
    source.garble("kubernetes/api/v1/services")
    gaps = gather(source).gaps
    assert gaps["subnets"].reason.startswith("refused: ")
    assert gaps["vpcs"].reason == "not asked"
    assert gaps["services"].reason.startswith("unreadable: ")
    with pytest.raises(UnreadError):
        list(source.pages("aws/ec2/describe-subnets"))


def test_a_written_recording_reads_like_the_memory(tmp_path: Path) -> None:
    c = busy("eni", "1.17.4", True)
    from_disk = gather(Recording(c.write(tmp_path)))
    from_memory = c.snapshot()
    assert json.loads((tmp_path / "recording.json").read_text())["format"] == 1
    for part in ("nodes", "pods", "cilium_nodes", "interfaces", "health", "agent_status", "meta"):
        assert getattr(from_disk, part) == getattr(from_memory, part), part


def test_a_paged_list_is_read_whole_and_a_cut_one_not_at_all() -> None:
    c = Cluster()
    c.nodes(3)
    path = "kubernetes/api/v1/pods"
    whole = c.snapshot().pods
    assert gather(c.source().paged(path, 4)).pods == whole
    assert gather(c.source().paged(path, 4).drop(f"{path}.4")).gaps["pods"].reason.startswith("unreadable: ")


def test_metrics_pages_hold_what_was_added() -> None:
    c = Cluster(mode="eni")
    [node] = c.nodes(1)
    c.metric('cilium_operator_ipam_ip_allocation_ops{subnet_id="s"}', 9, earlier=4)
    c.metric('cilium_bpf_map_pressure{map_name="ct4"}', 0.9, node=node)
    answers = c.answers()
    assert 'ops{subnet_id="s"} 4\n' in str(answers["cilium/operator/metrics.earlier.prom"])
    assert 'pressure{map_name="ct4"} 0.9\n' in str(answers[f"cilium/{node.name}/metrics.prom"])
