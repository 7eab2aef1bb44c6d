import pytest

from checks.collect.source import UnreadError
from checks.collect.webhooks import read
from checks.parts.webhooks import Webhook, Webhooks
from tests.checks.collect.told import Object, api_list, entry, refusal, told

SERVICE = {"namespace": "cert-manager", "name": "cert-manager-webhook"}


def configuration(kind: str, name: str, *webhooks: Object) -> Object:
    return api_list(kind, entry(name, webhooks=[*webhooks]))


VALIDATING = configuration(
    "ValidatingWebhookConfiguration",
    "cert-manager",
    {
        "name": "webhook.cert-manager.io",
        "clientConfig": {"service": {**SERVICE, "port": 8443}, "caBundle": "…"},
        "failurePolicy": "Fail",
        "timeoutSeconds": 30,
    },
    {"name": "outside", "clientConfig": {"url": "https://example.com/hook"}},
)
MUTATING = configuration(
    "MutatingWebhookConfiguration",
    "injector",
    {"name": "i", "clientConfig": {"service": SERVICE}, "failurePolicy": "Ignore"},
)


def test_reads_the_webhooks_of_both_kinds_that_are_called_through_a_service() -> None:
    found = read(told({Webhooks.ASKED: VALIDATING, Webhooks.ASKED_MUTATING: MUTATING}))
    assert found == Webhooks(
        items=(
            Webhook(
                configuration="injector",
                kind="MutatingWebhookConfiguration",
                name="i",
                fails_closed=False,
                namespace="cert-manager",
                service="cert-manager-webhook",
            ),
            Webhook(
                configuration="cert-manager",
                kind="ValidatingWebhookConfiguration",
                name="webhook.cert-manager.io",
                port=8443,
                timeout_s=30,
                namespace="cert-manager",
                service="cert-manager-webhook",
            ),
        )
    )


def test_one_list_is_enough_and_the_other_is_told() -> None:
    refused = refusal(Webhooks.ASKED_MUTATING)
    found = read(told({Webhooks.ASKED: VALIDATING, Webhooks.ASKED_MUTATING: refused}))
    assert len(found.items) == 1
    assert found.unread.startswith("refused: list admissionregistration.k8s.io/mutatingwebhookconfigurations")


def test_neither_list_is_a_gap() -> None:
    with pytest.raises(UnreadError, match=r"^not asked$"):
        read(told())


def test_a_service_without_a_name_is_unreadable() -> None:
    broken = configuration(
        "ValidatingWebhookConfiguration", "a", {"clientConfig": {"service": {"namespace": "b"}}}
    )
    with pytest.raises(UnreadError, match=r"^unreadable: "):
        read(told({Webhooks.ASKED: broken, Webhooks.ASKED_MUTATING: broken}))
