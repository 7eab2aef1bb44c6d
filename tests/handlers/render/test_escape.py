import re

import pytest
from hypothesis import given

from handlers.render import escape
from handlers.render.message import cut_escaped
from tests.handlers.render.strategies import texts


@pytest.mark.parametrize(
    ("given_text", "seen"),
    [
        ("api-7c9", "api-7c9"),
        ("a\x1b[31mred\x1b[0m", "ared"),
        ("a\x1b]8;;https://evil.example\x07b\x1b]8;;\x07", "ab"),
        ("a\u202egpj\u202c", "agpj"),
        ("a\u200b\u200d\ufeffb", "ab"),
        ("a\r\nb\u2028c\td", "a b c d"),
        ("a\x00\x9bb", "ab"),
        ("\ud800x", "x"),
        ("漢字 ü é", "漢字 ü é"),
        ("\u200b\n", "(empty)"),
        ("", "(empty)"),
        ("x" * 12, "xxxxxxxxx…"),
    ],
)
def test_cleans_to_one_visible_line(given_text: str, seen: str) -> None:
    assert escape.clean(given_text, 10 if given_text.startswith("xx") else 50) == seen


def test_keeps_the_lines_of_a_command() -> None:
    assert escape.clean_lines("a \\\r\n\t-b\x1b[1m\n", 50) == "a \\\n\t-b"


def test_does_not_read_all_of_a_huge_text() -> None:
    assert escape.clean("x" * 50_000_000, 10) == "xxxxxxxxx…"


@given(texts)
def test_mrkdwn_leaves_nothing_that_could_begin_a_mention(text: str) -> None:
    escaped = escape.mrkdwn(text)
    assert not set(escaped) & set("<>")
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


def test_mrkdwn_escapes_the_ampersand_first() -> None:
    assert escape.mrkdwn("&lt;<!here>") == "&amp;lt;&lt;!here&gt;"


@given(texts)
def test_code_of_mrkdwn_cannot_be_left(text: str) -> None:
    assert escape.mrkdwn_code(text)[1:-1].count("`") == 0
    assert "``" not in escape.mrkdwn_block(text)[3:-3]


@given(texts)
def test_a_fence_is_longer_than_any_run_inside(text: str) -> None:
    shown = escape.clean_lines(text, 500)
    fence, *inside, end = escape.markdown_block(shown).split("\n")
    assert end == fence.removesuffix("sh")
    assert max((len(run) for line in inside for run in re.findall("`+", line)), default=0) < len(end)


@pytest.mark.parametrize(
    "text", ["*b*", "_i_", "[l](https://e.com)", "a|b", "# h", "1. x", "- x", "`c`", "~~s~~"]
)
def test_markdown_signs_are_shown_as_they_stand(text: str) -> None:
    escaped = escape.markdown(text)
    assert escaped != text
    assert escaped.replace("\\", "").replace("&#8203;", "") == text


def test_markdown_mentions_nobody_links_nowhere_and_holds_no_html() -> None:
    escaped = escape.markdown("@team https://e.com www.e.com <img src=x>")
    assert "@t" not in escaped
    assert "https:" not in escaped
    assert "www." not in escaped
    assert "<" not in escaped


@given(texts)
def test_cuts_escaped_text_between_entities(text: str) -> None:
    escaped = escape.mrkdwn(text)
    kept = cut_escaped(escaped, 40)
    assert len(kept) <= 40
    if kept != escaped:
        assert re.search(r"&(?!amp;|lt;|gt;)", kept) is None
