"""The files of a recording by name, from a folder or an archive of unknown origin, all within bounds.

Nothing is written anywhere, links are never followed, and what would leave the recording is refused.
"""

import gzip
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from io import SEEK_SET
from pathlib import Path, PurePosixPath

from checks.collect.source import SourceError, UnreadError

_ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for any amount of memory
_BROKEN_ARCHIVE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    LookupError,
    RuntimeError,  # encrypted members; RecursionError of chained headers
)

Opener = Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a recording may hold: bytes of one file, bytes of an archive when inflated, files."""

    file_bytes: int = 256 << 20
    total_bytes: int = 1 << 30
    files: int = 20_000


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Files by name, relative to the recording's top, with "/" between; links are never followed."""

    _files: Mapping[str, Opener]
    _links: frozenset[str]

    @property
    def names(self) -> Collection[str]:
        """The names of all plain files."""
        return self._files.keys()

    def read(self, name: str) -> bytes:
        """All bytes of one file. Raises UnreadError: "not asked" if there is none."""
        if name not in self._files:
            parents = (str(parent) for parent in (PurePosixPath(name), *PurePosixPath(name).parents))
            if any(parent in self._links for parent in parents):
                raise UnreadError("unreadable: it is a link, and links are not followed")
            raise UnreadError("not asked")
        try:
            return self._files[name]()
        except _TooLargeError as error:
            raise UnreadError(f"unreadable: {error}") from None
        except OSError as error:
            raise UnreadError(f"unreadable: {error.strerror or 'the file cannot be read'}") from None
        except _BROKEN_ARCHIVE:
            raise UnreadError("unreadable: the archive is damaged there") from None

    def below(self, top: str) -> "Shelf":
        """The shelf of one folder in it."""
        cut = len(top) + 1
        files = {name[cut:]: file for name, file in self._files.items() if name.startswith(f"{top}/")}
        return Shelf(files, frozenset(name[cut:] for name in self._links if name.startswith(f"{top}/")))


class _TooLargeError(Exception):
    """One file, or all of them together, are over the limit of so many bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than {limit >> 20} MiB")


def open_shelf(path: Path, limits: Limits) -> Shelf:
    """The files of a folder, a .tar.gz or a .zip, by what the path is. Raises SourceError."""
    try:
        if path.is_dir():
            return _folder(path, limits)
        if not path.exists():
            raise SourceError(f"there is no recording at {path}")
        if path.name.endswith((".tar.gz", ".tgz")):
            return _tar(path, limits)
        if path.name.endswith(".zip"):
            return _zip(path, limits)
    except _TooLargeError as error:
        raise SourceError(f"{path} is {error} when inflated") from None
    except _BROKEN_ARCHIVE as error:
        told = error.strerror if isinstance(error, OSError) and error.strerror else "damaged or cut short"
        raise SourceError(f"{path} cannot be read: {told}") from None
    raise SourceError(f"{path} is no recording: give a folder, a .tar.gz or a .zip")


def _folder(path: Path, limits: Limits) -> Shelf:
    files: dict[str, Opener] = {}
    links: set[str] = set()
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            whole = Path(folder, name)
            key = whole.relative_to(path).as_posix()
            mode = whole.lstat().st_mode
            if stat.S_ISLNK(mode):
                links.add(key)
            elif stat.S_ISREG(mode):
                files[key] = partial(_read_file, whole, limits.file_bytes)
        _count(len(files) + len(links), limits)
    return Shelf(files, frozenset(links))


def _read_file(path: Path, limit: int) -> bytes:
    """The file, if it is still a plain one: neither a link nor a pipe that would never end."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("not a plain file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise _TooLargeError(limit)
    return data


class _Inflating(gzip.GzipFile):
    """A gzip stream that stops at the limit, however much a header promises or a bomb holds.

    ``latest``: what the last read gave.
    """

    latest = b""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path)
        self._limits = limits

    def read(self, size: int | None = -1) -> bytes:
        """At most ``size`` bytes, which must be given and be within the limits."""
        limits = self._limits
        if size is None or not 0 <= size <= limits.file_bytes or self.tell() > limits.total_bytes:
            raise _TooLargeError(limits.total_bytes)
        self.latest = super().read(size)
        return self.latest

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        """To a place within the limits."""
        if offset > self._limits.total_bytes:
            raise _TooLargeError(self._limits.total_bytes)
        return super().seek(offset, whence)


def _tar(path: Path, limits: Limits) -> Shelf:
    """Every member, kept deflated: a gzip stream can only be read from its start."""
    files: dict[str, Opener] = {}
    links: set[str] = set()
    with _Inflating(path, limits) as stream, tarfile.TarFile(fileobj=stream, errorlevel=2) as archive:
        members = 0
        while (member := archive.next()) is not None:
            _count(members := members + 1, limits)
            name = _safe(member.name)
            if member.issym() or member.islnk():
                links.add(name)
            elif member.isreg() and not member.issparse():
                files[name] = _member(archive, member, limits.file_bytes)
        if stream.latest != bytes(tarfile.BLOCKSIZE):
            raise EOFError  # tarfile itself takes a missing end for the end
    return Shelf(files, frozenset(links))


def _member(archive: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> Opener:
    if member.size > limit:
        return partial(_too_large, limit)
    file = archive.extractfile(member)
    data = file.read() if file is not None else b""
    if len(data) != member.size:
        raise EOFError
    return partial(zlib.decompress, zlib.compress(data, 1))


def _too_large(limit: int) -> bytes:
    raise _TooLargeError(limit)


def _zip(path: Path, limits: Limits) -> Shelf:
    files: dict[str, Opener] = {}
    links: set[str] = set()
    archive = zipfile.ZipFile(path)
    members = archive.infolist()
    _count(len(members), limits)
    if sum(member.file_size for member in members) > limits.total_bytes:
        raise _TooLargeError(limits.total_bytes)
    for member in members:
        name = _safe(member.filename)
        if stat.S_ISLNK(member.external_attr >> 16):
            links.add(name)
        elif not member.is_dir():
            files[name] = partial(_read_member, archive, member, limits.file_bytes)
    return Shelf(files, frozenset(links))


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limit: int) -> bytes:
    """One member; never more than its header says, which is what the limits were held against."""
    if member.file_size > limit:
        raise _TooLargeError(limit)
    if member.compress_type not in _ZIP_METHODS:
        raise zipfile.BadZipFile
    with archive.open(member) as file:
        return file.read(member.file_size + 1)


def _safe(name: str) -> str:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts:
        raise SourceError("the archive holds paths that lead out of it; it was not made by record")
    return str(path)


def _count(files: int, limits: Limits) -> None:
    if files > limits.files:
        raise SourceError(f"the recording has more than {limits.files:,} files")
