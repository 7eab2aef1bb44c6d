from checks.model import Confidence, Finding, Kind, Severity, Subject, Undecided
from checks.parts.pods import PodAddress, Pods
from checks.parts.policies import CiliumPolicies, NetworkPolicies, Policy
from checks.routing.snat_hides_pod_identity import snat_hides_pod_identity as hides
from checks.run import Verdict
from tests.builder import Cluster
from tests.checks.hand import ago, config, node, nodes, on_nothing, only
from tests.checks.routing.native import result

POLICY = NetworkPolicies(
    items=(Policy(kind="NetworkPolicy", namespace="shop", name="deny", created=ago(days=1), pods=None),)
)
NO_POLICY = CiliumPolicies()


def judge(
    ip: str = "10.40.3.20",
    policies: NetworkPolicies = POLICY,
    own: CiliumPolicies | None = NO_POLICY,
    **data: str,
) -> list[Finding | Undecided]:
    return hides(
        cilium=config("eni", **({"routing_mode": "native"} | data)),
        nodes=nodes(node("n1", addresses=("10.40.3.17", "10.40.3.20"))),
        pods=Pods(addresses=(PodAddress("shop", "api", "n1", ip, ago(days=1)),)),
        network_policies=policies,
        cilium_policies=own,
    )


def test_finds_a_pod_that_a_node_lists_as_its_own() -> None:
    found = only(judge())
    assert (found.kind, found.severity, found.confidence) == (Kind.CAUSE, Severity.HIGH, Confidence.LIKELY)
    assert found.inferred
    assert found.subjects == (Subject("Pod", "api", "shop"),)


def test_is_a_risk_while_no_policy_is_in_force() -> None:
    found = only(judge(policies=NetworkPolicies()))
    assert (found.kind, found.severity, found.inferred) == (Kind.RISK, Severity.MEDIUM, False)


def test_counts_ciliums_own_policies_too() -> None:
    own = CiliumPolicies(items=POLICY.items)
    assert only(judge(policies=NetworkPolicies(), own=own)).kind is Kind.CAUSE


def test_says_which_policies_were_not_read() -> None:
    found, gap = judge(policies=NetworkPolicies(), own=None)[::-1]
    assert isinstance(found, Finding)
    assert isinstance(gap, Undecided)
    assert (found.kind, gap.part) == (Kind.RISK, "cilium_policies")


def test_ignores_other_addresses_overlays_and_chaining() -> None:
    assert judge("10.40.3.99") == []
    assert judge(routing_mode="tunnel") == []
    assert judge(cni_chaining_mode="aws-cni") == []


def test_is_silent_on_a_healthy_cluster() -> None:
    cluster = Cluster(mode="eni")
    cluster.nodes(2)
    assert result(hides, cluster).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked, e.value) for e in only(judge()).evidence] == [
        ("kubernetes/api/v1/pods", "10.40.3.20"),
        ("kubernetes/api/v1/nodes", "10.40.3.20"),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(hides).verdict is Verdict.NOT_CHECKED
