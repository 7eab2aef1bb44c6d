"""The end of the bot's token, as Slack tells it: nothing is sent with it until an operator has acted."""

from collections.abc import Mapping

from handlers.command import Desk, Event, Task


def _revoked(body: Mapping[str, object], desk: Desk) -> Task | None:
    event = body.get("event")
    tokens = event.get("tokens") if isinstance(event, Mapping) else None
    return _died("token_revoked", desk) if isinstance(tokens, Mapping) and tokens.get("bot") else None


def _uninstalled(body: Mapping[str, object], desk: Desk) -> Task | None:
    return _died("account_inactive", desk)


def _died(code: str, desk: Desk) -> Task:
    return lambda: desk.chat.died(code)


EVENTS = (
    Event(kind="tokens_revoked", begin=_revoked),  # https://docs.slack.dev/reference/events/tokens_revoked
    Event(kind="app_uninstalled", begin=_uninstalled),
)
