"""Which scope a method or an event needs, and what a token without it is told.

https://docs.slack.dev/reference/scopes
"""

from collections.abc import Mapping

from bot.standin.refusals import Refused
from bot.standin.workspace import Channel

METHODS: Mapping[str, str] = {
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "reactions.remove": "reactions:write",
    "users.info": "users:read",
    "bots.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "conversations.open": "im:write",
}
"""Methods whose scope is always the same; those that are in neither table need none."""
BY_CHANNEL: Mapping[str, str] = {
    "conversations.info": "read",
    "conversations.members": "read",
    "conversations.history": "history",
    "conversations.replies": "history",
}
PUBLIC_POSTS = "chat:write.public"
EVENTS: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_rename": "channels:read",
    "channel_left": "channels:read",
    "channel_id_changed": "channels:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
    "group_deleted": "groups:read",
    "group_rename": "groups:read",
    "group_left": "groups:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
}
MESSAGES: Mapping[str, str] = {"im": "im:history", "channel": "channels:history", "group": "groups:history"}
ALL = frozenset(
    (
        "commands",
        PUBLIC_POSTS,
        *METHODS.values(),
        *EVENTS.values(),
        *MESSAGES.values(),
        *(f"{kind}:{verb}" for kind in ("channels", "groups", "im") for verb in BY_CHANNEL.values()),
    )
)


def kind_of(channel: Channel) -> str:
    """What scopes call a channel of this kind."""
    if channel.person is not None:
        return "im"
    return "groups" if channel.private else "channels"


def check_scope(granted: frozenset[str], method: str, channel: Channel | None) -> None:
    """Raise Refused with the scope that is needed and those that were given."""
    needed = METHODS.get(method)
    if method in BY_CHANNEL:
        needed = f"{kind_of(channel) if channel else 'channels'}:{BY_CHANNEL[method]}"
    if needed is not None and needed not in granted:
        raise Refused("missing_scope", more={"needed": needed, "provided": ",".join(sorted(granted))})


def is_told(granted: frozenset[str], event: Mapping[str, object]) -> bool:
    """Whether the app gets such an event at all: one whose scope is missing is silently not delivered."""
    kind = str(event.get("type"))
    needed = MESSAGES.get(str(event.get("channel_type"))) if kind == "message" else EVENTS.get(kind)
    return needed is None or needed in granted
