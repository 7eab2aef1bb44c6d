"""Slack's clients: the Web API, the response URLs, and the socket."""

import ipaddress
import ssl
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.options import SLACK_API_URL
from bot.settings import SlackSettings
from handlers.remedies import DEAD as DEAD_TOKEN
from handlers.web import Reply, Urls

TIMEOUT_S = 10
MAX_SAID_BYTES = 4_096
DEAD = frozenset((*DEAD_TOKEN, "missing_scope"))
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


def responder(slack: SlackSettings) -> Urls:
    """Posts to addresses from Slack, only to Slack's own hosts as long as Slack itself is what we talk to."""
    return _Urls(slack.api_url == SLACK_API_URL, ssl.create_default_context())


@dataclass(frozen=True, slots=True)
class _Urls:
    """See handlers.web.Urls."""

    guarded: bool
    context: ssl.SSLContext

    def respond(self, url: str, body: dict[str, object]) -> Reply:
        """See Urls."""
        self._guard(url)
        client = WebhookClient(url, timeout=TIMEOUT_S, ssl=self.context, retry_handlers=[])
        if is_near(url):
            client.proxy = None
        answer = client.send_dict(body)
        return Reply(answer.status_code, answer.body or "", dict(answer.headers))

    def send(self, url: str, content: bytes) -> Reply:
        """See Urls."""
        self._guard(url)
        request = Request(url, content, {"Content-Type": "application/octet-stream"})
        proxies = ProxyHandler({}) if is_near(url) else ProxyHandler()
        opener = build_opener(proxies, HTTPSHandler(context=self.context))
        try:
            with opener.open(request, timeout=TIMEOUT_S) as answer:
                said = answer.read(MAX_SAID_BYTES).decode(errors="replace")
                return Reply(answer.status, said, dict(answer.headers))
        except HTTPError as error:
            with error:
                said = error.read(MAX_SAID_BYTES).decode(errors="replace")
                return Reply(error.code, said, dict(error.headers))

    def _guard(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if self.guarded and not (parts.scheme == "https" and host.endswith(".slack.com")):
            raise ConnectionError("an address that is not Slack's")


def is_near(url: str) -> bool:
    """Whether the host is this machine: the SDK would send even that through a proxy of the environment."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
