from checks.benign.benign_operator_warnings import benign_operator_warnings as benign
from checks.model import Finding, Kind, Undecided
from checks.parts.agents import OperatorLog, OperatorMetrics
from checks.run import Verdict
from tests.checks.hand import metrics, on_nothing, only, sample, stuck, waiting

FULL_ENI = 'level=warning msg="Unable to assign additional IPs" error="PrivateIpAddressLimitExceeded"'
GONE = 'level=warning msg="Instance not found! Please delete corresponding ciliumnode" instanceID="i-0a"'


def judge(*lines: str, stuck_pods: int = 0, deficit: int = 0) -> list[Finding | Undecided]:
    page = metrics(sample("cilium_operator_ipam_nodes", deficit, category="in-deficit"))
    return benign(OperatorLog(lines=lines), waiting(*stuck(stuck_pods)), OperatorMetrics(page=page))


def test_notes_the_lines_of_normal_work() -> None:
    finding = only(judge(FULL_ENI, FULL_ENI, GONE))
    assert finding.kind is Kind.NOTE
    assert "3 operator warnings" in finding.title
    assert [(e.value, e.count) for e in finding.evidence] == [(FULL_ENI, 2), (GONE, 1)]


def test_says_nothing_while_a_pod_waits_for_an_address() -> None:
    assert judge(FULL_ENI, stuck_pods=1) == []


def test_says_nothing_while_a_node_is_in_deficit() -> None:
    assert judge(FULL_ENI, deficit=1) == []


def test_does_not_call_a_repeated_missing_instance_benign() -> None:
    assert judge(GONE, GONE, GONE) == []


def test_ignores_lines_that_it_does_not_know() -> None:
    assert judge('level=error msg="UnauthorizedOperation"') == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(benign).verdict is Verdict.NOT_CHECKED
