"""Makes untrusted text safe to show: clean first, cut second, escape for the medium last."""

import re
import unicodedata

CUT = "…"
EMPTY = "(empty)"
MAX_URL_CHARS = 300
INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))  # control, bidi and zero-width, surrogates, unassigned
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
UNUSUAL = re.compile(r"[^\n\t\x20-\x7e]+")  # only these are looked up one by one
BLANKS = re.compile(r"\s+")
BACKTICKS = re.compile(r"`{2,}")
MENTION_START = re.compile(r"<(?=[!@#])")
PLAIN_URL = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~:/?#&=%+-]*)?")
SLACK_ID = re.compile(r"[A-Z][A-Z0-9]{2,30}")
MARKDOWN_SIGNS = re.compile(r"([\\`*_\[\]|~]|^[#+=-])")
NUMBERED = re.compile(r"^(\d+)([.)])")


def clean(text: str, most: int) -> str:
    """One line of visible characters, at most ``most`` of them; never empty. A cut ends with an ellipsis."""
    visible = BLANKS.sub(" ", _visible(text, most)).strip()
    return cut(visible, most) or EMPTY


def clean_lines(text: str, most: int) -> str:
    """The same with line breaks and tabs kept, for commands and logs."""
    lines = [line.rstrip() for line in _visible(text, most).split("\n")]
    return cut("\n".join(lines).strip("\n"), most) or EMPTY


def cut(text: str, most: int) -> str:
    """At most ``most`` characters; what was cut shows as an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + CUT


def _visible(text: str, most: int) -> str:
    """Without ANSI sequences and invisible characters; looks at no more than it needs of a huge text."""
    text = ANSI.sub("", text[: 8 * most + 1_000]).replace("\r\n", "\n")
    text = text.replace("\u2028", "\n").replace("\u2029", "\n")
    return UNUSUAL.sub(lambda run: "".join(filter(_seen, run[0])), text)


def _seen(char: str) -> bool:
    return unicodedata.category(char) not in INVISIBLE


def mrkdwn(text: str) -> str:
    """For mrkdwn and top-level text: no mention, link or date can start. ``&`` goes first.

    https://docs.slack.dev/messaging/formatting-message-text: exactly these three are to be escaped.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn_code(text: str) -> str:
    """A code span of mrkdwn. It has no escape for its own delimiter, so that becomes an apostrophe."""
    return f"`{mrkdwn(text.replace('`', chr(39)))}`"


def mrkdwn_block(text: str) -> str:
    """A code block of mrkdwn; longer runs of backticks would end it and become one."""
    return f"```\n{mrkdwn(BACKTICKS.sub('`', text))}\n```"


def is_plain_url(text: str) -> bool:
    """An https address with nothing in it that any medium would read as its own sign; only such are links."""
    return len(text) <= MAX_URL_CHARS and PLAIN_URL.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether it can be the id of a person or a channel, and so nothing else in a message."""
    return SLACK_ID.fullmatch(text) is not None


def literal(text: str) -> str:
    """For rich text, which is taken literally; a mention's beginning is parted all the same.

    Clients make notifications and copies from rich text, so ``<!`` stays out of it.
    """
    return MENTION_START.sub("< ", text)


def markdown(text: str) -> str:
    """GitHub-flavoured Markdown that shows the text as it stands: no markup, link, HTML or mention."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = MARKDOWN_SIGNS.sub(r"\\\1", text)
    text = NUMBERED.sub(r"\1\\\2", text)
    text = re.sub(
        r"(?i)\b(https?|ftp|mailto|xmpp)(?=:)", r"\1&#8203;", text
    )  # a zero-width space ends the autolink
    text = re.sub(r"(?i)\bwww(?=\.)", "www&#8203;", text)
    return text.replace("@", "@&#8203;")  # so that nobody is mentioned


def markdown_code(text: str) -> str:
    """A code span of Markdown with a delimiter longer than any run of backticks inside."""
    fence = _longer_than_inside(text, 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def markdown_block(text: str, language: str = "sh") -> str:
    """A fenced block of Markdown with a fence longer than any run of backticks inside."""
    fence = _longer_than_inside(text, 3)
    return f"{fence}{language}\n{text}\n{fence}"


def _longer_than_inside(text: str, least: int) -> str:
    runs = re.findall(r"`+", text)
    return "`" * max(least, 1 + max(map(len, runs), default=0))
