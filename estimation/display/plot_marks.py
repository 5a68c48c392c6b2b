"""The marks of a ranked chart as Vega-Lite layers: whiskers, dots, words, the target, the unseen sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from estimation.display.wording import LOCALES

Spec = dict[str, Any]

FONT = "'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, MUTED, GRID = "#1b2733", "#55626c", "#dfe5ea"
OWN: Spec = {"type": "nominal", "scale": None, "legend": None}  # colours and shapes come with the rows
HALO: Spec = {"stroke": "#ffffff", "strokeWidth": 6, "strokeJoin": "round"}
SHARE_X: tuple[Spec, Spec] = (
    {"domain": [0, 1], "nice": False, "clamp": True},
    {"format": ".0%", "labelFlush": True, "values": [0, 0.2, 0.4, 0.6, 0.8, 1]},
)
NUMBER_X: tuple[Spec, Spec] = ({"zero": False, "nice": True}, {"format": ",.12~r"})


def whiskers(rows: Sequence[Spec], x: Spec, y: Spec) -> list[Spec]:
    """Draw the limits; an open end of a mean reaches the edge of the panel."""
    drawn = dict.fromkeys((row["ends"], row["review"]) for row in rows if row["ends"])
    return [
        {
            "transform": [
                {"filter": {"and": [{"field": "ends", "equal": ends}, {"field": "review", "equal": review}]}}
            ],
            "mark": {
                "type": "rule",
                "strokeWidth": 3,
                "strokeDash": [5, 4] if review else [],
                "tooltip": None,
            },
            "encoding": {"x": start, "x2": end, "y": y, "color": {"field": "colour", **OWN}},
        }
        for ends, review in drawn
        for start, end in [_ends(ends, x)]
    ]


def _ends(ends: str, x: Spec) -> tuple[Spec, Spec]:
    """Place the ends of a whisker."""
    places: Mapping[str, tuple[Spec, Spec]] = {
        "closed": ({**x, "field": "low"}, {"field": "high"}),
        "open above": ({**x, "field": "low"}, {"value": "width"}),
        "open below": ({**x, "field": "high"}, {"value": 0}),
    }
    return places[ends]


def dot(chosen: str, fill: Spec, x: Spec, y: Spec) -> Spec:
    """Draw the estimates; a white fill makes them hollow."""
    return {
        "transform": [{"filter": f"datum.shown && {chosen}"}],
        "mark": {"type": "point", "size": 90, "strokeWidth": 2, "opacity": 1, "tooltip": None},
        "encoding": {
            "x": {**x, "field": "value"},
            "y": y,
            "shape": {"field": "shape", **OWN},
            "stroke": {"field": "colour", **OWN},
            "fill": fill,
        },
    }


def text(chosen: str, x: Spec, y: Spec, style: Spec) -> Spec:
    """Write the words of rows at a place across."""
    return {
        "transform": [{"filter": chosen}],
        "mark": {"type": "text", "align": "left", "fontSize": 12, "tooltip": None, **style},
        "encoding": {"x": x, "y": y, "text": {"field": "words"}},
    }


def touch(y: Spec, titles: Mapping[str, str]) -> Spec:
    """Lay an unseen sheet over each row, so that all of it has one tooltip, in finished words."""
    tips = [{"field": field, "type": "nominal", "title": title} for field, title in titles.items()]
    return {
        "mark": {"type": "rect", "fill": "#ffffff", "fillOpacity": 0.001, "strokeOpacity": 0},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": y, "tooltip": tips},
    }


def target_layers(line: Spec | None, x: Spec) -> list[Spec]:
    """Draw the line of the target over the whole panel, with its words above."""
    if line is None:
        return []
    place = {**x, "field": "target"}
    data = {"values": [line]}
    return [
        {
            "data": data,
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5, "tooltip": None},
            "encoding": {"x": place},
        },
        {
            "data": data,
            "mark": {
                "type": "text",
                "baseline": "bottom",
                "dy": -4,
                "fontSize": 12,
                "color": INK,
                "tooltip": None,
            },
            "encoding": {"x": place, "y": {"value": 0}, "text": {"field": "label"}},
        },
    ]


def config(locale: str) -> Spec:
    """Set fonts, colours and the decimal sign for the whole chart."""
    signs = LOCALES[locale]
    number = {"decimal": signs.decimal, "thousands": signs.thousands, "grouping": [3], "currency": ["", ""]}
    axis = {"labelColor": MUTED, "labelFontSize": 12, "gridColor": GRID, "labelPadding": 6, "aria": False}
    return {
        "locale": {"number": number},
        "font": FONT,
        "background": "#ffffff",
        "view": {"stroke": None},
        "mark": {"aria": False},
        "axis": axis,
        "title": {"color": INK, "subtitleColor": MUTED, "fontSize": 15, "subtitleFontSize": 12, "offset": 12},
    }
