"""Says what Slack would refuse in a message or a view, before it is sent.

Works over plain dicts, because the SDK's own classes check only some of this and do not know all blocks.
Lengths are counted in code points of what is sent, that is after escaping.
"""

import json
from collections.abc import Mapping, Sequence

from handlers.render.limits import numbers as n
from handlers.render.limits.blocks import check_blocks
from handlers.render.limits.walk import Fault, Walk

__all__ = ["Fault", "message_faults", "view_faults"]


def message_faults(blocks: Sequence[object] | None, text: str | None = None) -> tuple[Fault, ...]:
    """What Slack would refuse in ``chat.postMessage`` or ``chat.update`` with these; empty: nothing known."""
    walk = Walk()
    if text is not None and len(text) > n.MAX_TEXT_CHARS:
        walk.fault("/text", f"must be less than {n.MAX_TEXT_CHARS + 1} characters", "msg_too_long")
    if not blocks and not (text or "").strip():
        walk.fault("/text", "neither text nor blocks", "no_text")
    check_blocks(walk, blocks or (), n.MAX_MESSAGE_BLOCKS)
    if walk.chars > n.MAX_MESSAGE_CHARS:
        rule = f"{walk.chars} characters in all blocks, more than {n.MAX_MESSAGE_CHARS}"
        walk.fault("/blocks", rule, "msg_blocks_too_long")
    return tuple(walk.faults)


def view_faults(view: Mapping[str, object]) -> tuple[Fault, ...]:
    """What Slack would refuse in ``views.open``, ``views.update`` or ``views.publish``."""
    walk = Walk(surface="home" if view.get("type") == "home" else "modal")
    walk.one_of(view, "type", "", ("modal", "home"), needed=True)
    modal = walk.surface == "modal"
    walk.text(view, "title", "", n.MAX_VIEW_TITLE_CHARS, needed=modal, plain=True)
    for key in ("submit", "close"):
        walk.text(view, key, "", n.MAX_VIEW_TITLE_CHARS, needed=False, plain=True)
    walk.string(view, "private_metadata", "", n.MAX_PRIVATE_METADATA_CHARS, needed=False)
    for key in ("callback_id", "external_id"):
        walk.string(view, key, "", n.MAX_ID_CHARS, needed=False)
    blocks = view.get("blocks")
    check_blocks(walk, blocks if isinstance(blocks, (list, tuple)) else (), n.MAX_VIEW_BLOCKS)
    if len(json.dumps(view, ensure_ascii=False, default=str).encode(errors="replace")) > n.MAX_VIEW_BYTES:
        walk.fault("", f"more than {n.MAX_VIEW_BYTES} bytes", "view_too_large")
    return tuple(walk.faults)
