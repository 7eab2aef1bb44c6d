"""A recorded cluster made live again: its API server, its agents and its AWS account on loopback."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.exceptions import ClientError

from checks.collect.live.agents import Agents
from checks.collect.live.aws import AwsReader
from checks.collect.live.aws_api import AwsApi, TypeCache
from checks.collect.live.connection import Credentials
from checks.collect.live.deadline import Deadline
from checks.collect.live.dns import Outcome
from checks.collect.live.exec import run
from checks.collect.live.kubernetes import ApiServer
from checks.collect.live.operator_role import operator_role
from checks.collect.live.probes import Prober
from checks.collect.live.source import Live
from checks.collect.recording import Recording
from checks.parts.agents import Meta
from tests.checks.collect.live.stand_in import Behaviour, Cluster, Handler, answer

PODS = "/api/v1/namespaces/kube-system/pods"


class Access:
    """Credentials that never change."""

    def __init__(self, base: str) -> None:
        self.credentials = Credentials(base, {"Authorization": "Bearer x"})

    def current(self) -> Credentials:
        return self.credentials

    def renew(self, stale: Credentials) -> Credentials:
        return stale


def replayed(folder: Path) -> Cluster:
    """The API server of a recording."""
    cluster = Cluster()
    top = folder / "kubernetes"
    for file in top.rglob("*.json"):
        path = "/" + str(file.relative_to(top)).removesuffix(".json")
        content = json.loads(file.read_text())
        if content.get("kind") == "Status":
            cluster.scripts[path] = [answer(content, content["code"])]
        elif "items" in content:
            cluster.scripts[path] = [paged(content)]
        else:
            cluster.objects[path] = content
    pods = json.loads((top / "api/v1/pods.json").read_text())["items"]
    cluster.scripts[PODS] = [by_label([pod for pod in pods if pod["metadata"]["namespace"] == "kube-system"])]
    for service in json.loads((top / "api/v1/services.json").read_text())["items"]:
        where = service["metadata"]
        cluster.objects[f"/api/v1/namespaces/{where['namespace']}/services/{where['name']}"] = service
    for pod in pods:
        _agent(cluster, folder, pod)
    return cluster


def _agent(cluster: Cluster, folder: Path, pod: dict[str, Any]) -> None:
    labels, name = pod["metadata"].get("labels", {}), pod["metadata"]["name"]
    if labels.get("k8s-app") == "cilium":
        said = folder / "cilium" / pod["spec"].get("nodeName", "none")
        cluster.scripts[f"{PODS}/{name}/exec"] = [executed(said)]
    if labels.get("io.cilium/app") == "operator":
        said, metrics = folder / "cilium" / "operator", f"{PODS}/{name}:9963/proxy/metrics"
        if (said / "metrics.prom").exists():
            cluster.scripts[metrics] = [answer((said / "metrics.prom").read_bytes())]
        if (said / "log.txt").exists():
            cluster.scripts[f"{PODS}/{name}/log"] = [answer((said / "log.txt").read_bytes())]


def paged(content: dict[str, Any]) -> Behaviour:
    """A list in pages of a hundred; metadata comes last, as custom resources have it."""

    def behave(handler: Handler) -> None:
        query = parse_qs(urlsplit(handler.path).query)
        start = int(query.get("continue", ["0"])[0])
        left = content["items"][start + 100 :]
        metadata = {"continue": str(start + 100)} if left else {}
        page = {"items": content["items"][start : start + 100], "kind": content["kind"], "metadata": metadata}
        handler.say(200, page)

    return behave


def by_label(pods: list[dict[str, Any]]) -> Behaviour:
    """The pods with the label that is asked for."""

    def behave(handler: Handler) -> None:
        key, _, value = parse_qs(urlsplit(handler.path).query)["labelSelector"][0].partition("=")
        handler.say(200, {"items": [p for p in pods if p["metadata"].get("labels", {}).get(key) == value]})

    return behave


def executed(said: Path) -> Behaviour:
    """An agent that answers its two commands from its folder."""

    def behave(handler: Handler) -> None:
        commands = parse_qs(urlsplit(handler.path).query)["command"]
        file = said / ("health.json" if commands[0] == "cilium-health" else "status.json")
        content = file.read_bytes() if file.exists() else b""
        ended = b'{"status":"Success"}' if content else b'{"status":"Failure","reason":"NotFound"}'
        handler.websocket([b"\x01" + content, b"\x03" + ended])

    return behave


class Account:
    """boto3 clients that answer from a recording's files."""

    def __init__(self, folder: Path, service: str) -> None:
        self.folder = folder / "aws" / service

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(**asked: Any) -> Any:
            keys = ("SubnetId", "nodegroupName", "addonName", "ServiceCode", "PolicySourceArn")
            named = [str(asked[key]).rsplit("/", 1)[-1] for key in keys if key in asked]
            named += [attribute["AttributeValue"] for attribute in asked.get("LookupAttributes", ())]
            file = self.folder / "/".join([method.replace("_", "-"), *named])
            try:
                content: dict[str, Any] = json.loads(file.with_name(file.name + ".json").read_text())
            except FileNotFoundError:
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, method) from None
            return content

        return call

    def get_paginator(self, method: str) -> "Pages":
        return Pages(self, method)


class Pages:
    """One page."""

    def __init__(self, account: Account, method: str) -> None:
        self.account, self.method = account, method

    def paginate(self, **asked: Any) -> Iterator[Any]:
        named = {key: value for key, value in asked.items() if key == "ServiceCode"}
        yield getattr(self.account, self.method)(**named)


def probe_outcomes(folder: Path, kind: str) -> dict[tuple[str, object], Outcome]:
    """What the recorded probes saw, by server and protocol or by address and port."""
    file = folder / "probes" / f"{kind}.json"
    probes = json.loads(file.read_text())["probes"] if file.exists() else []
    return {
        (p.get("server") or p["address"], p.get("protocol") or p["port"]): Outcome(
            outcome=p["outcome"], seconds=p["seconds"], detail=p.get("detail", "")
        )
        for p in probes
    }


def alive(folder: Path, base: str, *, taken_at: datetime, probes: bool = True) -> Live:
    """The live source of a replayed cluster."""
    api = ApiServer(Access(base), Deadline.after(20), pause=lambda _: None)
    meta = Recording(folder).meta
    dns, tcp = probe_outcomes(folder, "dns"), probe_outcomes(folder, "tcp")
    fine = Outcome(outcome="ok", seconds=0.01)
    prober = Prober(
        api,
        from_node=None,
        udp=lambda server, _: dns.get((server, "udp"), fine),
        tcp=lambda server, _: dns.get((server, "tcp"), fine),
        connect=lambda address, port: tcp.get((address, port), fine),
    )
    return Live(
        Meta(
            cluster=meta.cluster, taken_at=taken_at, region=meta.region, account=meta.account, source="live"
        ),
        api=api,
        agents=Agents(api, meta.cilium_namespace, run),
        aws=AwsReader(
            AwsApi(lambda service: Account(folder, service), api.deadline),
            TypeCache(),
            cluster=meta.cluster,
            an_instance=lambda: None,
            operator_role=operator_role(api, meta.cilium_namespace),
        ),
        prober=prober if probes else None,
    )
