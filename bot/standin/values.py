"""Arguments of a call as Slack reads them: strings, flags and JSON, from a form or from JSON."""

import json
from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qsl

from bot.standin.refusals import Refused
from bot.standin.workspace import Block

Arguments = Mapping[str, object]


def read_body(raw: bytes, content_type: str) -> Arguments:
    """The arguments of a request's body. Raises Refused."""
    kind = content_type.partition(";")[0].strip().lower()
    if not raw:
        return {}
    if kind == "application/json":
        try:
            found = json.loads(raw or b"{}")  # the SDK calls methods without arguments like that
        except (ValueError, RecursionError):
            raise Refused("invalid_json") from None
        if not isinstance(found, dict):
            raise Refused("json_not_object")
        return cast(Arguments, found)
    if kind in ("application/x-www-form-urlencoded", ""):
        try:
            return dict(parse_qsl(raw.decode(), keep_blank_values=True))
        except ValueError:
            raise Refused("invalid_form_data") from None
    raise Refused("invalid_post_type")


def text_of(arguments: Arguments, name: str) -> str:
    """A string; "" when it is not given. Raises Refused when it is something else."""
    value = arguments.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Refused("invalid_arguments", told=[f"[ERROR] must be a string [json-pointer:/{name}]"])
    return str(value)


def needed(arguments: Arguments, name: str) -> str:
    """A string that must be given. Raises Refused."""
    value = text_of(arguments, name)
    if not value:
        raise Refused("invalid_arguments", told=[f"[ERROR] missing required field: {name}"])
    return value


def flag(arguments: Arguments, name: str) -> bool:
    """A flag, however it was written."""
    return str(arguments.get(name, "")).lower() in ("true", "1")


def number(arguments: Arguments, name: str, otherwise: int) -> int:
    """A whole number. Raises Refused."""
    value = text_of(arguments, name)
    if not value:
        return otherwise
    if not value.isdecimal():
        raise Refused("invalid_arguments", told=[f"[ERROR] must be a number [json-pointer:/{name}]"])
    return int(value)


def blocks_of(arguments: Arguments) -> tuple[Block, ...]:
    """The blocks, given as a list or as its JSON. Raises Refused."""
    value = _decoded(arguments.get("blocks"))
    if value is None or value == "":
        return ()
    if not isinstance(value, list):
        raise Refused("invalid_blocks_format")
    return tuple(value)


def object_of(arguments: Arguments, name: str) -> Arguments:
    """An object, given as such or as its JSON. Raises Refused."""
    value = _decoded(arguments.get(name))
    if not isinstance(value, dict):
        raise Refused("invalid_arguments", told=[f"[ERROR] must be an object [json-pointer:/{name}]"])
    return cast(Arguments, value)


def list_of(arguments: Arguments, name: str) -> list[object]:
    """A list, given as such or as its JSON; empty when it is not given. Raises Refused."""
    value = _decoded(arguments.get(name))
    if value is None:
        return []
    if not isinstance(value, list):
        raise Refused("invalid_arguments", told=[f"[ERROR] must be an array [json-pointer:/{name}]"])
    return value


def _decoded(value: object) -> object:
    if not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
