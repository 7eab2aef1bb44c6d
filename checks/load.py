"""Every check of the house, found by walking the package: there is no list to edit."""

import importlib
import pkgutil
from functools import cache

import checks
from checks.model import Check

_NOT_AREAS = {"collect", "parts"}


@cache
def load_checks() -> tuple[Check, ...]:
    """All checks, sorted by id. A check is the one Check in a module of an area, under the module's name."""
    found = []
    for area in pkgutil.iter_modules(checks.__path__):
        if not area.ispkg or area.name in _NOT_AREAS:
            continue
        package = importlib.import_module(f"checks.{area.name}")
        for module in pkgutil.iter_modules(package.__path__):
            candidate = getattr(
                importlib.import_module(f"checks.{area.name}.{module.name}"), module.name, None
            )
            if isinstance(candidate, Check):
                found.append(candidate)
    return tuple(sorted(found, key=lambda check: check.id))
