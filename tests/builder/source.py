"""A Source over answers in memory, on which single answers can be refused, taken away or garbled."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from checks.collect.refusals import look
from checks.collect.source import UnreadError
from checks.parts.agents import Meta
from tests.builder.clock import NOW, Object

Answers = dict[str, object]
"""Path (a recording's file without ".json") to the answer: JSON-able, text of a page or log, or bytes."""


def encode(answer: object) -> bytes:
    """The bytes of a recording's file: one space of indent, so that people can read it."""
    if isinstance(answer, bytes):
        return answer
    if isinstance(answer, str):
        return answer.encode()
    return json.dumps(answer, indent=1, ensure_ascii=False).encode() + b"\n"


class MemorySource:
    """Answers paths from memory, by the same rules as a recording on disk.

    The verbs change it and return it, so that they can be chained:
    ``cluster.source().refuse("aws/ec2/describe-subnets").drop("probes/dns")``.
    """

    def __init__(self, answers: Mapping[str, object], *, source: str = "recording") -> None:
        """``answers`` holds ``recording`` too: what recording.json would."""
        self.answers: Answers = dict(answers)
        self.recording = told = cast(Object, self.answers.pop("recording"))
        apart = told.get("metrics_seconds_apart")
        self._meta = Meta(
            cluster=str(told["cluster"]),
            taken_at=datetime.fromisoformat(str(told["taken_at"])) if told.get("taken_at") else NOW,
            region=_text(told, "region"),
            account=_text(told, "account"),
            cilium_namespace=_text(told, "cilium_namespace") or "kube-system",
            source=source,
            note=_text(told, "note") or "",
            metrics_apart_s=float(apart) if isinstance(apart, int | float) else None,
        )

    @property
    def meta(self) -> Meta:
        """Whose cluster, and when."""
        return self._meta

    def pages(self, path: str) -> Iterator[bytes]:
        """Raw answers in order; raises UnreadError for what was refused, dropped or never there."""
        if path not in self.answers:
            raise UnreadError("not asked")
        name, number, goes_on = path, 1, False
        while name in self.answers:
            raw = encode(self.answers[name])
            answer = look(path, raw)
            if answer.error:
                raise answer.error
            goes_on = answer.goes_on
            yield raw
            number += 1
            name = f"{path}.{number}"
        if goes_on:
            raise UnreadError(f"unreadable: cut short, the list goes on after page {number - 1}")

    def arguments(self, path: str) -> Sequence[str]:
        """What stands below a path, sorted; nodes' names for "cilium"."""
        below = [key[len(path) + 1 :] for key in self.answers if key.startswith(f"{path}/")]
        return sorted({name.split("/")[0] for name in below} - {"operator"})

    def refuse(self, path: str, code: str = "") -> "MemorySource":
        """The API answers this path (or every path below it, with a trailing slash) with a refusal."""
        for key in self._matching(path):
            self.answers[key] = refusal(key, code)
        return self

    def drop(self, path: str) -> "MemorySource":
        """Nobody asked for this path (or for anything below it, with a trailing slash)."""
        for key in self._matching(path):
            del self.answers[key]
        return self

    def garble(self, path: str, raw: bytes | None = None) -> "MemorySource":
        """The answer is cut off in the middle, or is these bytes."""
        for key in self._matching(path):
            whole = encode(self.answers[key])
            self.answers[key] = whole[: len(whole) // 2] if raw is None else raw
        return self

    def put(self, path: str, answer: object) -> "MemorySource":
        """Answers this path with something else."""
        self.answers[path] = answer
        return self

    def paged(self, path: str, size: int) -> "MemorySource":
        """Cuts a Kubernetes list into pages of so many items, as the API server does with a limit."""
        whole = json.loads(encode(self.answers[path]))
        parts = [whole["items"][at : at + size] for at in range(0, len(whole["items"]), size)]
        for number, part in enumerate(parts, start=1):
            token = {"continue": f"token-{number}"} if number < len(parts) else {}
            page = whole | {"metadata": whole["metadata"] | token, "items": part}
            self.answers[path if number == 1 else f"{path}.{number}"] = page
        return self

    def edit(self, path: str, change: Callable[[Any], object]) -> "MemorySource":
        """Lets ``change`` work on a copy of one answer, in place; ``items(answer)`` helps with lists.

        ``change`` names the shape that it works on; nothing checks that the answer has it.
        """
        copy = json.loads(encode(self.answers[path]))
        change(copy)
        self.answers[path] = copy
        return self

    def _matching(self, path: str) -> list[str]:
        if path.endswith("/"):
            found = [key for key in self.answers if key.startswith(path)]
        else:
            found = [path] if path in self.answers else []
        if not found:
            raise KeyError(f"this cluster has no answer for {path}")
        return found

    def write(self, folder: Path) -> Path:
        """Writes the answers as a recording's folder."""
        for name, raw in self.files().items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(raw)
        return folder

    def files(self) -> dict[str, bytes]:
        """A recording's files by their names."""
        found = {file_name(path): encode(answer) for path, answer in self.answers.items()}
        return {"recording.json": encode(self.recording)} | found


def file_name(path: str) -> str:
    """The file of a path: ".json" unless it is a metrics page or a log."""
    return path if path.endswith((".prom", ".txt")) else f"{path}.json"


def refusal(path: str, code: str = "") -> Object:
    """What the API of this path answers to somebody without the right."""
    if path.startswith("aws/"):
        told = code or ("UnauthorizedOperation" if path.startswith("aws/ec2/") else "AccessDeniedException")
        return {"Error": {"Code": told, "Message": "You are not authorized to perform this operation."}}
    if path.startswith("kubernetes/"):
        number = {"": 403, "Forbidden": 403, "NotFound": 404, "Unauthorized": 401, "InternalError": 500}
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": f"{path.rpartition('/')[2]} is forbidden",
            "reason": code or "Forbidden",
            "code": number.get(code, 403),
        }
    return {"error": code or "pods/exec is forbidden"}


def items(answer: Object) -> list[dict[str, dict[str, object]]]:
    """The items of a list, for ``edit``."""
    return cast("list[dict[str, dict[str, object]]]", answer["items"])


def _text(told: Object, key: str) -> str | None:
    value = told.get(key)
    return value if isinstance(value, str) else None
