"""What the diagnosis promises, on findings made by hand."""

from collections.abc import Iterable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from checks.claims import Judged
from checks.diagnose import Diagnosis, diagnose
from checks.model import Check, Confidence, Explains, Finding, Kind, Severity, Subject
from checks.run import Result, Verdict


def pods(*names: str) -> tuple[Subject, ...]:
    return tuple(Subject("Pod", name, "shop") for name in names)


def symptom(
    *subjects: Subject, severity: Severity = Severity.HIGH, follows: Iterable[Explains] = ()
) -> Finding:
    return Finding(
        kind=Kind.SYMPTOM,
        severity=severity,
        title="it hurts",
        subjects=subjects,
        follows_from=tuple(follows),
    )


def cause(
    *explains: Explains,
    severity: Severity = Severity.HIGH,
    confidence: Confidence = Confidence.CERTAIN,
    follows: Iterable[Explains] = (),
    leads_to: tuple[str, ...] = (),
    inferred: bool = False,
    drop: bool = False,
) -> Finding:
    return Finding(
        kind=Kind.CAUSE,
        severity=severity,
        title="why",
        confidence=confidence,
        explains=explains,
        follows_from=tuple(follows),
        leads_to=leads_to,
        inferred=inferred,
        drop_if_harmless=drop,
    )


def risk(severity: Severity = Severity.MEDIUM) -> Finding:
    return Finding(kind=Kind.RISK, severity=severity, title="may hurt")


def judged(**findings: Finding) -> Diagnosis:
    results = []
    for name, finding in findings.items():
        check = Check(name, name, "https://example.org", lambda: (), (), (), frozenset(), None, None)
        results.append(Result(check=check, verdict=Verdict.FOUND, findings=(finding,)))
    return diagnose(results)


def ids(items: Iterable[Judged]) -> list[str]:
    return [item.id for item in items]


def some(name: str, *subjects: Subject) -> Explains:
    return Explains(name, frozenset(subjects))


def test_ties_a_symptom_to_the_cause_that_claims_its_subjects() -> None:
    a, b = pods("a", "b")
    found = judged(waits=symptom(a, b), full=cause(some("waits", a)), other=cause(some("waits", *pods("z"))))
    assert found.explained_by("waits") == ("full",)
    assert ids(found.risks) == ["other"]


def test_says_that_a_symptom_has_no_explanation() -> None:
    assert judged(waits=symptom(*pods("a"))).explained_by("waits") == ()


def test_turns_a_cause_without_harm_into_a_risk_of_at_most_medium() -> None:
    found = judged(latent=cause(Explains("waits"), severity=Severity.CRITICAL))
    assert found.causes == ()
    assert found.risks[0].finding.severity is Severity.MEDIUM


def test_drops_what_is_nothing_without_harm_and_every_harmless_guess() -> None:
    found = judged(
        nothing=cause(Explains("waits"), drop=True),
        guess=cause(Explains("waits"), confidence=Confidence.POSSIBLE),
    )
    assert (found.causes, found.risks) == ((), ())


def test_infers_failing_traffic_from_a_cause_that_no_api_shows() -> None:
    found = judged(snat=cause(inferred=True, severity=Severity.HIGH))
    assert [(s.id, s.inferred) for s in found.symptoms] == [("traffic-failing", True)]
    assert found.explained_by("traffic-failing") == ("snat",)


def test_raises_no_alarm_for_a_guess_that_would_break_traffic() -> None:
    found = judged(snat=cause(inferred=True, confidence=Confidence.POSSIBLE))
    assert (found.symptoms, found.causes) == ((), ())


def test_keeps_a_traffic_symptom_that_was_seen() -> None:
    seen = symptom(Subject("Service", "api", "shop"))
    found = judged(**{"traffic-failing": seen, "snat": cause(inferred=True)})
    assert [(s.id, s.inferred) for s in found.symptoms] == [("traffic-failing", False)]


def test_folds_a_consequence_under_the_cause_of_its_pods() -> None:
    [dns] = pods("coredns")
    service = Subject("Service", "kube-dns", "kube-system")
    found = judged(
        waits=symptom(dns),
        dns=symptom(service, severity=Severity.CRITICAL),
        full=cause(some("waits", dns)),
        empty=cause(some("dns", service), follows=[some("waits", dns)]),
    )
    assert ids(found.causes) == ["full"]
    assert found.causes[0].leads_to == ("empty",)
    assert found.explained_by("dns") == ("full",)


def test_keeps_a_consequence_as_cause_when_nothing_explains_its_pods() -> None:
    [dns] = pods("coredns")
    service = Subject("Service", "kube-dns", "kube-system")
    found = judged(
        waits=symptom(dns, *pods("x")),
        dns=symptom(service),
        full=cause(some("waits", *pods("x"))),
        empty=cause(some("dns", service), follows=[some("waits", dns)]),
    )
    assert set(ids(found.causes)) == {"empty", "full"}


def test_folds_a_chain_under_its_first_cause() -> None:
    a, b, c = pods("a", "b", "c")
    found = judged(
        one=symptom(a),
        two=symptom(b),
        three=symptom(c),
        root=cause(some("one", a)),
        middle=cause(some("two", b), follows=[some("one", a)]),
        leaf=cause(some("three", c), follows=[some("two", b)]),
    )
    assert ids(found.causes) == ["root"]
    assert found.causes[0].leads_to == ("leaf", "middle")
    assert found.explained_by("three") == ("root",)


