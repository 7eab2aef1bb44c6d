"""auth.test, apps.connections.open, bots.info, users.info, usergroups.*: who is who, and the way in."""

from bot.standin.methods.common import Answer, Method
from bot.standin.office import Office
from bot.standin.refusals import Refused
from bot.standin.values import Arguments, flag, needed, text_of
from bot.standin.workspace import APP, BOT, BOT_ID, TEAM


def who_am_i(office: Office, arguments: Arguments) -> Answer:
    """auth.test."""
    return {
        "ok": True,
        "url": f"{office.base}/",
        "team": "Stand-in",
        "user": "cilium",
        "team_id": TEAM,
        "user_id": BOT,
        "bot_id": BOT_ID,
    }


def connect(office: Office, arguments: Arguments) -> Answer:
    """apps.connections.open: the address of a socket, good for one connection."""
    address = office.base.replace("http", "ws", 1)
    return {"ok": True, "url": f"{address}/link/?ticket={office.sockets.ticket()}&app_id=standin"}


def person(office: Office, arguments: Arguments) -> Answer:
    """users.info."""
    user = office.workspace.user(needed(arguments, "user"))
    if user is None:
        raise Refused("user_not_found")
    return {
        "ok": True,
        "user": {
            "id": user.id,
            "team_id": user.team,
            "name": user.name,
            "tz": user.tz,
            "is_bot": user.is_bot,
            "is_restricted": user.is_restricted,
            "is_ultra_restricted": False,
            "is_stranger": user.is_stranger,
            "deleted": user.deleted,
        },
    }


def robot(office: Office, arguments: Arguments) -> Answer:
    """bots.info: of the bot itself, and of no other app."""
    if text_of(arguments, "bot") not in ("", BOT_ID):
        raise Refused("bot_not_found")
    bot = {"id": BOT_ID, "app_id": APP, "user_id": BOT, "name": "cilium", "deleted": False}
    return {"ok": True, "bot": bot}


def groups(office: Office, arguments: Arguments) -> Answer:
    """usergroups.list."""
    found: list[Answer] = []
    for name, members in office.groups.items():
        users = {"users": list(members)} if flag(arguments, "include_users") else {}
        found.append({"id": name, "team_id": TEAM, "handle": name.lower(), **users})
    return {"ok": True, "usergroups": found}


def group(office: Office, arguments: Arguments) -> Answer:
    """usergroups.users.list."""
    members = office.groups.get(needed(arguments, "usergroup"))
    if members is None:
        raise Refused("no_such_subteam")
    return {"ok": True, "users": list(members)}


METHODS: dict[str, Method] = {
    "auth.test": who_am_i,
    "apps.connections.open": connect,
    "users.info": person,
    "bots.info": robot,
    "usergroups.list": groups,
    "usergroups.users.list": group,
}
