from checks.model import Subject
from checks.parts.kubernetes import Events
from checks.run import Verdict
from checks.symptoms.admission_refused import admission_refused
from tests.checks.symptoms.seen import cluster, names, result, seen

CALL = (
    'Error creating: Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to '
    'call webhook: Post "https://cert-manager-webhook.cert-manager.svc:443/mutate?timeout=10s": context '
    "deadline exceeded"
)


def test_names_the_controllers_that_cannot_create_pods() -> None:
    c = cluster()
    c.event("ReplicaSet", "shop/api-5d9", "FailedCreate", 'Error creating: pods "api-" is forbidden')
    found = seen(admission_refused, c)
    assert names(found) == ["api-5d9"]
    assert found is not None
    assert found.evidence[0].asked == Events.ASKED


def test_is_silent_without_such_an_event() -> None:
    c = cluster()
    c.event("ReplicaSet", "shop/api-5d9", "SuccessfulCreate", "Created pod: api-5d9-x")
    assert seen(admission_refused, c) is None


def test_ignores_a_volume_claim_that_could_not_be_created() -> None:
    c = cluster()
    text = "create Claim data-db-0 for Pod db-0 in StatefulSet db failed error: quota"
    c.event("StatefulSet", "shop/db", "FailedCreate", text)
    assert seen(admission_refused, c) is None


def test_follows_from_the_webhook_that_it_names() -> None:
    c = cluster()
    c.event("ReplicaSet", "shop/api-5d9", "FailedCreate", CALL)
    found = seen(admission_refused, c)
    assert found is not None
    [link] = found.follows_from
    assert link.symptom == "webhooks-failing"
    assert link.subjects == frozenset({Subject("Service", "cert-manager-webhook", "cert-manager")})


def test_is_not_checked_without_events() -> None:
    source = cluster().source().refuse(Events.ASKED)
    assert result(admission_refused, source).verdict is Verdict.NOT_CHECKED
