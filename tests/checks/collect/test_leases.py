from checks.collect.leases import read
from checks.parts.kubernetes import Lease, Leases
from tests.builder.clock import ago, micro
from tests.checks.collect.told import api_list, entry, told


def test_reads_leaders_and_leaves_the_heartbeats_of_nodes() -> None:
    spec = {"holderIdentity": "op-1", "renewTime": micro(ago(seconds=2)), "leaseDurationSeconds": 15}
    raw = api_list(
        "Lease",
        entry("node-a", "kube-node-lease", spec=spec),
        entry("cilium-operator-resource-lock", "kube-system", spec=spec),
        entry("abandoned", "kube-system", spec=None),
    )
    found = read(told({Leases.ASKED: raw}))
    assert found.items == (
        Lease(namespace="kube-system", name="abandoned"),
        Lease(
            namespace="kube-system",
            name="cilium-operator-resource-lock",
            holder="op-1",
            renewed=ago(seconds=2),
            duration_s=15,
        ),
    )
    assert found.find("kube-system", "abandoned") is not None
