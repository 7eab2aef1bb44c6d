"""Cilium's agents and operator: what they say of themselves, their metrics pages and their logs."""

import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

import msgspec

from checks.collect.live.deadline import Deadline
from checks.collect.live.exec import Container, ExecError, Runner
from checks.collect.live.kubernetes import LIMIT, ApiServer
from checks.collect.live.paging import continues
from checks.collect.refusals import agent_refusal
from checks.collect.source import UnreadError
from checks.collect.version import version_of_image
from checks.collect.wire import decode

MAX_ASKED = 20  # of the agents: health is per observer, and twenty of them see a pattern
MAX_PAGES = 4  # of agents and of nodes to choose from: 2,000 are enough to spread over zones
AGENT_TIMEOUT_S = 10.0  # for one agent: one that hangs must not cost the others their turn
LOG_BYTES = 4 * 1024 * 1024
LOG_LINES = 2000
AGENT_PORT, OPERATOR_PORT = 9962, 9963
ZONE = "topology.kubernetes.io/zone"
OLD_NAME = re.compile(r"1\.(\d|1[0-4])\b")  # up to 1.14 the CLI in the agent's container is called cilium

COMMANDS = {
    "status": ("cilium-dbg", "status", "-o", "json"),
    "health": ("cilium-health", "status", "-o", "json"),
}
_LEVEL = re.compile(rb"""level"?[=:]\s*"?(warn|error|fatal|panic|critical)""", re.IGNORECASE)
_IPAM = re.compile(rb"ipam", re.IGNORECASE)


class _Meta(msgspec.Struct, gc=False):
    name: str = ""
    labels: dict[str, str] | None = None


class _Box(msgspec.Struct, gc=False):
    name: str = ""
    image: str = ""


class _PodSpec(msgspec.Struct, gc=False):
    nodeName: str | None = None
    containers: tuple[_Box, ...] = ()


class _PodStatus(msgspec.Struct, gc=False):
    phase: str = ""


