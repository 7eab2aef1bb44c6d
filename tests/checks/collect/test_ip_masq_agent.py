from ipaddress import IPv4Network

import pytest

from checks.collect.ip_masq_agent import read
from checks.collect.source import UnreadError
from checks.parts.neighbours import IpMasqAgent
from tests.checks.collect.told import Object, refusal, told

ASKED = IpMasqAgent.ASKED
YAML = """nonMasqueradeCIDRs:
- 10.0.0.0/8
- 192.168.0.0/16 # offices
# - 172.16.0.0/12
masqLinkLocal: true
"""
JSON = '{"nonMasqueradeCIDRs":["10.0.0.0/8","192.168.0.0/16"],"masqLinkLocal":true}'


def config_map(text: str) -> Object:
    return {"kind": "ConfigMap", "data": {"config": text}}


@pytest.mark.parametrize("text", [YAML, JSON])
def test_reads_its_ranges_in_both_forms(text: str) -> None:
    assert read(told({ASKED: config_map(text)})) == IpMasqAgent(
        exists=True,
        ranges=(IPv4Network("10.0.0.0/8"), IPv4Network("192.168.0.0/16")),
        masq_link_local=True,
    )


def test_a_config_map_that_is_not_there_is_an_answer() -> None:
    assert read(told({ASKED: refusal(ASKED, "NotFound")})) == IpMasqAgent()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: get configmaps/ip-masq-agent in kube-system"),
        ({ASKED: config_map("nonMasqueradeCIDRs: [999.0.0.0/8]")}, "unreadable: "),
    ],
)
def test_ranges_that_were_not_read_are_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
