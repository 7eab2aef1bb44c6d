"""The IAM role of Cilium's operator, from its ServiceAccount: the one that IAM is asked about."""

from collections.abc import Callable

from checks.collect.live.kubernetes import ApiServer
from checks.collect.source import UnreadError
from checks.collect.wire import Item, decode
from checks.parts.neighbours import OperatorServiceAccount

ROLE = "eks.amazonaws.com/role-arn"


def operator_role(api: ApiServer, namespace: str) -> Callable[[], str | None]:
    """A function that gives the role's ARN; None where there is none or it may not be read."""
    path = OperatorServiceAccount(namespace=namespace).asked

    def ask() -> str | None:
        try:
            raw = api.get(path, f"/{path.removeprefix('kubernetes/')}")
            return (decode(raw, Item, "ServiceAccount").metadata.annotations or {}).get(ROLE)
        except UnreadError:
            return None

    return ask
