"""What a person is told who may not: the rule by its name, and who may. It names nothing else.

The ids in it are those of the settings, checked to be ids, so that they can stand where Slack puts names.
"""

from collections.abc import Sequence

from handlers.gate.rules import Bar, Rule
from handlers.render.blocks import fitted
from handlers.render.detail import LISTS
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Item, Line, Page, Piece, Section, Style, Words, joined, plain
from handlers.render.told import told
from handlers.render.words import Mark, more
from handlers.rights import Right

MARK = Mark("Refused", "no_entry_sign", "⛔")
RULES_SHOWN = 3
IDS_SHOWN = 5
MAX_FAULT_CHARS = 120
DEEDS = {
    Right.READ: "ask me about clusters",
    Right.ACKNOWLEDGE: "acknowledge or silence problems",
    Right.SCHEDULE: "change digests or a channel's cluster",
    Right.AUDIT: "see what others asked",
}


def refusal_message(barred: Bar) -> Message:
    """Why nothing was done, for that person alone."""
    first, why = _said(barred)
    rules = [_rule(rule) for rule in barred.rules[:RULES_SHOWN]]
    left = len(barred.rules) - RULES_SHOWN
    lines: list[Line] = [(plain(why),)] if why else []
    items: list[Item] = [Words(line) for line in lines]
    items += [Bullets(tuple(rules))] if rules else []
    items += [Words((plain(more(left, "rule")),))] if left > 0 else []
    page = Page(MARK, first, "", (Section(tuple(items)),) if items else ())
    return fitted(told(page), lambda detail: page, LISTS)


def _said(barred: Bar) -> tuple[str, str]:
    """What may not be done, and why, as far as no rule says it."""
    deed = DEEDS[barred.right]
    if barred.fault:
        unsaid = "who is in a user group" if barred.rules else "which workspace is ours"
        why = f"Slack does not tell {unsaid}: {clean(barred.fault, MAX_FAULT_CHARS)}."
        return f"I cannot tell whether you may {deed}, so I did not do it", why
    if barred.stranger and not barred.rules:
        first = f"you may not {deed}: you are of another workspace"
        return first, "People of other workspaces read; for more, a rule has to name them."
    return f"you may not {deed} here", "" if barred.rules else "No rule gives that to anybody yet."


def _rule(rule: Rule) -> Line:
    """The rule in a sentence."""
    who = [*_shown(Style.PERSON, rule.users, "user"), *_shown(Style.GROUP, rule.groups, "group")]
    where = _shown(Style.CHANNEL, rule.channels, "channel")
    people = joined(who) if who else (plain("everybody"),)
    place = (plain(" in "), *joined(where)) if where else ()
    return (plain(f"The rule “{rule.name}” lets "), *people, *place)


def _shown(style: Style, ids: Sequence[str], noun: str) -> list[Line]:
    shown: list[Line] = [(Piece(id, style),) for id in ids[:IDS_SHOWN]]
    left = len(ids) - IDS_SHOWN
    return [*shown, (plain(more(left, noun)),)] if left > 0 else shown
