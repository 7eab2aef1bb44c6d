"""Where the cluster's API server is and how to prove who asks: kubeconfig or the Pod's service account.

The official client reads the configuration and keeps its credentials fresh; nothing else of it is used.
"""

import os
import re
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from bot.access import Access
from checks.collect.live.connection import Credentials
from checks.collect.source import SourceError

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
USER_CONFIG = Path("~/.kube/config")

_ARN = re.compile(r"arn:aws[a-z-]*:eks:([a-z0-9-]+):(\d{12}):cluster/([0-9A-Za-z][0-9A-Za-z_-]{0,99})")
_EKSCTL = re.compile(r"(?:.*@)?([0-9A-Za-z][0-9A-Za-z_-]{0,99})\.([a-z]{2}(?:-[a-z]+)+-\d)\.eksctl\.io")
_ENDPOINT = re.compile(r".*\.([a-z]{2}(?:-[a-z]+)+-\d)\.eks\.amazonaws\.com(?:\.cn)?")
_UNKNOWN = re.compile(r"Expected object with name (\S{1,256}) in \S*/(context|cluster|user)s list")
_NAMED_BY = ("--cluster-name", "--cluster-id", "-i")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What the configuration itself tells of the cluster; None where it tells nothing."""

    name: str | None = None
    region: str | None = None
    account: str | None = None
    context: str | None = None
    inside: bool = False


class KubeAccess:
    """Credentials that stay fresh: rotated tokens are read again, exec plugins run again when due."""

    def __init__(self, load: "Load") -> None:
        """``load`` reads the configuration from the beginning; it may raise what the official client does."""
        self._load = load
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None
        self._credentials: Credentials | None = None

    def place(self) -> Place:
        """What the configuration tells of the cluster. Raises SourceError when it cannot be used at all."""
        try:
            with self._lock:
                return self._configured().place
        except (OSError, ValueError) as error:
            raise SourceError(str(error)) from None

    def current(self) -> Credentials:
        """The credentials to use now. Raises OSError or ValueError when there are none."""
        with self._lock:
            configuration = self._configured().configuration
            token = configuration.get_api_key_with_prefix("BearerToken")  # renews one that has expired
            headers = {"Authorization": token.strip()} if token else {}
            if self._credentials is None or self._credentials.headers != headers:
                self._credentials = _credentials(self._configured(), headers)
            return self._credentials

    def renew(self, stale: Credentials) -> Credentials:
        """Others than ``stale``; the configuration is read anew unless somebody else has done so already."""
        with self._lock:
            if self._credentials is stale:
                self._loaded = self._credentials = None
        return self.current()

    def _configured(self) -> "Loaded":
        if self._loaded is None:
            self._loaded = self._load()
        return self._loaded


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration of the official client, what it tells of the cluster, and the proxy to it.

    ``authority``: who signed the API server's certificate, as PEM, where no file holds it.
    """

    configuration: Any  # kubernetes.client.Configuration
    place: Place
    proxy: str | None
    authority: str | None = None


Load = Callable[[], Loaded]


def kube_access(
    access: Access, *, service_account: Path = SERVICE_ACCOUNT, environ: Mapping[str, str] = os.environ
) -> KubeAccess:
    """Access by the kubeconfig that was named, else the Pod's service account, else the user's kubeconfig.

    ``service_account`` is the folder with token and ca.crt; ``environ`` tells a Pod its API server.
    """
    named = access.kubeconfig is not None or access.context is not None
    if not named and (service_account / "token").is_file():
        return KubeAccess(lambda: _load_inside(service_account, environ))
    return KubeAccess(lambda: _load_kubeconfig(access.kubeconfig, access.context))


def _load_inside(folder: Path, environ: Mapping[str, str]) -> Loaded:
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.incluster_config import InClusterConfigLoader

    configuration = Configuration()
    try:
        loader = InClusterConfigLoader(  # type: ignore[no-untyped-call] # no types there
            token_filename=folder / "token", cert_filename=folder / "ca.crt", environ=environ
        )
        loader.load_and_set(configuration)  # type: ignore[no-untyped-call] # no types there
    except ConfigException as error:
        raise ValueError(f"the Pod's service account cannot be used: {error}") from None
    return Loaded(configuration, Place(inside=True), proxy_to(configuration.host))


