"""An alert's message as plain words: what stands in its text, blocks and attachments, whoever laid it out.

Alertmanager and Grafana write attachments (title, text, fields, fallback), PagerDuty and newer apps blocks;
https://docs.slack.dev/reference/messaging/attachments. All of it is untrusted, and bounded before it is read.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_CHARS = 20_000
MAX_PIECES = 400
MAX_DEPTH = 8
MAX_TOKENS = 4_000
MAX_GAP_CHARS = 12
TEXTS = ("pretext", "author_name", "title", "text", "fallback", "value", "footer", "alt_text", "url")
INSIDE = ("header", "blocks", "attachments", "fields", "elements", "accessory", "title", "text", "message")
INLINE = ("text", "link")
TOKEN = re.compile(r"[A-Za-z0-9._/-]+")
EDGES = "._/-"


@dataclass(frozen=True, slots=True)
class Token:
    """A word that may be a name, and the word that it is the value of ("" for none), in lower case."""

    text: str
    key: str = ""


def tokens(message: Mapping[str, object]) -> tuple[Token, ...]:
    """The words of a message in their order, each with its key: ``pod: api-0``, ``pod="api-0"``, fields."""
    found: list[Token] = []
    for text in _bounded(_texts(message, 0)):
        last, end = "", 0
        for match in TOKEN.finditer(text):
            word = match[0].strip(EDGES)
            if not word:
                continue
            found.append(Token(word, last.lower() if _assigns(text[end : match.start()]) else ""))
            last, end = word, match.end()
            if len(found) == MAX_TOKENS:
                return tuple(found)
    return tuple(found)


def _assigns(gap: str) -> bool:
    return len(gap) <= MAX_GAP_CHARS and ("=" in gap or ":" in gap) and "\n" not in gap


def _bounded(texts: Iterator[str]) -> Iterator[str]:
    left = MAX_CHARS
    for number, text in enumerate(texts):
        if left <= 0 or number == MAX_PIECES:
            return
        yield text[:left]
        left -= len(text)


def _texts(part: object, depth: int) -> Iterator[str]:
    """Every text in a message's part; a field or a block's parts that belong together come as one."""
    if depth > MAX_DEPTH:
        return
    if isinstance(part, Mapping):
        yield from _of_mapping(part, depth)
    elif isinstance(part, Sequence) and not isinstance(part, str | bytes):
        for one in part[:MAX_PIECES]:
            yield from _texts(one, depth + 1)


def _of_mapping(part: Mapping[object, object], depth: int) -> Iterator[str]:
    title, value = part.get("title"), part.get("value")
    if isinstance(title, str) and isinstance(value, str):  # an attachment's field
        yield f"{title}: {value}"
        return
    line = _line(part.get("elements"))
    if line:
        yield line
    for key in TEXTS:
        text = part.get(key)
        if isinstance(text, str):
            yield text
    for key in INSIDE:
        inside = part.get(key)
        if not isinstance(inside, str) and not (key == "elements" and line):
            yield from _texts(inside, depth + 1)


def _line(elements: object) -> str:
    """The pieces of one line of rich text, which is cut wherever its style changes."""
    if not isinstance(elements, Sequence) or isinstance(elements, str | bytes):
        return ""
    inline = [one for one in elements[:MAX_PIECES] if isinstance(one, Mapping) and one.get("type") in INLINE]
    return "".join(piece for one in inline if isinstance(piece := one.get("text"), str))
