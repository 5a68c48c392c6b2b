"""Charts of one place or of a map: the goals, the number of fields, the tiles; plain Vega-Lite dicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.chart_rows import Dot, dot_row, dot_tips
from dashboard.chart_style import (
    FAINT,
    HALO,
    INK,
    INTERVAL,
    MUTED,
    OWN,
    TRACK,
    Chart,
    Spec,
    complete,
    percent_axis,
    share_x,
    tips,
    touch,
)
from dashboard.readings import Judgement, Reading
from dashboard.text import Text

GOALS_HEIGHT = 150
BAR_TOP, BAR_MIDDLE, BAR_BOTTOM = 88, 103, 118
TILE_STEP = 94
HATCHED = ("none", "apportioned")
PAPER: Mapping[str, str] = {"met": "#0072B2", "not_met": "#B84F00", "undecided": "#6b6b6b"}


@dataclass(frozen=True, slots=True)
class Tile:
    """One square of the tile map; `row` and `column` count from the north-west."""

    name: str
    row: int
    column: int
    dot: Dot


def chart_goals(text: Text, reading: Reading, goals: Sequence[Judgement], alt: str) -> Chart:
    """Draw one interval from 0 to 100% with a line for each goal; labels stand on steps and never meet."""
    value = {"estimate": reading.estimate, "low": reading.low, "high": reading.high}
    words = reading_words(text, reading)
    middle = {"value": BAR_MIDDLE}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "color": TRACK, "cornerRadius": 3},
            "encoding": {
                "x": {"value": 0},
                "x2": {"value": "width"},
                "y": {"value": BAR_TOP},
                "y2": {"value": BAR_BOTTOM},
            },
        },
        *_goal_lines(text, goals),
        {
            "mark": {"type": "rect", "color": INTERVAL, "cornerRadius": 3},
            "encoding": {
                "x": share_x("low", axis=percent_axis(grid=False)),
                "x2": {"field": "high"},
                "y": {"value": BAR_TOP},
                "y2": {"value": BAR_BOTTOM},
            },
        },
        {
            "mark": {"type": "tick", "color": INK, "thickness": 3, "size": 40, "orient": "vertical"},
            "encoding": {"x": share_x("estimate"), "y": middle},
        },
        _label("value", {"fontSize": 17, "fontWeight": 700, "dy": -32, "color": INK}),
        _label("range", {"fontSize": 13, "dy": 30, "color": MUTED}),
        touch(
            {"x": {"value": 0}, "x2": {"value": "width"}, "y": {"value": 60}, "y2": {"value": GOALS_HEIGHT}},
            reading_tips(text),
        ),
    ]
    spec: Spec = {
        "height": GOALS_HEIGHT,
        "data": {"values": [{**value, **words}]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


def chart_counts(text: Text, bars: Sequence[tuple[str, Reading]], alt: str) -> Chart:
    """Draw the distribution of the number of fields as bars with intervals; hidden bars leave a gap."""
    values = [
        {"name": name, "estimate": reading.estimate, "low": reading.low, "high": reading.high}
        | reading_words(text, reading)
        for name, reading in bars
        if not reading.hidden
    ]
    axis = {"title": text("province.distribution_axis"), "labelAngle": 0, "ticks": False}
    x: Spec = {
        "field": "name",
        "type": "ordinal",
        "axis": axis,
        "scale": {"domain": [name for name, _ in bars]},
    }
    top = max((value["high"] for value in values), default=1.0)
    scale = {"domain": [0, top], "nice": False}
    y: Spec = {"field": "estimate", "type": "quantitative", "axis": None, "scale": scale, "stack": None}
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "color": INTERVAL, "width": {"band": 0.72}},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "text", "dy": -10, "fontSize": 13, "color": INK},
            "encoding": {"x": x, "y": {**y, "field": "high"}, "text": {"field": "value"}},
        },
        touch(
            {"x": x, "y": {"value": 0}, "y2": {"value": "height"}},
            [*tips((text("column.fields_count"), "name")), *reading_tips(text)],
        ),
    ]
    return complete(text, {"height": 230, "data": {"values": values}, "layer": layers}, alt)


def reading_words(text: Text, reading: Reading) -> Spec:
    """Write what a tooltip says of a published estimate."""
    return {
        "value": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
        "n": text.count(reading.n),
        "quality": text(f"quality.{reading.quality}"),
    }


def reading_tips(text: Text) -> list[Spec]:
    """Name the words of `reading_words`."""
    columns = ("estimate", "interval", "n", "quality")
    fields = ("value", "range", "n", "quality")
    return tips(*((text(f"column.{column}"), field) for column, field in zip(columns, fields, strict=True)))


def chart_tiles(text: Text, tiles: Sequence[Tile], alt: str) -> Chart:
    """Draw one square a unit, filled by its verdict; hatched where nothing is published or apportioned."""
    step = {"type": "ordinal", "axis": None, "scale": {"padding": 0.03}}
    place: Spec = {
        "x": {"field": "column", **step},
        "y": {"field": "row", **step},
    }
    pen: Spec = {"field": "pen", **OWN}
    layers: list[Spec] = [
        {
            "transform": [{"filter": "datum.shown"}],
            "mark": {"type": "rect", "cornerRadius": 4},
            "encoding": {**place, "color": {"field": "paper", **OWN}},
        },
        {
            "transform": [{"filter": "!datum.shown"}],
            "mark": {"type": "rect", "cornerRadius": 4, "fill": HATCH, "stroke": FAINT},
            "encoding": place,
        },
        {
            "transform": [{"filter": "datum.review"}],
            "mark": {"type": "rect", "cornerRadius": 4, "fillOpacity": 0, "stroke": "#ffffff"}
            | {"strokeWidth": 2, "strokeDash": [5, 4], "width": {"band": 0.9}, "height": {"band": 0.9}},
            "encoding": place,
        },
        {
            "transform": [{"filter": "datum.shown"}],
            "mark": {"type": "point", "filled": True, "size": 100, "yOffset": -27, "opacity": 1},
            "encoding": {**place, "shape": {"field": "shape", **OWN}, "color": pen},
        },
        *_tile_names(place),
        touch(place, dot_tips(tiles[0].dot) if tiles else []),
    ]
    values = [_tile_row(text, tile) for tile in tiles]
    height = TILE_STEP * (1 + max((tile.row for tile in tiles), default=0))
    return complete(text, {"height": height, "data": {"values": values}, "layer": layers}, alt)


HATCH: Spec = {
    "gradient": "linear",
    "x1": 0,
    "y1": 0,
    "x2": 1,
    "y2": 1,
    "stops": [
        {"offset": (stripe + part) / 14, "color": colour}
        for stripe in range(14)
        for part, colour in ((0, "#ffffff"), (0.75, "#ffffff"), (0.75, "#dbe2e7"), (1, "#dbe2e7"))
    ],
}


def _goal_lines(text: Text, goals: Sequence[Judgement]) -> list[Spec]:
    """Draw lines and labels of the goals; the latest on the top step, each earlier one lower."""
    layers: list[Spec] = []
    for step, goal in enumerate(sorted(goals, key=lambda goal: -goal.year)):
        label = text("goal.line", {"year": goal.year, "target": text.target(goal.op, goal.target)})
        top = 4 + 26 * step
        data: Spec = {"values": [{"target": goal.target, "label": label}]}
        layers += [
            {
                "data": data,
                "mark": {"type": "rule", "color": INK, "strokeWidth": 2},
                "encoding": {"x": share_x("target"), "y": {"value": top}, "y2": {"value": GOALS_HEIGHT}},
            },
            {
                "data": data,
                "mark": {"type": "text", "align": "right", "dx": -7, "dy": 8, "fontSize": 13, "color": INK},
                "encoding": {"x": share_x("target"), "y": {"value": top}, "text": {"field": "label"}},
            },
        ]
    return layers


def _label(field: str, style: Spec) -> Spec:
    encoding = {"x": share_x("estimate"), "y": {"value": BAR_MIDDLE}, "text": {"field": field}}
    halo = {"mark": {"type": "text", **style, **HALO}, "encoding": encoding}
    return {"layer": [halo, {"mark": {"type": "text", **style}, "encoding": encoding}]}


def _tile_names(place: Spec) -> list[Spec]:
    """Name the tiles; a white edge keeps the words on hatched ones legible."""
    mark: Spec = {"type": "text", "fontSize": 12, "lineHeight": 14, "lineBreak": "\n"}
    edge = {**HALO, "strokeOpacity": 1, "color": INK}
    named: Spec = {**mark, "fontWeight": 600}
    encoding = {**place, "text": {"field": "name"}}
    return [
        {
            "transform": [{"filter": "datum.shown"}],
            "mark": {**named, "dy": 6, "color": "#ffffff"},
            "encoding": encoding,
        },
        {
            "transform": [{"filter": "!datum.shown"}],
            "layer": [{"mark": {**named, "dy": -14, **own}} for own in (edge, {"color": INK})],
            "encoding": encoding,
        },
        {
            "transform": [{"filter": "!datum.shown"}],
            "layer": [{"mark": {**mark, "fontSize": 11, "dy": 6, **own}} for own in (edge, {"color": MUTED})],
            "encoding": {**place, "text": {"field": "line"}},
        },
    ]


def _tile_row(text: Text, tile: Tile) -> Spec:
    shown = tile.dot.verdict not in HATCHED
    return {
        **dot_row(text, 0, tile.dot),
        "short": tile.name,
        "name": tile.name,
        "row": tile.row,
        "column": tile.column,
        "paper": PAPER.get(tile.dot.verdict, "#ffffff"),
        "shown": shown,
        "pen": "#ffffff" if shown else MUTED,
        "line": "" if shown else _tile_line(text, tile.dot),
    }


def _tile_line(text: Text, dot: Dot) -> str:
    """Say why a tile is hatched, on two lines; an apportioned number is told."""
    if dot.verdict == "none":
        return text("verdict.none").replace(" ", "\n", 1)
    return text("districts.tile_apportioned", {"estimate": text.percent(dot.reading.estimate)})
