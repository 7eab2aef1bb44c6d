"""A channel's own cluster: the one its questions mean when they name none."""

from dataclasses import dataclass
from datetime import datetime

from handlers.store import Drawer, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """Which cluster, who chose it, and when."""

    cluster: str
    by: str
    at: datetime


_DRAWER = Drawer(Own, keep=None)  # chosen once, and meant until somebody chooses again


def own_of(store: Store, channel: str) -> Own | None:
    """What was chosen for a channel, by id, or None. Raises StoreError: then nobody knows what it means."""
    return _DRAWER.get(store, _key(channel)) if channel else None


def keep_own(store: Store, channel: str, own: Own) -> None:
    """Let a channel's questions mean this cluster. Raises StoreError."""
    _DRAWER.put(store, _key(channel), own)


def forget_own(store: Store, channel: str) -> None:
    """Let a channel's questions mean none of their own. Raises StoreError."""
    _DRAWER.change(store, _key(channel), lambda own: None)


def _key(channel: str) -> str:
    return f"cilium:channel:{channel}"
