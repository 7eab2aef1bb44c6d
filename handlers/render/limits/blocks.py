"""The rules of each block type."""

from collections.abc import Mapping, Sequence

from handlers.render.limits import numbers as n
from handlers.render.limits.charts import check_chart
from handlers.render.limits.elements import (
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    Rule,
    Thing,
    check_element,
    check_picture,
    check_rich_text,
)
from handlers.render.limits.tables import check_data_table, check_table
from handlers.render.limits.walk import Walk


def check_blocks(walk: Walk, blocks: Sequence[object], most: int, at: str = "/blocks") -> None:
    """At most so many blocks, each of a known type that this surface shows, within its limits."""
    if len(blocks) > most:
        walk.fault(at, f"no more than {most} items allowed", "invalid_blocks")
    for index, block in enumerate(blocks):
        if isinstance(block, Mapping):
            check_block(walk, block, f"{at}/{index}", tuple(BLOCKS))
        else:
            walk.fault(f"{at}/{index}", "must be an object")
    if walk.markdown_chars > n.MAX_MARKDOWN_CHARS:
        walk.fault(at, f"markdown blocks hold more than {n.MAX_MARKDOWN_CHARS} characters together")


def check_block(walk: Walk, block: Thing, at: str, allowed: tuple[str, ...]) -> None:
    """One block."""
    kind = block.get("type")
    if not isinstance(kind, str) or kind not in BLOCKS or kind not in allowed:
        walk.fault(f"{at}/type", f"unsupported type: {kind!r}")
        return
    if kind in ONLY_ON and walk.surface not in ONLY_ON[kind]:
        walk.fault(f"{at}/type", f"{kind} is not shown in a {walk.surface}")
    walk.unique(block, "block_id", at)
    BLOCKS[kind](walk, block, at)


def _section(walk: Walk, block: Thing, at: str) -> None:
    fields = block.get("fields")
    walk.text(block, "text", at, n.MAX_SECTION_CHARS, needed=fields is None)
    if fields is not None:
        for where, piece in walk.items(block, "fields", at, n.MAX_SECTION_FIELDS):
            holder, key = where.rsplit("/", 1)
            walk.text({key: piece}, key, holder, n.MAX_FIELD_CHARS)
    accessory = block.get("accessory")
    if isinstance(accessory, Mapping):
        check_element(walk, accessory, f"{at}/accessory", IN_SECTION)


def _header(walk: Walk, block: Thing, at: str) -> None:
    walk.text(block, "text", at, n.MAX_HEADER_CHARS, plain=True)


def _context(walk: Walk, block: Thing, at: str) -> None:
    for where, element in walk.items(block, "elements", at, n.MAX_CONTEXT_ELEMENTS):
        if element.get("type") == "image":
            check_picture(walk, element, where)
        else:
            holder, key = where.rsplit("/", 1)
            walk.text({key: element}, key, holder, n.MAX_TEXT_OBJECT_CHARS)


def _actions(walk: Walk, block: Thing, at: str) -> None:
    for where, element in walk.items(block, "elements", at, n.MAX_ACTIONS):
        check_element(walk, element, where, IN_ACTIONS)


def _context_actions(walk: Walk, block: Thing, at: str) -> None:
    for where, element in walk.items(block, "elements", at, n.MAX_CONTEXT_ACTIONS):
        check_element(walk, element, where, ("feedback_buttons", "icon_button"))


def _nothing(walk: Walk, block: Thing, at: str) -> None:
    """Nothing in it can be too long."""


def _image(walk: Walk, block: Thing, at: str) -> None:
    check_picture(walk, block, at)
    walk.text(block, "title", at, n.MAX_IMAGE_TITLE_CHARS, needed=False, plain=True)


