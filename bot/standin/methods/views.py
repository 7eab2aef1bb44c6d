"""views.* and blocks.validate: modals, the Home tab, and Slack's own opinion of blocks."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace

from bot.standin.inputs import block_id
from bot.standin.methods.common import Answer, Method
from bot.standin.office import Office, View
from bot.standin.refusals import Refused, check_message, check_view
from bot.standin.values import Arguments, blocks_of, needed, object_of, text_of
from bot.standin.workspace import APP, BOT_ID, TEAM

MAX_STACK = 3
MAX_VALIDATED_CHARS = 100_000


def stack(office: Office, user: str) -> list[View]:
    """The dialogs that a person has before them, the top one last."""
    return [view for view in tuple(office.views.values()) if view.user == user and view.is_modal]


def opened(office: Office, arguments: Arguments) -> Answer:
    """views.open: the trigger is spent even when the view is refused."""
    user = office.callbacks.use_trigger(needed(arguments, "trigger_id"))
    content = object_of(arguments, "view")
    check_dialog(content)
    for view in stack(office, user):
        del office.views[view.id]  # a new dialog takes the place of whatever was open
    return _stand(office, View("V" + secrets.token_hex(5).upper(), user, "", content))


def pushed(office: Office, arguments: Arguments) -> Answer:
    """views.push: at most three modals on top of each other."""
    user = office.callbacks.use_trigger(needed(arguments, "trigger_id"))
    if len(stack(office, user)) >= MAX_STACK:
        raise Refused("push_limit_reached")
    content = object_of(arguments, "view")
    check_dialog(content)
    return _stand(office, View("V" + secrets.token_hex(5).upper(), user, "", content))


def updated(office: Office, arguments: Arguments) -> Answer:
    """views.update, by id or external id."""
    named, outside = text_of(arguments, "view_id"), text_of(arguments, "external_id")
    view = next(
        (
            view
            for view in office.views.values()
            if view.id == named or (outside and view.content.get("external_id") == outside)
        ),
        None,
    )
    if view is None:
        raise Refused("not_found")
    _same(view, arguments)
    content = object_of(arguments, "view")
    if view.is_modal:
        check_dialog(content)
    else:
        check_home(content)
    return _stand(office, View(view.id, view.user, "", content, view.entered))


def published(office: Office, arguments: Arguments) -> Answer:
    """views.publish: a person's Home tab."""
    user = needed(arguments, "user_id")
    if office.workspace.user(user) is None:
        raise Refused("user_not_found")
    content = object_of(arguments, "view")
    check_home(content)
    home = office.views.get(f"VHOME{user}")
    if home is not None:
        _same(home, arguments)
    return _stand(office, View(f"VHOME{user}", user, "", content))


def check_dialog(content: Mapping[str, object]) -> None:
    """Raise Refused for what Slack shows as no dialog: one with inputs has a button that sends it."""
    _of_type(content, "modal")
    check_view(content)
    blocks = content.get("blocks")
    asks = any(
        isinstance(b, Mapping) and b.get("type") == "input"
        for b in (blocks if isinstance(blocks, list) else ())
    )
    if asks and not content.get("submit"):
        raise Refused("invalid_arguments", told=["[ERROR] missing required field: submit"])


def check_home(content: Mapping[str, object]) -> None:
    """Raise Refused for what Slack shows on no Home tab."""
    _of_type(content, "home")
    check_view(content)


def _of_type(content: Mapping[str, object], kind: str) -> None:
    if content.get("type") != kind:
        raise Refused("invalid_arguments", told=[f"[ERROR] must be {kind} [json-pointer:/view/type]"])


def validated(office: Office, arguments: Arguments) -> Answer:
    """blocks.validate."""
    blocks = blocks_of(arguments)
    if len(json.dumps(blocks)) > MAX_VALIDATED_CHARS:
        raise Refused("invalid_arguments", told=["[ERROR] must be less than 100001 characters"])
    check_message("", blocks)
    return {"ok": True}


def _same(view: View, arguments: Arguments) -> None:
    given = text_of(arguments, "hash")
    if given and given != view.hash:
        raise Refused("hash_conflict")


def _stand(office: Office, view: View) -> Answer:
    return {"ok": True, "view": shown(stand(office, view))}


def stand(office: Office, view: View) -> View:
    """Let a view stand under a new hash, and wake whoever waits."""
    stood = replace(view, hash=f"{office.workspace.stamp()}.{secrets.token_hex(4)}")
    office.views[stood.id] = stood
    office.workspace.wake()
    return stood


def shown(view: View) -> Answer:
    """A view as JSON."""
    ids = [{**block, "block_id": block_id(view.blocks, number)} for number, block in enumerate(view.blocks)]
    more = {"id": view.id, "hash": view.hash, "team_id": TEAM, "app_id": APP, "bot_id": BOT_ID}
    return {**view.content, "blocks": ids, **more}


METHODS: dict[str, Method] = {
    "views.open": opened,
    "views.push": pushed,
    "views.update": updated,
    "views.publish": published,
    "blocks.validate": validated,
}
