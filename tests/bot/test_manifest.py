"""The manifest asks for what the bot uses and for nothing else, and Slack's schema takes it."""

import json
import re
from pathlib import Path

from bot.book import BOOK
from bot.standin import scopes
from handlers import channels, revoked
from handlers.dispatch import COMMAND
from handlers.scopes import SCOPES

ROOT = Path(__file__).parents[2]
MANIFEST = json.loads((ROOT / "deploy" / "slack-manifest.json").read_text())
EVENTS = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
METHOD = re.compile(r'"((?:chat|views|users|usergroups|conversations|files|reactions|bots)\.[a-zA-Z.]+)"')


def test_asks_for_the_scopes_of_what_works_and_for_no_other() -> None:
    paths = (*(ROOT / "handlers").rglob("*.py"), *(ROOT / "bot").glob("*.py"))
    methods = {method for path in paths for method in METHOD.findall(path.read_text())}
    assert {"chat.postMessage", "views.publish", "files.completeUploadExternal"} <= methods
    wanted = {scopes.METHODS[method] for method in methods if method in scopes.METHODS}
    wanted |= {scopes.MESSAGES[kind] for kind in ("im",) if f"message.{kind}" in EVENTS}
    wanted |= {scopes.EVENTS[event] for event in EVENTS if event in scopes.EVENTS}
    wanted |= {"commands", scopes.PUBLIC_POSTS}  # .public: channels nobody invited it to
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == wanted
    assert list(SCOPES) == MANIFEST["oauth_config"]["scopes"]["bot"], "doctor looks for the same ones"


def test_every_scope_has_its_reason_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    for scope in MANIFEST["oauth_config"]["scopes"]["bot"]:
        assert f"| `{scope}` |" in readme


def test_its_command_is_the_one_that_is_listened_to_with_every_word() -> None:
    [command] = MANIFEST["features"]["slash_commands"]
    assert COMMAND.match(command["command"])
    short = (word.usage.partition(" [")[0] for word in BOOK.words)  # without what may be left out
    assert command["usage_hint"] == " | ".join(short)
    assert command["should_escape"] is True


def test_its_shortcuts_are_those_that_are_listened_to() -> None:
    listed = {shortcut["callback_id"] for shortcut in MANIFEST["features"]["shortcuts"]}
    assert {shortcut.callback for shortcut in BOOK.shortcuts} == listed


def test_hears_of_what_it_listens_to() -> None:
    assert {event.kind for event in (*BOOK.events, *channels.EVENTS, *revoked.EVENTS)} <= EVENTS


def test_people_can_write_to_it_and_open_its_home() -> None:
    home = MANIFEST["features"]["app_home"]
    assert home == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert {"app_mention", "message.im", "app_home_opened", "tokens_revoked", "app_uninstalled"} <= EVENTS


def test_a_static_token_needs_rotation_off_and_buttons_need_interactivity() -> None:
    assert MANIFEST["settings"]["token_rotation_enabled"] is False
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True


KEYS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "/_metadata": {"major_version", "minor_version"},
    "/display_information": {"name", "description", "long_description", "background_color"},
    "/features": {"app_home", "bot_user", "slash_commands", "shortcuts"},
    "/features/app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "/features/bot_user": {"display_name", "always_online"},
    "/features/slash_commands/*": {"command", "url", "description", "usage_hint", "should_escape"},
    "/features/shortcuts/*": {"name", "type", "callback_id", "description"},
    "/oauth_config": {"scopes", "redirect_urls"},
    "/oauth_config/scopes": {"bot", "bot_optional"},
    "/settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "/settings/event_subscriptions": {"request_url", "bot_events"},
    "/settings/interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}
"""The part that is used of https://github.com/slackapi/manifest-schema, which refuses unknown keys."""


def strange(value: object, at: str = "") -> list[str]:
    """The keys that the schema does not have."""
    if isinstance(value, list):
        return [key for item in value for key in strange(item, f"{at}/*")]
    if not isinstance(value, dict):
        return []
    unknown = [f"{at}/{key}" for key in value if key not in KEYS.get(at, set())]
    return unknown + [key for name, item in value.items() for key in strange(item, f"{at}/{name}")]


def test_has_only_keys_that_the_schema_knows() -> None:
    assert strange(MANIFEST) == []
    assert strange({"features": {"shortcuts": [{"icon": "x"}]}}) == ["/features/shortcuts/*/icon"]


def test_keeps_the_schemas_limits() -> None:
    shown, features = MANIFEST["display_information"], MANIFEST["features"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    assert len(EVENTS) == len(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) <= 100
    [command] = features["slash_commands"]
    assert len(command["command"]) <= 32
    assert len(command["description"]) <= 2_000
    assert len(command["usage_hint"]) <= 1_000
    kinds = [shortcut["type"] for shortcut in features["shortcuts"]]
    assert all(kinds.count(kind) <= 5 for kind in ("message", "global"))
    assert set(kinds) <= {"message", "global"}
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["callback_id"]) <= 255
        assert len(shortcut["description"]) <= 150


def test_socket_mode_needs_no_urls() -> None:
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(MANIFEST)
