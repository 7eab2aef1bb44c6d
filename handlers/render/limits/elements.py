"""The rules of what stands inside blocks: buttons, menus, inputs, and the pieces of rich text."""

from collections.abc import Callable, Mapping

from handlers.render.limits import numbers as n
from handlers.render.limits.walk import Walk

Thing = Mapping[str, object]
Rule = Callable[[Walk, Thing, str], None]


def check_element(walk: Walk, element: Thing, at: str, allowed: tuple[str, ...]) -> None:
    """An interactive element is of an allowed type and within its limits."""
    kind = element.get("type")
    if not isinstance(kind, str) or kind not in allowed or kind not in ELEMENTS:
        walk.fault(f"{at}/type", f"{kind!r} is not allowed here")
        return
    walk.unique(element, "action_id", at)
    confirm = element.get("confirm")
    if isinstance(confirm, Mapping):
        check_confirm(walk, confirm, f"{at}/confirm")
    ELEMENTS[kind](walk, element, at)


def check_confirm(walk: Walk, confirm: Thing, at: str) -> None:
    """A confirmation dialog."""
    walk.text(confirm, "title", at, n.MAX_CONFIRM_TITLE_CHARS, plain=True)
    walk.text(confirm, "text", at, n.MAX_CONFIRM_TEXT_CHARS)
    walk.text(confirm, "confirm", at, n.MAX_CONFIRM_BUTTON_CHARS, plain=True)
    walk.text(confirm, "deny", at, n.MAX_CONFIRM_BUTTON_CHARS, plain=True)
    walk.one_of(confirm, "style", at, ("primary", "danger"))


def _button(walk: Walk, button: Thing, at: str) -> None:
    walk.text(button, "text", at, n.MAX_BUTTON_TEXT_CHARS, plain=True)
    walk.string(button, "value", at, n.MAX_BUTTON_VALUE_CHARS, needed=False)
    walk.string(button, "url", at, n.MAX_URL_CHARS, needed=False)
    walk.string(button, "accessibility_label", at, n.MAX_ACCESSIBILITY_LABEL_CHARS, needed=False)
    walk.one_of(button, "style", at, ("primary", "danger"))


def _option(walk: Walk, option: Thing, at: str) -> None:
    walk.text(option, "text", at, n.MAX_OPTION_TEXT_CHARS)
    walk.string(option, "value", at, n.MAX_OPTION_VALUE_CHARS)
    walk.text(option, "description", at, n.MAX_OPTION_DESCRIPTION_CHARS, needed=False)


def _options(walk: Walk, holder: Thing, at: str, most: int) -> None:
    for where, option in walk.items(holder, "options", at, most):
        _option(walk, option, where)


def _select(walk: Walk, select: Thing, at: str) -> None:
    walk.text(select, "placeholder", at, n.MAX_PLACEHOLDER_CHARS, needed=False, plain=True)
    if "option_groups" in select:
        for where, group in walk.items(select, "option_groups", at, n.MAX_SELECT_GROUPS):
            walk.text(group, "label", where, n.MAX_OPTION_TEXT_CHARS, plain=True)
            _options(walk, group, where, n.MAX_SELECT_OPTIONS)
    elif select.get("type") in ("static_select", "multi_static_select"):
        _options(walk, select, at, n.MAX_SELECT_OPTIONS)


def _overflow(walk: Walk, menu: Thing, at: str) -> None:
    _options(walk, menu, at, n.MAX_OVERFLOW_OPTIONS)


def _choices(walk: Walk, choices: Thing, at: str) -> None:
    _options(walk, choices, at, n.MAX_CHOICES)


def _text_input(walk: Walk, field: Thing, at: str) -> None:
    walk.text(field, "placeholder", at, n.MAX_PLACEHOLDER_CHARS, needed=False, plain=True)
    walk.number(field, "max_length", at, n.MAX_INPUT_LENGTH)
    walk.number(field, "min_length", at, n.MAX_INPUT_LENGTH, least=0)
    most = field.get("max_length")
    walk.string(
        field, "initial_value", at, most if isinstance(most, int) else n.MAX_INPUT_LENGTH, needed=False
    )


def _image(walk: Walk, image: Thing, at: str) -> None:
    check_picture(walk, image, at)


