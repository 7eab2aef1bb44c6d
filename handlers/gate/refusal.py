"""What a person is told who may not: the rule by its name, and who may. It names nothing else.

The ids in it are those of the settings, checked to be ids, so that they can stand where Slack puts names.
"""

from collections.abc import Sequence

from handlers.gate.rules import Bar, Rule
from handlers.render.escape import clean, mrkdwn
from handlers.render.limits.numbers import MAX_TEXT_CHARS
from handlers.render.message import Message, cut_escaped
from handlers.render.sections import section
from handlers.render.words import more
from handlers.rights import Right

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
    deed = DEEDS[barred.right]
    if barred.fault:
        first = f"I cannot tell whether you may {deed}, so I did not do it."
        unsaid = "who is in a user group" if barred.rules else "which workspace is ours"
        lines = [f"Slack does not tell {unsaid}: {mrkdwn(clean(barred.fault, MAX_FAULT_CHARS))}."]
    elif barred.stranger and not barred.rules:
        first = f"You may not {deed}: you are of another workspace."
        lines = ["People of other workspaces read; for more, a rule has to name them."]
    else:
        first = f"You may not {deed} here."
        lines = [] if barred.rules else ["No rule gives that to anybody yet."]
    lines += [f"• {_rule(rule)}" for rule in barred.rules[:RULES_SHOWN]]
    if len(barred.rules) > RULES_SHOWN:
        lines.append(more(len(barred.rules) - RULES_SHOWN, "rule"))
    told = cut_escaped("\n".join((first, *lines)), MAX_TEXT_CHARS)
    blocks = [section("\n".join((f"⛔ *{first}*", *lines)))]
    return Message(told, blocks)


def _rule(rule: Rule) -> str:
    """The rule in a sentence."""
    who = [*_shown("<@{}>", rule.users, "user"), *_shown("<!subteam^{}>", rule.groups, "group")]
    where = _shown("<#{}>", rule.channels, "channel")
    people = ", ".join(who) or "everybody"
    return f"The rule “{mrkdwn(rule.name)}” lets {people}" + (f" in {', '.join(where)}" if where else "")


def _shown(form: str, ids: Sequence[str], noun: str) -> list[str]:
    left = len(ids) - IDS_SHOWN
    return [form.format(id) for id in ids[:IDS_SHOWN]] + ([more(left, noun)] if left > 0 else [])
