import pytest

from checks.collect.operator_metrics import read
from checks.collect.source import UnreadError
from checks.parts.agents import OperatorMetrics
from tests.checks.collect.told import refusal, told

ASKED = OperatorMetrics.ASKED


def test_reads_the_operators_page() -> None:
    page = b"""\
cilium_operator_ipam_nodes{category="in-deficit"} 3
cilium_operator_ipam_ip_allocation_ops{subnet_id="s"} 8
"""
    before = b'cilium_operator_ipam_ip_allocation_ops{subnet_id="s"} 5\n'
    got = read(
        told({ASKED: page, "cilium/operator/metrics.earlier.prom": before}, metrics_seconds_apart=60)
    ).page
    assert got.total("cilium_operator_ipam_nodes", category="in-deficit") == 3
    assert got.growth("cilium_operator_ipam_ip_allocation_ops") == 3
    assert got.apart_s == 60


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({ASKED: refusal(ASKED)}, "refused: "), ({ASKED: b"<html>"}, "unreadable: ")],
)
def test_a_page_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
