"""A recording in the making: a private folder that becomes the recording once it is whole."""

import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import msgspec

from bot.record.anonymise import Anonymiser, Names
from bot.record.redact import Json
from checks.collect.source import SourceError
from checks.parts.agents import Meta

ARCHIVE = ".tar.gz"
_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0)


class Draft:
    """Files by name below one folder that nobody else can read."""

    def __init__(self, folder: Path, most_bytes: int | None = None) -> None:
        """``folder`` is empty and ours. Beyond ``most_bytes`` nothing is written: see refuse_full."""
        self.folder = folder
        self._most = most_bytes
        self._full = False
        self._written = 0
        self._sizes: dict[str, int] = {}

    @classmethod
    @contextmanager
    def beside(cls, out: Path, most_bytes: int | None = None) -> Iterator["Draft"]:
        """A draft in the folder where the recording will stand; it is gone at the end. Raises SourceError."""
        try:
            folder = Path(tempfile.mkdtemp(prefix=".cilium-bot-", dir=out.absolute().parent))
        except OSError as error:
            raise SourceError(f"{out} cannot be written: {_told(error)}") from None
        try:
            yield cls(folder, most_bytes)
        except OSError as error:
            raise SourceError(f"{out} cannot be written: {_told(error)}") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def names(self) -> list[str]:
        """The files' names, sorted."""
        return sorted(self._sizes)

    def holds(self, path: str) -> bool:
        """Whether there is an answer to this path."""
        return path in self._sizes or f"{path}.json" in self._sizes

    def put(self, name: str, content: bytes) -> None:
        """Write a new file, for its owner only."""
        self.drop_file(name)
        if self._most is not None and self._written + len(content) > self._most:
            self._full = True  # told when all is read: a collector would take an error for a gap
            return
        target = self.folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, _NEW, 0o600), "wb") as file:
            file.write(content)
        self._sizes[name] = len(content)
        self._written += len(content)

    def refuse_full(self) -> None:
        """Raise SourceError when something is missing because it would have been too much."""
        if self._full and self._most is not None:
            raise SourceError(f"what was read is more than {self._most >> 20} MB")

    def drop(self, path: str) -> None:
        """Take back every page of a path."""
        for name in self.names:
            pages = name.removeprefix(f"{path}.").removesuffix(".json")
            if name in (path, f"{path}.json") or (name.startswith(f"{path}.") and pages.isdecimal()):
                self.drop_file(name)

    def drop_file(self, name: str) -> None:
        """Take one file back, if it is there."""
        if name in self._sizes:
            (self.folder / name).unlink()
            self._written -= self._sizes.pop(name)
            for parent in list(Path(name).parents)[:-1]:  # a folder's name may be a node's
                if any((self.folder / parent).iterdir()):
                    break
                (self.folder / parent).rmdir()

    def read(self, name: str) -> bytes:
        """A file's content."""
        return (self.folder / name).read_bytes()


def refuse_existing(out: Path) -> None:
    """Raise SourceError when something, a dangling link included, already has this name."""
    if os.path.lexists(out):
        raise SourceError(f"{out} exists already; give another name")
    if out.suffix in (".zip", ".tgz", ".gz", ".tar") and not out.name.endswith(ARCHIVE):
        raise SourceError(f"{out}: give a folder, or a file whose name ends in {ARCHIVE}")


def deliver(draft: Draft, meta: Meta, out: Path, key: bytes | None) -> None:
    """Make the draft the recording; anonymised by ``key`` if there is one."""
    draft.refuse_full()
    anonymiser = _rewrite(draft, meta, key) if key else None
    draft.refuse_full()
    draft.put("recording.json", msgspec.json.encode(_head(meta, anonymiser)))
    if out.name.endswith(ARCHIVE):
        _pack(draft, meta, out)
    else:
        draft.folder.rename(out)  # fails where a file or a link stands, and never follows one


def _rewrite(draft: Draft, meta: Meta, key: bytes) -> Anonymiser:
    names = Names()
    names.learn({"name": meta.cluster, "account": meta.account, "namespace": meta.cilium_namespace})
    for name in draft.names:
        names.take_path(name.removesuffix(".json"))
        if name.endswith(".json") and (content := draft.read(name)):
            names.learn(msgspec.json.decode(content))
    anonymiser = Anonymiser(names, key)
    for name in draft.names:
        content = draft.read(name)
        draft.drop_file(name)
        draft.put(anonymiser.path(name), _rewritten(name, content, anonymiser))
    return anonymiser


def _rewritten(name: str, content: bytes, anonymiser: Anonymiser) -> bytes:
    if name.endswith(".json"):
        return msgspec.json.encode(anonymiser.rewrite(msgspec.json.decode(content))) if content else b""
    return anonymiser.text(content.decode()).encode()


def _head(meta: Meta, anonymiser: Anonymiser | None) -> dict[str, Json]:
    def said(text: str) -> str:
        return anonymiser.text(text) if anonymiser else text

    taken_at = meta.taken_at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    how = ", anonymised" if anonymiser else ""
    return {
        "format": 1,
        "cluster": said(meta.cluster),
        **({"region": meta.region} if meta.region else {}),
        **({"account": said(meta.account)} if meta.account else {}),
        **({"metrics_seconds_apart": meta.metrics_apart_s} if meta.metrics_apart_s else {}),
        "taken_at": f"{taken_at}Z",
        "cilium_namespace": said(meta.cilium_namespace),
        "note": f"Recorded by cilium-bot {version('cilium-bot')}{how}.",
    }


def _pack(draft: Draft, meta: Meta, out: Path) -> None:
    """One .tar.gz with one folder at its top; taken away again when it cannot be finished."""
    top = out.name.removesuffix(ARCHIVE)
    with os.fdopen(os.open(out, _NEW, 0o600), "wb") as file:
        try:
            with tarfile.open(fileobj=file, mode="w:gz") as archive:
                for name in draft.names:
                    content = draft.read(name)
                    entry = tarfile.TarInfo(f"{top}/{name}")
                    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(meta.taken_at.timestamp())
                    archive.addfile(entry, BytesIO(content))
        except BaseException:
            out.unlink(missing_ok=True)
            raise


def _told(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
