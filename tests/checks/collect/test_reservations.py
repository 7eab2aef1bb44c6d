import pytest

from checks.collect.reservations import read
from checks.collect.source import UnreadError
from checks.parts.vpc import Reservations
from tests.checks.collect.told import Object, refusal, told

ASKED = Reservations.ASKED


def reserved(*pairs: tuple[str, str]) -> Object:
    rows = [{"Cidr": cidr, "ReservationType": kind, "OwnerId": "111122223333"} for cidr, kind in pairs]
    return {"SubnetIpv4CidrReservations": rows, "SubnetIpv6CidrReservations": []}


def test_parts_explicit_from_prefix_reservations() -> None:
    answers = {
        f"{ASKED}/subnet-a": reserved(("10.40.3.64/27", "explicit"), ("10.40.3.128/25", "prefix")),
        f"{ASKED}/subnet-b": reserved(),
        f"{ASKED}/subnet-c": refusal(f"{ASKED}/subnet-c"),
    }
    got = read(told(answers))
    assert got.explicit == {"subnet-a": ("10.40.3.64/27",), "subnet-b": ()}
    assert got.prefix == {"subnet-a": ("10.40.3.128/25",), "subnet-b": ()}
    assert got.errors == {"subnet-c": "refused: ec2:GetSubnetCidrReservations (UnauthorizedOperation)"}


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({f"{ASKED}/subnet-a": refusal(ASKED)}, "refused: ec2:GetSubnetCidrReservations"),
        ({f"{ASKED}/subnet-a": {}}, "unreadable: "),
        ({f"{ASKED}/subnet-a": reserved(("ten", "explicit"))}, "unreadable: "),
    ],
)
def test_not_one_subnet_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_says_what_to_grant_when_every_subnet_refused() -> None:
    answers = {f"{ASKED}/subnet-{n}": refusal(f"{ASKED}/subnet-{n}") for n in "abc"}
    with pytest.raises(UnreadError) as caught:
        read(told(dict(answers)))
    assert caught.value.grant == "ec2:GetSubnetCidrReservations in the bot's IAM policy"
