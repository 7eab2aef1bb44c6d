import pytest

from checks.collect.dns_probes import read
from checks.collect.source import UnreadError
from checks.parts.agents import DnsProbe, DnsProbes
from tests.checks.collect.told import Object, refusal, told

ASKED = DnsProbes.ASKED
ONE: Object = {
    "server": "10.100.0.10",
    "name": "kubernetes.default.svc.cluster.local.",
    "protocol": "udp",
    "from_node": None,
    "outcome": "timeout",
    "seconds": 5.0,
    "detail": "no answer",
}


def test_reads_probes_in_their_order() -> None:
    second = {"server": "10.0.1.9", "name": "a.", "protocol": "tcp", "outcome": "ok", "from_node": "node-1"}
    assert read(told({ASKED: {"probes": [ONE, second]}})).items == (
        DnsProbe(
            server="10.100.0.10",
            name="kubernetes.default.svc.cluster.local.",
            protocol="udp",
            outcome="timeout",
            seconds=5.0,
            detail="no answer",
        ),
        DnsProbe(server="10.0.1.9", name="a.", protocol="tcp", outcome="ok", from_node="node-1"),
    )


def test_no_probes_are_an_answer() -> None:
    assert read(told({ASKED: {"probes": []}})) == DnsProbes()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: "),
        ({ASKED: {"probes": [ONE | {"outcome": "fine"}]}}, "unreadable: "),
        ({ASKED: {"probes": [ONE | {"protocol": "sctp"}]}}, "unreadable: "),
        ({ASKED: {"probes": [ONE | {"seconds": "5"}]}}, "unreadable: "),
        ({ASKED: {}}, "unreadable: "),
        ({ASKED: []}, "unreadable: "),
    ],
)
def test_probes_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
