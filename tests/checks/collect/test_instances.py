import pytest

from checks.collect.instances import read
from checks.collect.source import UnreadError
from checks.parts.aws import Instance, Instances
from tests.checks.collect.told import refusal, told

ASKED = Instances.ASKED


def test_reads_instances_of_every_reservation() -> None:
    first = {
        "InstanceId": "i-1",
        "InstanceType": "m5.large",
        "State": {"Code": 16, "Name": "running"},
        "SubnetId": "subnet-a",
        "VpcId": "vpc-1",
        "Placement": {"AvailabilityZone": "eu-west-1a"},
        "PrivateIpAddress": "10.40.3.17",
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}, {"NetworkInterfaceId": "eni-2"}],
        "SecurityGroups": [{"GroupId": "sg-1", "GroupName": "nodes"}],
        "SourceDestCheck": False,
        "MetadataOptions": {"HttpPutResponseHopLimit": 2},
    }
    gone = {"InstanceId": "i-2", "State": {"Name": "terminated"}}
    answer = {"Reservations": [{"Instances": [first]}, {"Instances": [gone]}, {}]}
    assert read(told({ASKED: answer})).by_id == {
        "i-1": Instance(
            id="i-1",
            type="m5.large",
            subnet_id="subnet-a",
            vpc_id="vpc-1",
            zone="eu-west-1a",
            private_ip="10.40.3.17",
            interfaces=("eni-1", "eni-2"),
            security_groups=("sg-1",),
            source_dest_check=False,
            metadata_hop_limit=2,
        ),
        "i-2": Instance(id="i-2", state="terminated"),
    }


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: ec2:DescribeInstances"),
        ({ASKED: {"Instances": []}}, "unreadable: "),
        ({ASKED: {"Reservations": [{"Instances": [{"InstanceId": None}]}]}}, "unreadable: "),
    ],
)
def test_instances_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
