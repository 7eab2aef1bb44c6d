from checks.model import Confidence, Finding, Undecided
from checks.parts.agents import DnsProbe, DnsProbes
from checks.parts.vpc import GroupRule, Interface
from checks.run import Verdict
from checks.services.dns_sg_between_node_groups import dns_sg_between_node_groups as closed
from tests.checks.hand import behind, claims, config, node, nodes, on_nothing, only, service, services
from tests.checks.services.hand_groups import interface, interfaces, rule, security_groups

DNS = service("kube-dns")


def judge(
    *rules: GroupRule, routing: str = "native", timeout_at: str = "", more: tuple[Interface, ...] = ()
) -> list[Finding | Undecided]:
    probe = DnsProbe(server="10.100.0.10", name="x.", protocol="udp", outcome="timeout", from_node=timeout_at)
    return closed(
        config("eni", routing_mode=routing),
        services(DNS),
        behind(DNS, "10.40.1.9"),
        nodes(node("n1"), node("n2")),
        interfaces(
            interface("n1", "10.40.1.9", group="sg-a"), interface("n2", "10.40.2.9", group="sg-b"), *more
        ),
        security_groups(sg_a=rules, sg_b=()),
        DnsProbes(items=(probe,) if timeout_at else ()),
    )


def test_names_the_node_that_may_not_ask() -> None:
    finding = only(judge(rule(None, groups=("sg-a",))))
    assert [s.name for s in finding.subjects] == ["n2"]
    assert finding.confidence is Confidence.LIKELY
    assert claims(finding) == {"dns-failing"}


def test_is_certain_when_lookups_from_there_time_out() -> None:
    finding = only(judge(timeout_at="n2"))
    assert finding.confidence is Confidence.CERTAIN
    assert ("timeouts from these nodes", "n2") in {(e.field, e.value) for e in finding.evidence}
    assert only(judge(timeout_at="n1")).confidence is Confidence.LIKELY


def test_shows_the_group_before_the_dns_pods() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("sg-a: IpPermissions", "none for udp 53 from these nodes") in shown


def test_ignores_groups_that_admit_the_port_or_the_addresses() -> None:
    assert judge(rule(53, groups=("sg-b",), protocol="udp")) == []
    assert judge(rule(None, cidrs=("10.40.0.0/16",))) == []
    assert only(judge(rule(53, groups=("sg-b",))))  # tcp alone


def test_ignores_a_node_whose_pod_interface_is_admitted() -> None:
    pods = interface("n2", "10.40.2.20", group="sg-pods")
    assert judge(rule(None, groups=("sg-pods",)), more=(pods,)) == []


def test_ignores_overlays() -> None:
    assert judge(routing="tunnel") == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(closed).verdict is Verdict.NOT_CHECKED
