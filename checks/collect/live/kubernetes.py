"""Lists and objects of the Kubernetes API, page by page, whatever the API server answers."""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import partial
from urllib.parse import quote

import msgspec

from checks.collect.grants import right_for
from checks.collect.live.connection import Access, Answer, Connection, Credentials
from checks.collect.live.deadline import Deadline, LostError
from checks.collect.live.paging import continues, way_on
from checks.collect.live.side_by_side import side_by_side
from checks.collect.refusals import kubernetes_refusal
from checks.collect.source import RestartError, UnreadError
from checks.collect.wire import decode

LIMIT = 500  # larger pages cost memory and win nothing
MAX_WAITS = 8  # of one request, told by 429 or 503 to come back later
AGAIN_S = 0.5  # before a request that failed with 5xx is made once more

PODS = "kubernetes/api/v1/pods"
LARGE = 20_000  # pods; below that one list after the other is as fast
LISTS_AT_ONCE = 4

# What no collector keeps is not fetched: Normal events, and the heartbeats of thousands of nodes.
SELECTORS = {
    "api/v1/events": "type=Warning",
    "apis/coordination.k8s.io/v1/leases": "metadata.namespace!=kube-node-lease",
}


class ApiServer:
    """Reads one cluster's API; may be used from several threads at once. Connects when first asked."""

    def __init__(
        self, access: Access, deadline: Deadline, *, pause: Callable[[float], None] = time.sleep
    ) -> None:
        """``pause`` waits that many seconds, as sleep does."""
        self.deadline = deadline
        self._access = access
        self._pause = pause
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def pages(self, path: str) -> Iterator[bytes]:
        """The pages of one recording path, "kubernetes/api/v1/pods". Raises UnreadError.

        The next page is asked for, on a second connection, before this one is handed out: the API server
        encodes it while the collector decodes. The pods of a large cluster are read by namespace, four at a
        time: there the API server's encoding is the limit. RestartError when a continue token has expired.
        """
        pages = self._listed(path, _target(path))
        if path != PODS:
            yield from pages
            return
        page = next(pages)
        names = self._namespaces() if way_on(page)[1] > LARGE else ()
        if names:  # the first page comes again with its namespace
            pages.close()
            lists = (partial(self._listed, path, _target(path, name)) for name in names)
            yield from side_by_side(lists, LISTS_AT_ONCE)
        else:
            yield page
            yield from pages

    def _listed(self, path: str, target: str) -> Generator[bytes, None, None]:
        first, second = self._take(), None
        try:
            page = self._get(first, path, target)
            while token := continues(page):
                following = f"{target}&continue={quote(token, safe='')}"
                second = second or self._take()
                asked = self._ask_early(second, following)
                yield page
                first, second = second, first
                page = self._settle(first, path, following) if asked else self._get(first, path, following)
            yield page
        except LostError as error:
            raise self._lost(path, error) from None
        except GeneratorExit:  # the reader stopped in the middle: an answer may be on its way
            first.close()
            if second:
                second.close()
            raise
        finally:
            self._give(first)
            if second:
                self._give(second)

    def _namespaces(self) -> list[str]:
        """The names of all namespaces; empty when they cannot be listed."""
        path = "kubernetes/api/v1/namespaces"
        try:
            pages = list(self._listed(path, _target(path)))
            return [
                item.metadata.name for page in pages for item in decode(page, _Names, "NamespaceList").items
            ]
        except UnreadError:
            return []

    def get(self, path: str, target: str, deadline: Deadline | None = None) -> bytes:
        """The answer to GET ``target``; errors name the recording path. Raises UnreadError."""
        line = self._take()
        try:
            return self._get(line, path, target, deadline)
        except LostError as error:
            raise self._lost(path, error) from None
        finally:
            self._give(line)

    def credentials(self) -> Credentials:
        """What a connection of another kind (a WebSocket) needs. Raises UnreadError."""
        try:
            return self._access.current()
        except (OSError, ValueError) as error:
            raise UnreadError(f"refused: no credentials for the API server ({error})") from None

    def close(self) -> None:
        """Close every connection that is not in use."""
        with self._lock:
            idle, self._idle = self._idle, []
        for line in idle:
            line.close()

    def _get(self, line: Connection, path: str, target: str, deadline: Deadline | None = None) -> bytes:
        line.ask(target, deadline or self.deadline)
        return self._settle(line, path, target, deadline)

    def _ask_early(self, line: Connection, target: str) -> bool:
        try:
            line.ask(target, self.deadline)
        except LostError:
            return False  # asked again when its turn comes
        return True

    def _settle(self, line: Connection, path: str, target: str, deadline: Deadline | None = None) -> bytes:
        """The answer to what was asked, after as many repeats as it may take. Raises LostError too."""
        deadline = deadline or self.deadline
        renewed, waits = False, 0
        while True:
            answer = self._answer(line, target, deadline)
            if answer.status == 200:
                return answer.body
            if answer.status == 401 and not renewed:
                renewed = True
                self._renew(line)
            elif (wait := _wait_s(answer, waits)) is not None and wait < deadline.left():
                waits += 1
                self._pause(wait)
            else:
                raise self._refused(path, answer, target)
            line.ask(target, deadline)

    def _answer(self, line: Connection, target: str, deadline: Deadline) -> Answer:
        """The answer; once more if it broke off for another reason than time."""
        try:
            return line.answer(deadline)
        except LostError as error:
            if error.late:
                raise
        line.ask(target, deadline)
        return line.answer(deadline)

    def _refused(self, path: str, answer: Answer, target: str) -> UnreadError:
        if answer.status == 410 and "&continue=" in target:
            return RestartError("unreadable: the list changed while it was read (HTTP 410)")
        return kubernetes_refusal(path, answer.status, _reason(answer.body))

    def _renew(self, line: Connection) -> None:
        with suppress(OSError, ValueError):  # no better ones: the 401 stands
            line.credentials = self._access.renew(line.credentials)
        line.close()

    def _take(self) -> Connection:
        current = self.credentials()
        with self._lock:
            while self._idle:
                line = self._idle.pop()
                if line.credentials is current:
                    return line
                line.close()
        return Connection(current)

    def _give(self, line: Connection) -> None:
        with self._lock:
            self._idle.append(line)

    @staticmethod
    def _lost(path: str, error: LostError) -> UnreadError:
        if error.late:
            return kubernetes_refusal(path, 504, "Timeout")
        return UnreadError(f"unreadable: {right_for(path)} ({error.why})")


