"""What people enter and choose: the state of a dialog's inputs, and what the client does not let pass."""

import re
from collections.abc import Iterator, Mapping, Sequence

from bot.standin.workspace import Block

State = dict[str, object]
TEXTS = frozenset(("plain_text_input", "email_text_input", "url_text_input", "number_input"))
ONE = frozenset(("static_select", "external_select", "radio_buttons", "overflow"))
SEVERAL = frozenset(("multi_static_select", "multi_external_select", "checkboxes"))
FIELDS: Mapping[str, str] = {
    **dict.fromkeys(TEXTS, "value"),
    **dict.fromkeys(ONE, "selected_option"),
    **dict.fromkeys(SEVERAL, "selected_options"),
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
"""The field of an action or a state that holds what was entered, by the element's type."""
SHAPES = {
    "email_text_input": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "url_text_input": re.compile(r"https?://\S+"),
    "number_input": re.compile(r"-?\d+(\.\d+)?"),
    "datepicker": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "timepicker": re.compile(r"\d{2}:\d{2}"),
}


class Unfilled(ValueError):
    """A dialog that Slack's client would not send: a required field is empty, an entry has no such form."""


def elements(blocks: Sequence[Block]) -> Iterator[tuple[int, Block]]:
    """Everything with an action_id, with the number of its block."""
    for number, block in enumerate(blocks):
        inside = block.get("elements")
        found = list(inside) if isinstance(inside, list | tuple) else []
        found += [block.get("accessory"), block.get("element")]
        for element in found:
            if isinstance(element, Mapping) and element.get("action_id"):
                yield number, element


def block_id(blocks: Sequence[Block], number: int) -> str:
    """A block's id; Slack gives one to those that have none."""
    return str(blocks[number].get("block_id") or f"b{number}")


def entered(element: Block, value: object) -> State:
    """What an action or a state carries for a choice: a value of the options, an id, a date, a text.

    LookupError where the client offers no such option, Unfilled where it would not take the entry.
    """
    kind = str(element.get("type"))
    if isinstance(value, Mapping) and FIELDS.get(kind) in value:
        return dict(value)  # a state, written out
    if kind in ONE:
        return {"selected_option": _option(element, value)}
    if kind in SEVERAL:
        values = value if isinstance(value, list | tuple) else [value]
        return {"selected_options": [_option(element, one) for one in values]}
    _check(element, kind, value)
    return {FIELDS[kind]: value} if kind in FIELDS else {}


def untouched(element: Block) -> State:
    """The state of an input before anybody touched it."""
    kind = str(element.get("type"))
    name = FIELDS.get(kind)
    if name is None:
        return {}
    initial = element.get("initial_" + name.removeprefix("selected_"))
    return {name: initial if initial is not None else [] if name.endswith("s") else None}


def states(
    blocks: Sequence[Block], given: Mapping[str, object], *, sent: bool = True
) -> dict[str, dict[str, State]]:
    """The state of all inputs; ``given`` is what was entered, by action_id or block_id.

    With ``sent`` it must be complete: raises Unfilled, and LookupError for an input that is not there.
    """
    found: dict[str, dict[str, State]] = {}
    used: set[str] = set()
    for number, element in elements(blocks):
        kind, block, action = str(element.get("type")), block_id(blocks, number), str(element["action_id"])
        if kind not in FIELDS or kind == "overflow":
            continue
        name = next((name for name in (action, block) if name in given), None)
        used |= {name} if name else set()
        state = untouched(element) if name is None else entered(element, given[name])
        if sent and blocks[number].get("type") == "input" and not blocks[number].get("optional"):
            _fill(block, state)
        found.setdefault(block, {})[action] = {"type": kind, **state}
    if sent and set(given) - used:
        raise LookupError(f"the dialog has no input called {', '.join(sorted(set(given) - used))}")
    return found


def _fill(block: str, state: State) -> None:
    if all(value in (None, "", []) for value in state.values()):
        raise Unfilled(f"{block}: please complete this required field")


def _option(element: Block, value: object) -> Block:
    if isinstance(value, Mapping):
        return value
    if "external" in str(element.get("type")):
        return {"text": {"type": "plain_text", "text": str(value)}, "value": str(value)}
    groups = element.get("option_groups")
    holders = [element, *(groups if isinstance(groups, list | tuple) else ())]
    lists = [holder.get("options") for holder in holders if isinstance(holder, Mapping)]
    options = [option for one in lists if isinstance(one, list | tuple) for option in one]
    for option in options:
        if isinstance(option, Mapping) and option.get("value") == value:
            return option
    raise LookupError(f"there is no option {value!r}")


def _check(element: Block, kind: str, value: object) -> None:
    said = str(value or "")
    if not said:
        return
    if kind in SHAPES and not SHAPES[kind].fullmatch(said):
        raise Unfilled(f"{element['action_id']}: {said!r} does not fit a {kind}")
    if kind in TEXTS:
        least, most = element.get("min_length"), element.get("max_length")
        if isinstance(least, int) and len(said) < least:
            raise Unfilled(f"{element['action_id']}: at least {least} characters")
        if isinstance(most, int) and len(said) > most:
            raise Unfilled(f"{element['action_id']}: at most {most} characters")
