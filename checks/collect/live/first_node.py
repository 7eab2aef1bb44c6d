"""One of the cluster's nodes, asked only when nothing else tells where in AWS the cluster stands."""

import re
import threading

import msgspec

from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import UnreadError
from checks.collect.wire import decode

ASKED = 10  # the first nodes by name; one of them is an EC2 instance unless none is
REGION = "topology.kubernetes.io/region"
_PROVIDER = re.compile(r"aws:///?[^/]*/(i-[0-9a-f]{8,17})")


class _Meta(msgspec.Struct, gc=False):
    labels: dict[str, str] | None = None


class _Spec(msgspec.Struct, gc=False):
    providerID: str = ""


class _Node(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    spec: _Spec = msgspec.field(default_factory=_Spec)


class _Nodes(msgspec.Struct, gc=False):
    items: tuple[_Node, ...] = ()


class FirstNode:
    """What a node tells of AWS; nothing where the cluster is elsewhere or nodes may not be read."""

    def __init__(self, api: ApiServer) -> None:
        """Asks nothing yet."""
        self._api = api
        self._found: tuple[str | None, str | None] | None = None
        self._lock = threading.Lock()

    def instance(self) -> str | None:
        """The id of its EC2 instance."""
        return self._look()[0]

    def region(self) -> str | None:
        """Its AWS region."""
        return self._look()[1]

    def _look(self) -> tuple[str | None, str | None]:
        with self._lock:
            if self._found is None:
                self._found = self._ask()
            return self._found

    def _ask(self) -> tuple[str | None, str | None]:
        try:
            raw = self._api.get("kubernetes/api/v1/nodes", f"/api/v1/nodes?limit={ASKED}")
            nodes = decode(raw, _Nodes, "NodeList").items
        except UnreadError:
            return None, None
        for node in nodes:
            if matched := _PROVIDER.fullmatch(node.spec.providerID):
                return matched[1], (node.metadata.labels or {}).get(REGION)
        return None, None
