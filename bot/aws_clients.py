"""boto3 clients with the profile, role, region and endpoint that the settings name."""

import threading
from collections.abc import Callable
from typing import Any

from bot.settings import Access

CONNECT_TIMEOUT_S = 3
READ_TIMEOUT_S = 8
ATTEMPTS = 3  # of one request; with the timeouts they end soon after the sweep does


class AwsClients:
    """Makes each service's client once and keeps it; may be asked from several threads at once."""

    def __init__(self, access: Access, region: str | None) -> None:
        """``region`` None leaves it to boto3's own chain. Reads and connects nothing yet."""
        self._access = access
        self._region = region
        self._made: dict[str, Any] = {}
        self._session: Any = None
        self._lock = threading.Lock()

    def client(self, service: str, fallback_region: Callable[[], str | None]) -> Any:
        """The client of "ec2" or "eks"; ``fallback_region`` is asked when nothing else tells the region.

        Raises botocore's errors.
        """
        with self._lock:  # sessions are not thread-safe, clients are
            if service not in self._made:
                self._session = self._session or self._open()
                region = self._session.region_name or fallback_region()
                self._made[service] = self._make(self._session, service, region)
            return self._made[service]

    def _open(self) -> Any:
        import boto3

        access = self._access
        session = boto3.Session(profile_name=access.aws_profile, region_name=access.region or self._region)
        return session if access.aws_role is None else _assumed(session, access.aws_role, self._make)

    def _make(self, session: Any, service: str, region: str | None) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            user_agent_extra="cilium-bot",
        )
        return session.client(
            service, region_name=region, endpoint_url=self._access.aws_endpoint, config=config
        )


def _assumed(session: Any, role: str, make: Callable[[Any, str, str | None], Any]) -> Any:
    """A session with the role's credentials, which are fetched when first used and again when they expire."""
    import boto3
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.session import get_session

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda service, **given: make(
            boto3.Session(
                given["aws_access_key_id"], given["aws_secret_access_key"], given["aws_session_token"]
            ),
            service,
            session.region_name,
        ),
        source_credentials=session.get_credentials(),
        role_arn=role,
        extra_args={"RoleSessionName": "cilium-bot"},
    )
    inner = get_session()
    inner._credentials = DeferredRefreshableCredentials(  # botocore has no public way in
        method="assume-role", refresh_using=fetcher.fetch_credentials
    )
    return boto3.Session(botocore_session=inner, region_name=session.region_name)
