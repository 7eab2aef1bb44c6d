"""Snapshot.helm_values, from values that a person handed over. They are never read from the cluster."""

from collections.abc import Iterator

import msgspec

from checks.collect.source import Source, UnreadError
from checks.collect.wire import decode
from checks.parts.cilium import HelmValues

RIGHTS: tuple[str, ...] = ()

MAX_BYTES = 4 * 1024 * 1024
MAX_KEYS = 20_000
MAX_DEPTH = 32


def read(source: Source) -> HelmValues:
    """Flatten the values into dotted keys with their JSON text; a list stays one value.

    A release without values of its own prints null, which is none. Raises UnreadError when nothing was
    handed over, or when it is no object or too large for values.
    """
    raw = b"".join(source.pages(HelmValues.ASKED))
    if len(raw) > MAX_BYTES:
        raise UnreadError(f"unreadable: Helm values of more than {MAX_BYTES} bytes")
    if raw.strip() == b"null":
        return HelmValues()
    found: dict[str, str] = {}
    for key, text in _flat("", raw, 1):
        found[key] = text
        if len(found) > MAX_KEYS:
            raise UnreadError(f"unreadable: Helm values with more than {MAX_KEYS} keys")
    return HelmValues(items=found)


def _flat(prefix: str, raw: bytes | msgspec.Raw, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        raise UnreadError(f"unreadable: Helm values nested more than {MAX_DEPTH} deep")
    for name, value in decode(raw, dict[str, msgspec.Raw], "Helm values").items():
        key = f"{prefix}{name}"
        text = bytes(value).strip()
        if text.startswith(b"{") and text.strip(b"{} \t\r\n"):
            yield from _flat(f"{key}.", value, depth + 1)
        else:
            yield key, _compact(text)


def _compact(text: bytes) -> str:
    try:
        return msgspec.json.format(text, indent=-1).decode("utf-8")
    except (ValueError, RecursionError):
        raise UnreadError("unreadable: Helm values: no JSON in the UTF-8 encoding") from None
