import pytest

from checks.collect.agent_logs import read
from checks.collect.source import UnreadError
from tests.checks.collect.told import refusal, told


def test_reads_each_agents_lines_and_tells_who_refused() -> None:
    got = read(told({"cilium/a/log.txt": b"one\ntwo\n", "cilium/b/log.txt": refusal("cilium/b/log.txt")}))
    assert got.by_node == {"a": ("one", "two")}
    assert sorted(got.errors) == ["b"]


def test_not_one_log_is_a_gap() -> None:
    with pytest.raises(UnreadError, match=r"^refused: "):
        read(told({"cilium/b/log.txt": refusal("cilium/b/log.txt")}))
    with pytest.raises(UnreadError, match=r"^not asked"):
        read(told({"cilium/operator/log.txt": b"one\n"}))
