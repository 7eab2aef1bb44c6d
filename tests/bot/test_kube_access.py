"""Every kind of kubeconfig and the Pod's service account lead to a cluster with fresh credentials."""

import json
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.kube_access import KubeAccess, kube_access
from bot.settings import Access
from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import Container, run
from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import SourceError, UnreadError
from tests.checks.collect.live.stand_in import Cluster, Handler, normally, refuse, serving

ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/shop"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with serving(Cluster(objects={"/version": {"gitVersion": "v1.29.3"}})) as served:
        yield served


def config(tmp_path: Path, server: str, *, user: Any = None, name: str = "kind", **more: Any) -> str:
    path = tmp_path / "config"
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "contexts": [{"name": name, "context": {"cluster": name, "user": "me"}}],
        "clusters": [{"name": name, "cluster": {"server": server, **more}}],
        "users": [{"name": "me", "user": user or {"token": "static"}}],
    }
    path.write_text(yaml.safe_dump(content))
    return str(path)


def version(access: KubeAccess) -> Any:
    api = ApiServer(access, Deadline.after(5), pause=lambda _: None)
    [page] = api.pages("kubernetes/version")
    return json.loads(page)["gitVersion"]


def plugin(tmp_path: Path, status: str = '{"token": "token-%d" % calls}') -> dict[str, Any]:
    """An exec plugin that counts its calls in a file."""
    script = tmp_path / "plugin.py"
    script.write_text(
        "import json, pathlib\n"
        f"counter = pathlib.Path({str(tmp_path / 'calls')!r})\n"
        "calls = int(counter.read_text()) + 1 if counter.exists() else 1\n"
        "counter.write_text(str(calls))\n"
        f"status = {status}\n"
        "kind = {'apiVersion': 'client.authentication.k8s.io/v1beta1', 'kind': 'ExecCredential'}\n"
        "print(json.dumps({**kind, 'status': status}))\n"
    )
    arguments = [str(script), "--region", "eu-west-1", "eks", "get-token", "--cluster-name", "shop"]
    api = "client.authentication.k8s.io/v1beta1"
    return {"exec": {"apiVersion": api, "command": "python3", "args": arguments}}


def test_uses_a_kubeconfig_with_a_token(cluster: Cluster, tmp_path: Path) -> None:
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base)))
    assert version(access) == "v1.29.3"
    assert cluster.tokens == ["Bearer static"]


def test_reads_name_region_and_account_from_what_eks_wrote(cluster: Cluster, tmp_path: Path) -> None:
    place = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, name=ARN))).place()
    assert (place.name, place.region, place.account) == ("shop", "eu-west-1", "111122223333")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("me@shop.eu-west-1.eksctl.io", ("shop", "eu-west-1")),
        ("prod", (None, None)),
    ],
)
def test_reads_name_and_region_from_what_eksctl_wrote(
    cluster: Cluster, tmp_path: Path, name: str, found: tuple[str, str]
) -> None:
    place = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, name=name))).place()
    assert (place.name, place.region) == found
    assert place.context == name


def test_reads_name_and_region_from_the_exec_plugins_arguments(cluster: Cluster, tmp_path: Path) -> None:
    path = config(tmp_path, cluster.base, user=plugin(tmp_path), name="prod")
    place = kube_access(Access(kubeconfig=path)).place()
    assert (place.name, place.region) == ("shop", "eu-west-1")


def test_runs_the_exec_plugin_again_when_its_token_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    cluster.scripts["/version"] = [refuse(401, "Unauthorized"), normally]
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, user=plugin(tmp_path))))
    assert version(access) == "v1.29.3"
    assert cluster.tokens == ["Bearer token-1", "Bearer token-2"]


def test_runs_the_exec_plugin_once_for_a_token_that_holds(cluster: Cluster, tmp_path: Path) -> None:
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, user=plugin(tmp_path))))
    for _ in range(3):
        version(access)
    assert set(cluster.tokens) == {"Bearer token-1"}


def test_runs_the_exec_plugin_again_when_its_token_has_expired(cluster: Cluster, tmp_path: Path) -> None:
    expired = '{"token": "token-%d" % calls, "expirationTimestamp": "2020-01-01T00:00:00Z"}'
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, user=plugin(tmp_path, expired))))
    version(access)
    version(access)
    assert cluster.tokens[0] != cluster.tokens[1]


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the official client leaves the plugin's pipes open
def test_says_that_the_exec_plugin_gave_nothing(cluster: Cluster, tmp_path: Path) -> None:
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "no-such-command"}}
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base, user=user)))
    with pytest.raises(SourceError, match="no-such-command gave no credentials"):
        access.place()
    with pytest.raises(UnreadError, match="refused: no credentials"):
        version(access)


@pytest.mark.parametrize("content", ["", "[", "- a", "a: {b: c}", "\x00", "kind: Config\ncontexts: 3\n"])
def test_says_in_one_line_that_a_kubeconfig_is_no_use(tmp_path: Path, content: str) -> None:
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(SourceError) as caught:
        kube_access(Access(kubeconfig=str(path))).place()
    assert "cannot be used" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_repeats_nothing_of_a_malformed_user(tmp_path: Path) -> None:
    path = tmp_path / "config"
    content = yaml.safe_load(Path(config(tmp_path, "https://x")).read_text())
    content["users"] = [{"name": "me", "wrong": {"token": "very-secret"}}]
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(SourceError) as caught:
        kube_access(Access(kubeconfig=str(path))).place()
    assert "very-secret" not in str(caught.value)


