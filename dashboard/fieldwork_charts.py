"""Charts of a running survey: a cell for every area, bars of one district, results stacked by district."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.chart_style import (
    GRID,
    INK,
    MUTED,
    OWN,
    TRACK,
    Chart,
    Spec,
    complete,
    percent_axis,
    tips,
    touch,
)
from dashboard.text import Text

CELL, BAR = 34, 26
WIDEST_LABEL = 150
PAPER: Mapping[str, str] = {"complete": "#0072b2", "todo": "#b84f00", "short": "#6b6b6b"}
# Okabe and Ito's colours, which people who see colours differently tell apart, too.
OUTCOMES: Mapping[str, str] = {
    "I": "#0072b2", "P": "#56b4e9", "R": "#d55e00", "NC": "#e69f00", "O": "#cc79a7", "UH": "#6b6b6b",
    "NE": "#c9d1d7",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Area:
    """One sampled area: where it stands, what it has, and what comes next in words."""

    code: str
    district: str
    place: int
    interviews: int
    target: int
    state: str
    next: str


def chart_areas(text: Text, areas: Sequence[Area], alt: str) -> Chart:
    """Draw a row of cells for each district, filled by what is left to do; complete ones need no number."""
    districts = list(dict.fromkeys(area.district for area in areas))
    place: Spec = {
        "x": {"field": "place", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.08}},
        "y": _names(districts, field="district"),
    }
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 3},
            "encoding": {**place, "color": {"field": "paper", **OWN}},
        },
        {
            "mark": {"type": "text", "fontSize": 11, "fontWeight": 600, "color": "#ffffff"},
            "encoding": {**place, "text": {"field": "number"}},
        },
        touch(place, _area_tips(text)),
    ]
    spec: Spec = {
        "height": CELL * len(districts),
        "data": {"values": [_area_row(text, area) for area in areas]},
        "layer": layers,
    }
    return complete(text, spec, alt)


def chart_district(text: Text, areas: Sequence[Area], alt: str) -> Chart:
    """Draw the areas of one district as bars up to a target."""
    top = max((max(area.interviews, area.target) for area in areas), default=1)
    x: Spec = {"type": "quantitative", "scale": {"domain": [0, top], "nice": False}, "axis": None}
    axis = {"title": text("fieldwork.target_axis"), "tickCount": top, "format": "d", "grid": False}
    y = _names([area.code for area in areas], field="code")
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "color": TRACK, "height": {"band": 0.7}},
            "encoding": {"y": y, "x": {"field": "target", **x, "axis": axis}},
        },
        {
            "mark": {"type": "bar", "height": {"band": 0.7}},
            "encoding": {"y": y, "x": {"field": "interviews", **x}, "color": {"field": "paper", **OWN}},
        },
        {
            "mark": {"type": "tick", "color": INK, "thickness": 2, "height": {"band": 0.9}},
            "encoding": {"y": y, "x": {"field": "target", **x}},
        },
        touch({"y": y, "x": {"value": 0}, "x2": {"value": "width"}}, _area_tips(text)),
    ]
    spec: Spec = {
        "height": BAR * len(areas),
        "data": {"values": [_area_row(text, area) for area in areas]},
        "layer": layers,
        "resolve": {"axis": {"x": "independent"}},
    }
    return complete(text, spec, alt)


def chart_outcomes(text: Text, counts: Mapping[str, Mapping[str, int]], alt: str) -> Chart:
    """Draw the results of the households of each district, as shares of those issued.

    Parameters
    ----------
    counts : mapping
        District -> letter of AAPOR -> households.
    """
    y = _names(list(counts), field="district")
    x: Spec = {"field": "from", "type": "quantitative", "scale": {"domain": [0, 1], "nice": False}}
    drawn: Spec = {"y": y, "x": {**x, "axis": percent_axis(grid=False)}, "x2": {"field": "to"}}
    words = tips(
        (text("column.unit"), "district"), (text("field_column.result"), "result"),
        (text("field_column.number"), "said"),
    )  # fmt: skip
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "height": {"band": 0.72}, "stroke": MUTED, "strokeWidth": 0.8},
            "encoding": {**drawn, "color": {"field": "paper", **OWN}, "tooltip": words},
        }
    ]
    values = [row for name, letters in counts.items() for row in _segments(text, name, letters)]
    return complete(text, {"height": CELL * len(counts), "data": {"values": values}, "layer": layers}, alt)


def _names(names: Sequence[str], *, field: str) -> Spec:
    """Encode names down the side in the given order."""
    axis = {
        "title": None, "ticks": False, "domain": False, "labelLimit": WIDEST_LABEL, "labelColor": INK,
        "gridColor": GRID, "titleColor": MUTED,
    }  # fmt: skip
    return {"field": field, "type": "nominal", "sort": list(names), "axis": axis, "scale": {"padding": 0.06}}


def _area_row(text: Text, area: Area) -> Spec:
    facts = {"interviews": text.count(area.interviews), "target": text.count(area.target)}
    return {
        "code": area.code,
        "district": area.district,
        "place": area.place,
        "interviews": area.interviews,
        "target": area.target,
        "number": "" if area.state == "complete" else text.count(area.interviews),
        "paper": PAPER[area.state],
        "said": text("fieldwork.area_value", facts),
        "next": area.next,
    }


def _area_tips(text: Text) -> list[Spec]:
    return tips(
        (text("field_column.area"), "code"), (text("column.unit"), "district"),
        (text("field_column.interviews"), "said"), (text("field_column.next"), "next"),
    )  # fmt: skip


def _segments(text: Text, name: str, letters: Mapping[str, int]) -> list[Spec]:
    whole, before, rows = sum(letters.values()) or 1, 0, []
    for letter, paper in OUTCOMES.items():
        count = letters[letter]
        facts = {"count": text.count(count), "share": text.percent(count / whole)}
        rows.append(
            {
                "district": name,
                "result": text(f"outcome.{letter.lower()}"),
                "paper": paper,
                "from": before / whole,
                "to": (before + count) / whole,
                "said": text("fieldwork.outcomes_share", facts),
            }
        )
        before += count
    return rows
