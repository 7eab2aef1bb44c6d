"""`digest`: this channel's digests, with what sets, previews, pauses, runs and deletes them."""

import difflib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from handlers.command import Click, Desk, Faults, Form, Task, Word
from handlers.digests import deeds, dialog
from handlers.digests.deeds import Find, by_id, numbered, once
from handlers.digests.listing import channel_message
from handlers.digests.phrases import PhraseError, read
from handlers.digests.rehearsal import rehearse
from handlers.digests.schedules import of_channel
from handlers.gestures import Clicked, Submitted
from handlers.own import own_of
from handlers.question import Place, Question
from handlers.render import digests as shown
from handlers.render.digest import DIGEST_LIST
from handlers.render.escape import clean
from handlers.render.message import Message
from handlers.rights import Right
from handlers.store import StoreError

logger = logging.getLogger(__name__)

EVERY = "all"
MAX_SAID_CHARS = 40
Deed = Callable[[Find, Place, Desk], Message | None]

DEEDS: dict[str, Deed] = {
    "pause": deeds.pause,
    "resume": deeds.resume,
    "run": deeds.run,
    "delete": deeds.delete,
}
ALSO = {
    **{"": "list", "show": "list", "ls": "list", "add": "set", "new": "set", "create": "set"},
    **{
        "stop": "pause",
        "start": "resume",
        "continue": "resume",
        "now": "run",
        "send": "run",
        "remove": "delete",
    },
}
KNOWN = ("list", "set", "preview", *DEEDS)


def _begin(question: Question, desk: Desk) -> Message | Task:
    said = question.others[0].lower() if question.others else ""
    word = ALSO.get(said, said)
    rest = question.others[1:]
    place = question.place
    if word == "list":
        return partial(once, question.delivery, desk, place, lambda: channel_message(desk, place.channel))
    if word == "set":
        return _set(rest, question, desk)
    if word == "preview":
        return _preview(rest, question, desk)
    if word in DEEDS:
        return _deed(DEEDS[word], word, rest, question, desk)
    near = difflib.get_close_matches(said[:MAX_SAID_CHARS], (*KNOWN, *ALSO), n=1)
    hint = (
        f"Did you mean `digest {ALSO.get(near[0], near[0])}`?"
        if near
        else "A schedule goes after `digest set`."
    )
    return shown.asked_message(f"I do not know “{clean(said, MAX_SAID_CHARS)}”", hint)


def _deed(deed: Deed, word: str, rest: Sequence[str], question: Question, desk: Desk) -> Message | Task:
    number = rest[0].lstrip("#") if rest else ""
    if number and not (number.isascii() and number.isdecimal() and len(number) < 4):
        said = clean(number, MAX_SAID_CHARS)
        return shown.asked_message(f"“{said}” is no number", f"`digest` lists them; then `digest {word} 1`.")
    find = numbered(question.place.channel, int(number) if number else None)
    return partial(once, question.delivery, desk, question.place, lambda: deed(find, question.place, desk))


def _preview(rest: Sequence[str], question: Question, desk: Desk) -> Message | Task:
    """One of the channel's, by its number where there are several; or what was said, before it is set."""
    if len(rest) > 1 or (rest and not rest[0].lstrip("#").isdecimal()):
        return _set(rest, question, desk)
    usual = partial(rehearse, lambda: _meant((), question.place, desk))
    return _deed(usual, "preview", rest, question, desk)


def _set(rest: Sequence[str], question: Question, desk: Desk) -> Message | Task:
    """The preview of what was said; alone it opens the dialog."""
    names = desk.sweeps.names
    named = [rest[-1]] if rest and (rest[-1] in names or rest[-1].lower() == EVERY) else []
    words = rest[: len(rest) - len(named)]
    if not words:
        return partial(_open_for, question, desk)
    try:
        when = read(words)
    except PhraseError as error:
        cluster = f" {clean(named[0], MAX_SAID_CHARS)}" if named else ""
        said = f'The nearest that I understand: `digest set "{error.nearest}"{cluster}`. '
        clusters = "" if len(names) == 1 else "A cluster's name, or all, may go at the end. "
        return shown.asked_message(error.fault.rstrip("."), f"{said}{clusters}Others, for example:")
    place = question.place
    return partial(
        once,
        question.delivery,
        desk,
        place,
        lambda: deeds.preview(when, _meant(named, place, desk), place, desk),
    )


def _meant(named: Sequence[str], place: Place, desk: Desk) -> str | None:
    """The cluster that was named; else the only one, or the channel's own; else every one."""
    names = desk.sweeps.names
    if named:
        return None if named[0].lower() == EVERY and EVERY not in names else named[0]
    if len(names) == 1:
        return names[0]
    own = own_of(desk.store, place.channel)
    return own.cluster if own is not None and own.cluster in names else None


