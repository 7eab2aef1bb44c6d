from checks.model import Severity
from checks.parts.agents import DnsProbes
from checks.parts.services import Endpoints
from checks.run import Verdict
from checks.symptoms.dns_failing import dns_failing
from tests.checks.symptoms.seen import cluster, names, result, seen


def test_a_service_without_ready_endpoint_is_critical() -> None:
    c = cluster()
    c.coredns(0)
    found = seen(dns_failing, c)
    assert names(found) == ["kube-dns"]
    assert found is not None
    assert found.severity is Severity.CRITICAL


def test_probes_that_all_time_out_are_critical() -> None:
    c = cluster()
    c.probe_dns("timeout")
    found = seen(dns_failing, c)
    assert found is not None
    assert found.severity is Severity.CRITICAL


def test_dns_that_answers_sometimes_is_high() -> None:
    source = cluster().source()

    def one_fails(answer: dict[str, list[dict[str, str]]]) -> None:
        answer["probes"][0]["outcome"] = "timeout"

    found = seen(dns_failing, source.edit(DnsProbes.ASKED, one_fails))
    assert found is not None
    assert found.severity is Severity.HIGH


def test_is_silent_when_it_answers() -> None:
    assert seen(dns_failing, cluster()) is None


def test_a_server_that_knows_no_such_name_has_answered() -> None:
    c = cluster()
    c.probe_dns("nxdomain")
    assert seen(dns_failing, c) is None


def test_shows_which_server_failed_how() -> None:
    c = cluster()
    c.probe_dns("timeout")
    found = seen(dns_failing, c)
    assert found is not None
    assert found.evidence[0].asked == DnsProbes.ASKED
    assert found.evidence[0].value.startswith("timeout")


def test_follows_from_coredns_pods_that_wait() -> None:
    c = cluster()
    c.coredns(0, "stuck")
    found = seen(dns_failing, c)
    assert found is not None
    assert {link.symptom for link in found.follows_from} == {"pods-not-scheduled", "pods-without-ip"}


def test_is_not_checked_when_a_source_is_unread_and_the_other_shows_nothing() -> None:
    for path in (DnsProbes.ASKED, Endpoints.ASKED):
        told = result(dns_failing, cluster().source().refuse(path))
        assert told.verdict is Verdict.NOT_CHECKED
        assert told.reason.startswith("refused")


def test_one_source_is_enough_to_see_it_fail() -> None:
    c = cluster()
    c.coredns(0)
    assert result(dns_failing, c.source().drop(DnsProbes.ASKED)).verdict is Verdict.FOUND
    c = cluster()
    c.probe_dns("timeout")
    assert result(dns_failing, c.source().drop(Endpoints.ASKED)).verdict is Verdict.FOUND


def test_ignores_a_probe_of_the_vpcs_own_resolver() -> None:
    def elsewhere(answer: dict[str, list[dict[str, object]]]) -> None:
        first = answer["probes"][0]
        for server in ("169.254.169.253", "10.40.0.2"):
            answer["probes"].append(first | {"server": server, "outcome": "timeout"})

    assert seen(dns_failing, cluster().source().edit(DnsProbes.ASKED, elsewhere)) is None
