"""Puts a recorded cluster into real servers, and sweeps it there as the bot does."""

import dataclasses
import json
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml

from bot.kube_access import kube_access
from bot.settings import Access
from checks.collect.live.agents import Agents
from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import run
from checks.collect.live.kubernetes import ApiServer
from checks.collect.recording import Recording
from checks.parts.agents import Meta
from tests.real.api import Api, Object, RefusedError, collection, plural
from tests.real.servers import Servers

CRDS = Path(__file__).parent / "crds"
SAME_AS = "cilium-bot.test/versions-of"
APISERVICES = "apis/apiregistration.k8s.io/v1/apiservices"
NOT_LOADED = {APISERVICES}  # the API server judges these itself: test_aggregated.py
LAST = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")  # they would be called
ODD_KEYS = {
    "APIService": "apiregistration.k8s.io/apiservices",
    "Node": "minions",
    "Service": "services/specs",
}
SWEEP_S = 60.0
_TIME = re.compile(r"\b(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?=(?:\.\d+)?(?:Z|\+00:00))")


def definitions() -> list[Object]:
    """The custom resource definitions that a cluster with Cilium on EKS may have."""
    found = [one for path in sorted(CRDS.glob("*.yaml")) for one in yaml.safe_load_all(path.read_text())]
    by_name = {one["metadata"]["name"]: one for one in found}
    for one in found:
        if other := one["metadata"].get("annotations", {}).get(SAME_AS):
            one["spec"]["versions"] = by_name[other]["spec"]["versions"]
    return found


def moved(folder: Path, to: Path, version: Object) -> Path:
    """A copy of a recording as if it had been taken just now, from an API server of this version."""
    shutil.copytree(folder, to)
    taken = Recording(folder).meta.taken_at
    by = datetime.now(UTC).replace(microsecond=0) - taken

    def later(found: re.Match[str]) -> str:
        return _text(datetime.fromisoformat(found[1]) + by)

    for path in to.rglob("*"):
        if path.is_file():
            path.write_text(_TIME.sub(later, path.read_text()))
    (to / "kubernetes/version.json").write_text(json.dumps(version))
    return to


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="seconds")


def objects(folder: Path) -> list[Object]:
    """Everything that a recording holds of the cluster, in the order in which it can be made."""
    found: list[Object] = []
    for path in sorted((folder / "kubernetes").rglob("*.json")):
        answer = json.loads(path.read_text())
        asked = str(path.relative_to(folder / "kubernetes")).removesuffix(".json")
        if asked in NOT_LOADED or answer.get("kind") == "Status" or "gitVersion" in answer:
            continue
        kind = {"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List")}
        found += [kind | item for item in answer["items"]] if "items" in answer else [answer]
    return sorted(found, key=lambda thing: (thing["kind"] in LAST, thing["kind"] != "Namespace"))


def key(thing: Object) -> str:
    """Where the API server keeps an object."""
    group = thing["apiVersion"].partition("/")[0] if "/" in thing["apiVersion"] else ""
    own = f"{group}/" if group.count(".") and not group.endswith(".k8s.io") else ""
    kind = ODD_KEYS.get(thing["kind"]) or plural(thing["kind"])
    where = [thing["metadata"][part] for part in ("namespace", "name") if part in thing["metadata"]]
    return "/".join(["/registry", f"{own}{kind}", *where])


def refused(admin: Api, thing: Object) -> str | None:
    """Why the API server would not make such an object, nor take it under the name of one that it has."""
    try:
        admin.apply(thing, dry=True)
    except RefusedError as error:
        return f"{key(thing)}: {error}"
    return None


def refused_status(admin: Api, thing: Object) -> str | None:
    """Why the API server would not take the status of an object that is there."""
    path = f"{collection(thing)}/{thing['metadata']['name']}"
    there = admin.call("GET", path)["metadata"]["resourceVersion"]
    body = thing | {"metadata": thing["metadata"] | {"resourceVersion": there}}
    try:
        admin.call("PUT", f"{path}/status", body, dryRun="All", fieldValidation="Strict")
    except RefusedError as error:
        return f"{key(thing)}, status: {error}"
    return None


@contextmanager
def loaded(servers: Servers, things: Iterable[Object], agents: Path | None = None) -> Iterator[None]:
    """The objects are in the cluster, as they were recorded, until the end.

    Kubelets and agents answer as in the recording ``agents``; None: there are none.
    """
    before: dict[str, bytes | None] = {}
    servers.nodes.recording = agents
    servers.nodes.dialled.clear()
    try:
        for thing in things:
            where = key(thing)
            before[where] = servers.etcd.get(where)  # namespaces and Services of the API server's own
            servers.etcd.put(where, json.dumps(thing).encode())
        yield
    finally:
        servers.nodes.recording = None
        for where, value in reversed(before.items()):
            if value is None:
                servers.etcd.delete(where)
            else:
                servers.etcd.put(where, value)


class Beside:
    """The cluster's API and its agents, through real servers; AWS and probes from its recording."""

    def __init__(
        self, recording: Recording, api: ApiServer, *, recorded: Collection[str] = NOT_LOADED
    ) -> None:
        """``recorded`` of the API's paths are the recording's too. Asks nothing yet."""
        self._recorded = recorded
        self._recording = recording
        self._api = api
        self._agents = Agents(api, recording.meta.cilium_namespace, run)

    @property
    def meta(self) -> Meta:
        """Whose cluster, and when."""
        return dataclasses.replace(self._recording.meta, source="live")

    def pages(self, path: str) -> Iterator[bytes]:
        """See Source."""
        room, _, rest = path.partition("/")
        if room == "kubernetes" and rest not in self._recorded:
            yield from self._api.pages(path)
        elif room == "cilium" and not path.endswith("metrics.earlier.prom"):
            yield self._agents.page(rest)
        else:
            yield from self._recording.pages(path)

    def arguments(self, path: str) -> Sequence[str]:
        """See Source."""
        return self._agents.nodes() if path == "cilium" else self._recording.arguments(path)


def api_server(who: Api, folder: Path, seconds: float = SWEEP_S) -> ApiServer:
    """The bot's own reader with somebody's kubeconfig, which is written into the folder."""
    access = kube_access(Access(kubeconfig=who.kubeconfig(folder)))
    return ApiServer(access, Deadline.after(seconds))
