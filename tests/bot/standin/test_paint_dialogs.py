from io import StringIO

from rich.console import Console

from bot.standin.paint import paint_dialog
from bot.standin.workspace import Block


def words(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def options(count: int) -> list[Block]:
    return [{"text": words(f"Option {n}"), "value": f"v{n}"} for n in range(count)]


def test_paints_a_dialog_with_its_fields_numbered() -> None:
    field = {"type": "plain_text_input", "action_id": "cron", "initial_value": "0 9 * * *"}
    menu = {
        "type": "static_select",
        "action_id": "cluster",
        "placeholder": words("Which"),
        "options": options(10),
    }
    dialog: Block = {
        "type": "modal",
        "title": words("Digest"),
        "submit": words("Save"),
        "blocks": [
            {"type": "input", "label": words("When"), "hint": words("as cron"), "element": field},
            {"type": "input", "label": words("Cluster"), "optional": True, "element": menu},
        ],
    }
    out = StringIO()
    screen = Console(file=out, width=140, highlight=False, markup=False, emoji=False, color_system=None)
    for piece in paint_dialog(dialog, 3):
        screen.print(piece)
    assert out.getvalue().splitlines() == [
        "Digest",
        "When",
        "[3 plain text input = 0 9 * * *]",
        "as cron",
        "Cluster (optional)",
        "[4 Which: Option 0, Option 1, Option 2, Option 3, Option 4, Option 5, Option 6, Option 7, … 2 more]",
        "[submit: Save]",
    ]
