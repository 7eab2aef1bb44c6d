"""Which cluster is meant by what was said."""

import difflib
from collections.abc import Sequence

from handlers.render.blocks import error_blocks
from handlers.render.escape import clean
from handlers.render.message import Message

MAX_NAME_CHARS = 100
NAMES_SHOWN = 5


def choose(others: Sequence[str], names: Sequence[str], *, sure: bool) -> str | Message:
    """The cluster that is meant, or a message that says why that is unclear. It never guesses."""
    if others and others[0] in names:
        return others[0]
    if not others and sure:
        return names[0]
    known = ", ".join(clean(name, MAX_NAME_CHARS) for name in names[:NAMES_SHOWN])
    known += f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    if not others:
        return error_blocks("Which cluster?", f"I look at {known}; its name goes after the word.")
    near = difflib.get_close_matches(others[0][:MAX_NAME_CHARS], names, n=1)
    hint = f"Did you mean {clean(near[0], MAX_NAME_CHARS)}? " if near else ""
    said = clean(others[0], MAX_NAME_CHARS)
    return error_blocks(f"I do not know a cluster “{said}”.", f"{hint}I look at {known}.")