def _open_for(question: Question, desk: Desk) -> None:
    """Open the dialog; where no trigger came with the words, the button that does."""
    if not desk.deliveries.first(question.delivery):
        return
    if question.delivery and _open(question.delivery, question.place, desk):
        return
    message = shown.asked_message("when is it wanted?", "Press the button, or say it, for example:")
    desk.chat.at(question.place).finish(message)


def _open(trigger: str, place: Place, desk: Desk) -> bool:
    zones, own = [], None
    try:
        zones = [one.zone for one in of_channel(desk, place.channel)]
        own = _meant((), place, desk)
    except StoreError as error:
        logger.warning("a dialog opens without what is known of the channel: %s", error)
    zone = zones[0] if zones else deeds.zone_of(place.user, desk)
    view = dialog.dialog(place.channel, zone, desk.sweeps.names, own)
    return desk.chat.open_view(trigger, view) is not None


def _dialog(click: Clicked, desk: Desk) -> Task:
    def open_it() -> None:
        if desk.deliveries.first(click.delivery) and not _open(click.trigger, click.place, desk):
            deeds.tell("The dialog did not open.", "Press the button once more.", click.place, desk)

    return open_it


def _sent(form: Submitted, desk: Desk) -> Task | Faults:
    """The preview, in the channel that the dialog was opened in."""
    try:
        when, cluster = dialog.entered(form)
    except PhraseError as error:
        return Faults(dialog.faults(form, error))
    names = desk.sweeps.names
    if cluster is not None and cluster not in names:
        return Faults({dialog.CLUSTER: "I do not look at this cluster any more."})
    cluster = names[0] if len(names) == 1 else cluster
    place = replace(form.place, channel=form.private)

    def show() -> None:
        if desk.deliveries.first(form.delivery):
            outcome = desk.chat.at(place).finish(deeds.preview(when, cluster, place, desk))
            if not outcome and (direct := desk.chat.dm(place.user)):
                desk.chat.at(replace(place, channel=direct)).finish(deeds.unposted(outcome))

    return show


def _save(click: Clicked, desk: Desk) -> Message | Task:
    """Save what the preview showed; its button went through somebody's client, and is read anew."""
    cron, _, rest = click.value.partition("\n")
    zone, _, cluster = rest.partition("\n")
    try:
        when = read([*cron.split(), zone])
    except PhraseError as error:
        return shown.asked_message(error.fault.rstrip("."), "Set it anew, for example:")
    return partial(
        once,
        click.delivery,
        desk,
        click.place,
        lambda: deeds.save(when, deeds.known(cluster or None, desk), click.place, desk),
    )


def _on(deed: Deed) -> Callable[[Clicked, Desk], Message | Task]:
    def begin(click: Clicked, desk: Desk) -> Task:
        return partial(
            once, click.delivery, desk, click.place, lambda: deed(by_id(click.value), click.place, desk)
        )

    return begin


def _run(find: Find, place: Place, desk: Desk) -> Message | None:
    """Post one; what goes wrong is told beside the list, which stays."""
    refused = deeds.run(find, place, desk)
    if refused is not None:
        desk.chat.whisper(place, refused)
    return None


def _list(click: Clicked, desk: Desk) -> Task:
    """The list for the one who asks; the digest whose button it is stays."""
    place = replace(click.place, quiet=True, message_ts=None)
    return partial(once, click.delivery, desk, place, lambda: channel_message(desk, click.place.channel))


def _cancel(click: Clicked, desk: Desk) -> Task:
    return partial(once, click.delivery, desk, click.place, lambda: shown.done_message("nothing was saved"))


def right_of(others: Sequence[str]) -> Right:
    """Looking and previewing is reading."""
    said = others[0].lower() if others else ""
    return Right.SCHEDULE if ALSO.get(said, said) in DEEDS else Right.READ


WORD = Word(
    word="digest",
    also=("digests",),
    usage='digest [set "weekdays 09:00 Europe/Berlin"]',
    about="lists this channel's digests, sets one (`digest set` alone opens a dialog), and with a number "
    "`preview`, `pause`, `resume`, `run` or `delete` one",
    begin=_begin,
    again=False,
    right_of=right_of,
)
CLICKS = (
    Click(action=DIGEST_LIST, begin=_list),
    Click(action=shown.DIALOG, begin=_dialog),
    Click(action=shown.SAVE, begin=_save, right=Right.SCHEDULE),
    Click(action=shown.CANCEL, begin=_cancel),
    Click(action=shown.PAUSE, begin=_on(deeds.pause), right=Right.SCHEDULE),
    Click(action=shown.RESUME, begin=_on(deeds.resume), right=Right.SCHEDULE),
    Click(action=shown.RUN, begin=_on(_run), right=Right.SCHEDULE),
    Click(action=shown.DELETE, begin=_on(deeds.delete), right=Right.SCHEDULE),
    Click(action=shown.DROP, begin=_on(deeds.drop), right=Right.SCHEDULE),
    Click(action=shown.KEEP, begin=_on(deeds.spare)),
)
FORM = Form(callback=dialog.CALLBACK, begin=_sent)
