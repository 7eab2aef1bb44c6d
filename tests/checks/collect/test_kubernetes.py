import pytest

from checks.collect.kubernetes import read
from checks.collect.source import UnreadError
from checks.parts.kubernetes import KubernetesVersion
from tests.checks.collect.told import refusal, told

ASKED = KubernetesVersion.ASKED


def test_reads_the_version() -> None:
    found = read(told({ASKED: {"major": "1", "minor": "29+", "gitVersion": "v1.29.3-eks-adc7111"}}))
    assert found.short == "1.29"


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, r"^not asked$"),
        ({ASKED: refusal(ASKED)}, r"^refused: get /version \(Forbidden\)$"),
        ({ASKED: {"major": "1"}}, r"^unreadable: version: .*gitVersion"),
    ],
)
def test_a_version_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=reason):
        read(told(answers))
