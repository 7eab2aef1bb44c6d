"""The nodes' side of a real API server: it reaches kubelets and pods through here, and a recording answers.

The API server dials nobody itself: its egress goes to a proxy on a Unix socket, and ends there.
"""

import json
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.real import spdy

KUBELET, AGENT, OPERATOR = 10250, 9962, 9963
PROTOCOL = "v4.channel.k8s.io"
SUCCESS = b'{"metadata":{},"status":"Success"}'
EGRESS = """apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
  - name: cluster
    connection:
      proxyProtocol: HTTPConnect
      transport:
        uds:
          udsName: {socket}
"""


class Nodes:
    """What stands behind the addresses of nodes; nothing does until a recording is given."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is where the socket and the kubelets' certificate are kept."""
        self.recording: Path | None = None
        self.dialled: list[tuple[str, int]] = []
        self.tls = _tls(folder)

    def said(self, host: str, what: str) -> bytes | None:
        """A file of the agent at an address, or of the operator; None where there is none."""
        if self.recording is None:
            return None
        answer = json.loads((self.recording / "kubernetes/api/v1/nodes.json").read_text())
        names = {
            address["address"]: node["metadata"]["name"]
            for node in answer["items"]
            for address in node["status"]["addresses"]
        }
        path = self.recording / "cilium" / names.get(host, host) / what
        return path.read_bytes() if path.is_file() else None


class _Egress(socketserver.ThreadingUnixStreamServer):
    """Has room for all that a sweep opens at once: a Unix socket refuses what does not fit its queue."""

    daemon_threads = True
    request_queue_size = 128


class _Dialled(socketserver.StreamRequestHandler):
    """One connection of the API server: to whom it goes, then what is there."""

    rbufsize = 0  # what follows the request belongs to another protocol
    nodes: Nodes

    def handle(self) -> None:
        _, goal, *_ = self.rfile.readline().decode().split()
        while self.rfile.readline().strip():
            pass
        host, _, port = goal.rpartition(":")
        self.nodes.dialled.append((host, int(port)))
        known = int(port) in (KUBELET, AGENT, OPERATOR) and self.nodes.recording is not None
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" if known else b"HTTP/1.1 504 Gateway Timeout\r\n\r\n")
        if not known:
            return
        handler = type("There", (_There,), {"nodes": self.nodes, "host": host, "port": int(port)})
        with suppress(OSError):
            if int(port) == KUBELET:
                with self.nodes.tls.wrap_socket(self.connection, server_side=True) as secure:
                    handler(secure, (host, 0), self.server)
            else:
                handler(self.connection, (host, 0), self.server)


class _There(BaseHTTPRequestHandler):
    """A kubelet, or the metrics page of an agent or of the operator."""

    protocol_version = "HTTP/1.1"
    nodes: Nodes
    host: str
    port: int

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        parts = url.path.strip("/").split("/")
        if url.path == "/metrics":
            whose = "operator" if self.port == OPERATOR else self.host
            self._say(self.nodes.said(whose, "metrics.prom"))
        elif parts[0] == "containerLogs":
            whose = "operator" if parts[-1] == "cilium-operator" else self.host
            self._say(self.nodes.said(whose, "log.txt"))
        elif parts[0] == "exec":
            self._run(parse_qs(url.query)["command"])
        else:
            self._say(None)

    do_POST = do_GET

    def _run(self, command: list[str]) -> None:
        printed = self.nodes.said(
            self.host, f"{'health' if command[0] == 'cilium-health' else 'status'}.json"
        )
        self.send_response(101)
        for name, value in (
            ("Connection", "Upgrade"),
            ("Upgrade", "SPDY/3.1"),
            ("X-Stream-Protocol-Version", PROTOCOL),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True
        spdy.answer(self.rfile, self.wfile, printed or b"", SUCCESS)  # type: ignore[arg-type] # they are files

    def _say(self, content: bytes | None) -> None:
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Nodes, Path]]:
    """The nodes, and the API server's configuration file that leads to them."""
    nodes = Nodes(folder)
    path, config = folder / "egress.sock", folder / "egress.yaml"
    config.write_text(EGRESS.format(socket=path))
    server = _Egress(str(path), type("Bound", (_Dialled,), {"nodes": nodes}))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield nodes, config
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _tls(folder: Path) -> ssl.SSLContext:
    """A kubelet's own certificate, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kubelet")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "kubelet.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