def check_picture(walk: Walk, image: Thing, at: str) -> None:
    """A picture has a source and words for those who cannot see it."""
    if "slack_file" not in image:
        walk.string(image, "image_url", at, n.MAX_URL_CHARS)
    walk.string(image, "alt_text", at, n.MAX_ALT_TEXT_CHARS, shown=True)


def _picker(walk: Walk, picker: Thing, at: str) -> None:
    walk.text(picker, "placeholder", at, n.MAX_PLACEHOLDER_CHARS, needed=False, plain=True)


def _feedback(walk: Walk, feedback: Thing, at: str) -> None:
    for key in ("positive_button", "negative_button"):
        button = feedback.get(key)
        if isinstance(button, Mapping):
            _button(walk, button, f"{at}/{key}")
        else:
            walk.fault(f"{at}/{key}", "is required")


def _icon(walk: Walk, button: Thing, at: str) -> None:
    walk.text(button, "text", at, n.MAX_BUTTON_TEXT_CHARS, plain=True)
    walk.string(button, "icon", at, n.MAX_ID_CHARS)
    walk.string(button, "value", at, n.MAX_BUTTON_VALUE_CHARS, needed=False)


SELECTS = tuple(
    f"{many}{what}_select"
    for many in ("", "multi_")
    for what in ("static", "external", "users", "conversations", "channels")
)
PICKERS = ("datepicker", "timepicker", "datetimepicker")
INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")
ELEMENTS: Mapping[str, Rule] = {
    "button": _button,
    "overflow": _overflow,
    "checkboxes": _choices,
    "radio_buttons": _choices,
    "image": _image,
    "feedback_buttons": _feedback,
    "icon_button": _icon,
    **dict.fromkeys(SELECTS, _select),
    **dict.fromkeys(PICKERS, _picker),
    **dict.fromkeys(INPUTS, _text_input),
}
IN_ACTIONS = ("button", "overflow", "checkboxes", "radio_buttons", *SELECTS, *PICKERS)
IN_SECTION = (*IN_ACTIONS, "image")
IN_INPUT = ("checkboxes", "radio_buttons", "file_input", *SELECTS, *PICKERS, *INPUTS)


def check_rich_text(walk: Walk, block: Thing, at: str) -> None:
    """Rich text holds sections, lists, quotes and preformatted text, and each of them says something."""
    for where, part in walk.items(block, "elements", at, n.MAX_TEXT_OBJECT_CHARS):
        kind = part.get("type")
        if kind == "rich_text_list":
            walk.one_of(part, "style", where, ("bullet", "ordered"), needed=True)
            for deeper, item in walk.items(part, "elements", where, n.MAX_TEXT_OBJECT_CHARS):
                if item.get("type") != "rich_text_section":
                    walk.fault(f"{deeper}/type", "must be rich_text_section")
                _inline(walk, item, deeper, tuple(INLINE))
        elif kind in ("rich_text_section", "rich_text_quote"):
            _inline(walk, part, where, tuple(INLINE))
        elif kind == "rich_text_preformatted":
            _inline(walk, part, where, ("text", "link"))
        else:
            walk.fault(f"{where}/type", f"{kind!r} is not allowed here")


INLINE: Mapping[str, str] = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "team": "team_id",
    "broadcast": "range",
    "color": "value",
    "date": "format",
}


def _inline(walk: Walk, part: Thing, at: str, allowed: tuple[str, ...]) -> None:
    for where, piece in walk.items(part, "elements", at, n.MAX_TEXT_OBJECT_CHARS):
        kind = piece.get("type")
        if not isinstance(kind, str) or kind not in allowed:
            walk.fault(f"{where}/type", f"{kind!r} is not allowed here")
            continue
        if kind == "text":
            text = piece.get("text")  # spaces between two styled pieces are fine, nothing at all is not
            if isinstance(text, str) and text and not text.strip():
                walk.chars += len(text)
                continue
        walk.string(piece, INLINE[kind], where, n.MAX_TEXT_OBJECT_CHARS, shown=True)
        if kind == "link":
            walk.string(piece, "text", where, n.MAX_TEXT_OBJECT_CHARS, needed=False, shown=True)
