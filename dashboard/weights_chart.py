"""Charts of a weighting: the headline step by step, and interviews by the number of people they stand for."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_rows import Dot, dot_row, dot_tips
from dashboard.chart_style import INK, INTERVAL, Chart, Spec, complete, tips, touch
from dashboard.text import Text

HEIGHT, STEP = 220, 66
NAME, VALUE, DROP = -22, -5, 16  # pixels from the middle of a row to its name, its number and its interval
GRAIN = 0.02


@dataclass(frozen=True, slots=True)
class Bin:
    """Interviews whose weight lies in [low, high)."""

    low: float
    high: float
    interviews: int


def chart_weights(text: Text, bins: Sequence[Bin], median: float, alt: str) -> Chart:
    """Draw a histogram with a line at the median weight."""
    values = [
        {
            "low": one.low,
            "high": one.high,
            "count": one.interviews,
            "range": f"{text.count(one.low)}–{text.count(one.high)}",
            "said": text.count(one.interviews),
        }
        for one in bins
    ]
    axis: Spec = {"title": text("weights.axis"), "grid": False, "tickCount": 8}
    scale = {"domain": [0, max((one.high for one in bins), default=1.0)], "nice": False}
    x: Spec = {"field": "low", "type": "quantitative", "scale": scale}
    y: Spec = {"type": "quantitative", "axis": {"title": text("weights.count"), "tickCount": 4}}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "color": INTERVAL, "stroke": "#ffffff", "strokeWidth": 1},
            "encoding": {
                "x": {**x, "axis": axis},
                "x2": {"field": "high"},
                "y": {"field": "count", **y},
                "y2": {"datum": 0},
            },
        },
        {
            "data": {"values": [{"low": median}]},
            "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
            "encoding": {"x": {**x, "axis": None}},
        },
        touch(
            {
                "x": {**x, "axis": None},
                "x2": {"field": "high"},
                "y": {"value": 0},
                "y2": {"value": "height"},
            },
            tips((text("weights.bin"), "range"), (text("weights.count"), "said")),
        ),
    ]
    spec: Spec = {
        "height": HEIGHT,
        "data": {"values": values},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


def chart_steps(text: Text, dots: Sequence[Dot], alt: str) -> Chart:
    """Draw one row a step on an axis that is cut to the intervals, since the steps lie close together."""
    row: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None}
    axis: Spec = {"title": None, "format": ".0%", "tickCount": 6, "domain": False, "ticks": False}
    left: Spec = {"x": {"value": 0}, "y": row}
    words: Spec = {"type": "text", "align": "left", "fontSize": 13, "color": INK}
    share = _share_between(dots)
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "strokeWidth": 3, "color": INTERVAL, "yOffset": DROP, "y2Offset": DROP},
            "encoding": {"x": {"field": "low", **share, "axis": axis}, "x2": {"field": "high"}, "y": row},
        },
        {
            "mark": {
                "type": "point",
                "filled": True,
                "size": 130,
                "opacity": 1,
                "color": INK,
                "yOffset": DROP,
            },
            "encoding": {"x": {"field": "estimate", **share, "axis": None}, "y": row},
        },
        *(
            {
                "transform": [{"filter": f"datum.strong == {chosen}"}],
                "mark": {**words, "dy": NAME, "fontWeight": weight},
                "encoding": {**left, "text": {"field": "name"}},
            }
            for chosen, weight in (("true", 700), ("false", 400))
        ),
        {"mark": {**words, "dy": VALUE}, "encoding": {**left, "text": {"field": "value"}}},
        touch({"x": {"value": 0}, "x2": {"value": "width"}, "y": row}, dot_tips(dots[0]) if dots else []),
    ]
    spec: Spec = {
        "height": STEP * len(dots),
        "data": {"values": [dot_row(text, place, dot) for place, dot in enumerate(dots)]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


def _share_between(dots: Sequence[Dot]) -> Spec:
    """Cut the axis of shares to where the intervals lie."""
    low = min((dot.reading.low for dot in dots), default=0.0)
    high = max((dot.reading.high for dot in dots), default=1.0)
    domain = [math.floor(low / GRAIN) * GRAIN, math.ceil(high / GRAIN) * GRAIN]
    return {"type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False}}
