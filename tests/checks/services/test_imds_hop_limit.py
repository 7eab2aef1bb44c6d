from checks.model import Finding, Kind, Undecided
from checks.parts.aws import Instance, Instances
from checks.run import Verdict
from checks.services.imds_hop_limit import imds_hop_limit
from tests.checks.hand import node, nodes, on_nothing, only


def judge(limit: int | None) -> list[Finding | Undecided]:
    instance = Instance(id="i-n1", metadata_hop_limit=limit)
    return imds_hop_limit(nodes(node("n1")), Instances(by_id={"i-n1": instance}))


def test_notes_a_limit_that_keeps_pods_out() -> None:
    finding = only(judge(1))
    assert finding.kind is Kind.NOTE
    [evidence] = finding.evidence
    assert (evidence.field, evidence.value) == ("MetadataOptions.HttpPutResponseHopLimit", "1")


def test_ignores_limits_that_let_pods_through_and_unknown_ones() -> None:
    assert judge(2) == []
    assert judge(None) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(imds_hop_limit).verdict is Verdict.NOT_CHECKED
