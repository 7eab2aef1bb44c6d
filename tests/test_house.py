"""The house rules that every check is held to by existing."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

import checks
from checks.load import load_checks
from checks.model import Check
from checks.snapshot import Snapshot

ROOT = Path(__file__).parent.parent
CHECKS = load_checks()
AREAS = [m.name for m in pkgutil.iter_modules(checks.__path__) if m.ispkg]


def module_of(check: Check) -> str:
    return check.rule.__module__


def ids(check: Check) -> str:
    return check.id


def test_no_id_is_used_twice() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_file_function_and_id_share_one_name(check: Check) -> None:
    name = check.id.replace("-", "_")
    assert module_of(check).rsplit(".", 1)[-1] == name
    assert check.rule.__name__ == name


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_every_check_has_a_test_file_in_the_same_place(check: Check) -> None:
    path = Path(*module_of(check).split("."))
    assert (ROOT / "tests" / path.parent / f"test_{path.name}.py").exists()


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_every_check_says_what_people_read_and_where_its_facts_are_from(check: Check) -> None:
    assert check.title
    assert check.source.startswith("https://")
    assert inspect.getdoc(check.rule)


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_parameters_are_parts_of_the_snapshot_with_their_type(check: Check) -> None:
    fields = get_type_hints(Snapshot)
    for name, hint in get_type_hints(check.rule).items():
        if name == "return":
            continue
        part = [kind for kind in get_args(fields[name]) if kind is not type(None)] or [fields[name]]
        given = [kind for kind in get_args(hint) if kind is not type(None)] or [hint]
        assert given == part, name


def test_checks_read_no_clock_and_no_world() -> None:
    forbidden = {"time", "random", "os", "socket", "subprocess", "urllib", "http"}
    for area in AREAS:
        if area == "collect":
            continue
        package = importlib.import_module(f"checks.{area}")
        for found in pkgutil.iter_modules(package.__path__):
            tree = ast.parse((ROOT / "checks" / area / f"{found.name}.py").read_text())
            used = {
                alias.name.split(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.Import)
                for alias in node.names
            } | {
                (node.module or "").split(".")[0]
                for node in ast.walk(tree)
                if isinstance(node, ast.ImportFrom)
            }
            assert not used & forbidden, f"{area}/{found.name}"


def test_nothing_committed_names_an_index_or_a_path_of_a_machine() -> None:
    words = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "proxy." + "golang.org"]
    files = [
        p for p in ROOT.rglob("*") if p.is_file() and p.suffix in {".py", ".lock", ".md", ".toml", ".yaml"}
    ]
    for path in files:
        if any(part.startswith(".") or part == "node_modules" for part in path.relative_to(ROOT).parts):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not [word for word in words if word in text], path
