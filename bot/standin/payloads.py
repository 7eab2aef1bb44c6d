"""What Slack sends for a gesture: the fields of commands, clicks, submissions and events.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import secrets
from collections.abc import Iterator, Mapping

from bot.standin.methods.common import shown
from bot.standin.office import Office, View
from bot.standin.workspace import APP, BOT, TEAM, Block, Message

Payload = dict[str, object]


def command(office: Office, user: str, channel: str, text: str, word: str) -> Payload:
    """A slash command, as it was typed."""
    return {
        "token": "legacy",
        "team_id": TEAM,
        "team_domain": "standin",
        "channel_id": channel,
        "channel_name": _channel_name(office, channel),
        "user_id": user,
        "user_name": _user_name(office, user),
        "command": word,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": office.base + office.callbacks.response_path(channel, user),
        "trigger_id": office.callbacks.trigger(user),
    }


def click(office: Office, message: Message, block: int, element: Block, user: str) -> Payload:
    """A click on a button of a message."""
    action: Payload = {
        "type": element.get("type"),
        "action_id": element.get("action_id"),
        "block_id": message.blocks[block].get("block_id") or f"b{block}",
        "text": element.get("text"),
        "action_ts": office.workspace.stamp(),
    }
    if "value" in element:
        action["value"] = element["value"]
    body = _interaction(office, "block_actions", user)
    body["container"] = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    body["channel"] = {"id": message.channel, "name": _channel_name(office, message.channel)}
    if message.only_for is None:  # what only one person sees is not repeated
        body["message"] = shown(message)
    body["response_url"] = office.base + office.callbacks.response_path(message.channel, user, message.ts)
    body["state"] = {"values": {}}
    body["actions"] = [action]
    return body


def submission(office: Office, view: View, values: Mapping[str, object], user: str) -> Payload:
    """A modal that was sent; ``values`` are its state, block by block."""
    content = {**view.content, "id": view.id, "hash": view.hash, "state": {"values": values}}
    return {**_interaction(office, "view_submission", user), "view": content, "response_urls": []}


def event(content: Mapping[str, object], at: float) -> Payload:
    """An event's envelope."""
    return {
        "token": "legacy",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": dict(content),
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(at),
        "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
    }


def elements(message: Message) -> Iterator[tuple[int, Block]]:
    """Everything in a message that can be clicked, with the number of its block."""
    for number, block in enumerate(message.blocks):
        inside = block.get("elements")
        found = list(inside) if isinstance(inside, list | tuple) else []
        found.append(block.get("accessory"))
        for element in found:
            if isinstance(element, Mapping) and element.get("action_id"):
                yield number, element


def _interaction(office: Office, kind: str, user: str) -> Payload:
    return {
        "type": kind,
        "token": "legacy",
        "api_app_id": APP,
        "team": {"id": TEAM, "domain": "standin"},
        "user": {
            "id": user,
            "username": _user_name(office, user),
            "name": _user_name(office, user),
            "team_id": TEAM,
        },
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": office.callbacks.trigger(user),
    }


def _channel_name(office: Office, channel: str) -> str:
    known = office.workspace.channel(channel)
    if known is None:
        raise LookupError(f"the stand-in has no channel {channel}")
    return known.name


def _user_name(office: Office, user: str) -> str:
    known = office.workspace.user(user)
    if known is None:
        raise LookupError(f"the stand-in knows nobody called {user}")
    return known.name
