"""The live source: one sweep's view of a cluster that is there, by the paths of recording-format.md."""

from collections.abc import Iterator

from checks.collect.live.agents import Agents
from checks.collect.live.aws import AwsReader
from checks.collect.live.kubernetes import ApiServer
from checks.collect.live.probes import Prober
from checks.collect.source import UnreadError
from checks.parts.agents import Meta

OUTSIDE = "not asked: the bot runs outside the cluster's network"


class Live:
    """Answers a path by asking whoever knows it. Made anew for each sweep."""

    def __init__(
        self,
        meta: Meta,
        *,
        api: ApiServer,
        agents: Agents,
        aws: AwsReader,
        prober: Prober | None,
    ) -> None:
        """``prober`` None: probes would say nothing of the cluster from here. Asks nothing yet."""
        self._meta = meta
        self._api = api
        self._agents = agents
        self._aws = aws
        self._prober = prober

    @property
    def meta(self) -> Meta:
        """Whose cluster, and when the sweep began."""
        return self._meta

    def pages(self, path: str) -> Iterator[bytes]:
        """The answer to one path; see Source. Raises UnreadError."""
        room, _, rest = path.partition("/")
        if room == "kubernetes":
            yield from self._api.pages(path)
        elif room == "aws":
            yield from self._aws.pages(rest)
        elif room == "cilium":
            yield self._agents.page(rest)
        elif room == "probes" and rest in ("dns", "tcp"):
            if self._prober is None:
                raise UnreadError(OUTSIDE)
            yield self._prober.dns() if rest == "dns" else self._prober.tcp()
        else:
            raise UnreadError("not asked")

    def arguments(self, path: str) -> tuple[str, ...]:
        """What stands below a path, sorted; see Source. Raises UnreadError."""
        if path == "cilium":
            return self._agents.nodes()
        return self._aws.arguments(path.removeprefix("aws/")) if path.startswith("aws/") else ()

    def close(self) -> None:
        """Close the connections to the API server that are not in use."""
        self._api.close()
