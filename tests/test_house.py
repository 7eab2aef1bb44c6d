"""The house rules that every check is held to by existing."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections import Counter
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args, get_type_hints

import pytest

import checks
from checks import model, parts, report
from checks.advice import links
from checks.load import load_checks
from checks.model import Check
from checks.snapshot import Snapshot

ROOT = Path(__file__).parent.parent
CHECKS = load_checks()
AREAS = [m.name for m in pkgutil.iter_modules(checks.__path__) if m.ispkg]
PARTS = [importlib.import_module(f"checks.parts.{m.name}") for m in pkgutil.iter_modules(parts.__path__)]
BOUNDARIES = {
    "bot/record/draft.py",  # a recording is made of the rest
    "bot/record/tee.py",
    "checks/collect/gather.py",
    "checks/run.py",
}


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


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


@pytest.mark.parametrize("check", CHECKS, ids=ids)
def test_references_are_links_that_a_browser_opens(check: Check) -> None:
    given = [  # a beginning that numbers are put behind is none of them
        text.value
        for call in ast.walk(tree(ROOT.joinpath(*module_of(check).split(".")).with_suffix(".py")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "links"
        for text in ast.walk(call)
        if isinstance(text, ast.Constant) and isinstance(text.value, str) and not text.value.endswith("#")
    ]
    for short, link in zip(given, links(*given), strict=True):
        assert short == link or re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/issues/\d+", link), short
        assert re.fullmatch(r"https://[^\s<>|]+", link), short


def test_a_file_has_one_check() -> None:
    assert not [name for name, count in Counter(map(module_of, CHECKS)).items() if count > 1]


def test_every_test_of_an_area_has_its_file() -> None:
    tests = [path for area in AREAS for path in (ROOT / "tests" / "checks" / area).glob("test_*.py")]
    whole = {"first_use", "hostile_answers", "hostile_lists"}  # of all collectors at once
    lost = [p for p in tests if not (ROOT / "checks" / p.parent.name / p.name.removeprefix("test_")).exists()]
    assert {path.stem.removeprefix("test_") for path in lost} <= whole


@pytest.mark.parametrize("area", [area for area in AREAS if area not in ("collect", "parts")])
def test_checks_read_no_clock_and_no_world_and_log_nothing(area: str) -> None:
    forbidden = {"time", "random", "os", "socket", "subprocess", "urllib", "http", "logging", "pathlib"}
    for path in (ROOT / "checks" / area).glob("*.py"):
        found = list(ast.walk(tree(path)))
        used = {alias.name for node in found if isinstance(node, ast.Import) for alias in node.names}
        used |= {node.module or "" for node in found if isinstance(node, ast.ImportFrom)}
        assert not {name.split(".")[0] for name in used} & forbidden, path.name
        asked = {node.attr for node in found if isinstance(node, ast.Attribute)}
        assert not asked & {"now", "utcnow", "today"}, path.name


@pytest.mark.parametrize("room", ["bot", "handlers", "checks"])
def test_modules_stay_small_enough_to_be_read(room: str) -> None:
    long = {path for path in (ROOT / room).rglob("*.py") if len(path.read_text().splitlines()) > 250}
    assert [str(path.relative_to(ROOT)) for path in long] == []


@pytest.mark.parametrize("room", ["bot", "handlers", "checks"])
def test_only_boundaries_catch_whatever_is_raised(room: str) -> None:
    broad = {
        str(path.relative_to(ROOT))
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler)
        and {name.id for name in ast.walk(node.type or ast.Name("Exception")) if isinstance(name, ast.Name)}
        & {"Exception", "BaseException"}
    }
    assert broad <= BOUNDARIES


@pytest.mark.parametrize("module", [model, report, *PARTS], ids=lambda module: module.__name__)
def test_what_checks_share_cannot_be_changed(module: ModuleType) -> None:
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and is_dataclass(kind)]
    assert kinds
    for kind in kinds:
        assert not hasattr(kind, "__dataclass_params__") or kind.__dataclass_params__.frozen, kind


def test_tests_neither_sleep_nor_patch_our_own_code() -> None:
    for path in (ROOT / "tests").rglob("*.py"):
        text = path.read_text()
        assert "monkeypatch.set" + "attr" not in text, path
        assert "unittest" + ".mock" not in text, path
        assert not re.search(r"\btime\.sle" + r"ep\(", text), path


def test_nothing_is_left_to_do_in_the_code() -> None:
    for room in ("bot", "handlers", "checks", "tests", "bench"):
        for path in (ROOT / room).rglob("*.py"):
            assert not re.search(r"#\s*(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b", path.read_text()), path


def test_nothing_committed_names_an_index_or_a_path_of_a_machine() -> None:
    words = ["py" + "pi.org", "python" + "hosted.org", "registry." + "npmjs", "proxy." + "golang.org"]
    words.append("/wor" + "k/")
    rooms = [path for path in ROOT.iterdir() if not path.name.startswith(".")]
    files = [*filter(Path.is_file, rooms), *(file for room in rooms for file in room.rglob("*"))]
    for path in files:
        if path.suffix in {".py", ".lock", ".md", ".toml", ".yaml"}:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [word for word in words if word in text], path
