from checks.collect.namespaces import read
from checks.parts.kubernetes import Namespace, Namespaces
from tests.checks.collect.told import api_list, told


def test_reads_labels_and_the_pool_that_pods_take_addresses_from() -> None:
    raw = api_list(
        "Namespace",
        {"metadata": {"name": "shop", "labels": {"b": "2", "a": "1"}}},
        {"metadata": {"name": "blue", "annotations": {"ipam.cilium.io/ip-pool": "blue-pool", "x": "y"}}},
    )
    assert read(told({Namespaces.ASKED: raw})).items == (
        Namespace(name="blue", ip_pool="blue-pool"),
        Namespace(name="shop", labels=(("a", "1"), ("b", "2"))),
    )
