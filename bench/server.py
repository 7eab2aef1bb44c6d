"""The process that serves the cluster: paged lists over plain HTTP, connections kept open."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from bench.child import answer
from bench.cluster import Lists, lists, page


class Server(ThreadingHTTPServer):
    """Serves pages from memory; remembers what was asked and answered."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, found: Lists, single: dict[str, bytes]) -> None:
        """Bind a free port of loopback."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lists = found
        self.single = single
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []

    def find(self, target: str) -> bytes | None:
        """The answer to one target, made once."""
        known = self.pages.get(target)
        if known is None:
            known = self._make(target)
            if known is not None:
                self.pages[target] = known
        return known

    def _make(self, target: str) -> bytes | None:
        url = urlsplit(target)
        items = self.lists.get(url.path)
        if items is None:
            return self.single.get(url.path)
        query = parse_qs(url.query)
        start = int(query.get("continue", ["at-0"])[0].removeprefix("at-"))
        return page(items, start, int(query.get("limit", ["500"])[0]))


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """A page, or 404."""
        body = self.server.find(self.path)
        if body is not None:
            self.server.asked.append(self.path)
        status, said = (200, body) if body is not None else (404, b'{"kind":"Status","reason":"NotFound"}')
        head = f"HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nContent-Length: {len(said)}\r\n\r\n"
        self.wfile.write(head.encode())
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Not logged: it would be measured."""


def main() -> None:
    """Serve until the input ends; ``asked`` answers with the targets since the last time."""
    found, single = lists()
    server = Server(found, single)
    Thread(target=server.serve_forever, daemon=True).start()

    def questions(line: str) -> str:
        if line == "asked":
            asked, server.asked = server.asked, []
            return json.dumps(asked)
        sizes = {path: [len(items), sum(map(len, items))] for path, items in found.items() if items}
        return json.dumps(sizes)

    answer(f"http://127.0.0.1:{server.server_port}", questions)
    server.shutdown()


if __name__ == "__main__":
    main()
