from dataclasses import replace

from checks.model import Finding, Subject, Undecided
from checks.parts.aws import EksCluster
from checks.parts.services import Endpoints
from checks.parts.vpc import GroupRule, Interface, Vpcs
from checks.parts.webhooks import ApiServices, Webhook, Webhooks
from checks.run import Verdict
from checks.services.webhook_port_blocked import webhook_port_blocked as blocked
from tests.checks.hand import behind, config, explained, node, nodes, on_nothing, only, service
from tests.checks.services.hand_groups import interface, interfaces, rule, security_groups

HOOK = service("hook", "sec")
CLUSTER = "sg-cluster"


def judge(
    *rules: GroupRule,
    mode: str = "eni",
    address: str = "10.40.7.7",
    at: Interface | None = None,
    ready: bool = True,
) -> list[Finding | Undecided]:
    hook = Webhook(
        configuration="c", kind="ValidatingWebhookConfiguration", name="w", namespace="sec", service="hook"
    )
    found = behind(HOOK, *((address,) if ready else ()))
    ports = {key: replace(value, ports=(9443,)) for key, value in found.by_service.items()}
    return blocked(
        Webhooks(items=(hook,)),
        Endpoints(by_service=ports),
        nodes(node("n1", addresses=("10.40.0.5",))),
        config(mode),
        EksCluster(name="demo", vpc_id="vpc-1", cluster_security_group=CLUSTER),
        interfaces(at or interface("n1", "10.40.7.7", "10.40.0.5")),
        security_groups(sg_node=rules),
        Vpcs(cidrs={"vpc-1": ("10.40.0.0/16",)}),
        ApiServices(),
    )


def test_names_the_port_that_no_rule_opens_to_the_control_plane() -> None:
    finding = only(judge(rule(443, groups=(CLUSTER,)), rule(10250, groups=(CLUSTER,))))
    assert "9443" in finding.title
    assert explained(finding, "webhooks-failing") == frozenset({Subject("Service", "hook", "sec")})
    assert "--port 9443" in str(finding.actions[1].command)


def test_shows_the_address_and_the_group() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("sec/hook: address", "10.40.7.7:9443") in shown
    assert ("sg-node: IpPermissions", "none for tcp 9443") in shown


def test_ignores_a_port_that_a_rule_opens() -> None:
    assert judge(rule(9443, groups=(CLUSTER,))) == []
    assert judge(rule(None, groups=(CLUSTER,))) == []
    assert judge(rule(9443, cidrs=("0.0.0.0/0",))) == []


def test_finds_the_interface_by_its_prefix() -> None:
    assert only(judge(at=interface("n1", prefixes=("10.40.7.0/28",))))


def test_ignores_rules_that_a_snapshot_cannot_resolve() -> None:
    assert judge(rule(9443, prefix_list="pl-1")) == []


def test_names_a_webhook_on_the_hosts_network_of_an_overlay() -> None:
    assert only(judge(mode="cluster-pool", address="10.40.0.5"))


def test_leaves_overlay_addresses_and_empty_services_to_other_checks() -> None:
    assert judge(mode="cluster-pool", address="10.0.3.3", at=interface("n1", "10.0.3.3")) == []
    assert judge(ready=False) == []


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(blocked).verdict is Verdict.NOT_CHECKED
