"""What Slack sends for a gesture: the fields of commands, clicks, dialogs, shortcuts and events.

https://docs.slack.dev/interactivity/implementing-slash-commands,
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import secrets
from collections.abc import Mapping

from bot.standin.inputs import State, block_id, states
from bot.standin.methods.common import shown
from bot.standin.methods.views import shown as shown_view
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


def act(
    office: Office, where: Message | View, block: int, element: Block, user: str, choice: State
) -> Payload:
    """A button pressed or an option chosen, in a message, a dialog or a Home tab."""
    action: Payload = {
        "type": element.get("type"),
        "action_id": element.get("action_id"),
        "block_id": block_id(where.blocks, block),
        "action_ts": office.workspace.stamp(),
        **choice,
    }
    action |= {name: element[name] for name in ("text", "value") if name in element}
    body = _interaction(office, "block_actions", user)
    body["actions"] = [action]
    if isinstance(where, View):
        container: Payload = {"type": "view", "view_id": where.id}
        values = states(where.blocks, where.entered, sent=False)
        body["view"] = {**shown_view(where), "state": {"values": values}}
    else:
        container = {
            "type": "message",
            "message_ts": where.ts,
            "channel_id": where.channel,
            "is_ephemeral": where.only_for is not None,
        }
        container |= {"thread_ts": where.thread_ts} if where.thread_ts else {}
        body["channel"] = {"id": where.channel, "name": _channel_name(office, where.channel)}
        if where.only_for is None:  # what only one person sees is not repeated
            body["message"] = shown(where)
        body["response_url"] = office.base + office.callbacks.response_path(where.channel, user, where.ts)
        body["state"] = {"values": {action["block_id"]: {element["action_id"]: choice}} if choice else {}}
    body["container"] = container
    return body


def suggestion(
    office: Office, where: Message | View, block: int, element: Block, user: str, typed: str
) -> Payload:
    """What is typed into a menu whose options the app supplies."""
    body = _interaction(office, "block_suggestion", user)
    del body["trigger_id"]  # it opens nothing
    body |= {"action_id": element["action_id"], "block_id": block_id(where.blocks, block), "value": typed}
    if isinstance(where, View):
        return body | {"container": {"type": "view", "view_id": where.id}, "view": shown_view(where)}
    container = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
    channel = {"id": where.channel, "name": _channel_name(office, where.channel)}
    return body | {"container": container, "channel": channel, "message": shown(where)}


def shortcut(office: Office, callback_id: str, user: str, message: Message | None) -> Payload:
    """A shortcut: of a message, or without one a global one, which knows no channel."""
    body = _interaction(office, "shortcut" if message is None else "message_action", user)
    body |= {"callback_id": callback_id, "action_ts": office.workspace.stamp()}
    if message is None:
        return body
    channel = {"id": message.channel, "name": _channel_name(office, message.channel)}
    answer_by = office.base + office.callbacks.response_path(message.channel, user)
    told = {"message": shown(message), "message_ts": message.ts, "response_url": answer_by}
    return body | {"channel": channel, **told}


def submission(office: Office, view: View, values: Mapping[str, object], user: str) -> Payload:
    """A dialog that was sent; ``values`` are its state, block by block."""
    content = {**shown_view(view), "state": {"values": values}}
    return {**_interaction(office, "view_submission", user), "view": content, "response_urls": []}


def closing(office: Office, view: View, user: str) -> Payload:
    """A dialog that was closed."""
    body = _interaction(office, "view_closed", user)
    del body["trigger_id"]  # it opens nothing any more
    return body | {"view": {**shown_view(view), "state": {"values": {}}}, "is_cleared": False}


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
            "team_id": team_of(office, user),
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


def team_of(office: Office, user: str) -> str:
    """The workspace of a person, which in a channel shared with others may be another one."""
    known = office.workspace.user(user)
    return TEAM if known is None else known.team


def _user_name(office: Office, user: str) -> str:
    known = office.workspace.user(user)
    if known is None:
        raise LookupError(f"the stand-in knows nobody called {user}")
    return known.name
