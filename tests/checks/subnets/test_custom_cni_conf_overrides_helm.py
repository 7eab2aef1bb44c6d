from checks.model import Confidence, Finding, Kind, Undecided
from checks.parts.cilium import HelmValues
from checks.parts.neighbours import CniConfiguration
from checks.run import Verdict
from checks.subnets.custom_cni_conf_overrides_helm import custom_cni_conf_overrides_helm as overridden
from tests.checks.hand import cilium_node, cilium_nodes, config, on_nothing, only


def judge(
    index: str = "1",
    custom: str = "true",
    pre_allocate: int | None = 8,
    values: HelmValues | None = None,
    file: CniConfiguration | None = None,
) -> list[Finding | Undecided]:
    settings = {"custom_cni_conf": custom, "ipam_pre_allocate": "8"}
    if values is None:
        settings["eni_first_interface_index"] = index
    nodes = cilium_nodes(cilium_node("n1", pre_allocate=pre_allocate))
    return overridden(config("eni", **settings), nodes, values, file)


def test_names_a_setting_that_the_nodes_do_not_have() -> None:
    finding = only(judge())
    assert finding.kind is Kind.RISK
    assert ("spec", "eni-first-interface-index: 1, on nodes: 0") in {
        (e.field, e.value) for e in finding.evidence
    }


def test_names_another_watermark() -> None:
    assert ("spec", "ipam-pre-allocate: 8, on nodes: 2") in {
        (e.field, e.value) for e in only(judge("0", pre_allocate=2)).evidence
    }


def test_knows_helms_own_values() -> None:
    assert only(judge(values=HelmValues(items={"eni.nodeSpec.firstInterfaceIndex": "1"})))
    assert judge(values=HelmValues(items={"eni.nodeSpec.firstInterfaceIndex": "null"})) == []


def test_is_certain_where_the_configuration_holds_the_setting() -> None:
    file = CniConfiguration(exists=True, eni={"first-interface-index": "0", "subnet-tags.role": '"pods"'})
    found = only(judge(file=file))
    assert found.confidence is Confidence.CERTAIN
    assert (CniConfiguration.ASKED, "0") in {(e.asked, e.value) for e in found.evidence}
    assert only(judge()).confidence is Confidence.LIKELY


def test_takes_an_absent_watermark_for_the_default() -> None:
    assert judge("0", pre_allocate=None) == []


def test_ignores_nodes_that_hold_what_helm_sets() -> None:
    assert judge("0") == []


def test_ignores_differences_without_a_custom_configuration() -> None:
    assert judge(custom="false") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(overridden).verdict is Verdict.NOT_CHECKED
