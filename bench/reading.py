"""The sweep that is measured, and the reading that it is measured against."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from checks.collect.gather import Progress, gather
from checks.collect.live.connection import Credentials
from checks.collect.live.deadline import Deadline
from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import UnreadError
from checks.judge import judge
from checks.parts.agents import Meta
from checks.report import Report

DEADLINE_S = 120.0


class Plain:
    """Access to a server that asks for no credentials."""

    def __init__(self, base: str) -> None:
        """``base`` is its address."""
        self._credentials = Credentials(base)

    def current(self) -> Credentials:
        """See checks.collect.live.connection.Access."""
        return self._credentials

    def renew(self, stale: Credentials) -> Credentials:
        """There are no others."""
        return stale


class KubernetesOnly:
    """A live source of the API server alone: no AWS, no agents, no probes."""

    def __init__(self, base: str) -> None:
        """``base`` is the API server's address; nothing is asked yet."""
        self._api = ApiServer(Plain(base), Deadline.after(DEADLINE_S))
        self._meta = Meta(
            cluster="bench",
            taken_at=datetime(2026, 11, 22, 9, tzinfo=UTC),  # when the builder's clusters are
            cilium_namespace="kube-system",
            source="live",
        )

    @property
    def meta(self) -> Meta:
        """Whose cluster, and when."""
        return self._meta

    def pages(self, path: str) -> Iterator[bytes]:
        """See checks.collect.source.Source."""
        if not path.startswith("kubernetes/"):
            raise UnreadError("not asked")
        yield from self._api.pages(path)

    def arguments(self, path: str) -> Sequence[str]:
        """Nothing stands below any path."""
        return ()

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def sweep(base: str, progress: Progress | None = None) -> Report:
    """Read everything, derive, judge."""
    source = KubernetesOnly(base)
    try:
        return judge(gather(source, progress=progress, deadline_s=DEADLINE_S))
    finally:
        source.close()


class _Nothing(msgspec.Struct, gc=False):
    """An object of which no field is kept."""


class _Page(msgspec.Struct, gc=False):
    items: list[_Nothing] = []


_DECODER = msgspec.json.Decoder(_Page)


def floor(base: str, targets: Sequence[str]) -> int:
    """Fetch the same pages one after another with the same client and keep no field; how many objects."""
    api = ApiServer(Plain(base), Deadline.after(DEADLINE_S))
    count = 0
    for target in targets:
        count += len(_DECODER.decode(api.get(target, target)).items)
    api.close()
    return count
