import pytest

from checks.collect.node_configs import PATHS, read
from checks.collect.source import UnreadError
from checks.parts.cilium import NodeConfigs
from tests.checks.collect.told import api_list, entry, refusal, told

STABLE, ALPHA = PATHS


def test_reads_overrides_and_whom_they_are_for() -> None:
    spec = {
        "nodeSelector": {"matchLabels": {"pool": "b", "arch": "arm64"}},
        "defaults": {"routing-mode": "native"},
    }
    [got] = read(told({STABLE: api_list("CiliumNodeConfig", entry("b", "kube-system", spec=spec))})).items
    assert got.node_selector == (("arch", "arm64"), ("pool", "b"))
    assert got.data == {"routing-mode": "native"}


def test_a_selector_of_expressions_does_not_look_like_one_for_every_node() -> None:
    expressions = [{"key": "pool", "operator": "In", "values": ["a", "b"]}]
    spec = {"nodeSelector": {"matchExpressions": expressions}, "defaults": {}}
    [got] = read(told({STABLE: api_list("CiliumNodeConfig", entry("b", spec=spec))})).items
    assert got.node_selector == (("pool", "In (a, b)"),)


def test_older_versions_serve_them_elsewhere() -> None:
    answers = {STABLE: refusal(STABLE, "NotFound"), ALPHA: api_list("CiliumNodeConfig", entry("a", spec={}))}
    assert [config.name for config in read(told(answers)).items] == ["a"]


def test_a_definition_that_is_not_installed_means_no_overrides() -> None:
    assert read(told({STABLE: refusal(STABLE, "NotFound")})) == NodeConfigs()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({STABLE: refusal(STABLE)}, "refused: "),
        (
            {STABLE: api_list("CiliumNodeConfig", entry("a", spec={"defaults": {"mtu": 9001}}))},
            "unreadable: ",
        ),
    ],
)
def test_overrides_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
