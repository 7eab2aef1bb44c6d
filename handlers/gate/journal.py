"""The audit stream: every question and click, and what it was answered with, the oldest first."""

import logging
import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from handlers.render.escape import clean
from handlers.store import Store, StoreError

logger = logging.getLogger(__name__)

KEY = "cilium:audit"
MOST = 50_000
VERSION = 1
MAX_WHAT_CHARS = 200
SECRETS = re.compile(r"(?i)\b(?:xox[a-z]|xapp)[-.]\S+|https?://hooks\.slack(?:-gov)?\.com/\S*")


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One deed, or what it was answered with: then ``cluster`` and ``verdict`` are set and ``what`` is "".

    Both have one ``id``. ``refused`` is why somebody might not: a rule's name, or what was in its place.
    ``thread`` is the time stamp of a thread's first message. Nothing in it is a credential.
    """

    version: int = VERSION
    id: str
    at: datetime
    user: str
    team: str = ""
    channel: str = ""
    thread: str = ""
    right: str = ""
    what: str = ""
    refused: str = ""
    cluster: str = ""
    verdict: str = ""


# Built on import, by one thread: msgspec's first use of a type is not safe beside another.
_DECODER = msgspec.json.Decoder(Entry)


def told(what: str) -> str:
    """What somebody typed or pressed, fit to be kept: visible, bounded, without tokens."""
    return clean(SECRETS.sub("***", what), MAX_WHAT_CHARS)


def write(store: Store, entry: Entry) -> None:
    """Put an entry at the end; what the store does not take is logged, and the deed goes on."""
    try:
        store.append(KEY, line(entry), MOST)
    except StoreError as error:
        logger.warning("the audit stream lacks an entry of %s: %s", entry.user, error)


def read(store: Store, most: int = MOST) -> Sequence[Entry]:
    """The newest entries; what another version wrote is passed over. Raises StoreError."""
    return tuple(entry for kept in store.tail(KEY, most) if (entry := _decoded(kept)) is not None)


def line(entry: Entry) -> bytes:
    """An entry as a line of JSON, without the break."""
    return msgspec.json.encode(entry)


def _decoded(kept: bytes) -> Entry | None:
    try:
        entry = _DECODER.decode(kept)
    except (msgspec.DecodeError, RecursionError):
        return None
    return entry if entry.version == VERSION and entry.at.tzinfo is not None else None
