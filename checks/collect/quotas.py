"""Snapshot.quotas, from ``service-quotas list-service-quotas`` of the service ``vpc``."""

from msgspec import Struct

from checks.collect.source import Source
from checks.collect.wire import entries
from checks.parts.aws_account import Quotas

RIGHTS = ("servicequotas:ListServiceQuotas",)


class _Quota(Struct, gc=False, rename="pascal"):
    quota_code: str
    value: float | None = None


def read(source: Source) -> Quotas:
    """The applied values by quota code; one without a value is left out. Raises UnreadError."""
    found = entries(source, Quotas.ASKED, "Quotas", _Quota)
    return Quotas(values={quota.quota_code: quota.value for quota in found if quota.value is not None})
