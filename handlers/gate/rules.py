"""The rules of who may do what: read from a setting, and put to a deed.

A right without any rule is everybody's, but for the audit's, which is nobody's. Where there are rules, one of
them must hold: in one of its channels (any, when it names none), for one of its users or of its groups'
members (anybody, when it names none of either). What is done needs the right to read besides its own.
Somebody of another workspace reads like everybody; for anything else a rule must name them or their group.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from handlers.render.escape import clean
from handlers.rights import Deed, Right

SETTING = "CILIUM_BOT_RULES"
MAX_RULES = 100
MAX_IDS = 500
MAX_NAME_CHARS = 80

_IDS = {"channels": "[CGD][A-Z0-9]{2,30}", "users": "[UW][A-Z0-9]{2,30}", "groups": "S[A-Z0-9]{2,30}"}
_EXAMPLES = {"channels": "C0123456789", "users": "U0123456789", "groups": "S0123456789"}


class RulesError(Exception):
    """The setting is malformed; ``problems`` are short sentences that begin with its name."""

    def __init__(self, problems: list[str]) -> None:
        """One problem for each fault."""
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Undecided(Exception):
    """Slack did not tell who is in a group; the text is its word for why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who has a right, where. Ids are Slack's own and checked: they can stand in a message."""

    name: str
    right: Right
    channels: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    right: Right
    channels: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Members(Protocol):
    """Knows who is in a user group."""

    def within(self, user: str, group: str, *, lately: bool) -> bool:
        """Whether the user is, or ``lately`` was. Raises Undecided."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Why somebody may not: the right that is lacking, and the rules of which one would have to hold.

    ``stranger`` is of another workspace. ``fault`` is why it could not be decided, "" when it was.
    """

    right: Right
    rules: tuple[Rule, ...] = ()
    stranger: bool = False
    fault: str = ""


def read_rules(text: str) -> tuple[Rule, ...]:
    """The rules of the setting's JSON. Raises RulesError naming what is wrong in each of them."""
    try:
        entries = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as error:
        raise RulesError([f"{SETTING} is malformed: {error}"]) from error
    if len(entries) > MAX_RULES:
        raise RulesError([f"{SETTING} is malformed: at most {MAX_RULES} rules"])
    rules: list[Rule] = []
    problems: list[str] = []
    for number, raw in enumerate(entries):
        try:
            entry = msgspec.json.decode(raw, type=_Entry)
        except (msgspec.DecodeError, RecursionError) as error:
            problems.append(f"{SETTING}[{number}] is malformed: {error}")
            continue
        problems += [f"{SETTING}[{number}]: {fault}" for fault in _faults(entry)]
        rules.append(
            Rule(
                name=clean(entry.name, MAX_NAME_CHARS),
                right=entry.right,
                channels=entry.channels,
                users=entry.users,
                groups=entry.groups,
            )
        )
    if problems:
        raise RulesError(problems)
    return tuple(rules)


def _faults(entry: _Entry) -> list[str]:
    faults = []
    if not 0 < len(entry.name.strip()) <= MAX_NAME_CHARS:
        faults.append(f"name must have 1 to {MAX_NAME_CHARS} characters: refusals tell it")
    given = {"channels": entry.channels, "users": entry.users, "groups": entry.groups}
    for kind, ids in given.items():
        if len(ids) > MAX_IDS:
            faults.append(f"{kind} must be at most {MAX_IDS} ids")
        if not all(re.fullmatch(_IDS[kind], id) for id in ids):
            faults.append(f"{kind} must be ids, such as {_EXAMPLES[kind]}")
    if not any(given.values()):
        faults.append("names neither channels nor users nor groups: it would hold for everybody")
    elif entry.right is Right.AUDIT and not (entry.users or entry.groups):
        faults.append("a rule for audit must name users or groups: a channel may have guests")
    return faults


def bar(rules: Sequence[Rule], deed: Deed, members: Members, *, stranger: bool) -> Bar | None:
    """What stands in the way of a deed; None when nothing does."""
    for right in dict.fromkeys((Right.READ, deed.right)):
        found = _bar(right, rules, deed, members, stranger=stranger and right is not Right.READ)
        if found is not None:
            return found
    return None


def _bar(right: Right, rules: Sequence[Rule], deed: Deed, members: Members, *, stranger: bool) -> Bar | None:
    own = tuple(rule for rule in rules if rule.right is right)
    if not own:
        return Bar(right=right, stranger=stranger) if stranger or right is Right.AUDIT else None
    here = [rule for rule in own if deed.dialog or not rule.channels or deed.place.channel in rule.channels]
    if any(_holds(rule, deed.place.user, stranger=stranger) for rule in here):
        return None
    fault = ""
    for group in dict.fromkeys(group for rule in here for group in rule.groups):
        try:
            if members.within(deed.place.user, group, lately=right is Right.READ):
                return None
        except Undecided as error:
            fault = fault or str(error)
    return Bar(right=right, rules=own, stranger=stranger, fault=fault)


def _holds(rule: Rule, user: str, *, stranger: bool) -> bool:
    """Whether it holds for somebody, whatever groups they are in."""
    if rule.users or rule.groups:
        return user in rule.users
    return not stranger
