"""The console with dialogs and menus: a small app stands in for the bot."""

from io import StringIO

from bot.console import Talk
from bot.demo import terminal
from bot.standin.methods.views import opened as open_view
from bot.standin.stage import Stage, recordings, stage
from bot.standin.standin import CHANNEL, USER, Standin
from bot.standin.workspace import BOT, Block, Message
from tests.bot.test_console import RECORDINGS


def words(text: str) -> Block:
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": words("Every day"), "value": "daily"}, {"text": words("Every week"), "value": "weekly"}]
FIELD = {"type": "plain_text_input", "action_id": "when"}
DIALOG: Block = {
    "type": "modal",
    "callback_id": "nobody_listens",
    "title": words("Digest"),
    "submit": words("Save"),
    "blocks": [
        {
            "type": "input",
            "label": words("When"),
            "element": FIELD,
        },
        {
            "type": "input",
            "label": words("How often"),
            "element": {"type": "radio_buttons", "action_id": "often", "options": OPTIONS},
        },
    ],
}
MENU = {"type": "overflow", "action_id": "nobody_listens", "options": OPTIONS}


def opened(slack: Standin) -> None:
    """A dialog that the bot might have opened."""
    trigger = slack.office.callbacks.trigger(USER)
    open_view(slack.office, {"trigger_id": trigger, "view": dict(DIALOG)})


def talked(theatre: Stage, *lines: str) -> str:
    out = StringIO()
    talk = Talk(terminal(out), theatre)
    for line in lines:
        assert talk.take(line)
    return out.getvalue()


def test_fills_and_sends_a_dialog() -> None:
    with stage(recordings([RECORDINGS / "healthy_eni"])) as theatre:
        opened(theatre.standin)
        shown = talked(theatre, "help", "submit", "pick 1 09:00", "pick 2 every week", "submit", "submit")
        assert theatre.standin.modal() is None
    assert "[1 plain text input]" in shown
    assert "[2 radio buttons: Every day, Every week]" in shown
    assert "Slack does not take that: b0: please complete this required field" in shown
    assert "often = every week" in shown
    assert shown.rstrip().endswith("No dialog is open.")


def test_closes_a_dialog_and_chooses_in_menus() -> None:
    with stage(recordings([RECORDINGS / "healthy_eni"])) as theatre:
        opened(theatre.standin)
        assert "No dialog is open." in talked(theatre, "help", "close", "close")
        block: Block = {"type": "actions", "elements": [MENU]}
        theatre.standin.workspace.put(Message(channel=CHANNEL, ts="1.0", user=BOT, text="x", blocks=(block,)))
        out = StringIO()
        talk = Talk(terminal(out), theatre)
        [message] = [m for m in theatre.standin.messages() if m.ts == "1.0"]
        talk.show([message])
        for line in ("pick 1 every day", "pick 1 never", "click 1"):
            talk.take(line)
    shown = out.getvalue()
    assert "[1 overflow: Every day, Every week]" in shown
    assert "there is no option 'never'" in shown
    assert "It takes a value" in shown
