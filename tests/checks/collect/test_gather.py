import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from checks.collect.gather import LANE_WIDTH, RESTARTS, gather
from checks.collect.recording import Recording
from checks.collect.registry import Collector, collectors
from checks.collect.source import RestartError, Source, SourceError, UnreadError
from checks.parts.kubernetes import KubernetesVersion, Namespace, Namespaces
from checks.parts.nodes import Nodes
from checks.parts.pods import Pods
from checks.parts.vpc import Vpcs
from checks.parts.webhooks import Webhooks
from checks.snapshot import Gap
from tests.builder.source import refusal
from tests.checks.collect.told import api_list, entry, told

PATIENCE_S = 10.0  # for what must happen at once, on a machine that is busy
ANSWERS = {
    KubernetesVersion.ASKED: {"gitVersion": "v1.29.3"},
    Namespaces.ASKED: api_list("Namespace", entry("shop")),
    Nodes.ASKED: refusal(Nodes.ASKED),
}


def collector(part: str, read: Callable[[Source], object]) -> Collector:
    return Collector(part, f"kubernetes/api/v1/{part}", (), read)


def test_reads_what_it_can_and_says_why_of_the_rest() -> None:
    snapshot = gather(told(ANSWERS))
    assert snapshot.namespaces == Namespaces(items=(Namespace(name="shop"),))
    assert snapshot.kubernetes == KubernetesVersion(git_version="v1.29.3")
    assert snapshot.nodes is None
    assert snapshot.gaps["nodes"] == Gap(
        reason="refused: list nodes (Forbidden)",
        asked=Nodes.ASKED,
        grant="list nodes, in the bot's ClusterRole",
    )
    assert snapshot.gaps["pods"] == Gap(reason="not asked", asked=Pods.ASKED)
    assert snapshot.meta.cluster == "demo"
    assert snapshot.seconds > 0


def test_derives_what_follows_from_the_parts() -> None:
    snapshot = gather(told({Nodes.ASKED: api_list("Node"), Pods.ASKED: api_list("Pod")}))
    assert snapshot.accounts is not None
    assert snapshot.waiting is not None


def test_every_recording_is_read_the_same_twice() -> None:
    for path in sorted((Path(__file__).parents[2] / "recordings").iterdir()):
        if not (path / "recording.json").exists():
            continue
        one, other = (gather(Recording(path)) for _ in range(2))
        assert list(one.gaps) == list(other.gaps)
        for name in one.__dataclass_fields__:
            if name != "seconds":
                assert getattr(one, name) == getattr(other, name), (path.name, name)


def test_progress_is_told_of_each_in_the_thread_that_gathers() -> None:
    heard: list[tuple[str, bool, int]] = []

    def progress(part: str, ok: bool, seconds: float) -> None:
        assert seconds >= 0
        heard.append((part, ok, threading.get_ident()))

    snapshot = gather(told(ANSWERS), progress=progress)
    assert {part for part, ok, _ in heard if not ok} == set(snapshot.gaps) - {"accounts", "waiting"}
    assert ("namespaces", True, threading.get_ident()) in heard


def test_a_progress_that_breaks_takes_nothing_away(caplog: pytest.LogCaptureFixture) -> None:
    def progress(part: str, ok: bool, seconds: float) -> None:
        raise RuntimeError(part)

    with caplog.at_level(logging.CRITICAL):
        assert gather(told(ANSWERS), progress=progress).namespaces is not None


def test_a_collector_that_breaks_leaves_a_gap_and_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    def broken(source: Source) -> object:
        raise ZeroDivisionError

    snapshot = gather(told(), only=[collector("pods", broken)])
    assert snapshot.gaps["pods"].reason == "unreadable: the collector itself failed (ZeroDivisionError)"
    assert [record.message for record in caplog.records if record.exc_info] == ["collector pods broke"]


def test_a_source_that_gives_up_is_a_gap() -> None:
    def lost(source: Source) -> object:
        raise SourceError("the cluster is gone")

    snapshot = gather(told(), only=[collector("pods", lost)])
    assert snapshot.gaps["pods"].reason == "unreadable: the cluster is gone"


class TestRestart:
    def test_a_list_that_changed_is_read_again(self) -> None:
        tries: list[int] = []

        def changing(source: Source) -> object:
            tries.append(1)
            if len(tries) <= RESTARTS:
                raise RestartError("unreadable: the list changed")
            return Pods(total=7)

        snapshot = gather(told(), only=[collector("pods", changing)])
        assert snapshot.pods == Pods(total=7)
        assert len(tries) == RESTARTS + 1

    def test_a_list_that_goes_on_changing_is_a_gap(self) -> None:
        def changing(source: Source) -> object:
            raise RestartError("unreadable: the list changed")

        snapshot = gather(told(), only=[collector("pods", changing)])
        assert snapshot.gaps["pods"].reason == "unreadable: the list changed"


class TestDeadline:
    @pytest.fixture
    def hang(self) -> object:
        """A collector that waits until the test is over."""
        over = threading.Event()

        def read(source: Source) -> object:
            over.wait(PATIENCE_S)
            raise UnreadError("unreadable: too late to matter")

        yield read
        over.set()

    def test_one_that_hangs_is_left_behind(self, hang: Callable[[Source], object]) -> None:
        fine = collector("namespaces", lambda source: Namespaces())
        snapshot = gather(told(), only=[collector("pods", hang), fine], deadline_s=0.2)
        assert snapshot.namespaces == Namespaces()
        assert snapshot.gaps["pods"].reason.startswith("timed out after 0.")
        assert snapshot.seconds < PATIENCE_S / 2

    def test_those_that_hang_make_room_for_those_behind_them(self, hang: Callable[[Source], object]) -> None:
        first = [collector(part, hang) for part in ("pods", "nodes", "cilium", "daemonsets")]
        assert len(first) == LANE_WIDTH
        last = collector("webhooks", lambda source: Webhooks())
        snapshot = gather(told(), only=[*first, last], deadline_s=0.5)
        assert snapshot.webhooks == Webhooks()
        assert sorted(snapshot.gaps)[:2] == ["accounts", "cilium"]

    def test_one_api_that_hangs_does_not_hold_up_the_other(self, hang: Callable[[Source], object]) -> None:
        stuck = [collector(part, hang) for part in ("pods", "nodes", "cilium", "daemonsets", "leases")]
        aws = Collector("vpcs", Vpcs.ASKED, (), lambda source: Vpcs())
        snapshot = gather(told(), only=[*stuck, aws], deadline_s=0.1)
        assert snapshot.vpcs == Vpcs()

    def test_those_that_never_had_their_turn_say_so(self, hang: Callable[[Source], object]) -> None:
        stuck = [replace(c, read=hang) for c in collectors() if c.asked.startswith("kubernetes/")]
        heard: dict[str, bool] = {}

        def progress(part: str, ok: bool, seconds: float) -> None:
            heard[part] = ok

        snapshot = gather(told(), only=stuck, deadline_s=0.1, progress=progress)
        assert heard == dict.fromkeys((c.part for c in stuck), False)
        assert snapshot.gaps["pods"].reason.startswith("timed out after")
        last = snapshot.gaps["webhooks"]
        assert last.reason == "timed out: the sweep's 0.1 s were over before it was asked"
