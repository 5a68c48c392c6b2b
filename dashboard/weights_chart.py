"""The chart of how unequal the weights are: interviews by the number of people whom they stand for."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_style import INK, INTERVAL, Chart, Spec, complete, tips, touch
from dashboard.text import Text

HEIGHT = 220


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
    return complete(text, {"height": HEIGHT, "data": {"values": values}, "layer": layers}, alt)
