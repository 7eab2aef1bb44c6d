"""promtool finds the alerts right on sample metrics, and the dashboard draws what the bot serves."""

import json
import subprocess
from pathlib import Path

import yaml
from prometheus_client.samples import Sample

from tests.deploy.scraped import scraped
from tests.deploy.test_watching import PANELS
from tests.real.build import binary
from tests.real.helm import CHART, objects

RULES = CHART / "rules" / "cilium-bot.yaml"
CASES = Path(__file__).parents[1] / "deploy" / "alerts.test.yaml"
RARE = "> 0"  # what has not happened is not drawn
HOUR_MIN = 60


def promtool(*words: str | Path) -> None:
    done = subprocess.run([binary("promtool"), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_alerts_have_no_fault_that_promtool_knows() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", RULES)


def test_the_alerts_fire_when_they_should_and_never_for_what_is_unknown() -> None:
    promtool("test", "rules", CASES)


def test_the_chart_carries_the_same_alerts() -> None:
    words = "--set=prometheus.rules.enabled=true", "--set=prometheus.rules.labels.release=monitoring"
    [rule] = [thing for thing in objects(*words) if thing["kind"] == "PrometheusRule"]
    assert rule["spec"] == yaml.safe_load(RULES.read_text())
    assert rule["metadata"]["labels"]["release"] == "monitoring"


def test_the_chart_carries_the_dashboard_for_grafanas_sidecar() -> None:
    [found] = [
        thing for thing in objects("--set=prometheus.dashboard.enabled=true") if thing["kind"] == "ConfigMap"
    ]
    text = (CHART / "dashboards" / "cilium-bot.json").read_text()
    assert json.loads(found["data"]["cilium-bot.json"]) == json.loads(text)
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_every_panel_draws_what_the_bot_serves(tmp_path: Path) -> None:
    expressions = [target["expr"] for panel in PANELS for target in panel["targets"]]
    asked = [expr.replace("$cluster", ".*") for expr in expressions if not expr.endswith(RARE)]
    series = [{"series": _named(sample), "values": _values(sample)} for sample in scraped()]
    wanted = [
        {
            "expr": f"count({expr}) > bool 0",
            "eval_time": f"{HOUR_MIN}m",
            "exp_samples": [{"labels": "{}", "value": 1}],
        }
        for expr in asked
    ]
    case = {"tests": [{"interval": "1m", "input_series": series, "promql_expr_test": wanted}]}
    file = tmp_path / "panels.yaml"
    file.write_text(json.dumps(case))
    promtool("test", "rules", file)
    assert len(asked) > len(expressions) / 2


def _named(sample: Sample) -> str:
    labels = ", ".join(f"{name}={json.dumps(value)}" for name, value in sample.labels.items())
    return f"{sample.name}{{{labels}}}"


def _values(sample: Sample) -> str:
    """Gauges stay; counters go on as they began."""
    counter = sample.name.endswith(("_total", "_bucket", "_count", "_sum"))
    return f"{sample.value:g}{f'+{sample.value:g}' if counter else ''}x{2 * HOUR_MIN}"
