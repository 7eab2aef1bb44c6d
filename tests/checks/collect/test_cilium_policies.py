import pytest

from checks.collect.cilium_policies import read
from checks.collect.source import UnreadError
from checks.parts.policies import CiliumPolicies, Peer, Policy, PolicyPort, PolicyRule, Selector
from tests.checks.collect.told import Object, api_list, entry, refusal, told

NOBODY = PolicyRule(allows_nothing=True)
DNS_PEER = Peer(
    pods=Selector(labels=(("io.kubernetes.pod.namespace", "kube-system"), ("k8s-app", "kube-dns")))
)
TO_DNS: Object = {
    "toEndpoints": [
        {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns"}}
    ],
    "toPorts": [{"ports": [{"port": "53", "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}}],
}


def policies(*namespaced: Object, clusterwide: tuple[Object, ...] = ()) -> CiliumPolicies:
    return read(
        told(
            {
                CiliumPolicies.ASKED: api_list("CiliumNetworkPolicy", *namespaced),
                CiliumPolicies.ASKED_CLUSTERWIDE: api_list("CiliumClusterwideNetworkPolicy", *clusterwide),
            }
        )
    )


def policy(spec: Object) -> Policy:
    [found] = policies(entry("p", "shop", spec={"endpointSelector": {}, **spec})).items
    return found


def egress(rule: Object) -> PolicyRule:
    [found] = policy({"egress": [rule]}).egress or ()
    return found


def test_reads_who_may_talk_to_dns_through_the_proxy() -> None:
    assert egress(TO_DNS) == PolicyRule(
        peers=(DNS_PEER,), ports=(PolicyPort(protocol="ANY", port=53),), dns_proxy=True
    )


class TestGoverns:
    @pytest.mark.parametrize(
        ("spec", "expected"),
        [
            ({}, (None, None)),
            ({"egress": []}, (None, None)),
            ({"egress": [{}]}, (None, (NOBODY,))),
            ({"ingress": [{}]}, ((NOBODY,), None)),
            ({"egressDeny": [{"toEntities": ["world"]}]}, (None, ())),
            ({"enableDefaultDeny": {"egress": True}}, (None, ())),
            ({"egress": [{}], "enableDefaultDeny": {"egress": False}}, (None, None)),
            ({"egress": [{}], "enableDefaultDeny": {}}, (None, (NOBODY,))),
        ],
    )
    def test_a_direction_that_has_a_rule(self, spec: Object, expected: object) -> None:
        found = policy(spec)
        assert (found.ingress, found.egress) == expected

    def test_what_a_policy_without_default_deny_allows_is_not_lost(self) -> None:
        found = policy({"egress": [TO_DNS], "enableDefaultDeny": {"egress": False}})
        assert found.egress is None
        assert found.lets_out == found.egress_besides == (egress(TO_DNS),)
        assert policy({"egress": [TO_DNS]}).lets_out == (egress(TO_DNS),)

    def test_every_spec_is_a_policy_of_its_own(self) -> None:
        raw = entry("p", "shop", specs=[{"endpointSelector": {}}, {"nodeSelector": {}}, {}], spec=None)
        assert [found.pods for found in policies(raw).items] == [Selector(), None]

    def test_a_policy_that_cilium_found_invalid_is_not_in_force(self) -> None:
        raw = entry("p", "shop", spec={"endpointSelector": {}, "egress": [{}]})
        invalid = {"conditions": [{"type": "Valid", "status": "False"}]}
        assert policies({**raw, "status": invalid}).items == ()
        assert (
            len(policies({**raw, "status": {"conditions": [{"type": "Valid", "status": "True"}]}}).items) == 1
        )

    def test_a_clusterwide_policy_has_no_namespace(self) -> None:
        raw = entry(
            "everywhere", spec={"endpointSelector": {"matchLabels": {"any:app": "x"}}, "egress": [{}]}
        )
        [found] = policies(clusterwide=(raw,)).items
        assert (found.kind, found.namespace) == ("CiliumClusterwideNetworkPolicy", None)
        assert found.pods == Selector(labels=(("app", "x"),))


class TestRule:
    @pytest.mark.parametrize("key", ["toEndpoints", "toEntities", "toCIDR", "toCIDRSet", "toNodes"])
    def test_an_empty_peer_list_allows_nobody(self, key: str) -> None:
        assert egress({key: [], "toPorts": [{"ports": [{"port": "53"}]}]}).allows_nothing

    def test_a_rule_of_ports_alone_allows_everybody(self) -> None:
        rule = egress({"toPorts": [{"ports": [{"port": "53", "protocol": "UDP"}]}]})
        assert rule == PolicyRule(ports=(PolicyPort(protocol="UDP", port=53),))

    def test_an_empty_selector_is_everybody_in_the_namespace(self) -> None:
        assert egress({"toEndpoints": [{}]}) == PolicyRule(peers=(Peer(pods=Selector()),))

    @pytest.mark.parametrize(
        ("rule", "peer"),
        [
            ({"toEntities": ["cluster"]}, Peer(entity="cluster")),
            ({"toCIDR": ["10.0.0.0/8"]}, Peer(cidr="10.0.0.0/8")),
            (
                {"toCIDRSet": [{"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}]},
                Peer(cidr="10.0.0.0/8", except_cidrs=("10.1.0.0/16",)),
            ),
            ({"toCIDRSet": [{"cidrGroupRef": "partners"}]}, Peer(entity="cidr-group")),
            ({"toFQDNs": [{"matchName": "example.com"}]}, Peer(fqdn="example.com")),
            ({"toFQDNs": [{"matchPattern": "*.example.com"}]}, Peer(fqdn="*.example.com")),
            (
                {"toServices": [{"k8sService": {"serviceName": "kube-dns", "namespace": "kube-system"}}]},
                Peer(service=("kube-system", "kube-dns")),
            ),
            (
                {"toServices": [{"k8sServiceSelector": {"selector": {}, "namespace": "shop"}}]},
                Peer(service=("shop", "")),
            ),
            ({"toGroups": [{"aws": {"securityGroupsIds": ["sg-1"]}}]}, Peer(entity="aws-group")),
            ({"toNodes": [{"matchLabels": {"a": "b"}}]}, Peer(entity="remote-node")),
            ({"toEndpoints": [{"matchLabels": {"reserved:host": ""}}]}, Peer(entity="host")),
            (
                {
                    "toEndpoints": [
                        {"matchExpressions": [{"key": "k8s:app", "operator": "NotIn", "values": ["a"]}]}
                    ]
                },
                Peer(pods=Selector(expressions=(("app", "NotIn", ("a",)),))),
            ),
        ],
    )
    def test_knows_every_kind_of_peer(self, rule: Object, peer: Peer) -> None:
        assert egress(rule) == PolicyRule(peers=(peer,))

    @pytest.mark.parametrize(
        ("ports", "expected"),
        [
            ([{"ports": [{"port": "0", "protocol": "UDP"}]}], PolicyPort(protocol="UDP")),
            ([{"ports": [{"port": "dns"}]}], PolicyPort(protocol="ANY", port="dns")),
            (
                [{"ports": [{"port": "8000", "endPort": 9000}]}],
                PolicyPort(protocol="ANY", port=8000, end=9000),
            ),
            ([{"ports": [{"protocol": "tcp"}]}], PolicyPort(protocol="TCP")),
            ([{"rules": {"http": [{}]}}], PolicyPort(protocol="ANY")),
        ],
    )
    def test_knows_every_kind_of_port(self, ports: object, expected: PolicyPort) -> None:
        assert egress({"toPorts": ports}) == PolicyRule(ports=(expected,))

    def test_pings_alone_are_no_way_to_a_port(self) -> None:
        rule = egress({"icmps": [{"fields": [{"type": 8}]}]})
        assert not rule.allows_nothing
        assert not any(port.allows("UDP", 53) for port in rule.ports)
        assert rule.ports

    def test_reads_ingress_and_what_is_denied(self) -> None:
        found = policy(
            {
                "ingress": [
                    {"fromEndpoints": [{}], "toPorts": [{"ports": [{"port": "80", "protocol": "TCP"}]}]}
                ],
                "ingressDeny": [{"fromEntities": ["world"]}],
                "egressDeny": [{"toCIDR": ["0.0.0.0/0"]}],
            }
        )
        assert found.ingress == (PolicyRule(peers=(Peer(pods=Selector()),), ports=(PolicyPort(port=80),)),)
        assert found.ingress_deny == (PolicyRule(peers=(Peer(entity="world"),)),)
        assert found.egress_deny == (PolicyRule(peers=(Peer(cidr="0.0.0.0/0"),)),)


class TestUnread:
    def test_definitions_that_are_not_installed_are_no_policies(self) -> None:
        gone = {
            path: refusal(path, "NotFound")
            for path in (CiliumPolicies.ASKED, CiliumPolicies.ASKED_CLUSTERWIDE)
        }
        assert read(told(gone)) == CiliumPolicies()

    def test_one_list_is_enough_and_the_other_is_told(self) -> None:
        found = read(told({CiliumPolicies.ASKED: api_list("CiliumNetworkPolicy")}))
        assert found == CiliumPolicies(unread="not asked")

    def test_neither_list_is_a_gap(self) -> None:
        with pytest.raises(UnreadError, match=r"^not asked$"):
            read(told())

    @pytest.mark.parametrize("rule", [{"toCIDR": "10.0.0.0/8"}, {"toPorts": [{"ports": 53}]}, "all"])
    def test_a_rule_that_is_not_as_the_api_gives_it_is_unreadable(self, rule: object) -> None:
        raw = api_list(
            "CiliumNetworkPolicy", entry("p", "shop", spec={"endpointSelector": {}, "egress": [rule]})
        )
        found = read(
            told(
                {
                    CiliumPolicies.ASKED: raw,
                    CiliumPolicies.ASKED_CLUSTERWIDE: api_list("CiliumClusterwideNetworkPolicy"),
                }
            )
        )
        assert found.items == ()
        assert found.unread.startswith("unreadable: ")
