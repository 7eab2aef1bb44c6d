"""The dialog of a silence: of what, for how long, why, and whose it is."""

from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from handlers.command import Desk, Faults, Form, Step, Task
from handlers.gestures import Clicked, Submitted
from handlers.problems.buttons import meant
from handlers.problems.deeds import Deed, Kind, do_and_tell
from handlers.problems.terms import MAX_REASON_CHARS, BadTerm, term
from handlers.question import Place
from handlers.render.escape import EMPTY, clean, is_id
from handlers.rights import Right

CALLBACK = "problem_silence"
WHICH, TERM, REASON, OWNER = "which", "term", "reason", "owner"
ALL = "*"
TERMS = {
    "30m": "30 minutes",
    "1h": "1 hour",
    "4h": "4 hours",
    "1d": "1 day",
    "2d": "2 days",
    "1w": "1 week",
    "2w": "2 weeks",
    "30d": "30 days",
}
MAX_SHOWN = 99
SAYS = "Until the time is up I post nothing unasked about it. Its message goes on to say how it stands."


class Carried(msgspec.Struct, frozen=True):
    """What the dialog carries from the click: the button's value, and where it was clicked."""

    value: str
    channel: str = ""
    message_ts: str | None = None
    thread_ts: str | None = None
    quiet: bool = False


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
_CARRIED = msgspec.json.Decoder(Carried)
msgspec.json.encode(Carried(value=""))


def silence_view(click: Clicked) -> dict[str, object]:
    """The dialog for what was clicked."""
    place = click.place
    carried = Carried(click.value, place.channel, place.message_ts, place.thread_ts, place.quiet)
    cluster, ids = meant(click.value)
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _text("Silence"),
        "submit": _text("Silence"),
        "close": _text("Cancel"),
        "private_metadata": msgspec.json.encode(carried).decode(),
        "blocks": [
            {"type": "section", "text": _text(f"{clean(cluster, 120)}. {SAYS}")},
            *_which(ids[:MAX_SHOWN]),
            _input(TERM, "For how long", _select(TERM, TERMS, "4h")),
            _input(
                REASON,
                "Why",
                {"type": "plain_text_input", "action_id": REASON, "max_length": MAX_REASON_CHARS},
            ),
            _input(
                OWNER,
                "Whom I remind before it ends",
                {"type": "users_select", "action_id": OWNER, "initial_user": place.user},
            ),
        ],
    }


def _which(ids: Sequence[str]) -> list[dict[str, object]]:
    """A choice, where there is more than one."""
    if len(ids) == 1:
        return [{"type": "section", "text": _text(clean(ids[0], 100))}]
    options = {ALL: f"All {len(ids)} of them", **{id: clean(id, 75) for id in ids}}
    return [_input(WHICH, "Which problem", _select(WHICH, options, ALL))]


def _input(id: str, label: str, element: dict[str, object]) -> dict[str, object]:
    return {"type": "input", "block_id": id, "label": _text(label), "element": element}


def _select(id: str, options: Mapping[str, str], first: str) -> dict[str, object]:
    shown = {value: {"text": _text(label), "value": value} for value, label in options.items()}
    return {
        "type": "static_select",
        "action_id": id,
        "options": list(shown.values()),
        "initial_option": shown[first],
    }


def _text(words: str) -> dict[str, object]:
    return {"type": "plain_text", "text": words, "emoji": False}


def _begin(form: Submitted, desk: Desk) -> Task | Faults | Step:
    """The silence that was asked for; everything in it went through somebody's client."""
    reason = clean(form.values.get(REASON, ""), MAX_REASON_CHARS)
    if reason == EMPTY:
        return Faults({REASON: "A silence needs a reason."})
    try:
        for_long = term(form.values.get(TERM, ""))
        carried = _CARRIED.decode(form.private)
    except (BadTerm, msgspec.DecodeError) as error:
        return Faults({TERM: str(error)})
    cluster, ids = meant(carried.value)
    which, owner = form.values.get(WHICH, ALL), form.values.get(OWNER, "")
    place = Place(
        channel=carried.channel,
        user=form.place.user,
        response_url="",
        message_ts=carried.message_ts,
        thread_ts=carried.thread_ts,
        quiet=carried.quiet,
    )
    deed = Deed(
        kind=Kind.SILENCE,
        cluster=cluster,
        ids=ids if which == ALL else tuple(id for id in ids if id == which),
        place=place,
        term=for_long,
        reason=reason,
        owner=owner if is_id(owner) else "",
    )
    return partial(_silence, form.delivery, deed, desk)


def _silence(delivery: str, deed: Deed, desk: Desk) -> None:
    if deed.cluster in desk.sweeps.names and desk.deliveries.first(delivery):
        do_and_tell(deed, desk)


FORM = Form(callback=CALLBACK, begin=_begin, right=Right.ACKNOWLEDGE)
