import pytest

from checks.collect.source import UnreadError
from checks.collect.target_group_bindings import read
from checks.parts.neighbours import TargetGroupBinding, TargetGroupBindings
from tests.checks.collect.told import api_list, entry, refusal, told

ASKED = TargetGroupBindings.ASKED


def test_reads_services_and_target_types() -> None:
    spec = {"serviceRef": {"name": "web", "port": 80}, "targetType": "ip", "targetGroupARN": "arn:x"}
    rows = [entry("k8s-web", "shop", spec=spec), entry("bare", "shop", spec={})]
    assert read(told({ASKED: api_list("TargetGroupBinding", *rows)})).items == (
        TargetGroupBinding(namespace="shop", name="bare", service="", target_type=""),
        TargetGroupBinding(namespace="shop", name="k8s-web", service="web", target_type="ip"),
    )


def test_a_definition_that_is_not_installed_means_no_bindings() -> None:
    assert read(told({ASKED: refusal(ASKED, "NotFound")})) == TargetGroupBindings()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({ASKED: refusal(ASKED)}, "refused: list elbv2.k8s.aws/targetgroupbindings")],
)
def test_bindings_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
