import pytest

from checks.collect.source import UnreadError
from checks.collect.tcp_probes import read
from checks.parts.agents import TcpProbe, TcpProbes
from tests.checks.collect.told import Object, refusal, told

ASKED = TcpProbes.ASKED
ONE: Object = {
    "address": "10.100.12.7",
    "port": 443,
    "for": {"kind": "Service", "namespace": "cert-manager", "name": "cert-manager-webhook"},
    "from_node": "node-1",
    "outcome": "unreachable",
    "seconds": 3,
    "detail": "no route to host",
}


def test_reads_probes_and_what_they_were_for() -> None:
    bare = {"address": "10.100.12.8", "port": 9443, "outcome": "ok"}
    assert read(told({ASKED: {"probes": [ONE, bare]}})).items == (
        TcpProbe(
            address="10.100.12.7",
            port=443,
            outcome="unreachable",
            kind="Service",
            namespace="cert-manager",
            name="cert-manager-webhook",
            from_node="node-1",
            seconds=3.0,
            detail="no route to host",
        ),
        TcpProbe(address="10.100.12.8", port=9443, outcome="ok"),
    )


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: "),
        ({ASKED: {"probes": [ONE | {"outcome": "nxdomain"}]}}, "unreadable: "),
        ({ASKED: {"probes": [ONE | {"port": 70000}]}}, "unreadable: "),
        ({ASKED: {"probes": [ONE | {"for": "cert-manager"}]}}, "unreadable: "),
    ],
)
def test_probes_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
