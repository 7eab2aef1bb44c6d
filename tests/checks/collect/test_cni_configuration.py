import json

import pytest

from checks.collect.cni_configuration import read
from checks.collect.source import UnreadError
from checks.parts.neighbours import CniConfiguration
from tests.checks.collect.told import Object, refusal, told

ASKED = CniConfiguration.ASKED
PLUGIN = {
    "type": "cilium-cni",
    "eni": {"subnet-tags": {"role": "pods"}, "first-interface-index": 1},
    "ipam": {"pre-allocate": 4},
}


def config_map(content: object) -> Object:
    return {"kind": "ConfigMap", "data": {"cni-config": json.dumps(content)}}


@pytest.mark.parametrize(
    "content", [PLUGIN, {"cniVersion": "0.3.1", "plugins": [{"type": "portmap"}, PLUGIN]}]
)
def test_reads_what_ciliums_plug_in_asks_of_nodes(content: Object) -> None:
    assert read(told({ASKED: config_map(content)})) == CniConfiguration(
        exists=True,
        eni={"subnet-tags.role": '"pods"', "first-interface-index": "1"},
        ipam={"pre-allocate": "4"},
    )


def test_a_config_map_that_is_not_there_is_an_answer() -> None:
    assert read(told({ASKED: refusal(ASKED, "NotFound")})) == CniConfiguration()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({ASKED: refusal(ASKED)}, "refused: get configmaps/cni-configuration in kube-system"),
        ({ASKED: {"kind": "ConfigMap", "data": {"cni-config": "{"}}}, "unreadable: the CNI configuration"),
        ({ASKED: config_map([])}, "unreadable: the CNI configuration"),
    ],
)
def test_a_configuration_that_was_not_read_is_a_gap(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
