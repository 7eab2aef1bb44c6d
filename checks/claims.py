"""What a finding explains: claims, each one symptom of one subject, and the claims that follow from them."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.model import Explains, Finding, Subject

Claim = tuple[str, Subject]

WHOLE = Subject("Cluster", "")
"""Stands for the subject of a symptom that names none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One id's finding as the report will say it. ``claims`` is what a cause explains."""

    id: str
    finding: Finding
    claims: frozenset[Claim] = frozenset()
    leads_to: tuple[str, ...] = ()
    inferred: bool = False

    @property
    def symptoms(self) -> frozenset[str]:
        """Ids of the symptoms that it explains."""
        return frozenset(symptom for symptom, _ in self.claims)


def subjects_of(symptom: Judged) -> frozenset[Subject]:
    """The symptom's subjects; WHOLE where it names none."""
    return frozenset(symptom.finding.subjects) or frozenset({WHOLE})


def claimed(link: Explains, symptoms: Mapping[str, Judged]) -> frozenset[Claim]:
    """The claims on present symptoms that one link makes."""
    symptom = symptoms.get(link.symptom)
    if symptom is None:
        return frozenset()
    known = subjects_of(symptom)
    wanted = known if link.subjects is None or known == {WHOLE} else known & link.subjects
    return frozenset((link.symptom, subject) for subject in wanted)


def explained(finding: Finding, symptoms: Mapping[str, Judged]) -> frozenset[Claim]:
    """Everything that a cause explains: its own claims, and what follows from those."""
    claims = frozenset(claim for link in finding.explains for claim in claimed(link, symptoms))
    return followed(claims, symptoms)


def followed(claims: frozenset[Claim], symptoms: Mapping[str, Judged]) -> frozenset[Claim]:
    """These claims, and those on symptoms that follow from them."""
    while True:
        more = {
            (symptom.id, link.of or WHOLE)
            for symptom in symptoms.values()
            for link in symptom.finding.follows_from
            if claimed(link, symptoms) & claims and (link.of or WHOLE) in subjects_of(symptom)
        }
        if more <= claims:
            return claims
        claims |= more