def test_folds_a_cause_that_another_leads_to_only_when_it_explains_no_more() -> None:
    a, b = pods("a", "b")
    narrow = judged(
        waits=symptom(a, b), key=cause(some("waits", a, b), leads_to=("full",)), full=cause(some("waits", b))
    )
    assert ids(narrow.causes) == ["key"]
    wide = judged(
        waits=symptom(a, b), key=cause(some("waits", a), leads_to=("full",)), full=cause(some("waits", a, b))
    )
    assert set(ids(wide.causes)) == {"full", "key"}


def test_never_folds_a_proof_under_a_guess() -> None:
    [a] = pods("a")
    found = judged(
        waits=symptom(a),
        guess=cause(some("waits", a), confidence=Confidence.POSSIBLE, leads_to=("proof",)),
        proof=cause(some("waits", a)),
    )
    assert ids(found.causes) == ["proof"]


def test_two_that_follow_from_each_other_do_not_vanish() -> None:
    a, b = pods("a", "b")
    found = judged(
        one=symptom(a),
        two=symptom(b),
        left=cause(some("one", a), follows=[some("two", b)]),
        right=cause(some("two", b), follows=[some("one", a)]),
    )
    assert len(found.causes) == 1


def test_drops_a_guess_only_where_surer_causes_explain_all_of_it() -> None:
    a, b = pods("a", "b")
    sure = cause(some("waits", a))
    found = judged(
        waits=symptom(a, b), sure=sure, guess=cause(some("waits", a), confidence=Confidence.POSSIBLE)
    )
    assert ids(found.causes) == ["sure"]
    found = judged(
        waits=symptom(a, b), sure=sure, guess=cause(some("waits", b), confidence=Confidence.POSSIBLE)
    )
    assert ids(found.causes) == ["sure", "guess"]


def test_a_symptom_is_explained_through_what_it_follows_from() -> None:
    [pod] = pods("api-1")
    service = Subject("Service", "api", "shop")
    found = judged(
        waits=symptom(pod),
        fails=symptom(service, follows=[Explains("waits", frozenset({pod}), of=service)]),
        full=cause(some("waits", pod)),
    )
    assert found.explained_by("fails") == ("full",)


def test_orders_by_worst_symptom_then_subjects_then_confidence_then_severity_then_id() -> None:
    a, b, c = pods("a", "b", "c")
    found = judged(
        bad=symptom(a, severity=Severity.CRITICAL),
        mild=symptom(b, c, severity=Severity.MEDIUM),
        z_worst=cause(some("bad", a), severity=Severity.LOW),
        y_two=cause(some("mild", b, c)),
        x_likely=cause(some("mild", b), confidence=Confidence.LIKELY, severity=Severity.CRITICAL),
        w_low=cause(some("mild", b), severity=Severity.LOW),
        v_high=cause(some("mild", b), severity=Severity.HIGH),
        u_high=cause(some("mild", b), severity=Severity.HIGH),
    )
    assert ids(found.causes) == ["z_worst", "y_two", "u_high", "v_high", "w_low", "x_likely"]


def test_counts_a_subject_once_that_hurts_in_two_ways() -> None:
    service = Subject("Service", "kube-dns", "kube-system")
    found = judged(
        dns=symptom(service),
        service=symptom(service),
        pods=symptom(*pods("a")),
        b_twice=cause(Explains("dns"), Explains("service")),
        a_once=cause(Explains("pods")),
    )
    assert [item.id for item in found.causes] == ["a_once", "b_twice"]


def test_a_stated_risk_keeps_its_severity_and_yields_to_the_active_cause() -> None:
    assert judged(leak=risk(Severity.HIGH)).risks[0].finding.severity is Severity.HIGH
    check = Check("overlap", "", "https://example.org", lambda: (), (), (), frozenset(), None, None)
    both = (cause(Explains("waits")), risk())
    waits = Check("waits", "", "https://example.org", lambda: (), (), (), frozenset(), None, None)
    found = diagnose(
        [
            Result(check=check, verdict=Verdict.FOUND, findings=both),
            Result(check=waits, verdict=Verdict.FOUND, findings=(symptom(*pods("a")),)),
        ]
    )
    assert (ids(found.causes), ids(found.risks)) == (["overlap"], [])


names = st.sampled_from(["s1", "s2", "s3"])
subjects = st.frozensets(st.sampled_from(pods("a", "b", "c")), max_size=3)
links = st.lists(st.builds(Explains, names, st.none() | subjects), max_size=3)
causes = st.builds(
    lambda e, f, c, i, lead: cause(*e, follows=f, confidence=c, inferred=i, leads_to=tuple(lead)),
    links,
    links,
    st.sampled_from(Confidence),
    st.booleans(),
    st.lists(st.sampled_from(["c1", "c2", "c3"]), max_size=2),
)


@given(
    st.dictionaries(names, subjects.map(lambda s: symptom(*sorted(s))), max_size=3),
    st.dictionaries(st.sampled_from(["c1", "c2", "c3"]), causes, max_size=3),
    st.randoms(use_true_random=False),
)
def test_whatever_is_found_the_diagnosis_ends_and_does_not_depend_on_the_order(
    symptoms: dict[str, Finding], found: dict[str, Finding], random: Random
) -> None:
    items = list((symptoms | found).items())
    first = judged(**dict(items))
    random.shuffle(items)
    assert judged(**dict(items)) == first
    assert len({c.id for c in first.causes} & {r.id for r in first.risks}) == 0
    for item in first.causes:
        assert item.claims
        assert item.id not in item.leads_to
