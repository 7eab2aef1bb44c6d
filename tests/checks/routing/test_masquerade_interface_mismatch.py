import pytest

from checks.model import Confidence, Finding, Kind, Undecided
from checks.parts.agents import AgentStatus, AgentStatuses
from checks.routing.masquerade_interface_mismatch import masquerade_interface_mismatch as mismatch
from checks.run import Verdict
from tests.builder import Cluster
from tests.checks.hand import claims, config, node, nodes, on_nothing, only
from tests.checks.routing.native import eni, finding, result

AL2023 = "Amazon Linux 2023.6.20250107"


def judge(
    patterns: str = "eth0", image: str = AL2023, status: str | None = None, **data: str
) -> list[Finding | Undecided]:
    return mismatch(
        cilium=config(egress_masquerade_interfaces=patterns, **data),
        nodes=nodes(node("n1", os_image=image)),
        version=None,
        agent_status=AgentStatuses(by_node={"n1": AgentStatus(masquerading=status)}) if status else None,
        cilium_nodes=None,
        route_tables=None,
    )


@pytest.mark.parametrize(
    ("patterns", "image"),
    [("eth0", AL2023), ("eth+", "Ubuntu 22.04.4 LTS"), ("ens+", "Amazon Linux 2"), ("eth0 eth1", AL2023)],
)
def test_finds_names_that_the_image_does_not_use(patterns: str, image: str) -> None:
    found = only(judge(patterns, image))
    assert (found.kind, found.confidence) == (Kind.CAUSE, Confidence.LIKELY)
    assert found.inferred


@pytest.mark.parametrize(
    ("patterns", "image"),
    [
        ("ens+", AL2023),
        ("eth+ ens+", AL2023),
        ("e+", "Amazon Linux 2"),
        ("eth0", "Amazon Linux 2"),
        ("eth0", "Bottlerocket OS 1.20"),
        ("bond0", AL2023),
        ("", AL2023),
    ],
)
def test_ignores_names_that_match_or_are_not_known(patterns: str, image: str) -> None:
    assert judge(patterns, image) == []


def test_ignores_clusters_without_masquerading_and_agents_that_use_bpf() -> None:
    assert judge(enable_ipv4_masquerade="false") == []
    assert judge(status="BPF") == []
    assert judge(status="iptables") != []


def test_finds_the_setting_that_bpf_masquerading_refuses() -> None:
    found = only(judge("ens+", enable_bpf_masquerade="true"))
    assert claims(found) == {"agents-not-ready"}
    assert found.drop_if_harmless


def test_needs_no_masquerading_for_eni_pods_behind_a_nat_gateway() -> None:
    assert finding(mismatch, eni(egress_masquerade_interfaces="eth0")).kind is Kind.RISK
    assert finding(mismatch, eni(public=True, egress_masquerade_interfaces="eth0")).kind is Kind.CAUSE


def test_is_silent_on_a_healthy_cluster() -> None:
    cluster = Cluster()
    cluster.nodes(2)
    assert result(mismatch, cluster).verdict is Verdict.CLEAR


def test_shows_what_it_read_and_where() -> None:
    assert [(e.asked.rsplit("/", 1)[-1], e.value) for e in only(judge()).evidence] == [
        ("cilium-config", "eth0"),
        ("nodes", AL2023),
    ]


def test_does_not_judge_what_it_could_not_read() -> None:
    assert on_nothing(mismatch).verdict is Verdict.NOT_CHECKED
