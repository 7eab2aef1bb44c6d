import json
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.gate.rules import SETTING, Bar, Rule, RulesError, Undecided, bar, read_rules
from handlers.question import Place
from handlers.rights import Deed, Right

SRE = Rule(name="prod is for SRE", right=Right.ACKNOWLEDGE, channels=("C0PROD",), groups=("S0SRE",))
ANA = Rule(name="Ana schedules", right=Right.SCHEDULE, users=("U0ANA",))
OPS = Rule(name="only in ops", right=Right.READ, channels=("C0OPS", "C0PROD"))


@dataclass
class Told:
    """Members of groups; a group that is not there cannot be decided."""

    groups: dict[str, set[str]] = field(default_factory=dict)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def within(self, user: str, group: str, *, lately: bool) -> bool:
        self.asked.append((group, lately))
        if group not in self.groups:
            raise Undecided("missing_scope: usergroups:read")
        return user in self.groups[group]


SLACK = Told({"S0SRE": {"U0SRE"}})


def deed(right: Right, user: str = "U0BOB", channel: str = "C0PROD", *, dialog: bool = False) -> Deed:
    return Deed(right=right, place=Place(channel=channel, user=user, response_url=""), what="", dialog=dialog)


def stands(*rules: Rule, asks: Deed, stranger: bool = False) -> Bar | None:
    return bar(rules, asks, SLACK, stranger=stranger)


@pytest.mark.parametrize("right", [Right.READ, Right.ACKNOWLEDGE, Right.SCHEDULE])
def test_a_right_without_rules_is_everybodys(right: Right) -> None:
    others = [rule for rule in (SRE, ANA) if rule.right is not right]
    assert stands(*others, asks=deed(right)) is None


def test_what_others_asked_is_nobodys_without_a_rule() -> None:
    assert stands(asks=deed(Right.AUDIT)) == Bar(right=Right.AUDIT)
    auditors = Rule(name="audit", right=Right.AUDIT, users=("U0ANA",))
    assert stands(auditors, asks=deed(Right.AUDIT, "U0ANA")) is None


@pytest.mark.parametrize(
    ("user", "channel", "may"),
    [("U0SRE", "C0PROD", True), ("U0SRE", "C0DEV", False), ("U0BOB", "C0PROD", False)],
)
def test_channel_and_person_must_both_hold(user: str, channel: str, may: bool) -> None:
    found = stands(SRE, asks=deed(Right.ACKNOWLEDGE, user, channel))
    assert (found is None) is may
    assert may or found == Bar(right=Right.ACKNOWLEDGE, rules=(SRE,))


def test_one_of_several_rules_is_enough() -> None:
    other = Rule(name="Bob may", right=Right.ACKNOWLEDGE, users=("U0BOB",))
    assert stands(SRE, other, asks=deed(Right.ACKNOWLEDGE)) is None


def test_who_may_not_read_may_do_nothing_else() -> None:
    found = stands(OPS, ANA, asks=deed(Right.SCHEDULE, "U0ANA", "C0DEV"))
    assert found == Bar(right=Right.READ, rules=(OPS,))


def test_a_dialogs_channel_was_looked_at_when_it_was_opened() -> None:
    assert stands(SRE, asks=deed(Right.ACKNOWLEDGE, "U0SRE", "", dialog=True)) is None
    assert stands(SRE, asks=deed(Right.ACKNOWLEDGE, "U0BOB", "", dialog=True)) is not None


def test_a_place_without_a_channel_is_in_none_of_a_rules() -> None:
    assert stands(SRE, asks=deed(Right.ACKNOWLEDGE, "U0SRE", "")) is not None


def test_people_of_other_workspaces_only_read() -> None:
    assert stands(asks=deed(Right.READ), stranger=True) is None
    found = stands(asks=deed(Right.ACKNOWLEDGE), stranger=True)
    assert found == Bar(right=Right.ACKNOWLEDGE, stranger=True)


def test_a_rule_for_a_channel_is_not_for_its_guests_but_one_that_names_them_is() -> None:
    channel = Rule(name="ops", right=Right.ACKNOWLEDGE, channels=("C0PROD",))
    assert stands(channel, asks=deed(Right.ACKNOWLEDGE)) is None
    assert stands(channel, asks=deed(Right.ACKNOWLEDGE), stranger=True) is not None
    named = Rule(name="Bob", right=Right.ACKNOWLEDGE, users=("U0BOB",))
    assert stands(channel, named, asks=deed(Right.ACKNOWLEDGE), stranger=True) is None


