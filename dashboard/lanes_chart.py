"""Dots and whiskers in groups: below the name of each group one lane a measure, by shape and colour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.chart_rows import reading_said, value_words
from dashboard.chart_style import (
    HALO,
    INK,
    MUTED,
    OWN,
    SHARES,
    SKILL,
    TRACK,
    Chart,
    Spec,
    complete,
    percent_axis,
    share_x,
    tips,
    touch,
)
from dashboard.readings import Reading, reason_word
from dashboard.text import Text

STEP = 40
RISE, DROP, NAME = -8, 10, 6  # pixels from the middle of a row to its words, its whisker, and a name
USE = "#9a4f7d"  # Okabe-Ito's reddish purple, darkened to be seen on white


@dataclass(frozen=True, slots=True)
class Look:
    """How a lane is drawn; hollow dots are the wider measure of a pair, filled ones the narrower."""

    colour: str
    shape: str
    filled: bool


LOOKS: Mapping[str, Look] = {
    "aware": Look(MUTED, "circle", filled=False),
    "able": Look(SKILL, "circle", filled=True),
    "used": Look(USE, "square", filled=False),
    "self": Look(USE, "square", filled=True),
    "compulsory": Look(SKILL, "circle", filled=True),
    "with_help": Look(SKILL, "circle", filled=False),
    "any": Look(MUTED, "circle", filled=False),
}


@dataclass(frozen=True, slots=True)
class Lane:
    """One measure of a group: `look` names its drawing, `words` say what it measures."""

    look: str
    words: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Group:
    """What is measured in several ways, for example a field of services."""

    name: str
    lanes: tuple[Lane, ...]


def chart_lanes(text: Text, groups: Sequence[Group], titles: tuple[str, str], alt: str) -> Chart:
    """Draw every lane of every group on one axis; hidden estimates show their reason instead.

    `titles` say in a tooltip what a group and what a lane is.
    """
    values = _rows(text, groups)
    row: Spec = {**_ROW, "scale": {"padding": 0, "domain": list(range(len(values)))}}
    whole: Spec = {"x": {"value": 0}, "x2": {"value": "width"}, "y": row}
    layers: list[Spec] = [
        {
            "mark": {"type": "rule", "opacity": 0},
            "encoding": {
                "x": {"datum": 0, "type": "quantitative", "scale": SHARES, "axis": percent_axis(grid=True)}
            },
        },
        _separators(whole),
        _words(row, "name", "datum.head", {"dy": NAME, "fontWeight": 600}),
        _words(row, "said", "datum.shown", {"dy": RISE}),
        _words(row, "said", "!datum.head && !datum.shown", {"dy": RISE, "fontSize": 12, "color": MUTED}),
        _whisker(row, "datum.shown && !datum.review", []),
        _whisker(row, "datum.shown && datum.review", [5, 4]),
        _points(row),
        {
            "transform": [{"filter": "!datum.head"}],
            **touch(whole, tips(*zip((*titles, text("column.estimate")), _TIPS, strict=True))),
        },
    ]
    spec: Spec = {
        "height": STEP * len(values),
        "data": {"values": values},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


_ROW: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None}
_TIPS = ("tip_group", "tip_lane", "tip_said")


def _rows(text: Text, groups: Sequence[Group]) -> list[Spec]:
    """Make one row of data a group for its name, and one for each of its lanes."""
    rows: list[Spec] = []
    for group in groups:
        head = {"head": True, "shown": False, "review": False, "name": group.name, "said": ""}
        rows.append({"row": len(rows), **head, **dict.fromkeys(_TIPS, group.name)})
        for lane in group.lanes:
            rows.append({"row": len(rows), **_lane_row(text, group, lane)})
    return rows


def _lane_row(text: Text, group: Group, lane: Lane) -> Spec:
    reading, look = lane.reading, LOOKS[lane.look]
    row: Spec = {
        "head": False,
        "shown": not reading.hidden,
        "review": reading.quality == "review",
        "said": _said(text, lane),
        "colour": look.colour,
        "paper": look.colour if look.filled else "#ffffff",
        "shape": look.shape,
        "tip_group": group.name,
        "tip_lane": lane.words,
        "tip_said": reading_said(text, reading),
    }
    if reading.hidden:
        return row
    return {**row, "estimate": reading.estimate, "low": reading.low, "high": reading.high}


def _said(text: Text, lane: Lane) -> str:
    """Write the number of a lane, or why it is not published."""
    if lane.reading.hidden:
        reason = text(f"reason_short.{reason_word(lane.reading)}")
        return text("fields.hidden_value", {"measure": lane.words, "reason": reason})
    return text("funnel.lane", {"lane": lane.words, "value": value_words(text, lane.reading)})


def _words(row: Spec, field: str, chosen: str, style: Spec) -> Spec:
    """Write words at the left edge of a row, legible over what is drawn there."""
    mark: Spec = {"type": "text", "align": "left", "fontSize": 13, "color": INK, **style}
    return {
        "transform": [{"filter": chosen}],
        "layer": [{"mark": {**mark, **HALO}}, {"mark": mark}],
        "encoding": {"x": {"value": 0}, "y": row, "text": {"field": field}},
    }


def _separators(whole: Spec) -> Spec:
    """Draw a faint line above each group."""
    lift = 1 - STEP // 2
    return {
        "transform": [{"filter": "datum.head"}],
        "mark": {"type": "rule", "color": TRACK, "strokeWidth": 1, "yOffset": lift, "y2Offset": lift},
        "encoding": whole,
    }


def _whisker(row: Spec, chosen: str, dash: list[int]) -> Spec:
    mark: Spec = {"type": "rule", "strokeWidth": 3, "yOffset": DROP, "y2Offset": DROP, "strokeDash": dash}
    return {
        "transform": [{"filter": chosen}],
        "mark": mark,
        "encoding": {
            "x": share_x("low"),
            "x2": {"field": "high"},
            "y": row,
            "color": {"field": "colour", **OWN},
        },
    }


def _points(row: Spec) -> Spec:
    return {
        "transform": [{"filter": "datum.shown"}],
        "mark": {"type": "point", "size": 110, "opacity": 1, "strokeWidth": 2.5, "yOffset": DROP},
        "encoding": {
            "x": share_x("estimate"),
            "y": row,
            "shape": {"field": "shape", **OWN},
            "fill": {"field": "paper", **OWN},
            "stroke": {"field": "colour", **OWN},
        },
    }
