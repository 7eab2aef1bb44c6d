import pytest

from checks.collect.nodegroups import DESCRIBE, read
from checks.collect.source import UnreadError
from checks.parts.aws import NodeGroup, NodeGroups
from tests.checks.collect.told import refusal, told

ASKED = NodeGroups.ASKED


def test_describes_each_group_and_names_those_it_could_not() -> None:
    workers = {
        "nodegroupName": "workers",
        "instanceTypes": ["t3.medium"],
        "amiType": "AL2023_x86_64_STANDARD",
        "launchTemplate": {"id": "lt-1", "version": "3"},
        "scalingConfig": {"minSize": 1, "maxSize": 9, "desiredSize": 3},
        "subnets": ["subnet-a"],
        "health": {"issues": [{"code": "InsufficientFreeAddresses", "resourceIds": ["subnet-a"]}]},
    }
    answers = {
        ASKED: {"nodegroups": ["workers", "batch", "spot"]},
        f"{DESCRIBE}/workers": {"nodegroup": workers},
        f"{DESCRIBE}/spot": refusal(f"{DESCRIBE}/spot"),
    }
    assert read(told(answers)).items == (
        NodeGroup(name="batch"),
        NodeGroup(name="spot"),
        NodeGroup(
            name="workers",
            instance_types=("t3.medium",),
            ami_type="AL2023_x86_64_STANDARD",
            launch_template=True,
            desired=3,
            maximum=9,
            subnets=("subnet-a",),
            health_issues=("InsufficientFreeAddresses",),
        ),
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: "),
        ({ASKED: {"nodegroups": None}}, "unreadable: "),
    ],
)
def test_a_list_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
