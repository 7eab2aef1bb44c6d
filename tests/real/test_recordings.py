"""A recorded cluster in a real API server: it takes every object, and the bot's report of it is the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from checks.collect.gather import gather
from checks.collect.recording import Recording
from checks.collect.source import Source
from checks.judge import judge
from handlers.render.json import encode
from tests.real.api import Object
from tests.real.load import Beside, api_server, loaded, moved, objects, refused, refused_status
from tests.real.nodes import KUBELET
from tests.real.servers import Servers, until

RECORDINGS = Path(__file__).parents[1] / "recordings"
NAMES = sorted(path.name for path in RECORDINGS.iterdir())


def in_range(thing: Object) -> Object:
    """A Service of EKS's other range with the address that it would have in this one."""
    if thing["kind"] != "Service":
        return thing
    there: Object = json.loads(json.dumps(thing).replace('"172.20.', '"10.100.'))
    return there


def anything(namespace: str) -> Object:
    """What can be made in a namespace as soon as the API server has heard of it."""
    where = {"name": "anything", "namespace": namespace}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where}


def report(source: Source) -> dict[str, Any]:
    """All of a report but what differs between any two sweeps."""
    told: dict[str, Any] = json.loads(encode(judge(gather(source, deadline_s=60))))
    return {name: value for name, value in told.items() if name not in ("seconds", "source")}


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_cluster_swept_live_gives_the_recordings_report(
    name: str, servers: Servers, tmp_path: Path
) -> None:
    folder = moved(RECORDINGS / name, tmp_path / name, servers.admin.call("GET", "/version"))
    with loaded(servers, objects(folder), folder):
        live = report(Beside(Recording(folder), api_server(servers.admin, tmp_path)))
        dialled = {port for _, port in servers.nodes.dialled}
    assert live == report(Recording(folder))
    assert KUBELET in dialled  # the agents were asked through the API server too


@pytest.mark.parametrize("name", NAMES)
def test_the_api_server_would_make_every_recorded_object(name: str, servers: Servers) -> None:
    things = [in_range(thing) for thing in objects(RECORDINGS / name)]
    namespaces = [thing for thing in things if thing["kind"] == "Namespace"]
    with loaded(servers, namespaces):
        for namespace in namespaces:
            until(lambda: refused(servers.admin, anything(namespace["metadata"]["name"])) is None)  # noqa: B023
        wrong = [told for thing in things if (told := refused(servers.admin, thing))]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_the_api_server_would_take_every_recorded_status(name: str, servers: Servers) -> None:
    things = objects(RECORDINGS / name)
    with loaded(servers, things):
        having = [thing for thing in things if "status" in thing]
        wrong = [told for thing in having if (told := refused_status(servers.admin, thing))]
    assert wrong == []
