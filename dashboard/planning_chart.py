"""The chart of a plan: for each district the true shares that would read met, not met, or undecided."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_style import (
    COLOUR,
    HALO,
    INK,
    MUTED,
    OWN,
    PERCENT_FORMAT,
    SHAPE,
    SHARES,
    TRACK,
    Chart,
    Spec,
    complete,
    percent_axis,
    share_x,
    tips,
    touch,
)
from dashboard.text import Text

ROW_STEP = 66
NAME, LINE, LANE = -22, -5, 16  # pixels from the middle of a row to its name, its words and its band
BANDS = (("not_met", "start", "low"), ("undecided", "low", "high"), ("met", "high", "end"))


@dataclass(frozen=True, slots=True)
class Band:
    """One row: up to `low` a true share reads not met, from `high` on met; NaN where it never does."""

    name: str
    low: float
    high: float
    share: float
    expected: str
    words: str
    tips: tuple[tuple[str, str], ...]
    strong: bool = False


def chart_plan(text: Text, bands: Sequence[Band], target: float, alt: str) -> Chart:
    """Draw one row a district, a line at the target, and a mark at the assumed share."""
    point: Spec = {"x": share_x("share"), "y": _ROW, "shape": {"field": "shape", **OWN}}
    layers: list[Spec] = [
        _grid(),
        _separators(),
        *(_lane(*band) for band in BANDS),
        _target_line(text, target, len(bands)),
        {
            "mark": {"type": "point", "filled": True, "size": 150, "opacity": 1, "yOffset": LANE}
            | {"stroke": "#ffffff", "strokeWidth": 1.5},
            "encoding": {**point, "fill": {"field": "colour", **OWN}},
        },
        *_words("name", "left", {"dy": NAME}, "!datum.strong"),
        *_words("name", "left", {"dy": NAME, "fontWeight": 700}, "datum.strong"),
        *_words("words", "left", {"dy": LINE, "color": MUTED}, "true"),
        *_words("verdict", "right", {"dy": NAME}, "true"),
        touch(_WHOLE_ROW, tips(*((title, f"tip{place}") for place, (title, _) in enumerate(bands[0].tips)))),
    ]
    spec: Spec = {
        "height": ROW_STEP * len(bands),
        "data": {"values": [_row(text, place, band) for place, band in enumerate(bands)]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


_ROW: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None, "scale": {"padding": 0}}
_WHOLE_ROW: Spec = {"x": {"value": 0}, "x2": {"value": "width"}, "y": _ROW}


def _row(text: Text, place: int, band: Band) -> Spec:
    return {
        "row": place,
        "name": band.name,
        "words": band.words,
        "verdict": text(f"verdict.{band.expected}"),
        "strong": band.strong,
        "start": 0,
        "low": 0 if math.isnan(band.low) else band.low,
        "high": 1 if math.isnan(band.high) else band.high,
        "end": 1,
        "share": band.share,
        "shape": SHAPE[band.expected],
        "colour": MUTED if band.expected == "none" else COLOUR[band.expected],
        **{f"tip{number}": words for number, (_, words) in enumerate(band.tips)},
    }


def _lane(verdict: str, start: str, end: str) -> Spec:
    """Draw the shares that read one way as a pale band."""
    mark: Spec = {"type": "rule", "strokeWidth": 14, "opacity": 0.32, "color": COLOUR[verdict]}
    return {
        "mark": {**mark, "yOffset": LANE, "y2Offset": LANE},
        "encoding": {"x": share_x(start), "x2": {"field": end}, "y": _ROW},
    }


def _target_line(text: Text, target: float, rows: int) -> Spec:
    """Draw the target in every row; an axis above names it."""
    axis: Spec = {
        "orient": "top",
        "title": None,
        "values": [target],
        "format": PERCENT_FORMAT,
        "labelExpr": f"{text('planning.target_mark')!r} + ' ' + datum.label",
        "labelColor": INK,
        "labelFontWeight": 600,
        "labelPadding": 10,
        "domain": False,
        "ticks": False,
        "grid": False,
    }
    mark: Spec = {"type": "tick", "orient": "vertical", "color": INK, "thickness": 1.5, "size": 28}
    return {
        "data": {"values": [{"row": row, "target": target} for row in range(rows)]},
        "mark": {**mark, "yOffset": LANE},
        "encoding": {"x": share_x("target", axis=axis), "y": _ROW},
    }


def _words(field: str, side: str, style: Spec, chosen: str) -> list[Spec]:
    """Write words at an edge of the rows, on a white halo."""
    mark: Spec = {"type": "text", "align": side, "fontSize": 13, "color": INK, **style}
    encoding = {"x": {"value": 0 if side == "left" else "width"}, "y": _ROW, "text": {"field": field}}
    return [
        {"transform": [{"filter": chosen}], "mark": one, "encoding": encoding}
        for one in ({**mark, **HALO}, mark)
    ]


def _grid() -> Spec:
    x: Spec = {"datum": 0, "type": "quantitative", "scale": SHARES, "axis": percent_axis(grid=True)}
    return {"mark": {"type": "rule", "opacity": 0}, "encoding": {"x": x}}


def _separators() -> Spec:
    """Draw a faint line above each row, so that a name is read with its own band."""
    lift = 1 - ROW_STEP // 2
    return {
        "mark": {"type": "rule", "color": TRACK, "strokeWidth": 1, "yOffset": lift, "y2Offset": lift},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": _ROW},
    }
