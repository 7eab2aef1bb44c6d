import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import __main__ as command_line
from bot.__main__ import EXIT, main, write
from tests.handlers.render.samples import SAMPLES, incident

LAZY = ["slack_bolt", "slack_sdk", "boto3", "botocore", "kubernetes", "redis", "apscheduler", "websocket"]
LAZY += ["prometheus_client"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["chekc"],
        ["check", "--format", "yaml"],
        ["check", "--recording"],
        ["check", "--recording", "/nowhere/at/all"],
        ["check", "--aws-region", "Ireland"],
        ["check", "--width", "wide"],
        ["run", "--recording", "/nowhere/at/all"],
    ],
)
def test_a_mistake_is_exit_4_and_lines_on_standard_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(os.environ):
        if name.startswith(("SLACK_", "AWS_", "CILIUM_", "KUBECONFIG")):
            monkeypatch.delenv(name)
    assert main(arguments) == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == (2 if arguments[:1] == ["run"] else 1)
    assert all(line.startswith("cilium-bot: ") for line in said.err.splitlines())


def test_an_option_wins_over_the_environment() -> None:
    options = command_line.parser().parse_args(["check", "--namespace", "cilium"])
    given = command_line.given(options, {"CILIUM_BOT_NAMESPACE": "kube-system", "AWS_REGION": "eu-west-1"})
    assert (given["CILIUM_BOT_NAMESPACE"], given["AWS_REGION"]) == ("cilium", "eu-west-1")


@pytest.mark.parametrize("form", command_line.FORMATS)
def test_prints_every_report_in_every_format(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    for report in SAMPLES.values():
        write(report, form, 80, sys.stdout)
    assert "\x1b" not in capsys.readouterr().out


def test_json_is_the_report_and_blocks_are_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    write(incident(), "json", None, sys.stdout)
    assert json.loads(capsys.readouterr().out)["cluster"] == incident().cluster
    write(incident(), "blocks", None, sys.stdout)
    assert set(json.loads(capsys.readouterr().out)) == {"text", "blocks"}


def test_every_verdict_has_its_exit_status() -> None:
    assert {verdict.value: status for verdict, status in EXIT.items()} == {
        "healthy": 0,
        "degraded": 1,
        "critical": 2,
        "unknown": 3,
    }


def test_a_check_of_a_recording_loads_neither_slack_nor_clouds(tmp_path: Path) -> None:
    (tmp_path / "recording.json").write_text(
        '{"format": 1, "cluster": "c", "taken_at": "2026-11-22T09:00:00Z"}'
    )
    code = (
        "import sys; from bot.__main__ import main; "
        f"status = main(['check', '--recording', {str(tmp_path)!r}]); "
        f"loaded = [name for name in {LAZY!r} if name in sys.modules]; "
        "sys.exit(f'{status} {loaded}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr.strip().splitlines()[-1] == "3 []"


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("perf/perf-app", 1, "stops at: scheduled"),
        ("ip-10-8-0-4.eu-west-1.compute.internal", 1, "stops at: reachable"),
        ("nobody", 4, "no pod, workload or node called nobody"),
    ],
)
def test_why_follows_one_pod_or_node(
    name: str, status: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = Path(__file__).parent.parent / "recordings" / "phase1_native"
    assert main(["why", name, "--recording", str(recording)]) == status
    out, err = capsys.readouterr()
    assert says in out + err