def _load_kubeconfig(path: str | None, context: str | None) -> Loaded:
    from kubernetes.client import Configuration
    from kubernetes.config import ConfigException
    from kubernetes.config.kube_config import KubeConfigLoader, KubeConfigMerger
    from yaml import YAMLError

    named = path or str(USER_CONFIG.expanduser())
    if path is None and not Path(named).is_file():
        raise ValueError("no cluster: set KUBECONFIG, run in a Pod, or give --recording PATH")
    configuration = Configuration()
    try:
        merged = KubeConfigMerger(named).config  # type: ignore[no-untyped-call] # no types there
        loader = KubeConfigLoader(  # type: ignore[no-untyped-call] # no types there
            merged, active_context=context, config_base_path=None
        )
        loader.load_and_set(configuration)  # type: ignore[no-untyped-call] # the client's config has no types
        chosen, cluster, user = _chosen(merged, loader.current_context)
    except (ConfigException, YAMLError, OSError, KeyError, TypeError, AttributeError, ValueError) as error:
        unknown = _UNKNOWN.search(str(error))  # of other messages, some repeat the user's whole entry
        told = f"it has no {unknown[2]} {unknown[1]!r}" if unknown else "it is not what kubectl writes"
        raise ValueError(f"the kubeconfig {named} cannot be used: {told}") from None
    if user.get("exec") and not (configuration.api_key or configuration.cert_file):
        command = str(user["exec"].get("command"))
        raise ValueError(f"the kubeconfig's command {command} gave no credentials; try it by hand")
    proxy = cluster.get("proxy-url")
    return Loaded(
        configuration, _place(chosen, cluster, user), str(proxy) if proxy else proxy_to(configuration.host)
    )


Entry = Mapping[str, Any]


def _chosen(merged: Any, context: Entry) -> tuple[str, Entry, Entry]:
    """The chosen context's name, with its cluster (its name under "name") and its user."""
    wanted = context["context"]
    cluster = merged["clusters"].get_with_name(wanted["cluster"]).value
    user = merged["users"].get_with_name(wanted.get("user"), safe=True) if "users" in merged else None
    return (
        context["name"],
        {"name": cluster["name"], **cluster["cluster"]},
        user.value["user"] if user else {},
    )


def _place(context: str, cluster: Entry, user: Entry) -> Place:
    """Name, region and account, as `aws eks update-kubeconfig`, eksctl and the exec plugin leave them."""
    arguments = [str(word) for word in (user.get("exec") or {}).get("args") or ()]
    said = dict(pairwise(arguments))
    name = next((said[word] for word in _NAMED_BY if word in said), None)
    endpoint = _ENDPOINT.fullmatch(urlsplit(str(cluster.get("server", ""))).hostname or "")
    region = said.get("--region") or (endpoint[1] if endpoint else None)
    for text in (str(cluster["name"]), context):
        if arn := _ARN.fullmatch(text):
            return Place(name=arn[3], region=arn[1], account=arn[2], context=context)
        if eksctl := _EKSCTL.fullmatch(text):
            return Place(name=name or eksctl[1], region=region or eksctl[2], context=context)
    return Place(name=name, region=region, context=context)


def proxy_to(host: str) -> str | None:
    """The proxy that the environment names between here and the API server."""
    goal = urlsplit(host)
    if _is_here(goal.hostname or "") or proxy_bypass(goal.hostname or ""):
        return None
    proxies = getproxies()
    return proxies.get(goal.scheme) or proxies.get("all")


def _is_here(host: str) -> bool:
    """Whether it is this machine: kubectl asks no proxy of the environment for it either."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _credentials(loaded: Loaded, headers: Mapping[str, str]) -> Credentials:
    configuration, proxy = loaded.configuration, loaded.proxy
    if proxy and urlsplit(proxy).scheme not in ("http", ""):
        raise ValueError("only HTTP proxies are supported between the bot and the API server")
    return Credentials(
        base=configuration.host,
        headers=headers,
        tls=_tls(configuration, loaded.authority) if configuration.host.startswith("https") else None,
        server_name=configuration.tls_server_name,
        proxy=proxy,
        proxy_headers=_proxy_headers(proxy),
    )


def _tls(configuration: Any, authority: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=configuration.ssl_ca_cert, cadata=authority)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # EKS's own CAs lack an Authority Key Identifier
    if not configuration.verify_ssl:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if configuration.cert_file:
        context.load_cert_chain(configuration.cert_file, configuration.key_file)
    return context


def _proxy_headers(proxy: str | None) -> Mapping[str, str]:
    parts = urlsplit(proxy or "")
    if not parts.username:
        return {}
    from base64 import b64encode

    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
