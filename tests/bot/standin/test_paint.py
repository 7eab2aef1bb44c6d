from io import StringIO

import pytest
from rich.console import Console

from bot.standin.paint import mrkdwn, paint
from bot.standin.workspace import BOT, Block, Message


def painted(*blocks: Block, text: str = "told") -> str:
    out = StringIO()
    console = Console(file=out, width=60, highlight=False, markup=False, emoji=False, color_system=None)
    for piece in paint(Message(channel="C1", ts="1.1", user=BOT, text=text, blocks=blocks)):
        console.print(piece)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("a *bold* and _slanted_ word", "a bold and slanted word"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("run `kubectl get pods -A`", "run kubectl get pods -A"),
        ("&lt;!here&gt; &amp;amp;", "<!here> &amp;"),
        ("<https://example.com|the page>", "the page (https://example.com)"),
        ("<https://example.com>", "https://example.com"),
        ("<!date^1700000000^{date}|14 November>", "14 November"),
        ("<!here> <@U1> <#C1|ops>", "@here @U1 ops"),
        (":white_check_mark: OK :no_such_sign:", "✅ OK :no_such_sign:"),
        ("```\nkubectl apply\n```", "kubectl apply"),
        ("\x1b[2Jgone \u202egnorw\x07", "gone gnorw"),
    ],
)
def test_reads_slacks_markup(said: str, read: str) -> None:
    assert mrkdwn(said).plain == read


def test_paints_the_text_of_a_message_without_blocks() -> None:
    assert painted(text="*hello*") == "hello"


def test_paints_every_block_that_the_bot_uses() -> None:
    shown = painted(
        {"type": "header", "text": {"type": "plain_text", "text": "Head"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*strong*"}, "fields": [{"type": "plain_text", "text": "field"}]},  # noqa: E501
        {"type": "context", "elements": [{"type": "plain_text", "text": "small"}, {"type": "image", "alt_text": "a map"}]},  # noqa: E501
        {"type": "divider"},
        {"type": "image", "alt_text": "a chart", "image_url": "https://example.com/x.png"},
    )  # fmt: skip
    assert shown == f"Head\nstrong\nfield\nsmall  a map\n{'─' * 60}\n[image: a chart]"


def test_paints_rich_text_literally() -> None:
    section = {
        "type": "rich_text_section",
        "elements": [
            {"type": "emoji", "name": "x"},
            {"type": "text", "text": " not *bold* [red]", "style": {"bold": True}},
            {"type": "link", "url": "https://example.com", "text": "page"},
            {"type": "user", "user_id": "U1"},
            {"type": "broadcast", "range": "here"},
            {"type": "date", "timestamp": 1, "fallback": "then"},
        ],
    }
    point = {"type": "rich_text_section", "elements": [{"type": "text", "text": "point"}]}
    points = {"type": "rich_text_list", "style": "bullet", "elements": [point]}
    counted = {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [point]}
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]}
    shown = painted({"type": "rich_text", "elements": [section, points, counted, quote]})
    assert shown == "❌ not *bold* [red]page (https://example.com)@U1@herethen\n• point\n  1. point\n  said"


def test_keeps_a_command_on_one_line() -> None:
    command = {
        "type": "rich_text_preformatted",
        "elements": [{"type": "text", "text": "kubectl " + "x" * 90}],
    }
    [line] = paint(Message(channel="C1", ts="1.1", user=BOT, text="", blocks=({"type": "rich_text", "elements": [command]},)))  # noqa: E501 # fmt: skip
    assert getattr(line, "no_wrap", None) is True


def test_paints_a_table_with_its_columns() -> None:
    cells = (("Node", "Free"), ("ip-10-0-1-5", "3"))
    rows = [[{"type": "raw_text", "text": cell} for cell in row] for row in cells]
    shown = painted(
        {"type": "table", "rows": rows, "column_settings": [{"align": "left"}, {"align": "right"}]}
    )
    assert shown == "Node         Free\nip-10-0-1-5     3"


def test_numbers_the_buttons_through_all_blocks() -> None:
    def button(text: str) -> Block:
        return {"type": "button", "action_id": text, "text": {"type": "plain_text", "text": text}}

    one = {"type": "actions", "elements": [button("Again"), button("More")]}
    two = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": button("Open")}
    assert painted(one, two) == "[1 Again]  [2 More]\nx\n[3 Open]"


def test_survives_blocks_that_are_none() -> None:
    broken: list[Block] = [{"type": "rich_text", "elements": "x"}, {"type": None}, {"type": "actions"}]
    assert painted(*broken).strip() == "[None: not shown in a terminal]"
