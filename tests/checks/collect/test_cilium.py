import pytest

from checks.collect.cilium import read
from checks.collect.source import UnreadError
from checks.parts.cilium import CiliumConfig
from tests.checks.collect.told import Object, refusal, told

ASKED = CiliumConfig.ASKED


def config_map(data: object, **metadata: object) -> Object:
    return {
        "kind": "ConfigMap",
        "apiVersion": "v1",
        "metadata": {"name": "cilium-config", **metadata},
        "data": data,
    }


def test_keeps_every_key_as_text() -> None:
    got = read(told({ASKED: config_map({"ipam": "eni", "enable-ipv4": "true"})}))
    assert got == CiliumConfig(data={"ipam": "eni", "enable-ipv4": "true"})
    assert got.asked == ASKED


def test_reads_it_in_the_namespace_that_cilium_runs_in() -> None:
    path = "kubernetes/api/v1/namespaces/cilium/configmaps/cilium-config"
    got = read(told({path: config_map({"ipam": "eni"})}, cilium_namespace="cilium"))
    assert (got.namespace, got.asked) == ("cilium", path)


def test_tells_when_it_was_changed_last() -> None:
    managed = [{"manager": "helm", "time": "2026-11-01T08:00:00Z"}, {"time": "2026-11-20T08:00:00Z"}, {}]
    changed = read(told({ASKED: config_map({"ipam": "eni"}, managedFields=managed)})).changed
    assert changed is not None
    assert changed.isoformat() == "2026-11-20T08:00:00+00:00"


def test_does_not_know_when_it_was_changed_without_managed_fields() -> None:
    assert read(told({ASKED: config_map({"ipam": "eni"})})).changed is None


def test_a_missing_config_map_is_a_gap_and_never_the_defaults() -> None:
    with pytest.raises(UnreadError) as caught:
        read(told({ASKED: refusal(ASKED, "NotFound")}))
    assert caught.value.reason == "not found: no ConfigMap cilium-config in namespace kube-system"
    assert caught.value.missing


def test_a_refused_one_says_what_to_grant() -> None:
    with pytest.raises(UnreadError, match=r"^refused: ") as caught:
        read(told({ASKED: refusal(ASKED)}))
    assert caught.value.grant is not None
    assert "configmaps/cilium-config" in caught.value.grant


@pytest.mark.parametrize("data", [None, {}])
def test_an_empty_one_says_nothing(data: object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: the ConfigMap cilium-config holds no data"):
        read(told({ASKED: config_map(data)}))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"[]",
        {"kind": "Secret", "data": {"ipam": "eni"}},
        config_map({"cluster-pool-ipv4-mask-size": 24}),
        config_map({"ipam": "eni"}, managedFields=[{"time": "yesterday"}]),
    ],
)
def test_what_is_no_config_map_is_unreadable(answer: object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({ASKED: answer}))


def test_one_that_nobody_asked_for_was_not_asked() -> None:
    with pytest.raises(UnreadError, match=r"^not asked"):
        read(told())
