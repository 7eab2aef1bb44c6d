"""The dialog that sets a digest: days, a time, a zone and a cluster, or the person's own words instead."""

from collections.abc import Sequence

from handlers.digests.phrases import DAYS, EXAMPLES, NAMES, PhraseError, When, read
from handlers.gestures import Submitted
from handlers.render.escape import clean
from handlers.render.limits import numbers as n
from handlers.render.message import Block

CALLBACK = "digest_set"
DAYS_FIELD, TIME, ZONE, CLUSTER, WORDS = "days", "time", "zone", "cluster", "words"
EVERY = ""  # a cluster's name is never empty
EVERY_VALUE = "*"
CHOICES: tuple[tuple[str, str], ...] = (
    ("Monday to Friday", "weekdays"),
    ("Every day", "daily"),
    *((f"{name.capitalize()}s", day) for name, day in zip(NAMES, DAYS, strict=True)),
    ("Every 12 hours (at any time)", "every 12h"),
    ("Every 6 hours (at any time)", "every 6h"),
)


def dialog(channel: str, zone: str, clusters: Sequence[str], chosen: str | None = None) -> Block:
    """The view for a channel; ``zone`` and ``chosen`` stand in it already. With one cluster none is asked."""
    days = [_option(label, value) for label, value in CHOICES]
    blocks = [
        _input(DAYS_FIELD, "Days", {"type": "static_select", "options": days, "initial_option": days[0]}),
        _input(TIME, "Time", {"type": "timepicker", "initial_time": "09:00"}),
        _input(
            ZONE,
            "Time zone",
            {"type": "plain_text_input", "initial_value": zone, "max_length": 60},
            hint="A city or an IANA name: Berlin, America/New_York, UTC. Clock changes are followed.",
        ),
    ]
    if len(clusters) > 1:
        known = [_option("Every cluster", EVERY_VALUE)]
        known += [
            _option(one, one)
            for one in clusters[: n.MAX_SELECT_OPTIONS - 1]
            if len(one) <= n.MAX_OPTION_VALUE_CHARS
        ]
        first = next((one for one in known if one["value"] == chosen), known[0])
        blocks.append(
            _input(CLUSTER, "Tells of", {"type": "static_select", "options": known, "initial_option": first})
        )
    blocks.append(
        _input(
            WORDS,
            "Or in your own words, or as cron fields",
            {"type": "plain_text_input", "max_length": 200},
            hint=f"Instead of the above, for example: {EXAMPLES[2]}, or {EXAMPLES[4]}.",
            optional=True,
        )
    )
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": channel,
        "title": _text("Set a digest"),
        "submit": _text("Preview"),
        "close": _text("Cancel"),
        "blocks": blocks,
    }


def entered(form: Submitted) -> tuple[When, str | None]:
    """The schedule and the cluster (None: every one). Raises PhraseError."""
    words = form.values.get(WORDS, "").strip()
    days, time, zone = (form.values.get(field, "").strip() for field in (DAYS_FIELD, TIME, ZONE))
    said = words or (f"{days} {zone}" if days.startswith("every") else f"{days} {time} {zone}")
    chosen = form.values.get(CLUSTER, EVERY)
    return read(said.split()), None if chosen in (EVERY, EVERY_VALUE) else chosen


def faults(form: Submitted, error: PhraseError) -> dict[str, str]:
    """What is wrong, at the field where it stands."""
    field = WORDS if form.values.get(WORDS, "").strip() else ZONE
    return {field: clean(f"{error.fault} The nearest I understand: {error.nearest}", 300)}


def _input(field: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    block: Block = {
        "type": "input",
        "block_id": field,
        "label": _text(label),
        "element": {**element, "action_id": field},
        "optional": optional,
    }
    return block | ({"hint": _text(hint)} if hint else {})


def _option(label: str, value: str) -> Block:
    return {"text": _text(clean(label, n.MAX_OPTION_TEXT_CHARS)), "value": value}


def _text(words: str) -> Block:
    return {"type": "plain_text", "text": words, "emoji": False}
