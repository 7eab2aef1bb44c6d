"""The stand-in's HTTP side: the Web API, response URLs, uploads, and the way into a socket."""

import hmac
import json
import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from bot.standin.frames import accept_key
from bot.standin.methods import METHODS
from bot.standin.methods.files import received
from bot.standin.office import APP_TOKEN, BOT_TOKEN, Office
from bot.standin.refusals import Mood, Refused
from bot.standin.scopes import check_scope
from bot.standin.values import Arguments, read_body, text_of

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 8 << 20
IDLE_S = 60.0
READS = frozenset(
    (
        "bots.info",
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "usergroups.list",
        "usergroups.users.list",
        "users.info",
    )
)
"""These take forms and queries only: https://docs.slack.dev/apis/web-api#methods."""
FOR_APP_TOKENS = frozenset(("apps.connections.open",))


class Server(ThreadingHTTPServer):
    """Serves an office on a free port of loopback."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, office: Office) -> None:
        """Bind the port; nothing is served yet."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.office = office
        office.base = f"http://127.0.0.1:{self.server_port}"
        self._thread = Thread(target=self.serve_forever, args=(0.02,), name="standin", daemon=True)

    def start(self) -> None:
        """Serve in threads of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End every connection and stop."""
        self.shutdown()
        self._thread.join()
        self.office.sockets.cut()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection broke: the other side may do that at any time. Whatever else it was is logged."""
        logger.debug("a connection to the stand-in ended", exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_S
    server_version = "standin"
    sys_version = ""

    def do_GET(self) -> None:
        """A socket, or a method that was asked with a query."""
        url = urlsplit(self.path)
        if url.path.startswith("/link"):
            self._socket(parse_qs(url.query).get("ticket", [""])[0])
        elif url.path.startswith("/api/"):
            query: Arguments = {name: values[-1] for name, values in parse_qs(url.query).items()}
            self._call(url.path.removeprefix("/api/"), query)
        else:
            self._say(404, b"not found", "text/plain")

    def do_POST(self) -> None:
        """A method, a response URL or an upload."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._say(413, b"too large", "text/plain")
            return
        raw = self.rfile.read(int(length))
        path = urlsplit(self.path).path
        if path.startswith("/api/"):
            self._method(path.removeprefix("/api/"), raw)
        elif path.startswith("/response/"):
            self._respond(path.removeprefix("/response/"), raw)
        elif path.startswith("/upload/"):
            self._upload(path.removeprefix("/upload/"), raw)
        else:
            self._say(404, b"not found", "text/plain")

    def _method(self, method: str, raw: bytes) -> None:
        content = self.headers.get("Content-Type", "")
        try:
            arguments = read_body(raw, content)
            if method in READS and content.startswith("application/json"):
                arguments = {}  # JSON is for what writes; these act as if nothing had come
        except Refused as error:
            self._refuse(method, {}, error)
        else:
            self._call(method, arguments)

    def _call(self, method: str, arguments: Arguments) -> None:
        office = self.server.office
        mood = office.moods.take(method)
        if mood is not None and mood.kind != "lose":
            self._go_wrong(method, arguments, mood)
            return
        try:
            self._let_in(method, arguments)
            office.limits.call(method)
            answer = METHODS[method](office, arguments)
        except Refused as error:
            self._refuse(method, arguments, error)
            return
        office.note(method, arguments, None)
        if mood is not None:
            self._hang_up()
        else:
            self._say(200, json.dumps(answer).encode())

    def _let_in(self, method: str, arguments: Arguments) -> None:
        """Check the token, as a header or as an argument."""
        given = self.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        token = given or text_of(arguments, "token")
        if not token:
            raise Refused("not_authed")
        office = self.server.office
        is_app = hmac.compare_digest(token.encode(), APP_TOKEN.encode())
        if not is_app and not hmac.compare_digest(token.encode(), BOT_TOKEN.encode()):
            raise Refused("invalid_auth")
        if office.dead and not is_app:
            raise Refused(office.dead)
        if method not in METHODS:
            raise Refused("unknown_method")
        if is_app != (method in FOR_APP_TOKENS):
            raise Refused("not_allowed_token_type")
        named = arguments.get("channel")
        check_scope(office.scopes, method, office.workspace.channel(str(named)))

    def _respond(self, name: str, raw: bytes) -> None:
        office, body = self.server.office, {}
        mood = office.moods.take("response_url")
        if mood is not None and mood.kind != "lose":
            self._go_wrong("response_url", {}, mood)
            return
        try:
            body = dict(read_body(raw, "application/json"))
            office.callbacks.respond(name, body)
        except Refused as error:
            office.note("response_url", body, error.error)
            status = 429 if error.retry_after_s else 404 if error.error.endswith("_url") else 400
            self._say(status, json.dumps(error.body()).encode(), retry_after_s=error.retry_after_s)
            return
        office.note("response_url", body, None)
        if mood is not None:
            self._hang_up()
        else:
            self._say(200, b"ok", "text/plain")

    def _upload(self, file: str, raw: bytes) -> None:
        try:
            received(self.server.office, file, raw)
        except Refused as error:
            self._say(404 if error.error == "invalid_url" else 400, error.error.encode(), "text/plain")
        else:
            self._say(200, f"OK - {len(raw)}".encode(), "text/plain")

    def _go_wrong(self, method: str, arguments: Arguments, mood: Mood) -> None:
        if mood.kind == "refuse":
            self._refuse(method, arguments, Refused(mood.word))
        elif mood.kind == "limit":
            self._refuse(method, arguments, Refused("ratelimited", retry_after_s=mood.number))
        else:
            self.server.office.note(method, arguments, mood.kind)
            if mood.kind == "page":
                self._say(mood.number, b"<html><body>Something is wrong</body></html>", "text/html")
            else:
                self._hang_up()

    def _refuse(self, method: str, arguments: Arguments, error: Refused) -> None:
        self.server.office.note(method, arguments, error.error)
        status = 200 if error.retry_after_s is None else 429
        self._say(status, json.dumps(error.body()).encode(), retry_after_s=error.retry_after_s)

    def _socket(self, ticket: str) -> None:
        """Switch to WebSocket frames; this thread then belongs to the connection."""
        self.close_connection = True
        key = self.headers.get("Sec-WebSocket-Key", "")
        if not key or self.headers.get("Upgrade", "").lower() != "websocket":
            self._say(400, b"a WebSocket is wanted", "text/plain")
        elif not self.server.office.sockets.admit(ticket):
            self._say(403, b"the ticket is not good", "text/plain")
        else:
            self.send_response(101)
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "Upgrade")
            self.send_header("Sec-WebSocket-Accept", accept_key(key))
            self.end_headers()
            self.connection.settimeout(None)
            self.server.office.sockets.serve(self.connection, self.rfile)

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json; charset=utf-8",
        *,
        retry_after_s: int | None = None,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.path.startswith("/api/") and not self.server.office.dead:
            self.send_header("X-OAuth-Scopes", ",".join(sorted(self.server.office.scopes)))
        if retry_after_s is not None:
            self.send_header("Retry-After", str(retry_after_s))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are kept in Office.calls, not logged."""