def test_a_rule_that_slack_keeps_from_being_decided_refuses_and_says_why() -> None:
    unknown = Rule(name="who?", right=Right.ACKNOWLEDGE, groups=("S0OTHER",))
    found = stands(unknown, asks=deed(Right.ACKNOWLEDGE))
    assert found is not None
    assert found.fault == "missing_scope: usergroups:read"


def test_asks_slack_only_when_no_rule_holds_without_it() -> None:
    told = Told()
    both = Rule(name="both", right=Right.ACKNOWLEDGE, users=("U0BOB",), groups=("S0OTHER",))
    assert bar((both,), deed(Right.ACKNOWLEDGE), told, stranger=False) is None
    assert bar((SRE,), deed(Right.ACKNOWLEDGE, channel="C0DEV"), told, stranger=False) is not None
    assert told.asked == []


def test_an_old_list_is_good_enough_for_reading_alone() -> None:
    told = Told({"S0A": {"U0BOB"}})
    read = Rule(name="r", right=Right.READ, groups=("S0A",))
    write = Rule(name="w", right=Right.ACKNOWLEDGE, groups=("S0A",))
    assert bar((read, write), deed(Right.ACKNOWLEDGE), told, stranger=False) is None
    assert told.asked == [("S0A", True), ("S0A", False)]


def test_reads_the_setting() -> None:
    text = json.dumps(
        [{"name": "prod is for SRE", "right": "acknowledge", "channels": ["C0PROD"], "groups": ["S0SRE"]}]
    )
    assert read_rules(text) == (SRE,)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"right": "read", "users": ["U01"]}, "name"),
        ({"name": " ", "right": "read", "users": ["U01"]}, "name must have 1 to 80 characters"),
        ({"name": "x", "right": "delete", "users": ["U01"]}, "right"),
        ({"name": "x", "right": "read"}, "names neither channels nor users nor groups"),
        ({"name": "x", "right": "read", "users": ["ana"]}, "users must be ids, such as U0123456789"),
        ({"name": "x", "right": "read", "channels": ["#ops"]}, "channels must be ids"),
        ({"name": "x", "right": "read", "groups": ["@sre"]}, "groups must be ids, such as S0123456789"),
        ({"name": "x", "right": "read", "users": ["U01"] * 501}, "users must be at most 500 ids"),
        ({"name": "x", "right": "audit", "channels": ["C01"]}, "a rule for audit must name users or groups"),
        ({"name": "x", "right": "read", "users": ["U01"], "colour": "red"}, "colour"),
        (1, "malformed"),
    ],
)
def test_names_each_fault_by_its_rule(rule: object, fault: str) -> None:
    good = {"name": "x", "right": "read", "users": ["U01"]}
    with pytest.raises(RulesError) as raised:
        read_rules(json.dumps([good, rule]))
    [problem] = raised.value.problems
    assert problem.startswith(f"{SETTING}[1]")
    assert fault in problem


@pytest.mark.parametrize("text", ["", "{", "{}", "null", "[" * 3_000, json.dumps([{}] * 101)])
def test_refuses_what_is_no_list_of_rules(text: str) -> None:
    with pytest.raises(RulesError, match=SETTING):
        read_rules(text)


ids = st.sampled_from(["01", "02", "03"])
some = st.lists(ids, max_size=2)
rights = st.sampled_from([Right.READ, Right.ACKNOWLEDGE, Right.SCHEDULE])


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    kinds = [tuple(letter + id for id in draw(some)) for letter in "CUS"]
    return Rule(name="x", right=draw(rights), channels=kinds[0], users=kinds[1], groups=kinds[2])


@given(st.lists(rules(), max_size=4), rights, ids, ids, st.dictionaries(ids, st.sets(ids), max_size=3))
def test_agrees_with_the_semantics_spelled_out(
    given: list[Rule], right: Right, user: str, channel: str, groups: dict[str, set[str]]
) -> None:
    members = {f"S{group}": {f"U{one}" for one in users} for group, users in groups.items()}
    members = {f"S{id}": members.get(f"S{id}", set()) for id in ("01", "02", "03")}

    def holds(rule: Rule) -> bool:
        where = not rule.channels or f"C{channel}" in rule.channels
        named = f"U{user}" in rule.users or any(f"U{user}" in members[group] for group in rule.groups)
        return where and (named or not (rule.users or rule.groups))

    def may(right: Right) -> bool:
        own = [rule for rule in given if rule.right is right]
        return not own or any(map(holds, own))

    asks = deed(right, f"U{user}", f"C{channel}")
    found = bar(given, asks, Told(members), stranger=False)
    assert (found is None) == (may(Right.READ) and may(right))
