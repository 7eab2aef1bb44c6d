import pytest

from checks.collect.security_group_policies import read
from checks.collect.source import UnreadError
from checks.parts.neighbours import SecurityGroupPolicies, SecurityGroupPolicy
from checks.parts.policies import Selector
from tests.checks.collect.told import api_list, entry, refusal, told

ASKED = SecurityGroupPolicies.ASKED


def test_reads_whom_each_policy_selects() -> None:
    spec = {"podSelector": {"matchLabels": {"app": "db"}}, "securityGroups": {"groupIds": ["sg-1"]}}
    rows = [entry("own", "shop", spec=spec), entry("empty", "shop", spec={})]
    assert read(told({ASKED: api_list("SecurityGroupPolicy", *rows)})).items == (
        SecurityGroupPolicy(namespace="shop", name="empty"),
        SecurityGroupPolicy(
            namespace="shop", name="own", pods=Selector(labels=(("app", "db"),)), groups=("sg-1",)
        ),
    )


def test_a_definition_that_is_not_installed_means_no_policies() -> None:
    assert read(told({ASKED: refusal(ASKED, "NotFound")})) == SecurityGroupPolicies()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({ASKED: refusal(ASKED)}, "refused: list vpcresources.k8s.aws/securitygroup")],
)
def test_policies_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