class _Meta(msgspec.Struct, gc=False):
    name: str = ""


class _Named(msgspec.Struct, gc=False):
    metadata: _Meta = msgspec.field(default_factory=_Meta)


class _Names(msgspec.Struct, gc=False):
    items: tuple[_Named, ...] = ()


class _Status(msgspec.Struct, gc=False):
    reason: str = ""


# Built on import, by one thread: msgspec's first use of a struct is not safe beside another.
_STATUS = msgspec.json.Decoder(_Status)


def _reason(body: bytes) -> str:
    """The reason word of a Status; "" when the answer is none."""
    try:
        return _STATUS.decode(body).reason
    except (msgspec.DecodeError, RecursionError):
        return ""


def _wait_s(answer: Answer, waits: int) -> float | None:
    """How long to wait before asking again; None when asking again is of no use."""
    if answer.status == 429 or (answer.status == 503 and answer.retry_after_s is not None):
        return (answer.retry_after_s or 1.0) if waits < MAX_WAITS else None
    return AGAIN_S if answer.status >= 500 and waits < 1 else None


def _target(path: str, namespace: str = "") -> str:
    """The question for a recording path; for the objects of one namespace, if there is one."""
    path = path.removeprefix("kubernetes/")
    above, _, kind = path.rpartition("/")
    target = f"/{above}/namespaces/{quote(namespace)}/{kind}" if namespace else "/" + quote(path)
    if path == "version":
        return target
    selector = SELECTORS.get(path)
    chosen = f"&fieldSelector={quote(selector, safe='')}" if selector else ""
    return f"{target}?limit={LIMIT}{chosen}"
