import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.collect.prometheus import samples
from checks.collect.source import UnreadError

PAGE = b"""\
# HELP cilium_ip_addresses Number of allocated IP addresses
# TYPE cilium_ip_addresses gauge
cilium_ip_addresses{family="ipv4"} 11
cilium_ip_addresses{family="ipv6"} 0
# TYPE cilium_unreachable_nodes gauge
cilium_unreachable_nodes 13
go_gc_duration_seconds{quantile="0.5"} 3.4e-05
cilium_operator_ipam_allocation_duration_seconds_bucket{status="success",le="+Inf"} 4
cilium_operator_ipam_allocation_duration_seconds_count{status="unableToFindSubnet"} 4
cilium_operator_ec2_api_duration_seconds_sum{operation="DescribeSubnets",responseCode="503 Unavailable"} 2.25
"""


def values(page: bytes, name: str = "cilium_drop_count_total") -> list[float]:
    return [sample.value for sample in samples(page).get(name, ())]


def test_keeps_what_some_check_can_read() -> None:
    got = samples(PAGE)
    assert sorted(got) == [
        "cilium_ip_addresses",
        "cilium_operator_ec2_api_duration_seconds_sum",
        "cilium_operator_ipam_allocation_duration_seconds_count",
        "cilium_unreachable_nodes",
    ]
    assert [(s.labels, s.value) for s in got["cilium_ip_addresses"]] == [
        ({"family": "ipv4"}, 11),
        ({"family": "ipv6"}, 0),
    ]
    assert got["cilium_unreachable_nodes"][0].labels == {}
    [ec2] = got["cilium_operator_ec2_api_duration_seconds_sum"]
    assert ec2.labels["responseCode"] == "503 Unavailable"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1.0),
        ("1.5e+06", 1.5e6),
        ("-0", 0.0),
        ("+Inf", math.inf),
        ("-Inf", -math.inf),
        (".5", 0.5),
        ("7.", 7.0),
    ],
)
def test_reads_every_form_of_a_number(text: str, value: float) -> None:
    assert values(f"cilium_drop_count_total {text}\n".encode()) == [value]


def test_reads_not_a_number() -> None:
    [value] = values(b"cilium_drop_count_total NaN\n")
    assert math.isnan(value)


@pytest.mark.parametrize(
    "line",
    [
        'cilium_drop_count_total{reason="Policy denied",direction="EGRESS"} 5',
        'cilium_drop_count_total { reason = "Policy denied" , direction = "EGRESS" , } 5',
        'cilium_drop_count_total{reason="Policy denied",direction="EGRESS"} 5 1395066363000',
        'cilium_drop_count_total{reason="Policy denied",direction="EGRESS"} 5 152.7 # {id="a"} 1 1.2',
        'cilium_drop_count_total{reason="Policy denied",direction="EGRESS"} 5\r',
    ],
)
def test_reads_a_sample_however_it_is_written(line: str) -> None:
    [got] = samples(f"{line}\n# EOF\n".encode())["cilium_drop_count_total"]
    assert (got.labels, got.value) == ({"reason": "Policy denied", "direction": "EGRESS"}, 5)


@given(st.text(alphabet=st.characters(exclude_characters="\r", exclude_categories=["Cs"]), max_size=20))
def test_gives_back_any_label_that_was_escaped(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
    page = f'cilium_drop_count_total{{reason="{escaped}"}} 1\n'.encode()
    [got] = samples(page)["cilium_drop_count_total"]
    assert got.labels == {"reason": text}


@pytest.mark.parametrize(
    "line",
    [
        "cilium_drop_count_total",
        "cilium_drop_count_total five",
        'cilium_drop_count_total{reason="x} 5',
        "cilium_drop_count_total{reason=x} 5",
        "cilium_drop_count_total5",
        "???",
        "",
    ],
)
def test_passes_over_a_line_that_is_no_sample(line: str) -> None:
    assert values(f"{line}\ncilium_drop_count_total 7\n".encode()) == [7]


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
        b"404 page not found\n",
        b"# HELP only comments\n",
        b"\n\n",
        b'{"kind": "List"}\n',
        b"\xff\xfe",
        b"cilium_ip_addresses{family=",
        b'cilium_unreachable_nodes 1\ncilium_ip_addresses{family="ipv4"',
        b"cilium_unreachable_nodes 1\ncilium_ip_addr",
    ],
)
def test_what_is_no_whole_page_is_unreadable(page: bytes) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        samples(page)


def test_a_page_of_other_metrics_is_a_page() -> None:
    assert samples(b"envoy_cluster_upstream_cx_active 3\n") == {}


def test_the_last_line_may_lack_its_end() -> None:
    assert values(b"cilium_drop_count_total 7") == [7]


def reason_for(page: bytes) -> str:
    """The first word of why it was not read; "" when it was."""
    try:
        samples(page)
    except UnreadError as error:
        return error.reason.partition(":")[0]
    return ""


@given(st.binary(max_size=200))
def test_no_bytes_break_it(page: bytes) -> None:
    assert reason_for(page) in ("", "unreadable")


@given(st.text(alphabet='cilium_p{}="\\,.# 0123\n', max_size=80))
def test_no_line_breaks_it(text: str) -> None:
    assert reason_for(text.encode()) in ("", "unreadable")
