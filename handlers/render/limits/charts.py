"""The rules of charts (data_visualization)."""

from collections.abc import Mapping

from handlers.render.limits import numbers as n
from handlers.render.limits.elements import Thing
from handlers.render.limits.walk import Walk


def check_chart(walk: Walk, block: Thing, at: str) -> None:
    """At most two charts in a message, with short labels and few points."""
    walk.once_more("data_visualization", n.MAX_CHARTS, at)
    walk.string(block, "title", at, n.MAX_CHART_TITLE_CHARS, shown=True)
    chart = block.get("chart")
    if not isinstance(chart, Mapping):
        walk.fault(f"{at}/chart", "is required")
        return
    walk.one_of(chart, "type", f"{at}/chart", ("pie", "bar", "area", "line"), needed=True)
    (_pie if chart.get("type") == "pie" else _series)(walk, chart, f"{at}/chart")


def _pie(walk: Walk, chart: Thing, at: str) -> None:
    for where, segment in walk.items(chart, "segments", at, n.MAX_CHART_SERIES):
        walk.string(segment, "label", where, n.MAX_CHART_LABEL_CHARS, shown=True)
        value = segment.get("value")
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value <= 0:
            walk.fault(f"{where}/value", "must be above 0")


def _series(walk: Walk, chart: Thing, at: str) -> None:
    axes = chart.get("axis_config")
    categories: list[object] = []
    if isinstance(axes, Mapping):
        for key in ("x_label", "y_label"):
            walk.string(axes, key, f"{at}/axis_config", n.MAX_CHART_TITLE_CHARS, needed=False, shown=True)
        listed = axes.get("categories")
        categories = list(listed) if isinstance(listed, (list, tuple)) else []
    names: set[object] = set()
    for where, series in walk.items(chart, "series", at, n.MAX_CHART_SERIES):
        walk.string(series, "name", where, n.MAX_CHART_LABEL_CHARS, shown=True)
        if series.get("name") in names:
            walk.fault(f"{where}/name", "must be unique")
        names.add(series.get("name"))
        points = walk.items(series, "data", where, n.MAX_CHART_POINTS)
        for deeper, point in points:
            walk.string(point, "label", deeper, n.MAX_CHART_LABEL_CHARS, shown=True)
        labels = [point.get("label") for _, point in points]
        if categories and sorted(map(str, labels)) != sorted(map(str, categories)):
            walk.fault(f"{where}/data", "must have one point for each category")
