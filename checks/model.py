"""The words that checks speak: findings, their evidence and actions, and the check itself."""

import inspect
import types
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints


class Severity(IntEnum):
    """How much it hurts; ordered, the worst is the largest."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4


class Confidence(IntEnum):
    """How complete the proof is; ordered, the surest is the largest.

    CERTAIN: the proof is complete and every look-alike is ruled out. LIKELY: one piece is missing or stands
    in for another. POSSIBLE: it fits, and the deciding reading is named in ``Finding.because``.
    """

    POSSIBLE = 1
    LIKELY = 2
    CERTAIN = 3


class Kind(Enum):
    """What a finding is.

    SYMPTOM: hurts now. CAUSE: a failure mode whose proof holds; the diagnosis makes it a risk when none of
    the symptoms that it explains is there. RISK: true now and hurting nobody yet. NOTE: odd and harmless.
    """

    SYMPTOM = "symptom"
    CAUSE = "cause"
    RISK = "risk"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """One object a finding is about, by Kubernetes or AWS kind ("Pod", "Node", "Service", "Subnet" …)."""

    kind: str
    name: str
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reading. ``asked`` is the recording path without ".json", e.g. ``kubernetes/api/v1/pods``.

    ``field`` is the path inside the answer, ``value`` what stood there (untrusted text), ``count`` how many
    objects said the same.
    """

    asked: str
    field: str
    value: str
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing a person may do. ``command`` is ready to paste, or None where there is none.

    ``risk`` says what it disturbs (None for a look), ``verify`` how to see that it worked.
    """

    title: str
    command: str | None
    kind: Literal["look", "change"]
    risk: str | None
    verify: str


@dataclass(frozen=True, slots=True)
class Explains:
    """A claim on a symptom, for these subjects of it (None: for all of them).

    The kinds of subjects: pods-not-scheduled and pods-without-ip name Pods; nodes-not-ready,
    nodes-unreachable and agents-not-ready Nodes; operator-not-ready the Deployment; dns-failing,
    webhooks-failing and services-failing Services; admission-refused the controllers that could not create.
    ``of`` is used in ``Finding.follows_from`` of a symptom only: which of its own subjects is meant.
    """

    symptom: str
    subjects: frozenset[Subject] | None = None
    of: Subject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a check saw. One check yields at most one finding of a kind; it gathers its subjects itself.

    ``title``: one plain sentence with the numbers. ``because``: at most two sentences, what proves it and
    what rules out its look-alikes. ``severity`` comes from what was seen.

    A cause lists in ``explains`` the symptoms that it makes; with none of them present it does no harm now
    and the diagnosis turns it into a risk, or drops it if ``drop_if_harmless``. ``inferred`` marks a cause
    that breaks traffic in a way no API shows: it brings the symptom ``traffic-failing``, inferred.

    ``follows_from`` marks a mere consequence: when each of these symptoms, for these subjects, is explained
    by another cause, this finding is folded into that cause's ``leads_to``. (A symptom uses it in the same
    way: services-failing follows from the waiting pods of the Service, and is explained by their cause.)
    ``leads_to`` names causes that merely follow from this one: found as well, and explaining nothing that
    this one does not, they are folded into it.
    """

    kind: Kind
    severity: Severity
    title: str
    because: str = ""
    confidence: Confidence = Confidence.CERTAIN
    subjects: tuple[Subject, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    actions: tuple[Action, ...] = ()
    references: tuple[str, ...] = ()
    explains: tuple[Explains, ...] = ()
    follows_from: tuple[Explains, ...] = ()
    leads_to: tuple[str, ...] = ()
    inferred: bool = False
    drop_if_harmless: bool = False


class Undecided(Exception):
    """Raised or yielded by a check that read its parts and still cannot tell: ``why`` and the ``grant``."""

    def __init__(self, why: str = "", grant: str | None = None, *, part: str = "") -> None:
        """``why`` is shown to people; ``grant`` is the right that would close the gap, if one would.

        ``part`` names an unread part instead: the reason is then why that part was not read.
        """
        super().__init__(why or part)
        self.why = why
        self.grant = grant
        self.part = part


Rule = Callable[..., Iterable[Finding | Undecided]]


@dataclass(frozen=True, slots=True)
class Check:
    """A rule and what the house must know of it. Calling it calls the rule.

    ``needs`` are the snapshot parts without which it is not checked; ``helps`` those it can do without.
    ``modes`` are the IPAM modes it applies to (empty: all); ``since`` and ``until`` bound the Cilium minor
    versions, both inclusive, e.g. (1, 20).
    """

    id: str
    title: str
    source: str
    rule: Rule
    needs: tuple[str, ...]
    helps: tuple[str, ...]
    modes: frozenset[str]
    since: tuple[int, int] | None
    until: tuple[int, int] | None

    def __call__(self, *args: Any, **kwargs: Any) -> list[Finding | Undecided]:
        """Run the rule on parts given by hand; used by tests."""
        return list(self.rule(*args, **kwargs))


def check(
    *,
    id: str,
    title: str,
    source: str,
    modes: Iterable[str] = (),
    since: tuple[int, int] | None = None,
    until: tuple[int, int] | None = None,
) -> Callable[[Rule], Check]:
    """Make a rule a check. Its parameters name the snapshot parts that it gets.

    A parameter typed ``Part | None`` is evidence that helps but is not needed.
    """

    def wrap(rule: Rule) -> Check:
        needs, helps = _parts_of(rule)
        return Check(id, title, source, rule, needs, helps, frozenset(modes), since, until)

    return wrap


def _parts_of(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    hints: Mapping[str, Any] = get_type_hints(rule)
    needs: list[str] = []
    helps: list[str] = []
    for name in inspect.signature(rule).parameters:
        hint = hints[name]
        optional = get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)
        (helps if optional else needs).append(name)
    return tuple(needs), tuple(helps)
