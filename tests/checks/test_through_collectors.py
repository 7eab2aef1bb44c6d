"""Checks of services, prefixes, subnets, operator and coexistence on answers of real shape."""

from collections.abc import Callable
from functools import cache

import pytest

from checks.collect.gather import gather
from checks.load import load_checks
from checks.run import Result, Verdict, run
from checks.snapshot import Snapshot
from tests.builder import Cluster

Build = Callable[[], Cluster]
CHECKS = {check.id: check for check in load_checks()}
NODES = "kubernetes/api/v1/nodes"
CILIUM_NODES = "kubernetes/apis/cilium.io/v2/ciliumnodes"


def wrong_key() -> Cluster:
    c = Cluster(mode="eni")
    c.nodes(3, max_pods=110)
    c.workload("shop/api", 120)
    c.helm({"ipam": {"mode": "eni"}, "enableIPv4PrefixDelegation": True})
    return c


def xen() -> Cluster:
    c = Cluster(mode="eni", prefix_delegation=True)
    c.nodes(2, max_pods=110)
    c.nodes(2, type="m4.large", max_pods=110)
    c.workload("shop/api", 200)
    return c


def empty_zone() -> Cluster:
    c = Cluster(mode="eni")
    c.nodes(3, max_pods=29)
    c.fill_subnet("eu-west-1a", leave=0)
    c.workload("shop/api", 60)
    return c


def scattered() -> Cluster:
    c = Cluster(mode="eni", prefix_delegation=True)
    c.nodes(3, max_pods=110)
    c.fragment_subnet("eu-west-1a")
    c.workload("shop/api", 200)
    return c


def plain(mode: str = "cluster-pool") -> Cluster:
    c = Cluster(mode=mode)
    c.nodes(3)
    c.workload("shop/api", 6)
    return c


def operator_gone() -> Cluster:
    c = plain("eni")
    c.operator(ready=0)
    return c


def generic_operator() -> Cluster:
    c = plain("eni")
    c.operator(ready=0, image="quay.io/cilium/operator-generic:v1.16.5")
    return c


def overlay_webhook() -> Cluster:
    c = plain()
    c.webhook("cert-manager/cert-manager-webhook", fails="context deadline exceeded")
    return c


def dns_without_pods() -> Cluster:
    c = plain()
    c.coredns(0, "stuck")
    return c


def two_cnis() -> Cluster:
    c = plain()
    c.aws_node(running=True)
    return c


def no_proxy() -> Cluster:
    c = plain()
    c.without_kube_proxy()
    c.probe_dns("timeout")
    return c


def old_dns_pods() -> Cluster:
    c = plain()
    c.unmanaged("kube-system/coredns")
    return c


def policy_without_dns() -> Cluster:
    c = plain()
    to_db = {"to": [{"podSelector": {"matchLabels": {"app": "db"}}}], "ports": [{"port": 5432}]}
    c.policy("shop/egress", {"podSelector": {}, "policyTypes": ["Egress"], "egress": [to_db]})
    return c


CASES: list[tuple[str, Build, str]] = [
    ("prefix-delegation-wrong-helm-key", wrong_key, CILIUM_NODES),
    ("prefix-delegation-non-nitro", xen, "kubernetes/api/v1/namespaces/kube-system/configmaps/cilium-config"),
    ("subnet-free-ips-exhausted", empty_zone, CILIUM_NODES),
    ("prefix-fragmentation-insufficient-cidr-blocks", scattered, "aws/ec2/describe-network-interfaces"),
    ("operator-down-or-no-leader", operator_gone, "kubernetes/apis/apps/v1/deployments"),
    ("operator-wrong-image", generic_operator, "kubernetes/apis/apps/v1/deployments"),
    ("webhook-unreachable-from-control-plane", overlay_webhook, NODES),
    ("coredns-without-endpoints", dns_without_pods, "kubernetes/apis/discovery.k8s.io/v1/endpointslices"),
    ("aws-node-still-running", two_cnis, "kubernetes/apis/apps/v1/daemonsets"),
    ("no-service-implementation", no_proxy, "kubernetes/apis/apps/v1/daemonsets"),
    ("unmanaged-pods", old_dns_pods, "kubernetes/apis/cilium.io/v2/ciliumendpoints"),
    (
        "dns-blocked-by-network-policy",
        policy_without_dns,
        "kubernetes/apis/networking.k8s.io/v1/networkpolicies",
    ),
]


def verdict(name: str, snapshot: Snapshot) -> Result:
    [found] = run([CHECKS[name]], snapshot)
    return found


@cache
def healthy(mode: str) -> Snapshot:
    return plain(mode).snapshot()


@pytest.mark.parametrize(("name", "build", "_"), CASES, ids=[case[0] for case in CASES])
def test_finds_the_fault_in_real_answers(name: str, build: Build, _: str) -> None:
    assert verdict(name, build().snapshot()).verdict is Verdict.FOUND


@pytest.mark.parametrize(("name", "build", "path"), CASES, ids=[case[0] for case in CASES])
def test_does_not_judge_what_was_refused(name: str, build: Build, path: str) -> None:
    found = verdict(name, gather(build().source().refuse(path)))
    assert found.verdict is Verdict.NOT_CHECKED
    assert "refused" in found.reason


@pytest.mark.parametrize("mode", ["cluster-pool", "kubernetes", "eni", "multi-pool", "crd"])
@pytest.mark.parametrize("name", [case[0] for case in CASES])
def test_is_silent_on_a_healthy_cluster(name: str, mode: str) -> None:
    assert verdict(name, healthy(mode)).findings == ()
