import pytest

from checks.collect.operator_service_account import read
from checks.collect.source import UnreadError
from checks.parts.neighbours import OperatorServiceAccount
from tests.checks.collect.told import Object, refusal, told

ASKED = OperatorServiceAccount.ASKED
ROLE = "arn:aws:iam::111122223333:role/eks/shop-operator"


def account(annotations: Object | None = None) -> Object:
    metadata = {"name": "cilium-operator", "namespace": "kube-system", "annotations": annotations}
    return {"kind": "ServiceAccount", "apiVersion": "v1", "metadata": metadata}


def test_reads_the_role_of_the_annotation() -> None:
    raw = account({"eks.amazonaws.com/role-arn": ROLE})
    got = read(told({ASKED: raw}))
    assert (got.role_arn, got.role) == (ROLE, "shop-operator")


def test_an_account_without_the_annotation_names_no_role() -> None:
    assert read(told({ASKED: account()})).role is None


def test_looks_in_ciliums_namespace() -> None:
    path = ASKED.replace("kube-system", "cilium")
    got = read(told({path: account()}, cilium_namespace="cilium"))
    assert got.asked == path


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: get serviceaccounts/cilium-operator in kube-system"),
        ({ASKED: refusal(ASKED, "NotFound")}, "not found: "),
        ({ASKED: {"kind": "Secret"}}, "unreadable: "),
    ],
)
def test_an_account_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
