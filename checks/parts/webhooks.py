"""What the API server calls: admission webhooks and aggregated APIs.

Shapes follow the official API reference (https://kubernetes.io/docs/reference/kubernetes-api/); only fields
that some check reads are kept. Times are aware and in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """One admission webhook that is called through a Service (those called by URL are not kept)."""

    configuration: str  # name of the configuration object
    kind: str  # "ValidatingWebhookConfiguration" or "MutatingWebhookConfiguration"
    name: str
    namespace: str  # of the Service
    service: str
    port: int = 443
    fails_closed: bool = True  # failurePolicy: Fail
    timeout_s: int = 10


@dataclass(frozen=True)
class Webhooks:
    """Admission webhooks of both kinds.

    ``unread`` says why one of the two lists is missing, or is ""; ``grant`` would close the gap.
    """

    ASKED: ClassVar[str] = "kubernetes/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    ASKED_MUTATING: ClassVar[str] = (
        "kubernetes/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
    )
    items: tuple[Webhook, ...] = ()
    unread: str = ""
    grant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiService:
    """One aggregated API; ``service`` is None for those the API server serves itself."""

    name: str
    namespace: str | None
    service: str | None
    port: int = 443
    available: bool | None = None
    since: datetime | None = None
    reason: str = ""
    message: str = ""


@dataclass(frozen=True)
class ApiServices:
    """Every APIService."""

    ASKED: ClassVar[str] = "kubernetes/apis/apiregistration.k8s.io/v1/apiservices"
    items: tuple[ApiService, ...] = ()
