"""What the next one on call needs: how it stands, since when, who has it, what was looked at, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from checks.report import Cause, Report
from handlers.problems.holds import Standing
from handlers.problems.model import Hold
from handlers.render import markdown
from handlers.render.answer import Lay, as_verdict
from handlers.render.causes import (
    MAX_ID_CHARS,
    MAX_TITLE_CHARS,
    cause_line,
    cause_section,
    symptom_items,
)
from handlers.render.detail import FULL, LISTS, Detail
from handlers.render.escape import clean
from handlers.render.gaps import gaps_sections
from handlers.render.page import (
    Bullets,
    Command,
    Item,
    Line,
    Page,
    Section,
    Words,
    name,
    person,
    plain,
    strong,
)
from handlers.render.status import facts_sections, glance, unexplained
from handlers.render.words import VERDICTS, counted, moment, more, origin
from handlers.threads.memory import Look, Thread

WORD = "Handoff"
MAX_REASON_CHARS = 200
MAX_COPY_CHARS = 6_000  # of Markdown in a message: with all that is escaped in it it holds no more
MAX_PIECE_CHARS = 2_000  # of one block to copy, which may grow by its escapes


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is handed over besides the report. ``standings`` are the open problems; None: not readable."""

    thread: Thread | None
    standings: Mapping[str, Standing] | None


def handoff_page(report: Report, story: Story) -> Lay:
    """The short form, which stands above the file."""
    return partial(_short, report, story)


def handoff_markdown(report: Report, story: Story, detail: Detail = FULL) -> str:
    """The whole, for a ticket."""
    return markdown.render_page(_whole(report, story, detail))


def handoff_block(report: Report, story: Story) -> Lay:
    """As much of the whole as a message holds, to be copied."""
    fits = (handoff_markdown(report, story, detail) for detail in LISTS)
    text = next((one for one in fits if len(one) <= MAX_COPY_CHARS), "")
    items: list[Item] = [Command(piece) for piece in _pieces(text)]
    if not items:
        items.append(Words((plain("It is too long for a message: see the evidence."),)))
    headline = "the file could not be shared; this can be copied into a ticket"
    return lambda detail: Page(as_verdict(WORD, report), headline, "", (Section(tuple(items)),))


def _pieces(text: str) -> list[str]:
    """The text parted at ends of lines; one line that is too long alone is parted anywhere."""
    lines = [
        line[at : at + MAX_PIECE_CHARS]
        for line in text.split("\n")
        for at in range(0, len(line) or 1, MAX_PIECE_CHARS)
    ]
    found: list[str] = []
    for line in lines if text else []:
        if found and len(found[-1]) + 1 + len(line) <= MAX_PIECE_CHARS:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return [piece for piece in found if piece.strip()]


def _short(report: Report, story: Story, detail: Detail) -> Page:
    headline = clean(report.headline, MAX_TITLE_CHARS)
    sections = [
        *_held(report, story, detail),
        glance(report),
        *_looks(story.thread, detail.listed, called=False),
    ]
    return Page(as_verdict(WORD, report), headline, "", tuple(sections))


def _whole(report: Report, story: Story, detail: Detail) -> Page:
    causes = report.causes
    told = [
        cause_section(cause, report.symptoms, f"Cause {place} of {len(causes)}", detail)
        for place, cause in enumerate(causes[: detail.causes], 1)
    ]
    for symptom in unexplained(report)[: detail.causes]:
        items: list[Item] = [Words((plain("Nothing that was read accounts for this."),))]
        told.append(Section((*items, *symptom_items(symptom, detail)), heading="Unexplained"))
    sections = [
        glance(report),
        *_held(report, story, detail),
        *told,
        *_risks(report.risks, detail),
        *_looks(story.thread, detail.listed, called=True),
        *facts_sections(report, detail),
        *gaps_sections(report.not_checked, detail),
    ]
    mark = VERDICTS[report.verdict]
    return Page(mark, clean(report.headline, MAX_TITLE_CHARS), origin(report), tuple(sections))


def _held(report: Report, story: Story, detail: Detail) -> list[Section]:
    """Each problem of the report: since when, and who has taken it on."""
    if story.standings is None:
        unknown = Words((plain("Since when, and who has it, could not be read from the store."),))
        return [Section((unknown,), heading="Since when, and who has it")]
    ids = [one.id for one in (*report.causes, *report.risks)] + [one.id for one in unexplained(report)]
    known = [story.standings[id] for id in ids if id in story.standings]
    lines = [_standing(one) for one in known[: detail.listed]]
    if len(known) > len(lines):
        lines.append((plain(more(len(known) - len(lines), "problem")),))
    return [Section((Bullets(tuple(lines)),), heading="Since when, and who has it")] if lines else []


def _standing(one: Standing) -> Line:
    first = (name(clean(one.problem.id, MAX_ID_CHARS)), plain(f": since {moment(one.problem.since)}"))
    if one.ack is None and one.silence is None:
        return (*first, plain(", acknowledged by nobody"))
    return (*first, *_hold("acknowledged", one.ack), *_hold("silenced", one.silence))


def _hold(word: str, hold: Hold | None) -> Line:
    if hold is None:
        return ()
    until = f" until {moment(hold.until)}" if hold.until else ""
    why = f": {clean(hold.reason, MAX_REASON_CHARS)}" if hold.reason else ""
    return (plain(f", {word} by "), person(hold.owner), plain(f" at {moment(hold.at)}{until}{why}"))


def _risks(risks: Sequence[Cause], detail: Detail) -> list[Section]:
    lines: list[Line] = [cause_line(risk, detail.prose) for risk in risks[: detail.listed]]
    if len(risks) > len(lines):
        lines.append((plain(more(len(risks) - len(lines), "risk")),))
    heading = f"{counted(len(risks), 'risk')}, hurting nobody yet"
    return [Section((Bullets(tuple(lines)),), heading=heading)] if lines else []


def _looks(thread: Thread | None, most: int, *, called: bool) -> list[Section]:
    """What was looked at in the thread, oldest first, the newest of them when there are many.

    ``called``: by whom. In a message that would call all of them, so that it is left to the ticket.
    """
    if thread is None or thread.lost:
        lost = thread is not None
        told = Words((plain("What was looked at in this thread could not be read from the store."),))
        return [Section((told,), heading="Looked at in this thread")] if lost else []
    shown = thread.looks[-most:]
    left = thread.more + len(thread.looks) - len(shown)
    lines: list[Line] = [(plain(f"{counted(left, 'earlier look')}, not kept"),)] if left else []
    lines += [_look(look, called=called) for look in shown]
    return [Section((Bullets(tuple(lines)),), heading="Looked at in this thread")] if lines else []


def _look(look: Look, *, called: bool) -> Line:
    asked = name(clean(look.asked, MAX_ID_CHARS))
    told = plain(f": {clean(look.told, MAX_TITLE_CHARS)}")
    who = (person(look.user), plain(" asked ")) if called and look.user else ()
    return (strong(moment(look.at)), plain(" "), *who, asked, told)
