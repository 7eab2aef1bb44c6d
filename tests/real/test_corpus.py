"""The scenarios are made of objects that a real API server takes, but for what is strange on purpose."""

import json
from typing import Any
from uuid import uuid4

from tests.real.api import Object
from tests.real.load import APISERVICES, loaded, refused
from tests.real.servers import Servers, until
from tests.real.test_recordings import anything, in_range
from tests.scenarios import corpus

STRANGE = {
    "healthy_kubectl_lists_without_item_kinds",  # kubectl's own lists, of several kinds
    "healthy_with_unknown_keys_and_objects_of_tomorrow",
}


def shape(thing: Any) -> str:
    """Which fields an object has, and of what type; equal for objects that differ in names and numbers."""
    if isinstance(thing, dict):
        keyed = {("*" if any(c.isdigit() for c in key) else key): shape(thing[key]) for key in sorted(thing)}
        return json.dumps(keyed)
    if isinstance(thing, list):
        return json.dumps(sorted({shape(one) for one in thing}))
    return type(thing).__name__


def every_kind() -> list[Object]:
    """One object of each shape."""
    found: dict[tuple[str, str], Object] = {}
    for scenario in corpus():
        if scenario.name in STRANGE:
            continue
        for path, answer in scenario.source().answers.items():
            if (
                not path.startswith("kubernetes/")
                or not isinstance(answer, dict)
                or path.endswith(APISERVICES)
            ):
                continue
            for item in answer.get("items") or ():
                kind = {"apiVersion": answer["apiVersion"], "kind": answer["kind"].removesuffix("List")}
                found.setdefault((kind["kind"], shape(item)), in_range(kind | item))
    return list(found.values())


def test_the_api_server_would_make_every_object_of_the_scenarios(servers: Servers) -> None:
    things = every_kind()
    assert len(things) > 100
    names = {thing["metadata"]["namespace"] for thing in things if "namespace" in thing["metadata"]}
    kind = {"apiVersion": "v1", "kind": "Namespace"}
    namespaces = [kind | {"metadata": {"name": name, "uid": str(uuid4())}} for name in sorted(names)]
    with loaded(servers, namespaces):
        for name in names:
            until(lambda: refused(servers.admin, anything(name)) is None)  # noqa: B023 # called at once
        made = (thing for thing in things if thing["kind"] != "Namespace")
        wrong = [told for thing in made if (told := refused(servers.admin, thing))]
    assert wrong == []
