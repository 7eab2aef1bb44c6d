"""Finds the collectors: one file per part in this folder, named like the field of Snapshot that it fills.

To add one, write ``checks/collect/<part>.py`` with ``RIGHTS`` and ``read``; there is no list to edit. Files
named otherwise (this one, ``wire.py``, ``recording.py``, the live source …) are no collectors.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, fields

from checks.collect.source import Source
from checks.snapshot import Snapshot

_NOT_COLLECTED = {"meta", "gaps", "seconds", "accounts", "waiting"}


@dataclass(frozen=True, slots=True)
class Collector:
    """What fills one part.

    ``rights`` are the rights that reading takes, in four forms: "list pods", "list cilium.io/ciliumnodes",
    "get configmaps/cilium-config in kube-system", "ec2:DescribeSubnets". ``asked`` is the path it reads
    first. ``read`` raises UnreadError when there is nothing to make the part from.
    """

    part: str
    asked: str
    rights: tuple[str, ...]
    read: Callable[[Source], object]


def collectors() -> tuple[Collector, ...]:
    """Every collector of this folder, sorted by its part."""
    package = importlib.import_module("checks.collect")
    parts = {field.name for field in fields(Snapshot)} - _NOT_COLLECTED
    found = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return tuple(_load(name) for name in found if name in parts)


def _load(part: str) -> Collector:
    module = importlib.import_module(f"checks.collect.{part}")
    made = module.read.__annotations__["return"]
    return Collector(part, made.ASKED, module.RIGHTS, module.read)
