import pytest

from checks.collect.network_policies import read
from checks.collect.source import UnreadError
from checks.parts.policies import NetworkPolicies, Peer, Policy, PolicyPort, PolicyRule, Selector
from tests.checks.collect.told import Object, api_list, entry, refusal, told


def read_policy(spec: Object) -> Policy:
    raw = api_list("NetworkPolicy", entry("p", "shop", spec=spec))
    [found] = read(told({NetworkPolicies.ASKED: raw})).items
    return found


def test_reads_selectors_peers_and_ports() -> None:
    found = read_policy(
        {
            "podSelector": {
                "matchLabels": {"app": "api"},
                "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}],
            },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [{"podSelector": {}}], "ports": [{"port": "http"}]}],
            "egress": [
                {
                    "to": [
                        {"namespaceSelector": {"matchLabels": {"name": "kube-system"}}, "podSelector": {}},
                        {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.100.0.0/16"]}},
                    ],
                    "ports": [{"protocol": "UDP", "port": 53}, {"port": 8000, "endPort": 9000}],
                }
            ],
        }
    )
    assert found.pods == Selector(labels=(("app", "api"),), expressions=(("tier", "In", ("a", "b")),))
    assert found.ingress == (PolicyRule(peers=(Peer(pods=Selector()),), ports=(PolicyPort(port="http"),)),)
    assert found.egress == (
        PolicyRule(
            peers=(
                Peer(pods=Selector(), namespaces=Selector(labels=(("name", "kube-system"),))),
                Peer(cidr="10.0.0.0/8", except_cidrs=("10.100.0.0/16",)),
            ),
            ports=(PolicyPort(protocol="UDP", port=53), PolicyPort(port=8000, end=9000)),
        ),
    )


@pytest.mark.parametrize(
    ("spec", "ingress", "egress"),
    [
        ({"podSelector": {}, "policyTypes": ["Ingress"]}, (), None),
        ({"podSelector": {}, "policyTypes": ["Egress"]}, None, ()),
        ({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{}]}, None, (PolicyRule(),)),
        ({"podSelector": {}}, (), None),
        ({"podSelector": {}, "egress": [{}]}, (), (PolicyRule(),)),
        ({"podSelector": {}, "policyTypes": ["Egress"], "ingress": [{}]}, None, ()),
        (
            {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [], "ports": []}]},
            (PolicyRule(),),
            None,
        ),
    ],
)
def test_what_it_governs_follows_its_types(
    spec: Object, ingress: tuple[PolicyRule, ...] | None, egress: tuple[PolicyRule, ...] | None
) -> None:
    found = read_policy(spec)
    assert (found.ingress, found.egress) == (ingress, egress)


@pytest.mark.parametrize("spec", [{"podSelector": "all"}, {"egress": [{"to": [{"ipBlock": {}}]}]}])
def test_a_policy_that_is_not_as_the_api_gives_it_is_unreadable(spec: Object) -> None:
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read_policy(spec)


def test_policies_that_may_not_be_listed_are_a_gap() -> None:
    with pytest.raises(UnreadError, match=r"^refused: list networking.k8s.io/networkpolicies \(Forbidden\)$"):
        read(told({NetworkPolicies.ASKED: refusal(NetworkPolicies.ASKED)}))
