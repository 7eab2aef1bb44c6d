import pytest

from checks.collect.agent_status import read
from checks.collect.source import UnreadError
from checks.parts.agents import AgentStatus
from tests.checks.collect.told import Object, refusal, told

STATUS: Object = {
    "cilium": {"state": "Ok", "msg": "1.16.3 (v1.16.3-abc)"},
    "ipam": {
        "ipv4": ["10.0.1.214", "10.0.1.77", "10.0.1.9"],
        "ipv6": ["fd00::9"],
        "status": "IPv4: 3/254 allocated from 10.0.1.0/24, ",
        "allocations": {"10.0.1.214": "router", "10.0.1.77": "health", "10.0.1.9": "shop/web-0 [restored]"},
    },
    "routing": {
        "inter-host-routing-mode": "Tunnel",
        "intra-host-routing-mode": "BPF",
        "tunnel-protocol": "vxlan",
    },
    "masquerading": {"enabled": True, "mode": "iptables", "enabledProtocols": {"ipv4": True, "ipv6": False}},
    "kube-proxy-replacement": {"mode": "True", "deviceList": [{"name": "ens5", "ip": ["10.40.3.17"]}]},
    "controllers": [
        {
            "name": "sync-a",
            "status": {"consecutive-failure-count": 3, "last-failure-msg": "no route to host"},
        },
        {"name": "sync-b", "status": {"success-count": 9, "last-failure-msg": "long ago"}},
        {"name": "sync-c"},
    ],
}


def status(raw: object) -> AgentStatus:
    return read(told({"cilium/a/status": raw})).by_node["a"]


def test_reads_what_an_agent_says_of_itself() -> None:
    assert status(STATUS) == AgentStatus(
        used=3,
        ipam_text="IPv4: 3/254 allocated from 10.0.1.0/24, ",
        owners={"10.0.1.214": "router", "10.0.1.77": "health", "10.0.1.9": "shop/web-0"},
        routing="Tunnel",
        tunnel_protocol="vxlan",
        masquerading="iptables",
        kube_proxy_replacement="True",
        devices=("ens5",),
        host_routing="BPF",
        failing_controllers=(("sync-a", "no route to host"),),
    )


def test_reads_devices_and_host_routing_of_every_release() -> None:
    old = {"cilium": {}, "kube-proxy-replacement": {"mode": "Strict", "devices": ["eth0"]}}
    told_old = status(old | {"host-routing": {"mode": "Legacy"}})
    assert (told_old.devices, told_old.host_routing) == (("eth0",), "Legacy")
    assert status(old | {"routing": {"intra-host-routing-mode": "BPF"}}).host_routing == "BPF"


@pytest.mark.parametrize("ipam", [None, {}, {"ipv4": None}, {"status": "IPv4: 1 IPAM pool(s) available, "}])
def test_does_not_count_addresses_that_it_was_not_told(ipam: object) -> None:
    assert status({"cilium": {"state": "Ok"}, "ipam": ipam}).used is None


@pytest.mark.parametrize(
    ("masquerading", "told_mode"),
    [
        (None, None),
        ({"enabled": False, "mode": "BPF"}, None),
        ({"mode": "BPF", "enabledProtocols": {"ipv4": False}}, None),
        ({"mode": "BPF"}, "BPF"),
        ({"enabled": True, "mode": "BPF", "enabledProtocols": {}}, "BPF"),
    ],
)
def test_knows_when_masquerading_is_off(masquerading: object, told_mode: str | None) -> None:
    assert status({"cilium": {"state": "Ok"}, "masquerading": masquerading}).masquerading == told_mode


def test_does_not_take_the_other_programs_status_for_an_agents() -> None:
    cluster_wide = {"pod_state": {}, "cilium_status": {"cilium-x": STATUS}, "errors": {}}
    with pytest.raises(UnreadError, match=r"^unreadable: no agent's status"):
        status(cluster_wide)


def test_each_agent_fares_by_itself() -> None:
    answers = {
        "cilium/a/status": STATUS,
        "cilium/b/status": refusal("cilium/b/status"),
        "cilium/c/status": b"error: unable to upgrade connection",
        "cilium/d/health": {},
        "cilium/operator/metrics.prom": b"",
    }
    got = read(told(answers))
    assert sorted(got.by_node) == ["a"]
    assert sorted(got.errors) == ["b", "c"]
    assert got.errors["c"].startswith("unreadable: ")


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({}, "not asked"),
        ({"cilium/d/health": {}}, "not asked"),
        ({"cilium/b/status": {"ipam": {"ipv4": "10.0.1.9"}}}, "unreadable: "),
        (
            {f"cilium/{n}/status": b"" for n in "ab"} | {"cilium/c/status": refusal("cilium/c/status")},
            "unreadable: ",
        ),
        (
            {f"cilium/{n}/status": refusal(f"cilium/{n}/status") for n in "ab"} | {"cilium/0/status": b""},
            "refused: ",
        ),
    ],
)
def test_not_one_agent_is_a_gap_with_the_commonest_reason(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))


def test_says_what_to_grant_when_exec_is_refused() -> None:
    with pytest.raises(UnreadError) as caught:
        read(told({"cilium/a/status": refusal("cilium/a/status")}))
    assert caught.value.grant is not None
    assert "deploy/exec-role.yaml" in caught.value.grant
