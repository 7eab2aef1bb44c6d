from checks.enis.new_eni_not_visible_yet import new_eni_not_visible_yet as invisible
from checks.model import Confidence, Finding, Kind, Severity, Undecided
from checks.parts.derived import Waiting
from checks.parts.kubernetes import Events
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import interface, interfaces
from tests.checks.enis.hand_events import MESSAGE, told
from tests.checks.hand import META, ago, explained, node, nodes, on_nothing, only, stuck, waiting

STUCK = waiting(*stuck(1, message=MESSAGE))
YOUNG = told("n1-stuck-0", minutes=3)


def judge(*more: Interface, events: Events = YOUNG, waiting: Waiting = STUCK) -> list[Finding | Undecided]:
    held = interfaces(interface("n1", 0), *more)
    return invisible(meta=META, waiting=waiting, events=events, nodes=nodes(node()), interfaces=held)


def grown(minutes: float) -> Interface:
    return interface("n1", 1, attached_at=ago(minutes=minutes))


def test_finds_pods_that_wait_for_a_new_interface() -> None:
    found = only(judge(grown(4)))
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.LOW, Confidence.LIKELY)
    assert "just grew" in found.because
    assert len(explained(found, "pods-without-ip") or ()) == 1


def test_takes_an_unknown_attach_time_for_a_young_one() -> None:
    assert "just grew" not in only(judge()).because


def test_notes_what_has_healed() -> None:
    found = only(judge(events=told("api-1", minutes=3), waiting=waiting()))
    assert found.kind is Kind.NOTE


def test_leaves_what_lasts_to_the_nodes_system() -> None:
    assert judge(grown(8), events=told("n1-stuck-0", minutes=9)) == []
    assert judge(grown(90)) == []


def test_ignores_other_errors() -> None:
    assert judge(events=Events(), waiting=waiting(*stuck(1, message="No more IPs available"))) == []


def test_is_silent_on_healthy_clusters() -> None:
    cluster = Cluster(mode="eni")
    cluster.nodes(2)
    [found] = run([invisible], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge(grown(4))).evidence] == [
        (Events.ASKED, MESSAGE),
        (Interfaces.ASKED, ago(minutes=4).isoformat()),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(invisible).verdict is Verdict.NOT_CHECKED
