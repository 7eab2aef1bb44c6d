"""What the corpus must hold: every failure mode as a truth, and those with close look-alikes twice."""

from collections import Counter

import pytest

from checks.load import load_checks
from tests.scenarios import corpus

CORPUS = corpus()
TOLD = Counter(name for scenario in CORPUS for name in scenario.truths)
MODES = tuple(check.id for check in load_checks() if not check.rule.__module__.startswith("checks.symptoms."))

LOOK_ALIKES = {
    "pods that no node takes": (
        "kubelet-max-pods-too-low",
        "scheduler-insufficient-requests",
        "scheduler-placement-constraints",
        "agent-not-ready-taint-left",
        "node-eni-limit-reached",
    ),
    "pods without an address on nodes that are full": (
        "max-pods-exceeds-node-ip-capacity",
        "max-pods-ignores-first-interface-index",
        "primary-address-accounting",
        "scheduler-ip-blind-skew",
        "node-pod-cidr-full",
    ),
    "pods without an address on nodes that could grow": (
        "attachment-limit-loop",
        "efa-multi-card-attach-failure",
        "max-allocate-not-pd-aware",
        "multipool-agent-view-behind",
        "multipool-cidr-not-released",
        "podippool-not-discovered",
        "release-handshake-stuck",
        "security-groups-for-pods-unsupported",
        "subnet-free-ips-exhausted",
    ),
    "nodes without prefixes": (
        "prefix-delegation-wrong-helm-key",
        "prefix-delegation-sticky-secondary-ips",
        "prefix-delegation-non-nitro",
        "prefix-fragmentation-insufficient-cidr-blocks",
        "pd-disabled-after-one-failure",
        "pd-fallback-missing-1-20",
    ),
    "new nodes that are never served": (
        "az-without-matching-subnet",
        "cluster-pool-exhausted",
        "ec2-endpoint-unreachable",
        "eni-account-quota",
        "iam-missing-permission",
        "operator-down-or-no-leader",
        "operator-instance-cache-drop",
        "operator-panic-on-subnet",
        "operator-stale-allocation-view",
        "operator-without-credentials-or-region",
        "operator-wrong-image",
        "security-group-selector-fails",
        "small-instance-watermark-deadlock",
        "stale-ciliumnodes",
        "subnet-selector-matches-nothing",
        "subnet-view-filter-misused",
        "unknown-instance-type-limits",
    ),
    "agents that do not come up, or come up late": (
        "agent-api-rate-limited",
        "cilium-agent-unschedulable",
        "kpr-api-server-unreachable",
        "new-eni-not-visible-yet",
        "os-manages-secondary-eni",
        "taint-removed-too-early",
    ),
    "nodes and pods that do not reach each other": (
        "direct-routes-across-subnets",
        "duplicate-pod-cidrs",
        "ip-released-while-in-use",
        "ipam-mode-changed-in-place",
        "overlay-port-blocked",
        "pod-cidr-overlaps-service-cidr",
        "pod-cidr-overlaps-vpc",
        "pod-eni-in-wrong-subnet",
        "pod-eni-security-group-wrong",
        "secondary-eni-egress-drop",
        "source-dest-check-drops",
        "stale-ip-rules-after-release",
    ),
    "packets under a wrong name, or denied under the right one": (
        "masquerade-interface-mismatch",
        "masquerade-off-after-1-18",
        "native-cidr-excludes-pods",
        "network-policy-denies",
        "snat-hides-pod-identity",
    ),
    "names and Services that do not answer": (
        "coredns-without-endpoints",
        "dns-blocked-by-network-policy",
        "dns-eni-pps-limit",
        "dns-identity-lag",
        "dns-sg-between-node-groups",
        "no-service-implementation",
        "node-local-dns-redirect-broken",
        "unmanaged-pods",
    ),
    "webhooks that cannot be called": (
        "webhook-backend-without-ip",
        "webhook-hostnetwork-port-clash",
        "webhook-port-blocked",
        "webhook-unreachable-from-control-plane",
    ),
}


@pytest.mark.parametrize("mode", MODES)
def test_tells_every_failure_mode(mode: str) -> None:
    assert TOLD[mode]


@pytest.mark.parametrize("group", LOOK_ALIKES)
def test_tells_what_looks_alike_at_least_twice(group: str) -> None:
    assert [name for name in LOOK_ALIKES[group] if TOLD[name] < 2] == []


def test_knows_every_truth() -> None:
    listed = {name for names in LOOK_ALIKES.values() for name in names}
    assert TOLD.keys() | listed <= set(MODES)


def test_holds_the_kinds_that_are_asked_for() -> None:
    groups = Counter(scenario.group for scenario in CORPUS)
    assert groups["healthy"] >= 15
    assert groups["pair"] >= 20
    assert groups["unread"] >= 12
