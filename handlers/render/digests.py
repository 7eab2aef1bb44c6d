"""What is said about digests: the list, a preview, what became of a change, a channel that is gone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from handlers.digests.model import Schedule
from handlers.digests.phrases import EXAMPLES, When, phrase
from handlers.render.answer import neutral, wrong
from handlers.render.blocks import fitted
from handlers.render.detail import CHAT, Detail
from handlers.render.digest import Part, digest_page
from handlers.render.escape import clean
from handlers.render.message import Block, Message
from handlers.render.page import (
    Bullets,
    Button,
    Item,
    Line,
    Page,
    Section,
    Words,
    channel,
    name,
    plain,
    strong,
)
from handlers.render.rich import rich_blocks
from handlers.render.sections import plain_blocks
from handlers.render.told import told
from handlers.render.words import MAX_NAME_CHARS, counted

PAUSE, RESUME, RUN, DELETE = "digest_pause", "digest_resume", "digest_run", "digest_delete"
DROP, KEEP, SAVE, CANCEL, DIALOG = (
    "digest_drop",
    "digest_keep",
    "digest_save",
    "digest_cancel",
    "digest_dialog",
)
WORD, PAUSED = "Digests", "Digest paused"
MOST_LISTED = 12  # three blocks each, of fifty
MAX_NOTE_CHARS = 400
FORGETFUL = "They are kept in this process only and forgotten when it ends: give me a Redis by REDIS_URL."
SET = Button("Set a digest…", DIALOG, DIALOG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One digest in a list: its number; in words when it was last sent and comes next, and what is wrong."""

    number: int
    schedule: Schedule
    sent: str
    next: str
    notes: tuple[str, ...] = ()


def list_message(listed: Sequence[Listed], *, note: str = "", shared: bool = True, total: int = 0) -> Message:
    """The digests of a channel, each with its buttons. ``note`` is what has just become of one."""
    told_of = listed[:MOST_LISTED]
    page = _list_page(told_of, note, shared, max(total, len(listed)))
    head = replace(page, sections=page.sections[:1], buttons=())
    tails = [replace(head, sections=(_entry(one),), buttons=_entry_buttons(one)) for one in told_of]
    tails.append(replace(head, sections=(), buttons=page.buttons))
    return Message(told(page), _stacked(rich_blocks, head, tails), _stacked(plain_blocks, head, tails))


def _stacked(paint: Callable[[Page], list[Block]], head: Page, tails: Sequence[Page]) -> list[Block]:
    """The head, then each of the others without its first line: so that each has its own buttons."""
    first = len(paint(replace(head, sections=())))
    return [*paint(head), *(block for tail in tails for block in paint(tail)[first:])]


def _list_page(listed: Sequence[Listed], note: str, shared: bool, total: int) -> Page:
    """The whole list; its first section is what is said of all of them."""
    items: list[Item] = [Words((strong(clean(note, MAX_NOTE_CHARS)),))] if note else []
    if not listed:
        examples = tuple((name(f'/cilium digest set "{one}"'),) for one in EXAMPLES)
        items += [Words((plain("Say when one is wanted, for example:"),)), Bullets(examples)]
    elif total > len(listed):
        items.append(Words((plain(f"and {total - len(listed)} more"),)))
    else:
        items.append(Words((plain("A number goes after a word: "), name("digest pause 1"))))
    if not shared:
        items.append(Words((plain(FORGETFUL),)))
    first = Section(tuple(items))
    headline = f"this channel has {counted(total, 'digest')}" if total else "this channel has none"
    return Page(neutral(WORD), headline, "", (first, *map(_entry, listed)), (SET,))


def _entry(one: Listed) -> Section:
    schedule = one.schedule
    first: Line = (strong(f"{one.number}. {_words(schedule)}"), *_of(schedule))
    if schedule.fixed:
        first = (*first, plain(" · from the settings"))
    lines = (first, _times(one), *((plain(clean(note, MAX_NOTE_CHARS)),) for note in one.notes))
    return Section(tuple(Words(line) for line in lines))


