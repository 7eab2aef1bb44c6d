"""The image: pinned to the last package, nobody's, and without what built it."""

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
STEPS = [
    tuple(step.split(maxsplit=1))
    for step in re.sub(r"\s*\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text()).splitlines()
    if step and not step.startswith("#")
]
RUNS = [told for word, told in STEPS if word == "RUN"]
LAST = STEPS[max(place for place, (word, _) in enumerate(STEPS) if word == "FROM") :]
PINNED = re.compile(r"^([a-z0-9_.-]+==\S+)(?: ; .*)? \\$", re.MULTILINE)


def test_every_stage_stands_on_the_one_pinned_base() -> None:
    [base] = [told for word, told in STEPS if word == "ARG"]
    assert re.fullmatch(r"BASE=python:\d+\.\d+\.\d+-slim-\w+", base)
    assert {told.partition(" AS ")[0] for word, told in STEPS if word == "FROM"} == {"${BASE}"}


def test_every_package_is_pinned_by_its_hash_and_nothing_is_fetched_beside() -> None:
    commands = [command for run in RUNS for command in run.split(" && ")]
    for command in commands:
        if " install " in command:
            assert "--require-hashes -r " in command or "--no-deps --no-index " in command
        if " wheel " in command:
            assert "--no-deps --no-build-isolation" in command
        assert not re.match(r"(apt|apt-get|apk|curl|wget|sudo)\b", command)


def test_what_builds_the_wheel_is_what_the_tests_ran_with() -> None:
    built = PINNED.findall((DEPLOY / "build.lock").read_text())
    assert any(package.startswith("hatchling==") for package in built)
    assert set(built) <= set(PINNED.findall((ROOT / "requirements-dev.lock").read_text()))


def test_nothing_is_kept_that_only_the_build_needs() -> None:
    [environment] = [told for word, told in STEPS[: -len(LAST)] if word == "ENV"]
    assert "PIP_NO_CACHE_DIR=1" in environment
    assert "PIP_DISABLE_PIP_VERSION_CHECK=1" in environment
    assert not [told for word, told in LAST if word == "RUN"]
    assert [told for word, told in LAST if word == "COPY"] == ["--from=build /opt/cilium-bot /opt/cilium-bot"]


def test_nobody_runs_it_and_nothing_is_added_unseen() -> None:
    assert [told for word, told in LAST if word == "USER"] == ["65532:65532"]
    assert not [word for word, _ in STEPS if word in ("ADD", "MAINTAINER", "VOLUME")]
    for word, told in STEPS:
        if word in ("ENTRYPOINT", "CMD"):
            assert told.startswith("[")  # without a shell, SIGTERM reaches the bot
    assert not re.search(r"TOKEN|SECRET|PASSWORD|latest", str(STEPS))


@pytest.mark.parametrize(
    "path",
    [part for word, told in STEPS if word == "COPY" and "--from" not in told for part in told.split()[:-1]],
)
def test_what_is_copied_is_there_and_let_through(path: str) -> None:
    assert (ROOT / path).exists()
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert lines[0] == "*"
    assert any(fnmatch(path, line[1:]) for line in lines if line.startswith("!"))
