"""The small multiple of a group: its dots and whiskers over the interval of the whole province."""

from collections.abc import Sequence

from dashboard.chart_rows import Dot, chart_dots
from dashboard.chart_style import Chart, Spec, share_x
from dashboard.readings import Judgement, Reading
from dashboard.text import Text

BAND, LINE = "#e3edf4", "#7d91a1"
BEHIND = 1  # the band lies over the grid and below everything else


def chart_groups(
    text: Text, dots: Sequence[Dot], goals: Sequence[Judgement], *, province: Reading, alt: str
) -> Chart:
    """Draw the groups of one breakdown; the band behind them is the province, where it is published."""
    drawn = chart_dots(text, dots, goals, alt)
    if province.hidden:
        return drawn
    layers = [*drawn.spec["layer"][:BEHIND], *_band(province), *drawn.spec["layer"][BEHIND:]]
    return Chart({**drawn.spec, "layer": layers}, alt)


def _band(province: Reading) -> list[Spec]:
    data: Spec = {"values": [{"at": province.estimate, "from": province.low, "to": province.high}]}
    whole: Spec = {"y": {"value": 0}, "y2": {"value": "height"}}
    silent: Spec = {"aria": False, "tooltip": None}
    return [
        {
            "data": data,
            "mark": {"type": "rect", "color": BAND, **silent},
            "encoding": {"x": share_x("from"), "x2": {"field": "to"}, **whole},
        },
        {
            "data": data,
            "mark": {"type": "rule", "color": LINE, "strokeWidth": 1, "strokeDash": [2, 3], **silent},
            "encoding": {"x": share_x("at"), **whole},
        },
    ]
