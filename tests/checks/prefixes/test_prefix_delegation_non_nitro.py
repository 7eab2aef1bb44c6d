from checks.model import Confidence, Finding, Undecided
from checks.parts.aws import InstanceType, InstanceTypes
from checks.parts.cilium_nodes import EniSpec
from checks.prefixes.prefix_delegation_non_nitro import prefix_delegation_non_nitro as non_nitro
from checks.run import Verdict
from tests.checks.hand import (
    M4_LARGE,
    M5_LARGE,
    account,
    accounts,
    cilium_node,
    cilium_nodes,
    config,
    eni,
    explained,
    node,
    nodes,
    on_nothing,
    only,
    stuck,
    undecided,
    version,
    waiting,
)

METAL = InstanceType(name="m5.metal", enis=15, enis_total=15, ipv4_per_eni=50, bare_metal=True)


def judge(
    kind: str = "m4.large", max_pods: int = 110, *, on: str = "true", running: str = "1.16.5"
) -> list[Finding | Undecided]:
    return non_nitro(
        config("eni", aws_enable_prefix_delegation=on),
        nodes(node("n1", kind), node("n2")),
        cilium_nodes(
            cilium_node("n1", eni(0, lone=9), eni(1, lone=9), spec=EniSpec(instance_type=kind)),
            cilium_node("n2", eni(0, prefixes=("10.40.11.0/28",))),
        ),
        InstanceTypes(by_name={t.name: t for t in (M4_LARGE, M5_LARGE, METAL)}),
        accounts(account("n1", capacity=18, used=18, max_pods=max_pods), account("n2", capacity=432)),
        version(running),
        waiting(*stuck(2, "n1")),
    )


def test_names_the_xen_node_that_is_sized_for_prefixes() -> None:
    finding = only(judge())
    assert [s.name for s in finding.subjects] == ["n1"]
    assert "m4.large" in finding.title
    waiters = explained(finding, "pods-without-ip")
    assert waiters is not None
    assert len(waiters) == 2


def test_shows_the_hypervisor_and_the_limit() -> None:
    shown = {(e.field, e.value) for e in only(judge()).evidence}
    assert ("m4.large: Hypervisor", "xen") in shown
    assert ("n1: status.allocatable.pods", "110, single addresses: 18") in shown


def test_ignores_a_xen_node_whose_limit_fits_its_addresses() -> None:
    assert judge(max_pods=20) == []  # 20 less 4 on the host's network is 16, which is 18 less 2


def test_ignores_a_nitro_node_with_single_addresses() -> None:
    assert judge("m5.large") == []


def test_ignores_everything_while_prefixes_are_off() -> None:
    assert judge(on="false") == []


def test_takes_bare_metal_for_able_from_1_18_on() -> None:
    assert judge("m5.metal", running="1.18.0") == []
    assert only(judge("m5.metal", running="1.17.9")).confidence is Confidence.LIKELY


def unread(kind: str, **more: int | None) -> list[Finding | Undecided]:
    return non_nitro(
        config("eni", aws_enable_prefix_delegation="true"),
        nodes(node("n1", kind)),
        cilium_nodes(cilium_node("n1", eni(0, lone=9), spec=EniSpec(instance_type=kind))),
        None,
        accounts(account("n1", **({"capacity": None, "attached": 18, "used": 18, "max_pods": 110} | more))),
        version("1.16.5"),
        waiting(*stuck(2, "n1")),
    )


def test_knows_an_old_family_by_its_name_where_types_were_not_read() -> None:
    finding = only(unread("m4.large"))
    assert finding.confidence is Confidence.LIKELY
    assert "stands in" in finding.because
    assert len(explained(finding, "pods-without-ip") or ()) == 2


def test_guesses_nothing_of_newer_families_or_of_nodes_with_room() -> None:
    for found in (unread("m5.large"), unread("i3en.large"), unread("i3.metal"), unread("m4.large", used=17)):
        assert undecided(found) == "instance_types"


def test_does_not_judge_what_was_not_read() -> None:
    assert on_nothing(non_nitro).verdict is Verdict.NOT_CHECKED