def _entry_buttons(one: Listed) -> tuple[Button, ...]:
    id = one.schedule.id
    rest = (
        Button("Resume", f"{RESUME}:{id}", id)
        if one.schedule.paused
        else Button("Pause", f"{PAUSE}:{id}", id)
    )
    buttons = (rest, Button("Run now", f"{RUN}:{id}", id))
    return buttons if one.schedule.fixed else (*buttons, Button("Delete…", f"{DELETE}:{id}", id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A digest, saved under its ``number`` or not yet (0): its next runs, and what it would say now."""

    when: When
    cluster: str | None
    next: str
    parts: Sequence[Part]
    now: datetime
    number: int = 0


def preview_message(plan: Plan) -> Message:
    """What it would say now; one that is not saved can be."""
    return fitted(told(_preview(plan, CHAT[0])), lambda detail: _preview(plan, detail))


def _preview(plan: Plan, detail: Detail) -> Page:
    lines: list[Line] = [
        (strong("Next: "), plain(plan.next)),
        (strong("Tells of: "), *_cluster(plan.cluster)),
    ]
    if not plan.when.zone_said:
        said = f"No time zone was named, so it is that of your profile: {plan.when.zone}."
        lines.append((plain(said),))
    would = digest_page(plan.parts, (), detail, plan.now)
    first = Words((strong(f"{would.mark.word}: {would.headline}"),))
    sections = (
        Section((Bullets(tuple(lines)),)),
        Section((first,), heading="Now it would say:"),
        *would.sections,
    )
    if plan.number:
        return Page(neutral("Preview"), f"digest {plan.number}, {phrase(plan.when)}", "", sections)
    value = "\n".join((plan.when.cron, plan.when.zone, plan.cluster or ""))
    buttons = (Button("Save", SAVE, value), Button("Cancel", CANCEL, CANCEL))
    return Page(neutral("Preview"), f"{phrase(plan.when)}; nothing is saved yet", "", sections, buttons)


def delete_message(one: Listed) -> Message:
    """Asks whether one is to be deleted."""
    id = one.schedule.id
    return _short(
        neutral(WORD).word,
        f"delete digest {one.number}?",
        ((strong(_words(one.schedule)), *_of(one.schedule)), _times(one)),
        (Button("Delete it", DROP, id), Button("Keep it", KEEP, id)),
    )


def saved_message(schedule: Schedule, next: str, *, shared: bool) -> Message:
    """That it is saved."""
    lines: list[Line] = [(plain(clean(f"{next[0].upper()}{next[1:]}", MAX_NOTE_CHARS)),)]
    lines += [] if shared else [(plain(FORGETFUL),)]
    return _short(
        "Saved",
        f"digest {_words(schedule)}",
        ((strong("Tells of: "), *_cluster(schedule.cluster)), *lines),
        (Button("This channel's digests", "digest_list", "digest_list"),),
    )


def asked_message(headline: str, said: str) -> Message:
    """That more is wanted, with the button that opens the dialog."""
    examples: list[Line] = [(name(f'/cilium digest set "{one}"'),) for one in EXAMPLES]
    return _short(WORD, headline, ((plain(clean(said, MAX_NOTE_CHARS)),), *examples), (SET,))


def done_message(headline: str, said: str = "") -> Message:
    """What became of it, in one line or two."""
    lines: tuple[Line, ...] = ((plain(clean(said, MAX_NOTE_CHARS)),),) if said else ()
    return _short(WORD, headline, lines, ())


def dead_message(schedule: Schedule, why: str) -> Message:
    """For whoever set it: its channel takes nothing any more."""
    id = schedule.id
    mark = wrong(PAUSED)
    lines: tuple[Line, ...] = (
        (strong(_words(schedule)), *_of(schedule), plain(" in "), channel(schedule.channel)),
        (plain("When the channel takes messages again, resume it; or set one in another channel."),),
    )
    page = Page(
        mark,
        clean(why, MAX_NOTE_CHARS),
        "",
        (Section(tuple(Words(line) for line in lines)),),
        (Button("Resume", f"{RESUME}:{id}", id), Button("Delete…", f"{DELETE}:{id}", id)),
    )
    return fitted(told(page), lambda detail: page)


def _short(word: str, headline: str, lines: Sequence[Line], buttons: tuple[Button, ...]) -> Message:
    sections = (Section(tuple(Words(line) for line in lines)),) if lines else ()
    page = Page(neutral(word), clean(headline, MAX_NOTE_CHARS), "", sections, buttons)
    return fitted(told(page), lambda detail: page)


def _times(one: Listed) -> Line:
    return (plain(clean(f"{one.sent}; {one.next}", MAX_NOTE_CHARS)),)


def _words(schedule: Schedule) -> str:
    return phrase(When(schedule.cron, schedule.zone))


def _of(schedule: Schedule) -> Line:
    return (plain(" of "), *_cluster(schedule.cluster))


def _cluster(cluster: str | None) -> Line:
    return (plain("every cluster"),) if cluster is None else (name(clean(cluster, MAX_NAME_CHARS)),)
