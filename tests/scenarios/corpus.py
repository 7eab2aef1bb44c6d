"""The list of scenarios, filled by decorating their functions."""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from tests.builder import Cluster, MemorySource

Build = TypeVar("Build", bound=Callable[[], Cluster | MemorySource])
Group = Literal["single", "pair", "look-alike", "healthy", "unread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One built cluster and the truth about it.

    ``first``: the cause that must stand first (None: there must be no cause). ``causes``: every true cause;
    one that merely follows from another may also stand in that one's ``leads_to``. ``verdicts``: those that
    are right. ``not_checked``: ids that must be told as not checked. ``risks``: what is true, hurts nobody
    yet and must be told as such. ``notes``: what is odd, harmless, and told as that. ``provable``: whether a
    snapshot can prove the failure mode at all.
    """

    name: str
    group: Group
    build: Callable[[], Cluster | MemorySource]
    first: str | None
    causes: frozenset[str]
    verdicts: frozenset[str]
    not_checked: frozenset[str]
    provable: bool = True
    risks: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()

    @property
    def truths(self) -> frozenset[str]:
        """Every id that is true here, whether it hurts or not."""
        return self.causes | self.risks | self.notes

    def source(self) -> MemorySource:
        """A fresh source of it."""
        built = self.build()
        return built.source() if isinstance(built, Cluster) else built


_FOUND: list[Scenario] = []
SICK = ("degraded", "critical")


def scenario(
    group: Group,
    *causes: str,
    verdicts: tuple[str, ...] = (),
    not_checked: tuple[str, ...] = (),
    provable: bool = True,
    risks: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Callable[[Build], Build]:
    """Add a scenario; the first of ``causes`` must be the report's first, none means none."""

    def add(build: Build) -> Build:
        default = ("healthy",) if group == "healthy" else SICK
        _FOUND.append(
            Scenario(
                name=build.__name__,
                group=group,
                build=build,
                first=causes[0] if causes else None,
                causes=frozenset(causes),
                verdicts=frozenset(verdicts or default),
                not_checked=frozenset(not_checked),
                provable=provable,
                risks=frozenset(risks),
                notes=frozenset(notes),
            )
        )
        return build

    return add


def corpus() -> tuple[Scenario, ...]:
    """Every scenario of every module in this package, sorted by name."""
    package = importlib.import_module("tests.scenarios")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"tests.scenarios.{module.name}")
    return tuple(sorted(_FOUND, key=lambda s: s.name))
