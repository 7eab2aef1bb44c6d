"""The alerts and the dashboard of deploy/chart speak of series that /metrics has."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.scraped import scraped

CHART = Path(__file__).parents[2] / "deploy" / "chart"
GROUPS = yaml.safe_load((CHART / "rules" / "cilium-bot.yaml").read_text())["groups"]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"]}
CASES = (Path(__file__).parent / "alerts.test.yaml").read_text()
DASHBOARD: dict[str, Any] = json.loads((CHART / "dashboards" / "cilium-bot.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = {name: rule["expr"] for name, rule in ALERTS.items()} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]
}
OF_PROMETHEUS = {"le"}


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_series_is_one_that_the_bot_gives_with_these_labels(name: str) -> None:
    labels: dict[str, set[str]] = {}
    for sample in scraped():
        labels.setdefault(sample.name, set()).update(sample.labels)
    for series, chosen in re.findall(r"(cilium_bot_\w+)(?:\{(.*?)\})?", EXPRESSIONS[name]):
        assert series in labels
        assert set(re.findall(r"(\w+) ?=", chosen)) <= labels[series]
    known = set().union(*labels.values())
    for words in re.findall(r"\b(?:by|on) \((.*?)\)", EXPRESSIONS[name]):
        assert set(words.split(", ")) <= known | OF_PROMETHEUS


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_is_tried_and_says_what_it_means_and_what_to_ask(name: str) -> None:
    rule = ALERTS[name]
    assert f'alertname="{name}"' in CASES
    assert rule["labels"]["severity"] in ("critical", "warning", "info")
    assert rule["annotations"].keys() == {"summary", "description"}


def test_no_alert_takes_what_is_unknown_for_none() -> None:
    for name, rule in ALERTS.items():
        assert " or " not in rule["expr"]
        assert "absent" not in rule["expr"] or name == "CiliumBotGone"


def test_the_dashboard_asks_the_chosen_prometheus_and_lays_no_panel_on_another() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken
        assert all(x < 24 for x, _ in cells)
        taken |= cells
    for panel in PANELS:
        assert panel["datasource"]["uid"] == "${datasource}"
        assert all(target["datasource"] == panel["datasource"] for target in panel["targets"])