class _Pod(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _PodSpec = msgspec.field(default_factory=_PodSpec)
    status: _PodStatus = msgspec.field(default_factory=_PodStatus)


class _Pods(msgspec.Struct, gc=False):
    items: tuple[_Pod, ...] = ()


class _Node(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


class _Nodes(msgspec.Struct, gc=False):
    items: tuple[_Node, ...] = ()


class _LeaseSpec(msgspec.Struct, gc=False):
    holderIdentity: str | None = None


class _Lease(msgspec.Struct, gc=False):
    spec: _LeaseSpec = msgspec.field(default_factory=_LeaseSpec)


class Agents:
    """Answers the recording paths below "cilium/"; finds out which agents there are when first asked."""

    def __init__(self, api: ApiServer, namespace: str, run: Runner) -> None:
        """``namespace``: Cilium's."""
        self._api = api
        self._namespace = namespace
        self._run = run
        self._chosen: Mapping[str, _Pod] | None = None
        self._lock = threading.Lock()

    def nodes(self) -> tuple[str, ...]:
        """The nodes whose agents are asked, sorted: all up to twenty, else twenty spread over the zones.

        Raises UnreadError when the agents' pods cannot be listed.
        """
        return tuple(sorted(self._agents()))

    def page(self, path: str) -> bytes:
        """The answer to one path, "NODE/status" or "operator/metrics.prom". Raises UnreadError."""
        whose, _, what = path.partition("/")
        deadline = self._api.deadline.sooner(AGENT_TIMEOUT_S)
        if what in COMMANDS and whose != "operator":
            return self._exec(path, self._agent(whose), COMMANDS[what], deadline)
        if what not in ("metrics.prom", "log.txt"):
            raise UnreadError("not asked")
        operator = whose == "operator"
        pod = self._leader() if operator else self._agent(whose).metadata.name
        if what == "log.txt":
            return self._log(path, pod, "cilium-operator" if operator else "cilium-agent", deadline)
        return self._metrics(path, pod, OPERATOR_PORT if operator else AGENT_PORT, deadline)

    def _agent(self, node: str) -> _Pod:
        found = self._agents().get(node)
        if found is None:
            raise UnreadError("not asked")
        return found

    def _agents(self) -> Mapping[str, _Pod]:
        """The chosen agents by node, found once for all who ask. Raises UnreadError."""
        with self._lock:
            if self._chosen is None:
                found = {pod.spec.nodeName: pod for pod in self._pods("k8s-app=cilium") if pod.spec.nodeName}
                chosen = spread(found, self._zones(), MAX_ASKED) if len(found) > MAX_ASKED else list(found)
                self._chosen = {node: found[node] for node in chosen}
            return self._chosen

    def _pods(self, selector: str) -> Iterable[_Pod]:
        """Running pods of Cilium's namespace with this label; those of 2,000 nodes at most."""
        target = f"/api/v1/namespaces/{quote(self._namespace)}/pods?labelSelector={quote(selector, safe='')}"
        for page in self._pages("kubernetes/api/v1/pods", target):
            yield from (pod for pod in decode(page, _Pods, "PodList").items if pod.status.phase == "Running")

    def _zones(self) -> dict[str, str]:
        """Node name to zone, of as many nodes as are read; empty when they may not be read."""
        try:
            pages = self._pages("kubernetes/api/v1/nodes", "/api/v1/nodes?")
            nodes = [node.metadata for page in pages for node in decode(page, _Nodes, "NodeList").items]
        except UnreadError:
            return {}
        return {node.name: (node.labels or {}).get(ZONE, "") for node in nodes}

    def _pages(self, path: str, target: str) -> Iterable[bytes]:
        token = ""
        for _ in range(MAX_PAGES):
            page = self._api.get(path, f"{target}&limit={LIMIT}&continue={quote(token, safe='')}")
            yield page
            token = continues(page)
            if not token:
                return

    def _leader(self) -> str:
        """The pod of the operator that leads, or one that runs. Raises UnreadError."""
        pods = sorted(pod.metadata.name for pod in self._pods("io.cilium/app=operator"))
        if not pods:
            raise UnreadError(f"not found: no running pod of cilium-operator in namespace {self._namespace}")
        holder = self._holder() if len(pods) > 1 else ""
        return next((pod for pod in pods if holder.startswith(f"{pod}-")), pods[0])

    def _holder(self) -> str:
        """Who holds the operator's lease, "POD-RANDOM"; empty when that is not known."""
        group = "apis/coordination.k8s.io/v1"
        target = f"/{group}/namespaces/{quote(self._namespace)}/leases/cilium-operator-resource-lock"
        try:
            return (
                decode(
                    self._api.get(f"kubernetes/{group}/leases", target), _Lease, "Lease"
                ).spec.holderIdentity
                or ""
            )
        except UnreadError:
            return ""

    def _exec(self, path: str, pod: _Pod, command: Sequence[str], deadline: Deadline) -> bytes:
        box = next((box for box in pod.spec.containers if box.name == "cilium-agent"), _Box("cilium-agent"))
        if command[0] == "cilium-dbg" and OLD_NAME.match(version_of_image(box.image) or ""):
            command = ("cilium", *command[1:])
        where = Container(self._namespace, pod.metadata.name, box.name)
        try:
            return self._run(self._api.credentials(), where, command, deadline)
        except ExecError as error:
            if error.late:
                raise UnreadError(f"timed out: cilium/{path}") from None
            raise agent_refusal(f"cilium/{path}", error.why) from None

    def _metrics(self, path: str, pod: str, port: int, deadline: Deadline) -> bytes:
        target = f"/api/v1/namespaces/{quote(self._namespace)}/pods/{quote(pod)}:{port}/proxy/metrics"
        return self._api.get(f"cilium/{path}", target, deadline)

    def _log(self, path: str, pod: str, container: str, deadline: Deadline) -> bytes:
        target = f"/api/v1/namespaces/{quote(self._namespace)}/pods/{quote(pod)}/log?container={container}"
        raw = self._api.get(f"cilium/{path}", f"{target}&limitBytes={LOG_BYTES}&tailLines=20000", deadline)
        lines = [line for line in raw.splitlines() if _LEVEL.search(line) or _IPAM.search(line)]
        return b"".join(line + b"\n" for line in lines[-LOG_LINES:])


def spread(agents: Iterable[str], zones: dict[str, str], wanted: int) -> list[str]:
    """That many nodes, taken from the zones in turn; the same ones each time."""
    by_zone: dict[str, list[str]] = {}
    for node in sorted(agents, reverse=True):
        by_zone.setdefault(zones.get(node, ""), []).append(node)
    chosen: list[str] = []
    while len(chosen) < wanted and any(by_zone.values()):
        for zone in sorted(by_zone):
            if by_zone[zone]:
                chosen.append(by_zone[zone].pop())
    return chosen[:wanted]
