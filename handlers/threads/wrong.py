"""*This is wrong*: after a confirmation, an anonymised recording for a bug report, for who asks alone."""

import logging
from functools import partial

import msgspec

from handlers.command import Desk, Faults, Form, Step, Task
from handlers.gestures import Clicked, Submitted
from handlers.question import Place
from handlers.render.blocks import error_blocks
from handlers.render.escape import EMPTY, clean
from handlers.render.message import Message
from handlers.render.words import MAX_NAME_CHARS, counted
from handlers.render.wrong import making, recorded
from handlers.work import NotRecorded, Recorder

logger = logging.getLogger(__name__)

CALLBACK, SAID = "wrong", "said"
MAX_SAID_CHARS = 1_000
CONSENT = (
    "I read {cluster} once more and keep what I read: nodes, pods, Cilium's and AWS's objects. Names, ids, "
    "account numbers and addresses are replaced by made-up ones, the same by the same; Secrets, environment "
    "variables and tokens are never in it. The file comes to you alone, as a direct message: look into it "
    "before you attach it to a bug report. It takes up to some minutes."
)
NO_DIALOG = error_blocks(
    "The dialog could not be opened.", "Slack gives me three seconds for it: click again."
)
NO_RECORDER = error_blocks(
    "I cannot make a recording here.", "`cilium-bot record --anonymise OUT.tar.gz` makes the same one."
)


class Carried(msgspec.Struct, frozen=True):
    """What the dialog carries from the click: the cluster, and where to say what went wrong."""

    cluster: str
    channel: str = ""
    thread_ts: str | None = None


# Bolt's threads meet here: msgspec's first use of a struct is not safe beside another, so it is now.
_CARRIED = msgspec.json.Decoder(Carried)
msgspec.json.encode(Carried(cluster=""))


def ask(click: Clicked, cluster: str, desk: Desk) -> Message | Task:
    """The task that asks whether it shall be made."""
    return NO_RECORDER if desk.recorder is None else partial(_open, click, cluster, desk)


def _open(click: Clicked, cluster: str, desk: Desk) -> None:
    if desk.chat.open_view(click.trigger, wrong_view(click.place, cluster)) is None:
        desk.chat.whisper(click.place, NO_DIALOG)


def wrong_view(place: Place, cluster: str) -> dict[str, object]:
    """The dialog: what will be in the file, whom it is for, and room for what is wrong."""
    carried = Carried(cluster, place.channel, place.thread_ts or place.message_ts)
    said = {"type": "plain_text_input", "action_id": SAID, "multiline": True, "max_length": MAX_SAID_CHARS}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _text("This is wrong"),
        "submit": _text("Make the recording"),
        "close": _text("Cancel"),
        "private_metadata": msgspec.json.encode(carried).decode(),
        "blocks": [
            {"type": "section", "text": _text(CONSENT.format(cluster=clean(cluster, MAX_NAME_CHARS)))},
            {
                "type": "input",
                "block_id": SAID,
                "optional": True,
                "label": _text("What is wrong? It stands beside the file, not in it."),
                "element": said,
            },
        ],
    }


def _text(words: str) -> dict[str, object]:
    return {"type": "plain_text", "text": words, "emoji": False}


def _begin(form: Submitted, desk: Desk) -> Task | Faults | Step:
    """The recording that was agreed to; everything in it went through somebody's client."""
    try:
        carried = _CARRIED.decode(form.private)
    except msgspec.DecodeError:
        return Faults({SAID: "This dialog is of an older version of mine: click again."})
    if carried.cluster not in desk.sweeps.names or desk.recorder is None:
        return Faults({SAID: "I can no longer read that cluster."})
    said = clean(form.values.get(SAID, ""), MAX_SAID_CHARS)
    return partial(_make, form, carried, "" if said == EMPTY else said, desk.recorder, desk)


def _make(form: Submitted, carried: Carried, said: str, recorder: Recorder, desk: Desk) -> None:
    """Say in the direct message that it begins, and then how it ended; the file never goes elsewhere."""
    if not desk.deliveries.first(form.delivery):
        return
    user, cluster = form.place.user, carried.cluster
    asked_at = Place(
        channel=carried.channel, user=user, response_url="", thread_ts=carried.thread_ts, quiet=True
    )
    channel = desk.chat.dm(user)
    if not channel:
        title = "I could not open a direct message with you, so that there is no recording."
        desk.chat.whisper(asked_at, error_blocks(title, "`doctor` tells whether a scope is missing."))
        return
    post = desk.chat.at(Place(channel=channel, user=user, response_url=""))
    post.progress(making(cluster))
    try:
        made = recorder(cluster)
    except NotRecorded as error:
        post.finish(error_blocks(f"No recording of {cluster} was made.", str(error)))
        return
    name = f"cilium-bot-recording-{desk.now():%Y%m%d-%H%M}.tar.gz"  # without the cluster's name
    size = counted(len(made.content) // 1024, "kilobyte")
    alt = f"An anonymised recording of a cluster, {size}"
    sent = desk.chat.upload(channel, None, name, made.content, title="Anonymised recording", alt=alt)
    if sent:
        last = desk.sweeps.last(cluster)
        post.finish(
            recorded(name, size, made.unread, said, last.report if last else None, desk.vitals().version)
        )
    else:
        lacking = f"the scope {sent.needed} is missing" if sent.needed else sent.code or "no reason given"
        post.finish(error_blocks("The recording was made, and Slack did not take it.", f"Slack: {lacking}."))


FORM = Form(callback=CALLBACK, begin=_begin)
