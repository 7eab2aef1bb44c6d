import pytest

from checks.collect.pod_identity import read
from checks.collect.source import UnreadError
from checks.parts.aws_account import PodIdentities
from tests.checks.collect.told import refusal, told

ASKED = PodIdentities.ASKED


def test_reads_which_accounts_have_an_association() -> None:
    row = {"clusterName": "shop", "namespace": "kube-system", "serviceAccount": "cilium-operator"}
    assert read(told({ASKED: {"associations": [row]}})).accounts == {("kube-system", "cilium-operator")}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: eks:ListPodIdentityAssociations"),
        ({ASKED: {"associations": [{}]}}, "unreadable: "),
    ],
)
def test_associations_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
