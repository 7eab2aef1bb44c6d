import pytest

from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.routing.mtu_mismatch import mtu_mismatch as mismatch
from checks.run import Verdict
from tests.checks.hand import claims, config, on_nothing, only


def judge(mtu: str, mode: str = "cluster-pool", **data: str) -> list[Finding | Undecided]:
    return mismatch(cilium=config(mode, mtu=mtu, **data), version=None)


def test_finds_an_mtu_that_no_vpc_carries() -> None:
    found = only(judge("9500"))
    assert (found.kind, found.severity, found.confidence) == (
        Kind.CAUSE,
        Severity.MEDIUM,
        Confidence.LIKELY,
    )
    assert found.inferred
    assert "at most 9001" in found.because


@pytest.mark.parametrize(("mtu", "sure"), [("1501", False), ("9001", False), ("9002", True)])
def test_only_what_exceeds_the_vpcs_own_cannot_fit(mtu: str, sure: bool) -> None:
    assert only(judge(mtu)).inferred is sure


def test_the_largest_ping_leaves_room_for_its_headers_and_the_overlays() -> None:
    assert "-s 9422 " in (only(judge("9500")).actions[0].command or "")


def test_finds_it_where_the_overlay_is_asked_for_by_name() -> None:
    assert only(judge("9500", routing_mode="tunnel"))


def test_only_suspects_an_mtu_that_depends_on_the_path() -> None:
    found = only(judge("8951"))
    assert found.confidence is Confidence.POSSIBLE
    assert "would decide" in found.because
    assert claims(found) == {"traffic-failing"}
    assert not found.inferred


@pytest.mark.parametrize("mtu", ["0", "", "1450", "1500", "many"])
def test_ignores_what_fits_everywhere_and_what_agents_choose(mtu: str) -> None:
    assert judge(mtu) == []


def test_ignores_clusters_without_an_overlay() -> None:
    assert judge("9500", routing_mode="native") == []
    assert judge("9500", "eni") == []
    assert judge("9500", cni_chaining_mode="aws-cni") == []


def test_shows_what_it_read_and_where() -> None:
    assert [(e.field, e.value) for e in only(judge("9500")).evidence] == [
        ("mtu", "9500"),
        ("routing-mode", "absent"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(mismatch).verdict is Verdict.NOT_CHECKED