def test_says_that_a_context_is_unknown(cluster: Cluster, tmp_path: Path) -> None:
    access = kube_access(Access(kubeconfig=config(tmp_path, cluster.base), context="other"))
    with pytest.raises(SourceError, match="other"):
        access.place()


def test_says_what_to_do_when_there_is_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SourceError, match="KUBECONFIG"):
        kube_access(Access(), service_account=tmp_path).place()


def authority() -> tuple[bytes, bytes]:
    """A certificate and its key, for kube.test and loopback, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube.test")])
    names = x509.SubjectAlternativeName([x509.DNSName("kube.test"), x509.IPAddress(IPv4Address("127.0.0.1"))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), secret


@contextmanager
def serving_tls(tmp_path: Path, served: Cluster) -> Iterator[bytes]:
    """Serve over TLS; yields the authority's certificate."""
    certificate, key = authority()
    (tmp_path / "both.pem").write_bytes(certificate + key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "both.pem")

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def get_request(self) -> tuple[socket.socket, Any]:
            accepted, who = super().get_request()
            return context.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False), who

        def handle_error(self, *_: object) -> None:
            """Refused handshakes are what some tests are about."""

    server = Quiet(("127.0.0.1", 0), type("Bound", (Handler,), {"cluster": served}))
    served.base = f"https://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield certificate
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def test_checks_the_certificate_by_the_clusters_authority(tmp_path: Path) -> None:
    served = Cluster(objects={"/version": {"gitVersion": "v1.29.3"}})
    served.execs["/api/v1/namespaces/kube-system/pods/cilium-a/exec"] = [
        b"\x01{}",
        b'\x03{"status":"Success"}',
    ]
    with serving_tls(tmp_path, served) as certificate:
        given = {"certificate-authority-data": b64encode(certificate).decode()}
        access = kube_access(Access(kubeconfig=config(tmp_path, served.base, **given)))
        assert version(access) == "v1.29.3"
        pod = Container("kube-system", "cilium-a", "cilium-agent")
        assert run(access.current(), pod, ("cilium-dbg",), Deadline.after(5)) == b"{}"
        named = kube_access(
            Access(kubeconfig=config(tmp_path, served.base, **given, **{"tls-server-name": "kube.test"}))
        )
        assert version(named) == "v1.29.3"


def test_refuses_a_certificate_that_does_not_fit(tmp_path: Path) -> None:
    served = Cluster(objects={"/version": {"gitVersion": "v1.29.3"}})
    with serving_tls(tmp_path, served) as certificate:
        given = {"certificate-authority-data": b64encode(certificate).decode()}
        other = {**given, "tls-server-name": "other.test"}
        for wrong in ({}, other):
            with pytest.raises(UnreadError, match="certificate was not accepted"):
                version(kube_access(Access(kubeconfig=config(tmp_path, served.base, **wrong))))
        skip: dict[str, Any] = {"insecure-skip-tls-verify": True}
        skipped = config(tmp_path, served.base, **skip)
        assert version(kube_access(Access(kubeconfig=skipped))) == "v1.29.3"


@contextmanager
def proxy(seen: list[str]) -> Iterator[str]:
    """An HTTP proxy that tunnels and keeps what it was asked."""

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            seen.extend([self.path, self.headers.get("Proxy-Authorization", "")])
            host, port = self.path.split(":")
            with socket.create_connection((host, int(port)), timeout=5) as onward:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=pump, args=(onward, self.connection), daemon=True)
                back.start()
                pump(self.connection, onward)
                back.join()

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is logged."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://me:word@127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_goes_through_the_proxy_of_the_kubeconfig(cluster: Cluster, tmp_path: Path) -> None:
    seen: list[str] = []
    with proxy(seen) as address:
        path = config(tmp_path, cluster.base, **{"proxy-url": address})
        assert version(kube_access(Access(kubeconfig=path))) == "v1.29.3"
    assert seen == [cluster.base.removeprefix("http://"), "Basic bWU6d29yZA=="]


def test_asks_no_proxy_of_the_environment_for_this_machine(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    assert version(kube_access(Access(kubeconfig=config(tmp_path, cluster.base)))) == "v1.29.3"


def test_says_that_it_knows_no_other_proxy(cluster: Cluster, tmp_path: Path) -> None:
    path = config(tmp_path, cluster.base, **{"proxy-url": "socks5://127.0.0.1:1"})
    with pytest.raises(UnreadError, match="only HTTP proxies"):
        version(kube_access(Access(kubeconfig=path)))


def test_uses_the_pods_service_account_and_reads_its_token_again(tmp_path: Path) -> None:
    served = Cluster(objects={"/version": {"gitVersion": "v1.29.3"}})
    with serving_tls(tmp_path, served) as certificate:
        (tmp_path / "ca.crt").write_bytes(certificate)
        (tmp_path / "token").write_text("first\n")
        host, _, port = served.base.removeprefix("https://").partition(":")
        environ = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": port}
        access = kube_access(Access(), service_account=tmp_path, environ=environ)
        assert access.place().inside
        assert version(access) == "v1.29.3"
        (tmp_path / "token").write_text("second\n")
        served.scripts["/version"] = [refuse(401, "Unauthorized"), normally]
        assert version(access) == "v1.29.3"
    assert served.tokens == ["bearer first", "bearer first", "bearer second"]
