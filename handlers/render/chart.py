"""A chart as Slack draws it, and as lines of text where there is no picture.

https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
"""

from handlers.render.escape import clean, literal
from handlers.render.limits import numbers as n
from handlers.render.message import Block
from handlers.render.page import Bullets, Chart, Curve, Item, Line, Words, name, plain, strong

BARS = "▁▂▃▄▅▆▇█"
UNKNOWN_BAR = "·"
LEAST_STOPS = 2


def chart_block(chart: Chart) -> Block | None:
    """The chart as a block of lines; None when there is too little to draw.

    Slack wants a figure of each curve at each stop: a stop at which one is unknown is left out, never 0.
    """
    curves = chart.curves[: n.MAX_CHART_SERIES]
    if not curves:
        return None
    known = [
        place
        for place in range(len(chart.stops))
        if all(curve.figures[place] is not None for curve in curves)
    ][-n.MAX_CHART_POINTS :]
    if len(known) < LEAST_STOPS:
        return None
    stops = [clean(chart.stops[place], n.MAX_CHART_LABEL_CHARS) for place in known]
    series = [
        {
            "name": literal(curve.label),
            "data": [
                {"label": stop, "value": curve.figures[place]}
                for stop, place in zip(stops, known, strict=True)
            ],
        }
        for curve in curves
    ]
    return {
        "type": "data_visualization",
        "title": clean(chart.title, n.MAX_CHART_TITLE_CHARS),
        "chart": {"type": "line", "series": series, "axis_config": {"categories": stops}},
    }


def chart_items(chart: Chart) -> tuple[Item, ...]:
    """The same as lines: a bar for each stop, the highest of its curve the full one, and the words."""
    return Words((strong(chart.title),)), Bullets(tuple(map(_line, chart.curves)))


def _line(curve: Curve) -> Line:
    most = max((one for one in curve.figures if one is not None), default=0)
    bars = "".join(UNKNOWN_BAR if one is None else bar(one, most) for one in curve.figures)
    return (strong(curve.label), plain(": "), name(bars), plain(f" {curve.words}"))


def bar(figure: int, most: int) -> str:
    """One character of a height between none and the most."""
    return BARS[min(len(BARS) - 1, figure * len(BARS) // max(most, 1))]
