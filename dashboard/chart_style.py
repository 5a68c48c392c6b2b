"""What every chart shares: colours and shapes of the verdicts, the share axis, fonts, the decimal sign."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.numbers import VEGA_LOCALE
from dashboard.text import Text

Spec = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
FONT = "'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
INK, MUTED, GRID, TRACK = "#1b2733", "#55626c", "#dfe5ea", "#e9eef2"
INTERVAL, SKILL, FAINT = "#7d91a1", "#00795a", "#b9c2c9"
COLOUR: Mapping[str, str] = {"met": "#0072B2", "not_met": "#D55E00", "undecided": "#767676", "none": FAINT}
SHAPE: Mapping[str, str] = {"met": "circle", "not_met": "square", "undecided": "diamond", "none": "cross"}
SIGN: Mapping[str, str] = {">=": "≥", ">": ">"}

PERCENT_FORMAT = ".0%"
OWN: Spec = {"type": "nominal", "scale": None, "legend": None}  # colours and shapes come with the rows
HALO: Spec = {"stroke": "#ffffff", "strokeWidth": 4, "strokeJoin": "round", "strokeOpacity": 0.9}
SHARES: Spec = {"domain": [0, 1], "nice": False}
CONFIG: Spec = {
    "font": FONT,
    "background": "#ffffff",
    "aria": False,  # the text alternative says all; Vega would describe marks and axes in English
    "mark": {"tooltip": None},
    "view": {"stroke": None},
    "axis": {
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": 400,
        "gridColor": GRID,
        "domainColor": GRID,
        "tickColor": GRID,
        "labelPadding": 6,
        "aria": False,
    },
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A Vega-Lite specification and the text that stands for it."""

    spec: Spec
    alt: str


def complete(text: Text, spec: Spec, alt: str) -> Chart:
    """Add to a specification what all charts share, and its text alternative."""
    config = {**CONFIG, "locale": VEGA_LOCALE[text.language]}
    spec = {**spec, "layer": [_quiet(layer) for layer in spec["layer"]]}
    frame = {"$schema": SCHEMA, "width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    return Chart({**frame, **spec, "config": config}, alt)


def touch(encoding: Spec, tooltip: list[Spec], style: Spec | None = None) -> Spec:
    """Lay an unseen sheet over what belongs together, so that all of it has the same tooltip."""
    mark = {"type": "rect", "fill": "#ffffff", "fillOpacity": 0.001, "strokeOpacity": 0, **(style or {})}
    return {"mark": mark, "encoding": {**encoding, "tooltip": tooltip}}


def _quiet(layer: Spec) -> Spec:
    """Keep a drawing free of Vega's own tooltip, which shows raw data, unless it declares one in words."""
    if "layer" in layer:
        return {**layer, "layer": [_quiet(inner) for inner in layer["layer"]]}
    own = {} if layer.get("encoding", {}).get("tooltip") else {"tooltip": None}
    return {**layer, "mark": {**layer["mark"], "aria": False, **own}}


def share_x(field: str, *, axis: Spec | None = None) -> Spec:
    """Encode a share of 0..1 along the chart; only one layer carries the axis."""
    return {"field": field, "type": "quantitative", "scale": SHARES, "axis": axis}


def percent_axis(*, grid: bool) -> Spec:
    """Make an axis from 0 to 100% with a label every 20 points."""
    return {
        "title": None,
        "values": [0, 0.2, 0.4, 0.6, 0.8, 1],
        "format": PERCENT_FORMAT,
        "labelFlush": True,
        "labelOverlap": False,
        "grid": grid,
        "ticks": False,
        "domain": False,
    }


def tips(*fields: tuple[str, str]) -> list[Spec]:
    """Make tooltip lines out of (title, field) pairs; the fields hold finished words."""
    return [{"field": field, "type": "nominal", "title": title} for title, field in fields]
