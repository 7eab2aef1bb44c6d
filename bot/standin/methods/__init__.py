"""The methods of the Web API, one file per family; https://docs.slack.dev/reference/methods has them all."""

from bot.standin.methods import chat, conversations, files, people, views
from bot.standin.methods.common import Method

METHODS: dict[str, Method] = {
    **chat.METHODS,
    **conversations.METHODS,
    **files.METHODS,
    **people.METHODS,
    **views.METHODS,
}
