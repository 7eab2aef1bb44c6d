"""Raw answers into narrow structs: the one place where collectors meet JSON.

A collector declares structs that hold only the fields it reads (``class _Pod(Item)``) and asks for
``items(…)`` of a list, ``entries(…)`` of an AWS answer, or ``one(…)`` object. Whatever is not as the API
gives it becomes one UnreadError with one short line; nothing else is ever raised.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from threading import Lock
from typing import Annotated, Generic, TypeVar, cast

import msgspec

from checks.collect.source import RestartError, Source, UnreadError

# msgspec works a struct's type out on its first use, and shows it to other threads half done: a thread that
# decodes with it then ends the process (segmentation fault, seen with 0.22.0). So decoders are built singly.
_BUILDING = Lock()

MAX_TEXT_CHARS = 2000  # messages of events and conditions are cut here

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its zone, as RFC 3339 has it."""

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When something was made that does not say when: long enough ago for every grace to be over."""


class Metadata(msgspec.Struct, gc=False, rename="camel"):
    """The part of an object's metadata that most collectors read."""

    name: str = ""
    namespace: str | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    creation_timestamp: Instant | None = None
    deletion_timestamp: Instant | None = None


class Item(msgspec.Struct, gc=False, rename="camel"):
    """One item of a Kubernetes list; its fields' names are the API's in camelCase.

    Subclass it with the fields that are read: ``class _Node(Item, gc=False, rename="camel")``.
    Give every field a default and ``| None``: an API may leave out or null whatever is empty.
    """

    kind: str | None = None  # only kubectl's lists give it
    metadata: Metadata = msgspec.field(default_factory=Metadata)


T = TypeVar("T")


class _Page(msgspec.Struct, Generic[T], gc=False):
    items: list[T] | None
    kind: str | None = None


class _Raws(msgspec.Struct, gc=False):
    items: list[msgspec.Raw]


def items(source: Source, path: str, form: type[T], kind: str, *, optional: bool = False) -> Iterator[T]:
    """Yield the items of a Kubernetes list, page by page, so that a page can be dropped before the next.

    ``kind`` is that of one item ("Pod" of a PodList). ``optional``: the resource may not be installed at
    all, and a 404 is then an empty list. Raises UnreadError.
    """
    try:
        for raw in source.pages(path):
            yield from listed(raw, form, kind)
            del raw  # before the next page is asked for: two at once are twice the memory
    except UnreadError as error:
        if not (optional and error.missing):
            raise


def listed(raw: bytes, form: type[T], kind: str) -> list[T]:
    """The items of one page of a list; see ``items``. Raises UnreadError."""
    page = decode(raw, _page_of(form), f"{kind}List")
    if page.kind not in (None, "List", f"{kind}List"):
        raise UnreadError(f"unreadable: a {clip(page.kind, 60)} where a {kind}List was asked for")
    found = page.items or []
    # Only kubectl's lists say of each item what it is; a form without that field is not asked.
    for own in {getattr(item, "kind", None) for item in found}:
        if own is not None and own != kind:
            raise UnreadError(f"unreadable: a {clip(str(own), 60)} in a list of {kind}s")
    return found


def picked(raw: bytes, form: type[T], kind: str, places: Iterable[int]) -> Iterator[T]:
    """Some items of a page that ``listed`` took, in another form, by their places. Raises UnreadError."""
    every = decode(raw, _Raws, f"{kind}List").items
    for place in places:
        yield decode(every[place], form, kind)


def entries(source: Source, path: str, key: str, form: type[T]) -> Iterator[T]:
    """Yield what stands in the array ``key`` of an AWS answer ("Subnets"). Raises UnreadError."""
    for raw in source.pages(path):
        answer = decode(raw, dict[str, msgspec.Raw], key)
        if key not in answer:
            raise UnreadError(f"unreadable: an answer without {key}")
        yield from decode(answer[key], list[form], key)  # type: ignore[valid-type]  # known at run time only


def one(source: Source, path: str, form: type[T], what: str) -> T:
    """Decode an answer that is one object; ``what`` names it in the error ("ConfigMap"). Raises UnreadError.

    With a struct that has a field ``kind``, an object of another kind than ``what`` is refused.
    """
    raw = b"".join(source.pages(path))
    found = decode(raw, form, what)
    kind = getattr(found, "kind", None)
    if kind not in (None, what):
        raise UnreadError(f"unreadable: a {clip(str(kind), 60)} where a {what} was asked for")
    return found


def decode(raw: bytes | msgspec.Raw, form: type[T], what: str) -> T:
    """Decode bytes as this type; ``what`` names them in the error. Raises UnreadError."""
    return cast(T, decode_with(_decoder_of(cast(Hashable, form)), raw, what))


def decode_with(decoder: msgspec.json.Decoder[T], raw: bytes | msgspec.Raw, what: str) -> T:
    """The same with a decoder at hand, for what is decoded thousands of times. Raises UnreadError."""
    try:
        return decoder.decode(raw)
    except RecursionError:
        raise UnreadError(f"unreadable: {what}: nested too deep") from None
    except msgspec.ValidationError as error:
        raise UnreadError(f"unreadable: {what}: {clip(str(error), 200)}") from None
    except ValueError as error:  # malformed JSON, bytes that are no UTF-8
        told = "empty" if not bytes(raw).strip() else clip(str(error), 200)
        raise UnreadError(f"unreadable: {what}: {told}") from None


def both(first: Callable[[], list[T]], second: Callable[[], list[T]]) -> tuple[list[T], str, str | None]:
    """What two lists hold that make one part, why one of them is missing ("" when none is), and its grant.

    Raises UnreadError when both are missing.
    """
    found: list[T] = []
    failures: list[UnreadError] = []
    for read in (first, second):
        try:
            found += read()
        except RestartError:
            raise
        except UnreadError as error:
            failures.append(error)
    if len(failures) == 2:
        raise failures[0]
    return (found, failures[0].reason, failures[0].grant) if failures else (found, "", None)


def clip(text: str | None, limit: int = MAX_TEXT_CHARS) -> str:
    """The text, at most ``limit`` characters of it; "" for None."""
    return (text or "")[:limit]


def pairs(labels: dict[str, str] | None) -> tuple[tuple[str, str], ...]:
    """Labels as the parts hold them: pairs sorted by key."""
    return tuple(sorted(labels.items())) if labels else ()


def instant(text: str | None) -> datetime | None:
    """A time that was decoded as text; None for None. Raises UnreadError."""
    if not text:
        return None
    try:
        return msgspec.convert(text, Instant)
    except msgspec.ValidationError as error:
        raise UnreadError(f"unreadable: {error}") from None


def before(when: datetime, seconds: float) -> datetime:
    """The instant that many seconds before; the earliest or latest there is where the calendar ends."""
    try:
        return when - timedelta(seconds=seconds)
    except OverflowError:
        return datetime(1 if seconds > 0 else 9999, 1, 1, tzinfo=UTC)


def _page_of(form: type[T]) -> type[_Page[T]]:
    return _Page[form]  # type: ignore[valid-type]  # a type that is known at run time only


@cache
def _decoder_of(form: Hashable) -> msgspec.json.Decoder[object]:
    with _BUILDING:
        return msgspec.json.Decoder(cast("type[object]", form))
