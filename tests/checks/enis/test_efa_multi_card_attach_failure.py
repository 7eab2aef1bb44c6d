from typing import Any

from checks.enis.efa_multi_card_attach_failure import TEXT
from checks.enis.efa_multi_card_attach_failure import efa_multi_card_attach_failure as failure
from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import OperatorLog
from checks.parts.aws import InstanceTypes
from checks.parts.vpc import Interface, Interfaces
from checks.run import Verdict, run
from tests.builder import Cluster
from tests.checks.enis.hand_enis import P4D, TYPES, for_pods, interface, interfaces, one_node
from tests.checks.hand import META, account, accounts, explained, on_nothing, only, stuck, version, waiting

FIRST = interface("n1", 0)
EFA = [interface("n1", 1, card=card, type="efa") for card in (1, 2, 3)]
LOG = OperatorLog(lines=(f"level=error msg=InvalidParameterValue: Instance i-n1 {TEXT} '1'",))


def judge(
    *items: Interface,
    cilium: str = "1.17.9",
    kind: str = P4D.name,
    log: OperatorLog | None = LOG,
) -> list[Finding | Undecided]:
    nodes, mine = one_node(for_pods(FIRST, 0), kind=kind)
    return failure(
        meta=META,
        version=version(cilium),
        nodes=nodes,
        cilium_nodes=mine,
        interfaces=interfaces(*(items or (FIRST, *EFA))),
        instance_types=TYPES,
        accounts=accounts(account(attached=49, capacity=735)),
        waiting=waiting(*stuck(4)),
        operator_log=log,
    )


def test_finds_an_index_that_another_card_uses() -> None:
    found = only(judge())
    assert found.confidence is Confidence.CERTAIN
    assert len(explained(found, "pods-without-ip") or ()) == 4


def test_stays_possible_without_ec2s_own_word() -> None:
    found = only(judge(log=None))
    assert found.confidence is Confidence.POSSIBLE
    assert TEXT in found.because
    assert found.drop_if_harmless


def test_ignores_a_refusal_for_another_index() -> None:
    other: Any = OperatorLog(lines=(f"{TEXT} '7'",))
    assert judge(log=other) == []


def test_ignores_releases_that_name_the_card() -> None:
    assert judge(cilium="1.18.5") == []
    assert only(judge(cilium="1.18.4"))


def test_ignores_cards_whose_indexes_leave_the_next_one_free() -> None:
    assert judge(FIRST, interface("n1", 5, card=1)) == []


def test_ignores_types_with_one_card() -> None:
    assert judge(FIRST, interface("n1", 1), kind="m5.large") == []


def test_is_silent_on_healthy_clusters() -> None:
    cluster = Cluster(mode="eni", cilium="1.17.4")
    cluster.nodes(2, type="p4d.24xlarge", max_pods=110)
    [found] = run([failure], cluster.snapshot())
    assert found.verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge()).evidence] == [
        (Interfaces.ASKED, "1, 1"),
        (InstanceTypes.ASKED, "15, 60"),
        (OperatorLog.ASKED, LOG.lines[0]),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(failure).verdict is Verdict.NOT_CHECKED
