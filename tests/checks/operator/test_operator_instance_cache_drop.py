from checks.model import Confidence, Finding, Undecided
from checks.operator.operator_instance_cache_drop import operator_instance_cache_drop as lost
from checks.parts.aws import Instance, Instances
from checks.run import Verdict
from tests.checks.hand import (
    account,
    accounts,
    ago,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    waiting,
)
from tests.checks.operator.hand_operator import STUCK, log

LINE = 'msg="Instance not found! Please delete corresponding ciliumnode" instanceID=i-n1'


def judge(
    *lines: str, state: str = "running", sibling: bool = True, filtered: bool = True
) -> list[Finding | Undecided]:
    settings = {"subnet_tags_filter": "pods=yes"} if filtered else {}
    young = cilium_node("n2", *((eni(0, lone=9),) if sibling else ()), instance_id="i-n2")
    return lost(
        config("eni", **settings),
        log(*(lines or (LINE, LINE, LINE))),
        nodes(node("n1", created=ago(hours=3)), node("n2", created=ago(hours=2))),
        cilium_nodes(cilium_node("n1", eni(0), instance_id="i-n1"), young),
        Instances(by_id={"i-n1": Instance(id="i-n1", state=state), "i-n2": Instance(id="i-n2")}),
        accounts(account("n1", attached=0, used=0)),
        waiting(*stuck(2, "n1")),
    )


def test_names_the_running_instance_that_the_operator_denies() -> None:
    finding = only(judge())
    assert finding.confidence is Confidence.CERTAIN
    assert [s.name for s in finding.subjects] == ["n1"]
    assert {s.name for s in explained(finding, "pods-without-ip") or ()} == STUCK


def test_shows_the_line_the_state_and_the_filter() -> None:
    shown = {(e.field, e.value, e.count) for e in only(judge()).evidence}
    assert {("line", LINE, 3), ("State.Name", "running", 1)} <= shown
    assert ("data.subnet-tags-filter", "pods=yes", 1) in shown


def test_ignores_a_terminated_instance() -> None:
    assert judge(state="terminated") == []


def test_ignores_a_single_line_of_a_node_that_just_came() -> None:
    assert judge(LINE) == []


def test_ignores_lines_about_others() -> None:
    assert judge(*[LINE.replace("i-n1", "i-other")] * 3) == []


def test_leaves_new_nodes_that_all_lack_addresses_to_other_checks() -> None:
    assert judge(sibling=False) == []


def test_is_only_likely_without_a_filter() -> None:
    assert only(judge(filtered=False)).confidence is Confidence.LIKELY


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(lost).verdict is Verdict.NOT_CHECKED
