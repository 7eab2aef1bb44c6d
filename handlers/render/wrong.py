"""What stands beside a recording for a bug report: what is in it, and what was said that is wrong."""

from checks.report import Report
from handlers.render.answer import neutral
from handlers.render.blocks import fitted
from handlers.render.causes import MAX_ID_CHARS, MAX_TITLE_CHARS
from handlers.render.detail import LISTS, Detail
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.render.page import Bullets, Line, Page, Section, Words, name, plain, strong
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, VERDICTS, counted, moment

WORD = "Recording"
MAX_SAID_CHARS = 1_000


def making(cluster: str) -> Message:
    """It has begun."""
    return _message(
        f"I am reading {clean(cluster, MAX_NAME_CHARS)} for a bug report; it takes up to some minutes", ()
    )


def recorded(file: str, size: str, unread: int, said: str, report: Report | None, version: str) -> Message:
    """It is there: what to do with it, and what to write beside it."""
    lines: list[Line] = [(strong("Version: "), plain(f"cilium-bot {version}"))]
    if report is not None:
        verdict = f"{VERDICTS[report.verdict].word}: {clean(report.headline, MAX_TITLE_CHARS)}"
        lines.append((strong("What I said: "), plain(f"{verdict} ({moment(report.taken_at)})")))
        lines += [
            (
                strong("Cause: "),
                name(clean(cause.id, MAX_ID_CHARS)),
                plain(f" ({cause.severity}, {cause.confidence})"),
            )
            for cause in report.causes
        ][:10]
    if said:
        lines.append((strong("What is wrong: "), plain(clean(said, MAX_SAID_CHARS))))
    if unread:
        lines.append((strong("Not in it: "), plain(f"{counted(unread, 'part')} that could not be read")))
    advice = (
        "Names and addresses in the file are made up; those in the lines below are not. Look into it before "
        "you pass it on, then attach it to a bug report."
    )
    sections = (Section((Words((plain(advice),)),)), Section((Bullets(tuple(lines)),), heading="Beside it"))
    return _message(f"{file}, {size}, is for you alone", sections)


def _message(headline: str, sections: tuple[Section, ...]) -> Message:
    def page(detail: Detail) -> Page:
        return Page(neutral(WORD), headline, "for a bug report", sections)

    return fitted(told(page(LISTS[0])), page, LISTS)
