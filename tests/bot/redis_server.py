"""A real redis-server for tests: on loopback, in a folder of its own, ended by the test that began it."""

import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

MISSING = "redis-server is not installed, and these tests need it: apt-get install redis-server"
READY = "Ready to accept connections"


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class RedisServer:
    """One server; ``start`` may follow ``stop``, on the same port and with nothing remembered."""

    folder: Path
    options: tuple[str, ...] = ()
    password: str = ""
    tls: bool = False
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """What REDIS_URL is to be."""
        whose = f":{self.password}@" if self.password else ""
        return (
            f"rediss://{whose}localhost:{self.port}/0?ssl_ca_certs={self.folder / 'cert.pem'}"
            if self.tls
            else f"redis://{whose}127.0.0.1:{self.port}/0"
        )

    def start(self) -> "RedisServer":
        """Return once it takes connections."""
        program = shutil.which("redis-server")
        if program is None:
            pytest.fail(MISSING, pytrace=False)
        command = [program, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command += ["--dir", str(self.folder), *self._ports(), *self.options]
        if self.password:
            command += ["--requirepass", self.password]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if READY in line:
                return self
        raise AssertionError("".join(said))

    def stop(self) -> None:
        """End it; whatever state it is in."""
        if self.process is not None:
            self.resume()
            self.process.kill()
            self.process.communicate()
            self.process = None

    def pause(self) -> None:
        """Let it take connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def client(self) -> "redis.Redis":
        """A client of the tests' own."""
        return redis.Redis.from_url(self.url)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def _ports(self) -> list[str]:
        if not self.tls:
            return ["--port", str(self.port)]
        certificate, key = certify(self.folder)
        return [
            *("--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"),
            *("--tls-cert-file", str(certificate), "--tls-key-file", str(key)),
            *("--tls-ca-cert-file", str(certificate)),
        ]


@contextmanager
def redis_server(folder: Path, *options: str, password: str = "", tls: bool = False) -> Iterator[RedisServer]:
    """A server that runs, and is ended with the block."""
    server = RedisServer(folder, options, password, tls)
    try:
        yield server.start()
    finally:
        server.stop()


def certify(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
