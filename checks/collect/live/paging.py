"""Where a list goes on, read from the ends of a page instead of decoding all of it twice."""

import msgspec

HEAD_BYTES = 8192


class _Metadata(msgspec.Struct, gc=False):
    continue_: str = msgspec.field(name="continue", default="")
    remaining: int | None = msgspec.field(name="remainingItemCount", default=None)


class _Head(msgspec.Struct, gc=False):
    metadata: _Metadata | None = None


_decoder = msgspec.json.Decoder(_Head)


def continues(page: bytes) -> str:
    """The continue token of a list page, "" at the end of the list or when the page is no list."""
    return way_on(page)[0]


def way_on(page: bytes) -> tuple[str, int]:
    """The continue token of a list page, and how many items follow as far as the API server tells.

    The API server writes a list's metadata before ``items`` for its own kinds and after them for custom
    resources. Either end is taken only if it is a complete JSON object by itself, which proves that the cut
    lies on the top level: a label that happens to be called "continue" fools nobody. Otherwise the whole
    page is decoded. A page that is no JSON has no token: whoever decodes it will say so.
    """
    head = _front(page) or _back(page) or _decode(page)
    if head is None or head.metadata is None:
        return "", 0
    return head.metadata.continue_, head.metadata.remaining or 0


def _front(page: bytes) -> _Head | None:
    """What stands before the items, if the metadata is there."""
    cut = page.find(b'"items"', 0, HEAD_BYTES)
    if cut < 0:
        return None
    head = _decode(page[:cut].rstrip(b", \t\r\n") + b"}")
    return head if head and head.metadata else None


def _back(page: bytes) -> _Head | None:
    """What stands after the items, if the metadata is there."""
    tail = page[-HEAD_BYTES:]
    cut = tail.rfind(b'],"kind"')
    if cut < 0:
        return None
    head = _decode(b"{" + tail[cut + 2 :])
    return head if head and head.metadata else None


def _decode(text: bytes) -> _Head | None:
    try:
        return _decoder.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
