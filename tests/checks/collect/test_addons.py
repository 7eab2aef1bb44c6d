import pytest

from checks.collect.addons import DESCRIBE, read
from checks.collect.source import UnreadError
from checks.parts.aws import EksAddons
from tests.checks.collect.told import refusal, told

ASKED = EksAddons.ASKED


def test_tells_the_status_where_the_description_was_read() -> None:
    answers = {
        ASKED: {"addons": ["vpc-cni", "coredns", "kube-proxy"]},
        f"{DESCRIBE}/coredns": {"addon": {"addonName": "coredns", "status": "DEGRADED"}},
        f"{DESCRIBE}/kube-proxy": refusal(f"{DESCRIBE}/kube-proxy"),
    }
    assert read(told(answers)).status == {"coredns": "DEGRADED", "kube-proxy": "", "vpc-cni": ""}


def test_no_add_ons_are_an_answer() -> None:
    assert read(told({ASKED: {"addons": []}})) == EksAddons()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: eks:ListAddons"),
        ({ASKED: {}}, "unreadable: "),
        ({ASKED: {"addons": [{"name": "coredns"}]}}, "unreadable: "),
    ],
)
def test_a_list_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
