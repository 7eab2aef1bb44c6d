"""The API server of an EKS cluster, reached with AWS credentials alone, as `aws eks get-token` does."""

import base64
import binascii
import time
from collections.abc import Callable
from typing import Any, Protocol

from bot.kube_access import Loaded, Place, proxy_to

TOKEN_KEPT_S = 600.0  # EKS takes one for 15 minutes
SIGNED_FOR_S = 60
HEADER = "x-k8s-aws-id"  # tells EKS which cluster the signature is for
PREFIX = "k8s-aws-v1."


class Clients(Protocol):
    """Makes AWS clients; see bot.aws_clients.AwsClients."""

    def client(self, service: str, fallback_region: Callable[[], str | None]) -> Any:
        """The client of a service. Raises botocore's errors."""
        ...


def load_eks(cluster: str, clients: Clients, clock: Callable[[], float] = time.monotonic) -> Loaded:
    """What EKS says of the cluster, and a token that is made anew in time. Raises ValueError."""
    from botocore.exceptions import BotoCoreError, ClientError
    from kubernetes.client import Configuration

    try:
        found = clients.client("eks", lambda: None).describe_cluster(name=cluster)["cluster"]
        token = _Token(cluster, clients.client("sts", lambda: None), clock)
    except (BotoCoreError, ClientError) as error:
        raise ValueError(f"EKS was asked for {cluster} (eks:DescribeCluster): {told(error)}") from None
    try:
        endpoint = str(found["endpoint"])
        authority = base64.b64decode(found["certificateAuthority"]["data"], validate=True).decode("ascii")
    except (KeyError, binascii.Error, UnicodeDecodeError):
        raise ValueError(f"EKS knows no API server of {cluster}: it is {found.get('status')}") from None
    arn = str(found.get("arn", "")).split(":")
    region, account = (arn[3], arn[4]) if len(arn) > 5 else (None, None)
    configuration = Configuration()
    configuration.host = endpoint.rstrip("/")
    configuration.refresh_api_key_hook = token.put  # type: ignore[assignment] # its type is that of None
    place = Place(name=cluster, region=region, account=account)
    return Loaded(configuration, place, proxy_to(configuration.host), authority)


def told(error: Exception) -> str:
    """An error of botocore in a few words, without what was asked or sent."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return str(code or type(error).__name__)


class _Token:
    """The cluster's bearer token, signed again before it is too old."""

    def __init__(self, cluster: str, sts: Any, clock: Callable[[], float]) -> None:
        self._cluster = cluster
        self._sts = sts
        self._clock = clock
        self._made_at: float | None = None
        # The client outlives the token: registered once, however often the cluster is asked for anew.
        sts.meta.events.register("before-sign.sts.GetCallerIdentity", self._name, unique_id=HEADER)

    def put(self, configuration: Any) -> None:
        """Into the official client's configuration. Raises ValueError without credentials."""
        if self._made_at is None or self._clock() - self._made_at > TOKEN_KEPT_S:
            configuration.api_key["BearerToken"] = f"Bearer {PREFIX}{self._signed()}"
            self._made_at = self._clock()

    def _signed(self) -> str:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            url = self._sts.generate_presigned_url(
                "get_caller_identity", ExpiresIn=SIGNED_FOR_S, HttpMethod="GET"
            )
        except (BotoCoreError, ClientError) as error:
            raise ValueError(f"no token for {self._cluster} could be signed: {told(error)}") from None
        return base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")

    def _name(self, request: Any, **_: object) -> None:
        request.headers[HEADER] = self._cluster
