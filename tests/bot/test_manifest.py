import json
import re
from pathlib import Path

from bot.app import WORDS
from handlers import doctor
from handlers.dispatch import COMMAND

MANIFEST = json.loads((Path(__file__).parents[2] / "deploy" / "slack-manifest.json").read_text())
EVENTS = {"app_mention": "app_mentions:read", "message.im": "im:history"}
METHODS = {"chat.postMessage": "chat:write", "chat.update": "chat:write", "chat.postEphemeral": "chat:write"}


def test_asks_for_the_scopes_of_what_works_and_for_no_other() -> None:
    source = (Path(__file__).parents[2] / "handlers" / "chat.py").read_text()
    assert set(re.findall(r'"((?:chat|views|users|conversations)\.\w+)"', source)) == set(METHODS)
    wanted = {"commands", "chat:write.public", *METHODS.values()}  # .public: channels nobody invited it to
    wanted |= set(EVENTS.values())
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == wanted
    assert set(doctor.SCOPES) == wanted, "doctor looks for the same ones"


def test_subscribes_to_the_events_that_are_listened_to_and_lets_people_write_to_it() -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"] is True
    assert MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"] is False


def test_every_scope_has_its_reason_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    for scope in MANIFEST["oauth_config"]["scopes"]["bot"]:
        assert f"| `{scope}` |" in readme


def test_its_command_is_the_one_that_is_listened_to_with_every_word() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert COMMAND.match(command["command"])
    assert command["usage_hint"] == " | ".join(word.usage for word in WORDS)
    assert command["should_escape"] is True


def test_keeps_slacks_limits() -> None:
    assert len(MANIFEST["display_information"]["name"]) <= 35
    assert len(MANIFEST["display_information"]["description"]) <= 140
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", MANIFEST["features"]["bot_user"]["display_name"])


def test_a_static_token_needs_rotation_off_and_buttons_need_interactivity() -> None:
    assert MANIFEST["settings"]["token_rotation_enabled"] is False
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
