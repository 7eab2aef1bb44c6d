import pytest

from checks.collect.local_redirect_policies import read
from checks.collect.source import UnreadError
from checks.parts.neighbours import LocalRedirectPolicies, LocalRedirectPolicy
from checks.parts.policies import Selector
from tests.checks.collect.told import api_list, entry, refusal, told

ASKED = LocalRedirectPolicies.ASKED


def test_reads_what_is_redirected_where() -> None:
    backend = {"localEndpointSelector": {"matchLabels": {"k8s-app": "node-local-dns"}}}
    by_service = {"serviceMatcher": {"serviceName": "kube-dns", "namespace": "kube-system"}}
    by_address = {"addressMatcher": {"ip": "169.254.20.10", "toPorts": [{"port": "53", "protocol": "UDP"}]}}
    rows = [
        entry("b", "kube-system", spec={"redirectFrontend": by_service, "redirectBackend": backend}),
        entry("a", "kube-system", spec={"redirectFrontend": by_address, "redirectBackend": backend}),
    ]
    chosen = Selector(labels=(("k8s-app", "node-local-dns"),))
    assert read(told({ASKED: api_list("CiliumLocalRedirectPolicy", *rows)})).items == (
        LocalRedirectPolicy(namespace="kube-system", name="a", address="169.254.20.10", backend=chosen),
        LocalRedirectPolicy(
            namespace="kube-system", name="b", service=("kube-system", "kube-dns"), backend=chosen
        ),
    )


def test_a_definition_that_is_not_installed_means_no_redirects() -> None:
    assert read(told({ASKED: refusal(ASKED, "NotFound")})) == LocalRedirectPolicies()


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({}, "not asked"), ({ASKED: refusal(ASKED)}, "refused: list cilium.io/ciliumlocalredirectpolicies")],
)
def test_redirects_that_were_not_read_are_never_none(answers: dict[str, object], reason: str) -> None:
    with pytest.raises(UnreadError, match=f"^{reason}"):
        read(told(answers))
