"""No list that a Kubernetes API could be made to give raises anything but UnreadError in a collector."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.registry import Collector, collectors
from checks.collect.source import UnreadError
from tests.checks.collect.told import told

PARTS = """
    kubernetes nodes pods events services namespaces endpoints daemonsets deployments webhooks
    apiservices leases network_policies cilium_policies
"""
MINE = [collector for collector in collectors() if collector.part in PARTS.split()]
KINDS = {
    "nodes": "Node",
    "pods": "Pod",
    "events": "Event",
    "services": "Service",
    "namespaces": "Namespace",
    "endpoints": "EndpointSlice",
    "daemonsets": "DaemonSet",
    "deployments": "Deployment",
    "webhooks": "ValidatingWebhookConfiguration",
    "apiservices": "APIService",
    "leases": "Lease",
    "network_policies": "NetworkPolicy",
    "cilium_policies": "CiliumNetworkPolicy",
}

# The words of the answers, so that what is drawn gets past the first key.
WORDS = """
    metadata name namespace labels annotations creationTimestamp deletionTimestamp
    deletionGracePeriodSeconds spec status conditions type reason message lastTransitionTime containers
    initContainers resources requests cpu memory nodeName hostNetwork tolerations volumes nodeSelector
    phase podIP containerStatuses state waiting allocatable pods addresses address taints involvedObject
    series lastTimestamp count ports port targetPort selector endpoints targetRef template replicas
    webhooks clientConfig service renewTime podSelector endpointSelector matchLabels matchExpressions
    ingress egress from to toPorts toEndpoints toCIDRSet enableDefaultDeny gitVersion overhead
"""
TEXTS = (
    "",
    "a",
    "Warning",
    "Failed",
    "Ready",
    "Pending",
    "True",
    "250m",
    "lots",
    "10.0.0.1",
    "2026-11-22T08:59:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "\x00",
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(TEXTS)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=5)
    ),
    max_leaves=25,
)
objects = st.dictionaries(st.sampled_from(["metadata", "spec", "status", *WORDS.split()]), values, max_size=4)


def read_with(collector: Collector, answer: object) -> None:
    reason = ""
    try:
        collector.read(told({collector.asked: answer}))
    except UnreadError as error:
        reason = error.reason
    assert reason.split(":")[0] in ("", "unreadable", "refused", "not found", "not asked"), reason
    assert "\n" not in reason
    assert len(reason) < 400


def test_every_one_of_them_is_tried() -> None:
    assert sorted(collector.part for collector in MINE) == sorted(PARTS.split())


@pytest.mark.parametrize("collector", MINE, ids=lambda collector: cast(Collector, collector).part)
class TestEach:
    @given(st.lists(objects, max_size=3))
    def test_any_items(self, collector: Collector, items: list[object]) -> None:
        kind = KINDS.get(collector.part, "")
        read_with(collector, {"kind": f"{kind}List", "items": items} if kind else {"gitVersion": items})

    @given(values)
    def test_any_json(self, collector: Collector, answer: object) -> None:
        read_with(collector, answer)

    @given(st.binary(max_size=30))
    def test_any_bytes(self, collector: Collector, answer: bytes) -> None:
        read_with(collector, answer)

    @pytest.mark.parametrize(
        "shell",
        [b"", b'{"items": ', b'{"items": [{"metadata": ', b'{"items": [{"spec": {"x": ', b'{"kind": '],
    )
    def test_json_that_is_nested_without_end(self, collector: Collector, shell: bytes) -> None:
        for opening in (b"[", b'{"a":'):
            read_with(collector, shell + opening * 50_000)

    @pytest.mark.parametrize("answer", [b"", b" ", b"null", b"[]", b"{}", b'"', b"\xff", b"{" * 3])
    def test_small_and_broken(self, collector: Collector, answer: bytes) -> None:
        read_with(collector, answer)
