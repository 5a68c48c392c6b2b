"""The chart of the waves: each with its interval, the goals, the pace needed, and what the pace leads to."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_style import (
    HALO,
    INK,
    INTERVAL,
    MUTED,
    SHARES,
    Chart,
    Spec,
    complete,
    percent_axis,
    tips,
    touch,
)
from dashboard.charts import reading_tips, reading_words
from dashboard.readings import Judgement, Reading
from dashboard.text import Text

HEIGHT, MARGIN, HALF = 330, 0.6, 0.45  # pixels; years beside the first and last; half a column of a wave
NEEDED, CARRIED = [5, 4], [1.5, 4]


@dataclass(frozen=True, slots=True)
class Point:
    """One wave: its name, its year, and its estimate, which is published."""

    wave: str
    year: int
    reading: Reading


@dataclass(frozen=True, slots=True)
class Carried:
    """What the pace so far leads to by the year of a goal, with its interval; no forecast."""

    year: int
    share: float
    low: float
    high: float


def chart_trend(
    text: Text,
    points: Sequence[Point],
    goals: Sequence[Judgement],
    *,
    carried: Carried | None,
    alt: str,
) -> Chart:
    """Draw waves that can be compared, the last one last, against the goals.

    Parameters
    ----------
    text : Text
    points : sequence of Point
    goals : sequence of Judgement
        By year.
    carried : Carried or None
    alt : str
    """
    years = [*(point.year for point in points), *(goal.year for goal in goals)]
    scales = _scales(min(years) - MARGIN, max(years) + MARGIN)
    last, aim = points[-1], goals[-1]
    layers: list[Spec] = [_axes(sorted(set(years)), scales)]
    if aim.year > last.year:
        way = [(last.year, last.reading.estimate), (aim.year, aim.target)]
        layers.append(_line(way, {"strokeDash": NEEDED, "color": MUTED}, scales))
    if carried:
        layers += _projection(text, last, carried, scales)
    layers += [
        *_waves(scales),
        *_goals(text, goals, min(years), scales),
        _column(text, scales),
    ]
    spec: Spec = {
        "height": HEIGHT,
        "data": {"values": [_row(text, point) for point in points]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent", "y": "independent"}},
    }
    return complete(text, spec, alt)


def _row(text: Text, point: Point) -> Spec:
    reading = point.reading
    return {
        "t": point.year,
        "value_at": reading.estimate,
        "low": reading.low,
        "high": reading.high,
        "review": reading.quality == "review",
        "from": point.year - HALF,
        "to": point.year + HALF,
        "wave": point.wave,
        **reading_words(text, reading),
    }


def _scales(first: float, last: float) -> Spec:
    """Encode time and share; the axes come with a layer of their own."""
    return {
        "x": {"field": "t", "type": "quantitative", "axis": None}
        | {"scale": {"domain": [first, last], "nice": False, "zero": False}},
        "y": {"field": "value_at", "type": "quantitative", "axis": None, "scale": SHARES},
    }


def _axes(years: Sequence[int], scales: Spec) -> Spec:
    axis: Spec = {"title": None, "values": list(years), "format": "d", "grid": False, "ticks": False}
    return {
        "data": {"values": [{"t": years[0], "value_at": 0}]},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {
            "x": {**scales["x"], "axis": {**axis, "labelOverlap": False}},
            "y": {**scales["y"], "axis": percent_axis(grid=True)},
        },
    }


def _line(way: Sequence[tuple[float, float]], style: Spec, scales: Spec) -> Spec:
    return {
        "data": {"values": [{"t": year, "value_at": share} for year, share in way]},
        "mark": {"type": "line", "strokeWidth": 1.8, **style},
        "encoding": scales,
    }


def _projection(text: Text, last: Point, carried: Carried, scales: Spec) -> list[Spec]:
    """Draw where the pace leads: dotted and hollow, so that nobody takes it for a measurement."""
    row: Spec = {"t": carried.year, "value_at": carried.share, "low": carried.low, "high": carried.high}
    row["said"] = text.percent(carried.share)
    own = {"values": [row]}
    words: Spec = {
        "type": "text",
        "align": "right",
        "dx": -10,
        "dy": 12,
        "fontSize": 13,
        "fontStyle": "italic",
    }
    hollow: Spec = {"type": "point", "shape": "circle", "size": 110, "fill": "#ffffff", "stroke": INTERVAL}
    way = [(last.year, last.reading.estimate), (carried.year, carried.share)]
    return [
        _line(way, {"strokeDash": CARRIED, "color": INTERVAL, "strokeWidth": 2.4}, scales),
        _whisker(own, {"strokeDash": CARRIED}, scales),
        {"data": own, "mark": {**hollow, "strokeWidth": 2, "opacity": 1}, "encoding": scales},
        *(
            {"data": own, "mark": mark, "encoding": {**scales, "text": {"field": "said"}}}
            for mark in ({**words, **HALO}, {**words, "color": MUTED})
        ),
    ]


def _whisker(own: Spec, style: Spec, scales: Spec) -> Spec:
    limits = {"y": {**scales["y"], "field": "low"}, "y2": {"field": "high"}}
    mark: Spec = {"type": "rule", "strokeWidth": 3, "color": INTERVAL, **style}
    return {**({"data": own} if own else {}), "mark": mark, "encoding": {"x": scales["x"], **limits}}


def _waves(scales: Spec) -> list[Spec]:
    """Draw the waves: a line, whiskers that are dashed where care is needed, dots and their numbers."""
    words: Spec = {
        "type": "text",
        "baseline": "top",
        "dy": 7,
        "fontSize": 14,
        "fontWeight": 700,
        "color": INK,
    }
    below = {**scales, "y": {**scales["y"], "field": "low"}, "text": {"field": "value"}}
    return [
        {"mark": {"type": "line", "color": INK, "strokeWidth": 1.8}, "encoding": scales},
        {"transform": [{"filter": "!datum.review"}], **_whisker({}, {}, scales)},
        {"transform": [{"filter": "datum.review"}], **_whisker({}, {"strokeDash": NEEDED}, scales)},
        {
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "color": INK},
            "encoding": scales,
        },
        {"mark": {**words, **HALO}, "encoding": below},
        {"mark": words, "encoding": below},
    ]


def _goals(text: Text, goals: Sequence[Judgement], first: int, scales: Spec) -> list[Spec]:
    """Draw the goals as hollow diamonds, their words towards the middle of the chart."""
    mark: Spec = {"type": "point", "shape": "diamond", "size": 120, "fill": "#ffffff", "stroke": INK}
    layers: list[Spec] = []
    for goal in goals:
        label = text("goal.line", {"year": goal.year, "target": text.target(goal.op, goal.target)})
        own = {"values": [{"t": goal.year, "value_at": goal.target, "label": label}]}
        side: Spec = {"align": "left", "dx": -12} if goal.year <= first else {"align": "right", "dx": 12}
        words: Spec = {"type": "text", "dy": -17, "fontSize": 13, "color": INK, **side}
        layers += [
            {"data": own, "mark": {**mark, "strokeWidth": 1.8, "opacity": 1}, "encoding": scales},
            *(
                {"data": own, "mark": one, "encoding": {**scales, "text": {"field": "label"}}}
                for one in ({**words, **HALO}, words)
            ),
        ]
    return layers


def _column(text: Text, scales: Spec) -> Spec:
    """Lay an unseen column over each wave, which tells its number with interval, sample and quality."""
    place: Spec = {
        "x": {**scales["x"], "field": "from"},
        "x2": {"field": "to"},
        "y": {"value": 0},
        "y2": {"value": "height"},
    }
    return touch(place, [*tips((text("trend.wave"), "wave")), *reading_tips(text)])
