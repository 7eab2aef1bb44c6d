"""Runs one command in a container over the API server's WebSocket, and returns what it printed."""

import socket
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from checks.collect.live.connection import READ_TIMEOUT_S, Credentials, open_socket
from checks.collect.live.deadline import Deadline, LostError

# https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming: the first byte names the channel.
PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
STDOUT, STDERR, STATUS = 1, 2, 3
MAX_OUTPUT_BYTES = 8 * 1024 * 1024  # status of a node with 250 endpoints is some 200 kB
MAX_ERROR_BYTES = 4096


class ExecError(Exception):
    """The command gave no output that can be used; ``why`` is short and holds nothing secret."""

    def __init__(self, why: str, *, late: bool = False) -> None:
        """``late``: time ran out."""
        super().__init__(why)
        self.why = why
        self.late = late


class Runner(Protocol):
    """Runs a command in a container."""

    def __call__(
        self, credentials: Credentials, pod: "Container", command: Sequence[str], deadline: Deadline
    ) -> bytes:
        """Standard output of a command that ended well. Raises ExecError."""
        ...


class Container(msgspec.Struct, frozen=True):
    """Where to run it."""

    namespace: str
    pod: str
    container: str


class _Cause(msgspec.Struct, gc=False):
    reason: str = ""
    message: str = ""


class _Details(msgspec.Struct, gc=False):
    causes: tuple[_Cause, ...] = ()


class _Status(msgspec.Struct, gc=False):
    status: str = ""
    reason: str = ""
    details: _Details | None = None


# Built on import, by one thread: msgspec's first use of a struct is not safe beside another.
_STATUS = msgspec.json.Decoder(_Status)


def run(credentials: Credentials, pod: Container, command: Sequence[str], deadline: Deadline) -> bytes:
    """Run a command to its end, with nothing on its standard input. Raises ExecError."""
    import websocket  # the only user: not worth its start-up time elsewhere

    try:
        with closing(open_socket(credentials, deadline)) as opened:
            return _collect(_connect(opened, credentials, _target(pod, command), deadline), deadline)
    except websocket.WebSocketBadStatusException as error:
        raise ExecError(_reason(error)) from None
    except (websocket.WebSocketTimeoutException, TimeoutError):
        raise ExecError("no answer in time", late=True) from None
    except LostError as error:
        raise ExecError(error.why, late=error.late) from None
    except (websocket.WebSocketException, OSError, ValueError) as error:
        raise ExecError(f"connection failed: {type(error).__name__}") from None


def _target(pod: Container, command: Sequence[str]) -> str:
    words = [("command", word) for word in command]
    query = urlencode([("container", pod.container), ("stdout", "true"), ("stderr", "true"), *words])
    return f"/api/v1/namespaces/{quote(pod.namespace)}/pods/{quote(pod.pod)}/exec?{query}"


def _connect(opened: socket.socket, credentials: Credentials, target: str, deadline: Deadline) -> Any:
    import websocket

    base = urlsplit(credentials.base)
    return websocket.create_connection(
        f"{'ws' if credentials.tls is None else 'wss'}://{base.netloc}{base.path.rstrip('/')}{target}",
        socket=opened,
        timeout=deadline.within(READ_TIMEOUT_S),
        header=[f"{name}: {value}" for name, value in credentials.headers.items()],
        subprotocols=list(PROTOCOLS),
        suppress_origin=True,
        redirect_limit=0,  # the token is for the API server alone
        skip_utf8_validation=True,
    )


def _collect(line: Any, deadline: Deadline) -> bytes:
    """Everything the command printed, once it has ended well."""
    import websocket

    out, err = bytearray(), bytearray()
    while True:
        line.settimeout(deadline.within(60.0))
        opcode, frame = line.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise ExecError("ended without an exit status")
        if not frame:
            continue
        channel, content = frame[0], frame[1:]
        if channel == STDOUT:
            out += content
            if len(out) > MAX_OUTPUT_BYTES:
                raise ExecError(f"printed more than {MAX_OUTPUT_BYTES // 1024 // 1024} MiB")
        elif channel == STDERR:
            err += content[: MAX_ERROR_BYTES - len(err)]
        elif channel == STATUS:
            _judge(content, bytes(err))
            return bytes(out)


def _judge(content: bytes, err: bytes) -> None:
    """Raise ExecError unless the status on channel 3 says that the command ended well."""
    try:
        status = _STATUS.decode(content)
    except (msgspec.DecodeError, RecursionError):
        raise ExecError("ended with a status that is no JSON") from None
    if status.status == "Success":
        return
    causes = status.details.causes if status.details else ()
    code = next((cause.message for cause in causes if cause.reason == "ExitCode"), "")
    told = " ".join(err.decode(errors="replace").split())
    ended = f"exit status {code}" if code.isdecimal() else status.reason or "failed"
    raise ExecError(f"{ended}: {told}" if told else ended)


def _reason(error: Any) -> str:
    """The reason word of the Status that the API server refused with, or the HTTP status."""
    try:
        reason = _STATUS.decode(error.resp_body or b"").reason
    except (msgspec.DecodeError, RecursionError):
        reason = ""
    return reason or f"HTTP {error.status_code}"
