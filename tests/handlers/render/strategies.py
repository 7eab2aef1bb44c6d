"""Reports that nobody meant to render: any text anywhere, any number of everything."""

from typing import Protocol, TypeVar

from hypothesis import strategies as st

from checks.report import (
    Cause,
    Facts,
    IpamFacts,
    NodeDetail,
    NodeFacts,
    NotChecked,
    Note,
    PodFacts,
    Report,
    ReportAction,
    ReportEvidence,
    ReportSubject,
    SubnetFacts,
    Symptom,
    Verdict,
    VersionFacts,
)
from tests.handlers.render.samples import HOSTILE, NOON

T = TypeVar("T")
FRAGMENTS = (
    "<!channel>",
    "<!here|x>",
    "<@U012AB3CD>",
    "<#C1|general>",
    "<https://evil.example|ok>",
    "&lt;!channel&gt;",
    "&amp;",
    "&" * 700,
    "<" * 900,
    "`",
    "```",
    "`" * 7,
    "\x1b[31m",
    "\x1b]8;;https://evil.example\x07",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u2028",
    "\r\n",
    "\n\n",
    "\t",
    "\x00",
    "\x9b31m",
    "|",
    "**",
    "](https://evil.example)",
    "<script>",
    "@everyone",
    ":skull:",
    "漢字" * 40,
    "n" * 300,
    "1. ",
    "# ",
    "$(reboot)",
    HOSTILE,
    "\ud800",
)
texts = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=20)), max_size=6).map("".join)
words = st.sampled_from([text for text in FRAGMENTS if len(text) < 40]) | st.text(max_size=5)
counts = st.none() | st.integers(0, 10**7)
severities = st.sampled_from(("critical", "high", "medium", "low"))
confidences = st.sampled_from(("certain", "likely", "possible"))


class Listed(Protocol):
    """How many of something a report holds."""

    def __call__(self, of: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]: ...


def few(of: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """At most so many, each different."""
    return st.lists(of, max_size=most).map(tuple)


def many(of: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """One of them many times over, however few were wanted."""
    return st.builds(lambda one, times: (one,) * times, of, st.sampled_from((21, 24)))


def reports_of(texts: st.SearchStrategy[str], outer: Listed, inner: Listed) -> st.SearchStrategy[Report]:
    """Reports of such texts, with so many findings, and so many things in each of them."""
    maybe = st.none() | texts
    subjects = st.builds(ReportSubject, kind=texts, namespace=maybe, name=texts)
    evidence = st.builds(ReportEvidence, asked=texts, field=texts, value=texts, count=st.integers(0, 10**6))
    actions = st.builds(
        ReportAction,
        title=texts,
        command=maybe,
        kind=st.sampled_from(("look", "change")),
        risk=maybe,
        verify=texts,
    )
    ids = st.sampled_from(("kubelet-max-pods-too-low", "node-pod-cidr-full")) | texts
    symptoms = st.builds(
        Symptom,
        id=ids,
        severity=severities,
        inferred=st.booleans(),
        title=texts,
        subjects=inner(subjects),
        subjects_total=st.integers(0, 10**6),
        evidence=inner(evidence),
        explained_by=inner(ids, 2),
    )
    causes = st.builds(
        Cause,
        id=ids,
        severity=severities,
        confidence=confidences,
        title=texts,
        because=texts,
        subjects=inner(subjects),
        subjects_total=st.integers(0, 10**6),
        evidence=inner(evidence),
        explains=inner(ids, 2),
        leads_to=inner(ids, 2),
        actions=inner(actions),
        references=inner(texts.map(lambda text: f"https://example.com/{text}") | texts),
    )
    notes = st.builds(
        Note,
        id=ids,
        title=texts,
        subjects=inner(subjects),
        subjects_total=st.just(1),
        evidence=inner(evidence),
    )
    facts = st.builds(
        Facts,
        versions=st.builds(VersionFacts, cilium=maybe, kubernetes=maybe),
        nodes=st.builds(NodeFacts, total=counts, ready=counts, reachable=counts),
        pods=st.builds(PodFacts, total=counts, running=counts, not_scheduled=counts, without_ip=counts),
        ipam=st.builds(
            IpamFacts,
            mode=maybe,
            prefix_delegation=st.none() | st.booleans(),
            capacity=counts,
            attached=counts,
            used=counts,
        ),
        nodes_detail=outer(
            st.builds(
                NodeDetail,
                name=texts,
                zone=maybe,
                instance_type=maybe,
                capacity=counts,
                attached=counts,
                allocated=counts,
                used=counts,
                free_for_pods=counts,
                max_pods=counts,
                pods=counts,
            )
        ),
        subnets=outer(
            st.builds(
                SubnetFacts,
                id=texts,
                zone=maybe,
                free_addresses=counts,
                free_prefixes=counts,
                used_by_pods=st.none() | st.booleans(),
            )
        ),
    )
    return st.builds(
        Report,
        cluster=texts,
        region=maybe,
        taken_at=st.just(NOON),
        seconds=st.floats(0, 100),
        source=st.sampled_from(("live", "recording")),
        verdict=st.sampled_from(list(Verdict)),
        headline=texts,
        symptoms=outer(symptoms, 2),
        causes=outer(causes, 2),
        risks=outer(causes, 2),
        notes=outer(notes, 2),
        not_checked=outer(st.builds(NotChecked, id=ids, why=texts, grant=maybe)),
        facts=facts,
    )


reports = reports_of(texts, few, few) | reports_of(words, many, few) | reports_of(words, few, many)
"""Long texts, or long lists: both at once say nothing new and take seconds each."""
