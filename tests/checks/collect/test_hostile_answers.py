"""No answer, however odd, makes a collector raise anything but UnreadError."""

from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.registry import Collector, collectors
from checks.collect.source import Source, UnreadError
from tests.builder.clock import Object
from tests.checks.collect.told import told

PARTS = """
    cilium version cilium_nodes cilium_endpoints pod_ip_pools node_configs helm_values eks addons nodegroups
    instance_types instances interfaces subnets reservations vpcs route_tables security_groups agent_status
    health agent_metrics operator_metrics operator_log agent_logs dns_probes tcp_probes
    quotas cloudtrail iam_simulation pod_identity vpc_endpoints nat_gateways node_pools node_claims
    ec2_node_classes operator_service_account cni_configuration ip_masq_agent security_group_policies
    target_group_bindings local_redirect_policies
"""
MINE = [collector for collector in collectors() if collector.part in PARTS.split()]

# The words of the answers, so that what is drawn gets past the first key.
WORDS = """
    kind items metadata name namespace labels spec status data ipam pool pools used eni enis addresses
    addons cluster nodegroup nodegroups Subnets SubnetId CidrBlock Vpcs VpcId RouteTables Routes InstanceTypes
    Reservations Instances NetworkInterfaces NetworkInterfaceId SecurityGroups GroupId IpPermissions probes
    prefixes nodes host local outcome endpoints SubnetIpv4CidrReservations allocated requested cidrs icmp http
    Events EventName EventTime CloudTrailEvent EvaluationResults associations VpcEndpoints NatGateways Quotas
    template taints startupTaints kubelet maxPods allocatable userData config annotations cni-config
"""
TEXTS = ("", "a", "10.0.0.0/8", "10.0.0.1", "::1", "List", "CiliumNodeList", "2026-11-21T12:00:00Z", "\u0000")
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from(TEXTS)
answers = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(WORDS.split()), inner, max_size=3)
    ),
    max_leaves=12,
)


def read_with(collector: Collector, answer: object) -> None:
    path = collector.asked.replace("{node}", "a")
    if collector.part in ("reservations", "cloudtrail", "iam_simulation"):
        path += "/a"
    reason = reason_for(collector, told({path: answer}))
    assert reason.split(":")[0] in ("", "unreadable", "refused", "not found", "not asked"), reason
    assert "\n" not in reason


def reason_for(collector: Collector, source: Source) -> str:
    """Why it was not read; "" when it was."""
    try:
        collector.read(source)
    except UnreadError as error:
        return error.reason
    return ""


def test_every_one_of_them_is_tried() -> None:
    assert sorted(collector.part for collector in MINE) == sorted(PARTS.split())


@pytest.mark.parametrize("collector", MINE, ids=lambda collector: cast(Collector, collector).part)
class TestEach:
    @given(answers)
    def test_any_json(self, collector: Collector, answer: Object) -> None:
        read_with(collector, answer)

    @given(st.binary(max_size=30))
    def test_any_bytes(self, collector: Collector, answer: bytes) -> None:
        read_with(collector, answer)

    @pytest.mark.parametrize("shell", [b'{"items": ', b'{"data": ', b'{"probes": ', b'{"cluster": ', b""])
    def test_json_that_is_nested_without_end(self, collector: Collector, shell: bytes) -> None:
        for opening in (b"[", b'{"a":'):
            read_with(collector, shell + opening * 50_000)

    @pytest.mark.parametrize("answer", [b"", b" ", b"null", b"[]", b"{}", b'"', b"\xff", b"{" * 3])
    def test_small_and_broken(self, collector: Collector, answer: bytes) -> None:
        read_with(collector, answer)