def _input(walk: Walk, block: Thing, at: str) -> None:
    walk.text(block, "label", at, n.MAX_INPUT_LABEL_CHARS, plain=True)
    walk.text(block, "hint", at, n.MAX_INPUT_LABEL_CHARS, needed=False, plain=True)
    element = block.get("element")
    if isinstance(element, Mapping):
        check_element(walk, element, f"{at}/element", IN_INPUT)
    else:
        walk.fault(f"{at}/element", "is required")


def _video(walk: Walk, block: Thing, at: str) -> None:
    walk.string(block, "alt_text", at, n.MAX_VIDEO_TITLE_CHARS, shown=True)
    walk.text(block, "title", at, n.MAX_VIDEO_TITLE_CHARS, plain=True)
    walk.text(block, "description", at, n.MAX_VIDEO_TITLE_CHARS, needed=False, plain=True)
    walk.string(block, "author_name", at, n.MAX_VIDEO_NAME_CHARS, needed=False)
    walk.string(block, "provider_name", at, n.MAX_VIDEO_NAME_CHARS, needed=False)
    walk.string(block, "video_url", at, n.MAX_URL_CHARS)
    walk.string(block, "thumbnail_url", at, n.MAX_URL_CHARS)


def _markdown(walk: Walk, block: Thing, at: str) -> None:
    walk.string(block, "text", at, n.MAX_MARKDOWN_CHARS, shown=True)
    text = block.get("text")
    walk.markdown_chars += len(text) if isinstance(text, str) else 0


def _container(walk: Walk, block: Thing, at: str) -> None:
    walk.text(block, "title", at, n.MAX_CARD_TITLE_CHARS, needed=False, plain=True)
    walk.text(block, "subtitle", at, n.MAX_CARD_TITLE_CHARS, needed=False)
    walk.one_of(block, "width", at, ("narrow", "standard", "wide", "full"))
    for where, child in walk.items(block, "child_blocks", at, n.MAX_CONTAINER_CHILDREN):
        check_block(walk, child, where, IN_CONTAINER)


def _card(walk: Walk, block: Thing, at: str) -> None:
    walk.text(block, "title", at, n.MAX_CARD_TITLE_CHARS, needed=False)
    walk.text(block, "subtitle", at, n.MAX_CARD_TITLE_CHARS, needed=False)
    for key in ("body", "subtext"):
        walk.text(block, key, at, n.MAX_CARD_BODY_CHARS, needed=False)
    for where, button in walk.items(block, "actions", at, n.MAX_CARD_BUTTONS, needed=False):
        check_element(walk, button, where, ("button",))


def _carousel(walk: Walk, block: Thing, at: str) -> None:
    for where, card in walk.items(block, "elements", at, n.MAX_CAROUSEL_CARDS):
        check_block(walk, card, where, ("card",))


def _alert(walk: Walk, block: Thing, at: str) -> None:
    walk.text(block, "text", at, n.MAX_ALERT_CHARS)
    walk.one_of(block, "level", at, ("default", "info", "warning", "error", "success"))


BLOCKS: Mapping[str, Rule] = {
    "section": _section,
    "header": _header,
    "divider": _nothing,
    "context": _context,
    "context_actions": _context_actions,
    "actions": _actions,
    "image": _image,
    "input": _input,
    "video": _video,
    "file": _nothing,
    "markdown": _markdown,
    "rich_text": check_rich_text,
    "table": check_table,
    "data_table": check_data_table,
    "data_visualization": check_chart,
    "container": _container,
    "card": _card,
    "carousel": _carousel,
    "alert": _alert,
}
ONLY_ON: Mapping[str, tuple[str, ...]] = {
    "alert": ("modal",),
    "markdown": ("message",),
    "table": ("message",),
    "context_actions": ("message",),
    "data_table": ("message", "home"),
    "data_visualization": ("message",),
    "container": ("message",),
}
IN_CONTAINER = (
    "actions",
    "context",
    "divider",
    "file",
    "header",
    "image",
    "input",
    "rich_text",
    "section",
    "table",
    "video",
)
