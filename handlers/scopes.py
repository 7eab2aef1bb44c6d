"""The scopes of the bot's token, and what each is for; the manifest asks for these and no others."""

from collections.abc import Mapping

SCOPES: Mapping[str, str] = {
    "commands": "the command and the message shortcut",
    "chat:write": "answers, their progress, digests",
    "chat:write.public": "answers in public channels that nobody invited me to",
    "app_mentions:read": "questions that mention me, in threads too",
    "im:history": "questions in direct messages to me",
    "im:write": "telling whoever set a digest that its channel is dead",
    "files:write": "pictures of the history, and recordings for a bug report",
    "users:read": "the time zone of digests, and who is a guest",
    "usergroups:read": "rules for user groups: who may do what",
    "channels:read": "being told that a public channel is archived or has another id",
    "groups:read": "the same of private channels",
}
