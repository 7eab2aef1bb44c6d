"""The open problems as a list, what was done about them, and the reminder before that ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.problems.buttons import ACKNOWLEDGE, SILENCE, problem_buttons, problems_value
from handlers.problems.holds import Standing
from handlers.problems.model import Hold, Problem
from handlers.render.answer import fine, neutral, unknown, wrong
from handlers.render.blocks import fitted
from handlers.render.detail import CHAT, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Button, Line, Page, Section, Words, name, person, plain, strong
from handlers.render.problem import mark_of
from handlers.render.problem_words import grade_words, hold_line, hold_lines, sentence_case, unread_words
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, Mark, counted, moment, more

MAX_BUTTONS = 5  # of a kind in the list
MAX_HELD = 3  # in one line
REMINDER = Mark("Reminder", "bell", "🔔")


@dataclass(frozen=True, slots=True)
class Listed:
    """A cluster's open problems by id, and when they were last looked at: None is never."""

    open: Mapping[str, Standing]
    at: datetime | None


def list_message(clusters: Mapping[str, Listed], now: datetime) -> Message:
    """The open problems of each cluster."""

    def page(detail: Detail) -> Page:
        return _list(clusters, now, detail)

    return fitted(told(page(CHAT[0])), page)


def _list(clusters: Mapping[str, Listed], now: datetime, detail: Detail) -> Page:
    everything = [one for listed in clusters.values() for one in listed.open.values()]
    unseen = [clean(cluster, MAX_NAME_CHARS) for cluster, listed in clusters.items() if listed.at is None]
    mark, headline = _summary(everything, unseen)
    whose = clean(next(iter(clusters)), MAX_NAME_CHARS) if len(clusters) == 1 else f"{len(clusters)} clusters"
    looks = [listed.at for listed in clusters.values() if listed.at is not None]
    return Page(
        mark=mark,
        headline=headline,
        origin=f"{whose} · last look {moment(min(looks))}" if looks else whose,
        sections=tuple(
            Section(_bullets(tuple(listed.open.values()), now, detail), clean(cluster, MAX_NAME_CHARS))
            for cluster, listed in clusters.items()
            if listed.open
        ),
        buttons=_buttons({cluster: listed.open for cluster, listed in clusters.items()}),
    )


def _summary(everything: Sequence[Standing], unseen: Sequence[str]) -> tuple[Mark, str]:
    """What is not looked at is not called free of problems."""
    not_yet = f"not looked at yet: {', '.join(unseen[:MAX_BUTTONS])}" if unseen else ""
    if everything:
        acknowledged = sum(one.ack is not None for one in everything)
        silenced = sum(one.silence is not None for one in everything)
        said = (
            counted(len(everything), "problem"),
            f"{acknowledged} acknowledged",
            f"{silenced} silenced",
            not_yet,
        )
        return wrong("Open"), ", ".join(filter(None, said))
    if unseen:
        return unknown("Open"), not_yet
    return fine("Open"), "no problem that I know of"


def _bullets(found: Sequence[Standing], now: datetime, detail: Detail) -> tuple[Bullets, ...]:
    lines = [_line(one.problem, now, detail) for one in found[: detail.listed]]
    if len(found) > detail.listed:
        lines.append((plain(more(len(found) - detail.listed, "problem")),))
    return (Bullets(tuple(lines)),)


def _line(problem: Problem, now: datetime, detail: Detail) -> Line:
    held = [piece for line in hold_lines(problem, now) for piece in (plain(" "), *line)]
    return (
        name(problem.id),
        plain(" "),
        strong(f"{mark_of(problem).word}: "),
        plain(f"{clean(problem.title, min(detail.prose, 300))} ({grade_words(problem)}), "),
        plain(f"since {moment(problem.since)}."),
        *(plain(f" {words}") for words in unread_words(problem)),
        *held,
    )


def _buttons(standings: Mapping[str, Mapping[str, Standing]]) -> tuple[Button, ...]:
    """*Acknowledge* for the first few that nobody has, and *Silence* for each of the first clusters."""
    loose = [one for found in standings.values() for one in found.values() if one.ack is None]
    loud = {
        cluster: [one.problem.id for one in found.values() if one.silence is None]
        for cluster, found in standings.items()
    }
    take = [
        Button(
            f"Acknowledge {one.problem.id}",
            f"{ACKNOWLEDGE}:{number}",
            problems_value(one.cluster, (one.problem.id,)),
        )
        for number, one in enumerate(loose[:MAX_BUTTONS])
    ]
    hush = [
        Button(
            "Silence…" if len(standings) == 1 else f"Silence… in {cluster}",
            f"{SILENCE}:{number}",
            problems_value(cluster, ids),
        )
        for number, (cluster, ids) in enumerate(loud.items())
        if ids
    ]
    return (*take, *hush[:MAX_BUTTONS])


def done_message(word: str, cluster: str, problems: Sequence[Problem], hold: Hold | None, by: str) -> Message:
    """What somebody has just done, for those who see the conversation."""
    who = hold_line(word, hold) if hold is not None else (strong(word), plain(" by "), person(by), plain("."))
    lines = tuple((name(problem.id), plain(f" {problem.title}")) for problem in problems)
    page = Page(
        mark=neutral(word),
        headline=problems[0].title if len(problems) == 1 else counted(len(problems), "problem"),
        origin=clean(cluster, MAX_NAME_CHARS),
        sections=(Section((Words(who), *((Bullets(lines),) if len(lines) > 1 else ()))),),
    )
    return fitted(told(page), lambda detail: page)


def reminder_message(kind: str, cluster: str, problem: Problem, hold: Hold) -> Message:
    """Tells the owner, and nobody else by name, that an acknowledgement or a silence is about to end."""
    until = moment(hold.until) if hold.until else ""
    then = "After that I tell of it when it gets worse" if kind == "silence" else "After that it is nobody's"
    page = Page(
        mark=REMINDER,
        headline=f"the {kind} of {problem.id} ends at {until}",
        origin=clean(cluster, MAX_NAME_CHARS),
        sections=(
            Section(
                (
                    Words(
                        (
                            person(hold.owner),
                            plain(f": {problem.title}. {sentence_case(grade_words(problem))}. {then}."),
                        )
                    ),
                    *((Words((plain(f"Reason given: {hold.reason}"),)),) if hold.reason else ()),
                )
            ),
        ),
        buttons=problem_buttons(cluster, (problem.id,)),
    )
    return fitted(told(page), lambda detail: page)


def standing_words(standings: Mapping[str, Standing]) -> str:
    """One line for an answer about the cluster: what is acknowledged and silenced; "" when nothing is.

    People are named in the problems' own messages: naming them in an answer would notify them each time.
    """
    acknowledged = [_held(one.problem.id, one.ack) for one in standings.values() if one.ack is not None]
    silenced = [_held(one.problem.id, one.silence) for one in standings.values() if one.silence is not None]
    told_of = (("Acknowledged", acknowledged), ("Silenced", silenced))
    return " ".join(f"{word}: {_first(held)}." for word, held in told_of if held)


def _held(id: str, hold: Hold) -> str:
    return f"{id} until {moment(hold.until)}" if hold.until else id


def _first(held: Sequence[str]) -> str:
    left = len(held) - MAX_HELD
    return ", ".join((*held[:MAX_HELD], *([more(left, "problem")] if left > 0 else [])))
