"""Starts etcd and kube-apiserver on loopback, each with its own folder, and stops them."""

import base64
import http.client
import json
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.real.api import Api, RefusedError
from tests.real.build import binary
from tests.real.nodes import Nodes, serving

HOME = "127.0.0.1"
START_S = 180.0  # on two cores that others use too
STOP_S = 10.0
LOOK_S = 0.05


class Etcd:
    """The store below the API server, through its JSON gateway."""

    def __init__(self, base: str) -> None:
        """Connects when first asked."""
        goal = urlsplit(base)
        self.base = base
        self._http = http.client.HTTPConnection(goal.hostname or "", goal.port or 0, timeout=30)

    def put(self, key: str, value: bytes) -> int:
        """Write one key; the revision that it has now."""
        return int(self._call("kv/put", key=_b64(key.encode()), value=_b64(value))["header"]["revision"])

    def get(self, key: str) -> bytes | None:
        """What a key holds; None when there is none of that name."""
        found = self._call("kv/range", key=_b64(key.encode())).get("kvs", [])
        return base64.b64decode(found[0]["value"]) if found else None

    def delete(self, key: str, *, below: bool = False) -> None:
        """Take a key away, or all that begin with it."""
        end = {"range_end": _b64(key[:-1].encode() + bytes([ord(key[-1]) + 1]))} if below else {}
        self._call("kv/deleterange", key=_b64(key.encode()), **end)

    def compact(self, revision: int) -> None:
        """Forget what was there before a revision."""
        self._call("kv/compaction", revision=str(revision), physical=True)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _call(self, what: str, **asked: object) -> Any:
        self._http.request("POST", f"/v3/{what}", json.dumps(asked))
        answer = self._http.getresponse()
        raw = answer.read()
        if answer.status != 200:
            raise OSError(f"etcd: {answer.status} {raw!r}")
        return json.loads(raw)


@dataclass(frozen=True, slots=True)
class Servers:
    """Both of them, what they reach, and the one who may do everything."""

    etcd: Etcd
    admin: Api
    nodes: Nodes

    def as_user(self, token: str) -> Api:
        """Another who asks."""
        return Api(self.admin.base, self.admin.ca, token)


@contextmanager
def running(folder: Path) -> Iterator[Servers]:
    """Both servers, ready; they are gone afterwards. Raises AssertionError with what they last said."""
    client, peer, secure = free_port(), free_port(), free_port()
    etcd = Etcd(f"http://{HOME}:{client}")
    keys, token = _keys(folder), secrets.token_hex(16)
    (folder / "tokens.csv").write_text(f'{token},admin,admin,"system:masters"\n')
    with (
        serving(folder) as (nodes, egress),
        _process("etcd", folder, _etcd_flags(folder, etcd.base, f"http://{HOME}:{peer}")),
        _process(
            "kube-apiserver",
            folder,
            [*_api_flags(folder, etcd.base, secure, keys), f"--egress-selector-config-file={egress}"],
        ) as process,
    ):
        certificate = folder / "certs" / "apiserver.crt"
        _wait(process, folder, certificate.exists)
        admin = Api(f"https://{HOME}:{secure}", certificate, token)
        _wait(process, folder, lambda: _ready(admin))
        yield Servers(etcd, admin, nodes)
        admin.close()
        etcd.close()


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as sock:
        sock.bind((HOME, 0))
        return int(sock.getsockname()[1])


def _etcd_flags(folder: Path, client: str, peer: str) -> list[str]:
    return [
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=error",
    ]


def _api_flags(folder: Path, etcd: str, port: int, keys: tuple[Path, Path]) -> list[str]:
    return [
        f"--etcd-servers={etcd}",
        f"--bind-address={HOME}",
        f"--advertise-address={HOME}",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certs'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--anonymous-auth=false",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-signing-key-file={keys[0]}",
        f"--service-account-key-file={keys[1]}",
        "--service-cluster-ip-range=10.100.0.0/16",
        "--storage-media-type=application/json",  # objects are put below it as they were recorded
        "--endpoint-reconciler-type=none",  # it would write into a recorded cluster
        "--disable-admission-plugins=ServiceAccount",
        "--allow-privileged=true",
        "--kubelet-preferred-address-types=InternalIP",
        "--feature-gates=ListFromCacheSnapshot=false",  # else a compaction is noticed only minutes later
    ]


def _keys(folder: Path) -> tuple[Path, Path]:
    """What signs ServiceAccount tokens, and what proves them."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private, public = folder / "sa.key", folder / "sa.pub"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return private, public


@contextmanager
def _process(name: str, folder: Path, flags: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen([binary(name), *flags], stdout=log, stderr=log, cwd=folder)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(admin: Api) -> bool:
    try:
        admin.call("GET", "/readyz")
    except (RefusedError, OSError):
        return False
    return True


def _wait(process: "subprocess.Popen[bytes]", folder: Path, done: Callable[[], bool]) -> None:
    """Until ``done()``; the process must not end before."""

    def alive_and_done() -> bool:
        assert process.poll() is None, f"kube-apiserver ended: {_last_words(folder)}"
        return done()

    try:
        until(alive_and_done, START_S)
    except TimeoutError:
        raise AssertionError(f"kube-apiserver is not ready: {_last_words(folder)}") from None


def until(done: Callable[[], bool], seconds: float = 60.0) -> None:
    """Come back when ``done()``. Raises TimeoutError when that takes too long."""
    last, pause = time.monotonic() + seconds, threading.Event()
    while not done():
        if time.monotonic() > last:
            raise TimeoutError
        pause.wait(LOOK_S)


def _last_words(folder: Path) -> str:
    return (folder / "kube-apiserver.log").read_text(errors="replace")[-2000:]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
