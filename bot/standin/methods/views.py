"""views.* and blocks.validate: modals, the Home tab, and Slack's own opinion of blocks."""

import json
import secrets

from bot.standin.methods.common import Answer, Method
from bot.standin.office import Office, View
from bot.standin.refusals import Refused, check_message, check_view
from bot.standin.values import Arguments, blocks_of, needed, object_of, text_of

MAX_STACK = 3
MAX_VALIDATED_CHARS = 100_000


def opened(office: Office, arguments: Arguments) -> Answer:
    """views.open: the trigger is spent even when the view is refused."""
    user = office.callbacks.use_trigger(needed(arguments, "trigger_id"))
    content = object_of(arguments, "view")
    check_view(content)
    return _stand(office, View("V" + secrets.token_hex(5).upper(), user, "", content))


def pushed(office: Office, arguments: Arguments) -> Answer:
    """views.push: at most three modals on top of each other."""
    user = office.callbacks.use_trigger(needed(arguments, "trigger_id"))
    if sum(v.user == user and v.content.get("type") == "modal" for v in office.views.values()) >= MAX_STACK:
        raise Refused("push_limit_reached")
    content = object_of(arguments, "view")
    check_view(content)
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
    check_view(content)
    return _stand(office, View(view.id, view.user, "", content))


def published(office: Office, arguments: Arguments) -> Answer:
    """views.publish: a person's Home tab."""
    user = needed(arguments, "user_id")
    if office.workspace.user(user) is None:
        raise Refused("user_not_found")
    content = object_of(arguments, "view")
    if content.get("type") != "home":
        raise Refused("invalid_arguments", told=["[ERROR] must be home [json-pointer:/view/type]"])
    check_view(content)
    home = office.views.get(f"VHOME{user}")
    if home is not None:
        _same(home, arguments)
    return _stand(office, View(f"VHOME{user}", user, "", content))


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
    stood = View(view.id, view.user, f"{office.workspace.stamp()}.{secrets.token_hex(4)}", view.content)
    office.views[stood.id] = stood
    office.workspace.wake()
    return {"ok": True, "view": {**stood.content, "id": stood.id, "hash": stood.hash}}


METHODS: dict[str, Method] = {
    "views.open": opened,
    "views.push": pushed,
    "views.update": updated,
    "views.publish": published,
    "blocks.validate": validated,
}
