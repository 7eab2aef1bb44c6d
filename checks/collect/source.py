"""Where raw answers come from: a live cluster or a recording, by the same paths and in the same bytes."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from checks.parts.agents import Meta


class SourceError(Exception):
    """The source as a whole cannot be used: no cluster, an unreadable recording. One line for people."""


class UnreadError(Exception):
    """One path was not read: ``reason`` as in checks.snapshot.Gap, ``grant`` what would close the gap.

    ``missing`` is True for an API's own "there is no such object" (404): an answer for a custom resource
    whose definition is not installed, a gap for cilium-config and the like; the collector decides.
    """

    def __init__(self, reason: str, grant: str | None = None, *, missing: bool = False) -> None:
        """``reason`` never holds a token or a response body."""
        super().__init__(reason)
        self.reason = reason
        self.grant = grant
        self.missing = missing


class RestartError(UnreadError):
    """A list changed under its reader (an expired continue token): drop what came and read it again."""


class Source(Protocol):
    """Answers a path of recording-format.md with what the API said.

    A path is a recording's file name without ".json" ("kubernetes/api/v1/pods", "aws/ec2/describe-subnets",
    "aws/eks/describe-nodegroup/workers", "cilium/NODE/health", "probes/dns"); Prometheus pages and logs keep
    their ending ("cilium/NODE/metrics.prom", "cilium/operator/log.txt"). Implementations may be asked from
    several threads at once.
    """

    @property
    def meta(self) -> Meta:
        """Whose cluster, when, from where. ``taken_at`` does not change during a sweep."""
        ...

    def pages(self, path: str) -> Iterator[bytes]:
        """Raw answers in order: the pages of a list, or one object. Raises UnreadError.

        Nothing of an error answer is ever yielded: API errors (a Status, an AWS Error) are raised. A list
        that is known to be cut short (its last page still has a continue or next token) raises at its end.
        """
        ...

    def arguments(self, path: str) -> Sequence[str]:
        """What stands below a path that takes an argument: node names for "cilium" (without "operator"),
        node groups for "aws/eks/describe-nodegroup", subnet ids … Empty when nothing is known. Sorted.
        Raises UnreadError when the list that they come from was refused.
        """
        ...
