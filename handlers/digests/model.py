"""A digest's schedule, as the settings or somebody in a channel made it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Why the schedule with this id rests. ``by`` is who paused it, "" for the bot; ``why`` is a sentence."""

    id: str
    at: datetime
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One digest: five cron fields in an IANA zone, for a channel; ``cluster`` None is every cluster.

    ``by`` is who set it. One that is ``fixed`` comes from the settings: it can be paused, not deleted.
    """

    id: str
    channel: str
    cron: str
    zone: str = "UTC"
    cluster: str | None = None
    by: str = ""
    made: datetime | None = None
    fixed: bool = False
    paused: Pause | None = None

    def covers(self, cluster: str) -> bool:
        """Whether it tells of this cluster."""
        return self.cluster in (None, cluster)


def schedule_id(channel: str, cron: str, zone: str, cluster: str | None) -> str:
    """The same for the same schedule, in every replica and after every restart."""
    said = "\0".join((channel, cron, zone, cluster or ""))
    return hashlib.sha256(said.encode()).hexdigest()[:16]
