"""Snapshot.operator_service_account, from the ServiceAccount cilium-operator."""

from checks.collect.source import Source
from checks.collect.wire import Item, one
from checks.parts.neighbours import OperatorServiceAccount

RIGHTS = ("get serviceaccounts/cilium-operator in kube-system",)

_ROLE = "eks.amazonaws.com/role-arn"


def read(source: Source) -> OperatorServiceAccount:
    """The role that its annotation names. Raises UnreadError, also when it is not there.

    An operator may run under another ServiceAccount's name; then nothing is known of its role.
    """
    namespace = source.meta.cilium_namespace
    asked = OperatorServiceAccount(namespace=namespace).asked
    annotations = one(source, asked, Item, "ServiceAccount").metadata.annotations or {}
    return OperatorServiceAccount(namespace=namespace, role_arn=annotations.get(_ROLE) or None)
