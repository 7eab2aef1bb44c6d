"""Terraform's own parser reads the file of deploy/, and finds it formatted."""

import subprocess
from pathlib import Path

import pytest

from tests.real.build import binary
from tests.real.helm import DEPLOY

MAIN = DEPLOY / "terraform" / "main.tf"


def hclfmt(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([binary("hclfmt"), *words], capture_output=True, text=True, check=False)


def test_it_is_hcl_and_formatted() -> None:
    checked = hclfmt("-check", MAIN)
    assert checked.returncode == 0, checked.stderr
    assert hclfmt(MAIN).stdout == MAIN.read_text()


@pytest.mark.parametrize("broken", ["variable {", 'a = "${b"', "a = = 1"])
def test_what_is_no_hcl_is_noticed(broken: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(broken)
    assert hclfmt("-check", tmp_path / "main.tf").returncode != 0
