"""How much of a report is shown: one measure for what can be scrolled, a ladder of them for chat."""

from dataclasses import dataclass, replace

MAX_LISTED = 20  # report-format.md: lists in chat and text are cut here, with the total told


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """So many of each, and so many characters of prose and of a command."""

    causes: int  # told in full
    listed: int = MAX_LISTED  # causes, risks, notes that get one line
    subjects: int = MAX_LISTED
    examples: int = 5  # objects named beside a symptom that a cause explains
    evidence: int = MAX_LISTED
    actions: int = MAX_LISTED
    gaps: int = MAX_LISTED  # reasons why something was not checked
    nodes: int = MAX_LISTED
    subnets: int = MAX_LISTED
    references: int = 5
    prose: int = 2_000
    command: int = 20_000
    brief: bool = False  # what proves a cause and the figures are left to other answers
    narrow: bool = False  # for phones: what is shared or long in names and paths is said once or shortened

    def after_the_first(self) -> "Detail":
        """For the causes after the first: on a narrow screen a look and a change, and shorter lists."""
        if not self.narrow:
            return self
        shorter = {"subjects": 3, "examples": 0, "evidence": 0, "references": 0, "actions": 2}
        return replace(self, **{key: min(most, getattr(self, key)) for key, most in shorter.items()})


FULL = Detail(causes=MAX_LISTED)

# Chat tries these in turn and takes the first that Slack takes. The last one is little enough for
# any report but one whose every character has to be escaped.
CHAT = (
    Detail(
        causes=5,
        listed=10,
        subjects=10,
        examples=3,
        evidence=2,
        actions=3,
        gaps=8,
        nodes=5,
        subnets=3,
        references=2,
        prose=1_000,
        command=2_500,
        narrow=True,
    ),
    Detail(
        causes=4,
        listed=8,
        subjects=10,
        examples=0,
        evidence=2,
        actions=4,
        gaps=6,
        nodes=5,
        subnets=3,
        references=1,
        prose=700,
        command=2_000,
        narrow=True,
    ),
    Detail(
        causes=3,
        listed=6,
        subjects=5,
        examples=0,
        evidence=1,
        actions=3,
        gaps=4,
        nodes=0,
        subnets=2,
        references=1,
        prose=500,
        command=1_500,
        narrow=True,
    ),
    Detail(
        causes=2,
        listed=4,
        subjects=3,
        examples=0,
        evidence=1,
        actions=2,
        gaps=3,
        nodes=0,
        subnets=1,
        references=0,
        prose=400,
        command=1_000,
        narrow=True,
    ),
    Detail(
        causes=1,
        listed=3,
        subjects=2,
        examples=0,
        evidence=0,
        actions=1,
        gaps=2,
        nodes=0,
        subnets=0,
        references=0,
        prose=200,
        command=600,
        narrow=True,
    ),
)

BRIEF = tuple(
    replace(
        step, causes=min(step.causes, 3), subjects=min(step.subjects, 5), evidence=0, references=0, brief=True
    )
    for step in CHAT
)
"""The status in chat, where *Evidence* shows the rest: what it is, why, what to do, what was not checked."""

# The answers about one thing are lists: as many rows as a list may have, and less of everything as it
# grows too long. The last step is little enough for any report.
LISTS = tuple(
    replace(
        step,
        causes=min(step.causes, 3),
        listed=rows,
        nodes=rows,
        subnets=rows,
        subjects=subjects,
        evidence=min(evidence, rows),
        prose=prose,
    )
    for step, rows, subjects, evidence, prose in zip(
        CHAT,
        (MAX_LISTED, 12, 6, 3, 1),
        (10, 5, 3, 2, 1),
        (8, 5, 3, 1, 1),
        (500, 300, 200, 120, 80),
        strict=True,
    )
)

TERMINAL = replace(LISTS[0], causes=MAX_LISTED, gaps=MAX_LISTED, actions=MAX_LISTED, command=FULL.command)
"""The same where there is room to scroll, and commands may be of any length."""
