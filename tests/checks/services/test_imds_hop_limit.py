from checks.collect.gather import gather
from checks.model import Finding, Kind, Undecided
from checks.parts.aws import Instance, Instances
from checks.run import Verdict, run
from checks.services.imds_hop_limit import imds_hop_limit
from tests.checks.hand import explained, node, nodes, on_nothing, only
from tests.scenarios.hosts import a_controller_that_asks_the_instance_for_its_region


def judge(limit: int | None) -> list[Finding | Undecided]:
    instance = Instance(id="i-n1", metadata_hop_limit=limit)
    return imds_hop_limit(nodes(node("n1")), Instances(by_id={"i-n1": instance}), None, None, None)


def test_notes_a_limit_that_keeps_pods_out() -> None:
    finding = only(judge(1))
    assert finding.kind is Kind.NOTE
    [evidence] = finding.evidence
    assert (evidence.field, evidence.value) == ("MetadataOptions.HttpPutResponseHopLimit", "1")


def test_ignores_limits_that_let_pods_through_and_unknown_ones() -> None:
    assert judge(2) == []
    assert judge(None) == []


def test_accuses_it_where_a_pod_says_that_metadata_did_not_answer() -> None:
    source = a_controller_that_asks_the_instance_for_its_region()
    [result] = run([imds_hop_limit], gather(source))
    finding = only(list(result.findings))
    assert finding.kind is Kind.CAUSE
    assert {subject.kind for subject in finding.subjects} == {"Pod"}
    assert explained(finding, "services-failing")
    assert "EC2Metadata" in finding.evidence[1].value


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(imds_hop_limit).verdict is Verdict.NOT_CHECKED
