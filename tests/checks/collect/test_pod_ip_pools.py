import pytest

from checks.collect.pod_ip_pools import PATHS, read
from checks.collect.source import UnreadError
from checks.parts.cilium_nodes import PodIpPools
from tests.checks.collect.told import Object, api_list, entry, refusal, told

ALPHA, STABLE = PATHS


def pool(name: str, *cidrs: str, mask: int = 27) -> Object:
    return entry(name, spec={"ipv4": {"cidrs": [*cidrs], "maskSize": mask}})


def test_reads_every_pool_by_name() -> None:
    answer = api_list(
        "CiliumPodIPPool", pool("other", "10.61.0.0/16", mask=24), pool("default", "10.60.0.0/16")
    )
    got = read(told({ALPHA: answer})).items
    assert [(p.name, p.cidrs, p.mask) for p in got] == [
        ("default", ("10.60.0.0/16",), 27),
        ("other", ("10.61.0.0/16",), 24),
    ]


@pytest.mark.parametrize(
    "alpha", [{}, {ALPHA: refusal(ALPHA, "NotFound")}, {ALPHA: api_list("CiliumPodIPPool")}]
)
def test_finds_pools_under_the_version_that_serves_them(alpha: dict[str, object]) -> None:
    got = read(told({**alpha, STABLE: api_list("CiliumPodIPPool", pool("default", "10.60.0.0/16"))}))
    assert [p.name for p in got.items] == ["default"]


@pytest.mark.parametrize(
    "answers",
    [
        {ALPHA: refusal(ALPHA, "NotFound")},
        {ALPHA: api_list("CiliumPodIPPool")},
        {ALPHA: refusal(ALPHA, "NotFound"), STABLE: refusal(STABLE, "NotFound")},
    ],
)
def test_a_definition_that_is_not_installed_means_no_pools(answers: dict[str, object]) -> None:
    assert read(told(answers)) == PodIpPools()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ALPHA: refusal(ALPHA)}, "refused: "),
        ({ALPHA: refusal(ALPHA, "NotFound"), STABLE: refusal(STABLE)}, "refused: "),
        ({ALPHA: b"{", STABLE: refusal(STABLE, "NotFound")}, "unreadable: "),
        ({ALPHA: api_list("CiliumPodIPPool", pool("default", "ten"))}, "unreadable: "),
        ({ALPHA: api_list("CiliumPodIPPool", entry("a", spec={"ipv4": {"maskSize": "24"}}))}, "unreadable: "),
    ],
)
def test_pools_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_a_pool_of_ipv6_alone_has_no_range() -> None:
    only = entry("six", spec={"ipv6": {"cidrs": ["fd00::/104"], "maskSize": 120}})
    [got] = read(told({ALPHA: api_list("CiliumPodIPPool", only)})).items
    assert (got.cidrs, got.mask) == ((), 0)
