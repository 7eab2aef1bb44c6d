import pytest

from checks.model import Confidence, Finding, Undecided
from checks.parts.cilium import HelmValues
from checks.parts.cilium_nodes import CiliumNode
from checks.prefixes.prefix_delegation_wrong_helm_key import prefix_delegation_wrong_helm_key as wrong_key
from checks.run import Verdict
from tests.checks.hand import (
    TYPES,
    account,
    accounts,
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
    version,
    waiting,
)

WRONG = {"ipam.mode": '"eni"', "enableIPv4PrefixDelegation": "true"}
PLAIN = cilium_node("n1", eni(0, lone=9), eni(1, lone=9), eni(2, lone=9))


def judge(
    values: dict[str, str] | None,
    max_pods: int = 110,
    *,
    on: str = "false",
    mine: CiliumNode = PLAIN,
    used: int = 27,
) -> list[Finding | Undecided]:
    return wrong_key(
        config("eni", **({} if on == "absent" else {"aws_enable_prefix_delegation": on})),
        nodes(node("n1")),
        cilium_nodes(mine),
        version(),
        None if values is None else HelmValues(items=values),
        TYPES,
        accounts(account("n1", used=used, max_pods=max_pods)),
        waiting(*stuck(5, "n1")),
    )


def test_names_the_key_that_does_not_exist() -> None:
    finding = only(judge(WRONG, on="absent"))
    assert "enableIPv4PrefixDelegation" in finding.title
    assert finding.confidence is Confidence.CERTAIN
    waiters = explained(finding, "pods-without-ip")
    assert waiters is not None
    assert len(waiters) == 5
    assert finding.leads_to[0] == "max-pods-exceeds-node-ip-capacity"


def test_shows_the_value_and_what_the_chart_rendered() -> None:
    shown = {(e.asked, e.field, e.value) for e in only(judge(WRONG, on="absent")).evidence}
    assert ("helm/values", "values", "enableIPv4PrefixDelegation: true") in shown
    assert (config().asked, "data.aws-enable-prefix-delegation", "absent") in shown


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("eni.prefixDelegation", "true"),
        ("awsEnablePrefixDelegation", "true"),
        ("eni.awsEnableInstanceTypeDetails", "true"),
        ("extraEnv.0.name", '"ENABLE_PREFIX_DELEGATION"'),
        ("extraEnv", '[{"name":"ENABLE_PREFIX_DELEGATION","value":"true"}]'),
    ],
)
def test_knows_the_look_alikes(key: str, value: str) -> None:
    assert key in only(judge({key: value})).title


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("eni.awsEnablePrefixDelegation", "true"),
        ("eni.prefixDelegation", "false"),
        ("eni.nodeSpec.disablePrefixDelegation", "true"),
        ("eni.enabled", "true"),
    ],
)
def test_ignores_values_that_ask_for_nothing_wrong(key: str, value: str) -> None:
    assert judge({key: value}) == []


def test_ignores_a_leftover_key_while_prefixes_are_on() -> None:
    assert judge(WRONG, on="true") == []
    assert judge(WRONG, mine=cilium_node("n1", eni(0, prefixes=("10.40.11.0/28",)))) == []


def test_is_only_possible_without_the_values_and_names_them() -> None:
    gap, finding = judge(None)
    assert isinstance(gap, Undecided)
    assert isinstance(finding, Finding)
    assert gap.part == "helm_values"
    assert finding.confidence is Confidence.POSSIBLE
    assert "helm get values" in finding.because
    assert finding.drop_if_harmless


def test_says_nothing_without_the_values_where_nobody_sized_for_prefixes() -> None:
    assert judge(None, max_pods=29) == []


def test_says_nothing_without_the_values_while_addresses_are_free() -> None:
    assert judge(None, used=20) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(wrong_key).verdict is Verdict.NOT_CHECKED
