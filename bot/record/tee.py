"""A source that writes down, without what is secret, all that is read through it."""

import re
import threading
from collections.abc import Iterator, Sequence

import msgspec

from bot.record.draft import Draft
from bot.record.redact import CONFIG_MAPS, Json, redact, scrub
from checks.collect.source import RestartError, Source, UnreadError
from checks.parts.agents import Meta

_PATH = re.compile(r"[A-Za-z0-9][\w.:@+-]{0,199}(?:/[A-Za-z0-9][\w.:@+-]{0,199}){1,12}", re.ASCII)
_TEXT = (".prom", ".txt")
_WORD_OF = re.compile(r"\(([^()]*)\)\s*$")


class Tee:
    """Answers as its source does. One reader of each path writes; failures are written as API errors."""

    def __init__(self, source: Source, draft: Draft) -> None:
        """``draft`` takes the files."""
        self._source = source
        self._draft = draft
        self._lock = threading.Lock()
        self._open: dict[str, Note] = {}
        self._sealed = False

    @property
    def meta(self) -> Meta:
        """The source's."""
        return self._source.meta

    def arguments(self, path: str) -> Sequence[str]:
        """The source's."""
        return self._source.arguments(path)

    def pages(self, path: str) -> Iterator[bytes]:
        """The source's pages, each written down before it is handed on."""
        note = self._claim(path)
        try:
            for page in self._source.pages(path):
                self._tell(note, page)
                yield page
        except RestartError:
            self._end(note, drop=True)
            raise
        except UnreadError as error:
            self._end(note, error)
            raise
        except BaseException:  # the reader stopped early: what it saw is what it needed
            self._end(note)
            raise
        self._end(note)

    def seal(self) -> None:
        """Write no more; what is still being read is written down as timed out."""
        for note in list(self._open.values()):
            self._end(note, UnreadError(f"timed out: {note.path} (Timeout)"))
        with self._lock:
            self._sealed = True

    def _claim(self, path: str) -> "Note | None":
        with self._lock:
            if self._sealed or path in self._open or not may_be_kept(path) or self._draft.holds(path):
                return None
            self._open[path] = Note(path)
            return self._open[path]

    def _tell(self, note: "Note | None", page: bytes) -> None:
        if note is None:
            return
        files = note.files(page)
        with self._lock:
            if note.path in self._open:
                for name, content in files:
                    self._draft.put(name, content)

    def _end(self, note: "Note | None", error: UnreadError | None = None, *, drop: bool = False) -> None:
        with self._lock:
            if note is None or self._open.pop(note.path, None) is None:
                return
            if drop or error:
                self._draft.drop(note.path)
            name, content = (note.name, error_file(note.path, error)) if error else note.rest()
            if content is not None and not drop:
                self._draft.put(name, content)


class Note:
    """What is being written down of one path."""

    def __init__(self, path: str) -> None:
        """Nothing yet."""
        self.path = path
        self.name = path if path.endswith(_TEXT) else f"{path}.json"
        self._pages = 0
        self._joined: dict[str, Json] = {}

    def files(self, page: bytes) -> list[tuple[str, bytes]]:
        """The files that one more page makes; AWS's pages are joined, and come at the end."""
        self._pages += 1
        if self.path.endswith(_TEXT):
            return [(self.name, scrub(page.decode(errors="replace")).encode())]
        name = self.name if self._pages == 1 else f"{self.path}.{self._pages}.json"
        try:
            answer: Json = redact(msgspec.json.decode(page))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return [(name, b"")]  # garbage stays unreadable, and none of it is kept
        if not isinstance(answer, dict):
            return [(name, msgspec.json.encode(answer))]
        if self.path.startswith("aws/"):
            self._join(answer)
            return []
        if isinstance(metadata := answer.get("metadata"), dict) and "items" in answer:
            metadata.pop("continue", None)  # the pages are all here: the list ends with the last of them
            metadata.pop("remainingItemCount", None)
        return [(name, msgspec.json.encode(answer))]

    def rest(self) -> tuple[str, bytes | None]:
        """What is left to write when the last page was seen."""
        return self.name, msgspec.json.encode(self._joined) if self._joined else None

    def _join(self, answer: dict[str, Json]) -> None:
        for key, value in answer.items():
            known = self._joined.get(key)
            if isinstance(known, list) and isinstance(value, list):
                known.extend(value)
            else:
                self._joined[key] = value


def may_be_kept(path: str) -> bool:
    """Whether the format has a place for this path, and nothing secret stands there."""
    parts = path.split("/")
    if not _PATH.fullmatch(path) or "secrets" in parts:
        return False
    return "configmaps" not in parts or parts[-1] in CONFIG_MAPS


def error_file(path: str, error: UnreadError) -> bytes | None:
    """The answer that says the same when it is replayed; None for what was not asked."""
    if error.reason.startswith("not asked"):
        return None
    found = _WORD_OF.search(error.reason)
    word = found[1] if found else ""
    room = path.partition("/")[0]
    if error.reason.startswith("unreadable") and room != "cilium":
        return b""
    if room == "aws":
        return msgspec.json.encode({"Error": {"Code": word or "Unknown", "Message": ""}})
    if room == "kubernetes":
        code = 404 if error.missing else 504 if error.reason.startswith("timed out") else 0
        return msgspec.json.encode(
            {
                "kind": "Status",
                "apiVersion": "v1",
                "status": "Failure",
                "reason": "" if word.isdecimal() else word,
                "code": int(word) if word.isdecimal() else code or 403,
            }
        )
    return msgspec.json.encode({"error": scrub(word or error.reason)})
