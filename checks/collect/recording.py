"""A Source that answers from a recording: a folder, or that folder in a .tar.gz or .zip (format 1).

A recording may come from anywhere, so nothing in it is trusted; checks.collect.shelf keeps the bounds.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from checks.collect.refusals import look
from checks.collect.shelf import LIMITS, Limits, Shelf, open_shelf
from checks.collect.source import SourceError, UnreadError
from checks.collect.wire import Instant, decode
from checks.parts.agents import Meta

_HEAD = "recording.json"
_FORMAT = 1
_WHOLE_NAMES = (".prom", ".txt")  # a path that ends so is the file's name
_LATER_PAGE = re.compile(r"(kubernetes/.+)\.([1-9]\d{0,5})\.json")
_UTC = re.compile(r"(19[7-9]\d|2\d\d\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_MAX_CLUSTER_CHARS = 256


class _Head(msgspec.Struct, gc=False):
    format: int
    cluster: str
    taken_at: str
    region: str | None = None
    account: str | None = None
    cilium_namespace: str | None = None
    note: str | None = None
    metrics_seconds_apart: float | None = None


class Recording:
    """Answers a path with the recording's file of that name."""

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        """Open the recording and read its recording.json. Raises SourceError."""
        self._shelf = _topped(open_shelf(path, limits), path)
        self._later = _later_pages(self._shelf)
        self._meta = _meta(self._shelf, path)

    @property
    def meta(self) -> Meta:
        """What recording.json says."""
        return self._meta

    def pages(self, path: str) -> Iterator[bytes]:
        """The file, then its continuations; see Source."""
        if path.endswith(_WHOLE_NAMES):
            yield self._answer(path, path)[0]
            return
        later = self._later.get(path, ())
        if later and f"{path}.json" not in self._shelf.names:
            raise UnreadError("unreadable: cut short, page 1 is missing")
        raw, goes_on = self._answer(path, f"{path}.json")
        yield raw
        for due, page in enumerate(later, start=2):
            if page != due:
                raise UnreadError(f"unreadable: cut short, page {due} is missing")
            raw, goes_on = self._answer(path, f"{path}.{page}.json")
            yield raw
        if goes_on:
            raise UnreadError(f"unreadable: cut short, the list goes on after page {len(later) + 1}")

    def arguments(self, path: str) -> Sequence[str]:
        """The names of what stands directly below a path; for "cilium" those of the nodes."""
        start = f"{path}/"
        found = {
            name.removeprefix(start).partition("/") for name in self._shelf.names if name.startswith(start)
        }
        if path == "cilium":
            return sorted({first for first, slash, _ in found if slash and first != "operator"})
        return sorted({first if slash else first.removesuffix(".json") for first, slash, _ in found})

    def _answer(self, path: str, name: str) -> tuple[bytes, bool]:
        raw = self._shelf.read(name)
        if not raw.strip() and not path.endswith(".txt"):  # a log may have no lines: an answer
            raise UnreadError("unreadable: the file is empty")
        answer = look(path, raw)
        if answer.error is not None:
            raise answer.error
        return raw, answer.goes_on


def _topped(shelf: Shelf, path: Path) -> Shelf:
    """The shelf from where recording.json stands: its top, or the one folder at its top."""
    if _HEAD in shelf.names:
        return shelf
    tops = [
        name.partition("/")[0] for name in shelf.names if re.fullmatch(rf"[^/]+/{re.escape(_HEAD)}", name)
    ]
    if len(tops) == 1:
        return shelf.below(tops[0])
    told = "has more than one recording in it" if tops else f"has no {_HEAD}; give the folder that holds it"
    raise SourceError(f"{path} {told}")


def _later_pages(shelf: Shelf) -> dict[str, tuple[int, ...]]:
    """The numbers of the further pages of each path, ascending."""
    found: dict[str, list[int]] = {}
    for name in shelf.names:
        if match := _LATER_PAGE.fullmatch(name):
            found.setdefault(match[1], []).append(int(match[2]))
    return {path: tuple(sorted(numbers)) for path, numbers in found.items()}


def _meta(shelf: Shelf, path: Path) -> Meta:
    where = f"{path}/{_HEAD}"
    try:
        head = decode(shelf.read(_HEAD), _Head, _HEAD)
        if head.format != _FORMAT:
            raise UnreadError(f"format must be {_FORMAT}, the one that this release reads")
        if not _UTC.fullmatch(head.taken_at):
            raise UnreadError("taken_at must be a time in UTC like 2026-11-22T09:00:00Z")
        taken_at = msgspec.convert(head.taken_at, Instant)
    except UnreadError as error:
        raise SourceError(f"{where}: {error.reason.removeprefix('unreadable: ')}") from None
    except msgspec.ValidationError:
        raise SourceError(f"{where}: taken_at is no time that there is") from None
    if not 0 < len(head.cluster.strip()) <= _MAX_CLUSTER_CHARS:
        raise SourceError(f"{where}: cluster must be a name of 1 to {_MAX_CLUSTER_CHARS} characters")
    namespace = head.cilium_namespace or "kube-system"
    if not _NAMESPACE.fullmatch(namespace):
        raise SourceError(f"{where}: cilium_namespace must be the name of a namespace")
    return Meta(
        cluster=head.cluster,
        taken_at=taken_at,
        region=head.region or None,
        account=head.account or None,
        cilium_namespace=namespace,
        source="recording",
        note=head.note or "",
        metrics_apart_s=head.metrics_seconds_apart,
    )
