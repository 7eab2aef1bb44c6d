"""Slack's clients: the Web API, the response URLs, and the socket."""

import ipaddress
import ssl
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.options import SLACK_API_URL
from bot.settings import SlackSettings
from handlers.chat import Reply, Respond

TIMEOUT_S = 10
DEAD = frozenset(
    (
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_revoked",
        "token_expired",
        "not_allowed_token_type",
        "missing_scope",
        "two_factor_setup_required",
    )
)
"""Slack's words for credentials that no waiting makes good."""


def web_client(slack: SlackSettings) -> WebClient:
    """The Web API with the bot's token. It never sends again by itself: a post might then appear twice."""
    client = WebClient(
        slack.bot_token.reveal(),
        base_url=slack.api_url,
        timeout=TIMEOUT_S,
        ssl=ssl.create_default_context(),  # one for all: reading the certificates takes longer than a call
        retry_handlers=[],
        headers={},
    )
    if is_near(slack.api_url):
        client.proxy = None
    return client


def responder(slack: SlackSettings) -> Respond:
    """Posts to response URLs, only to Slack's own hosts as long as Slack itself is what we talk to."""

    context = ssl.create_default_context()

    def respond(url: str, body: dict[str, object]) -> Reply:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if slack.api_url == SLACK_API_URL and not (parts.scheme == "https" and host.endswith(".slack.com")):
            raise ConnectionError("a response_url that is not Slack's")
        client = WebhookClient(url, timeout=TIMEOUT_S, ssl=context, retry_handlers=[])
        if is_near(url):
            client.proxy = None
        answer = client.send_dict(body)
        return Reply(answer.status_code, answer.body or "", dict(answer.headers))

    return respond


def is_near(url: str) -> bool:
    """Whether the host is this machine: the SDK would send even that through a proxy of the environment."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
