"""A source that is told its answers, and the answers that every API gives in the same form."""

from collections.abc import Mapping

from tests.builder.clock import NOW, Object, stamp
from tests.builder.source import MemorySource, refusal

__all__ = ["NOW", "Object", "api_list", "entry", "refusal", "told"]


def told(answers: Mapping[str, object] | None = None, **recording: object) -> MemorySource:
    """Answers these paths; any other was not asked. ``recording`` goes into recording.json."""
    head = {"format": 1, "cluster": "demo", "taken_at": stamp(NOW), **recording}
    return MemorySource({"recording": head, **(answers or {})})


def api_list(kind: str, *items: Object) -> Object:
    """A Kubernetes list as the API server gives it: its items carry no kind."""
    return {
        "kind": f"{kind}List",
        "apiVersion": "v1",
        "metadata": {"resourceVersion": "7"},
        "items": [*items],
    }


def entry(name: str, namespace: str | None = None, **rest: object) -> Object:
    """One object of a list, created at noon of the day before."""
    metadata: Object = {"name": name, "creationTimestamp": "2026-11-21T12:00:00Z"}
    if namespace:
        metadata["namespace"] = namespace
    return {"metadata": metadata, **rest}
