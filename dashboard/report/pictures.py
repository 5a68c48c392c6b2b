"""Charts as pictures, PNG and SVG, drawn without a browser and without the network."""

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

from dashboard.chart_style import Spec
from dashboard.report.content import Picture
from dashboard.report.extra import library

DRAWER = "vl_convert"
DRAWN = 32  # pictures of a report or two, some 0.1 MB each
WIDTH, FINE = 640, 3  # units of the chart; dots a unit, about 300 an inch on A4
HATCHING = re.compile(r'((?:id="|url\(#)gradient_)(\d+)("|\))')
# With the letters that the drawing library brings, Vietnamese would stand there in two faces.
FONTS = Path(__file__).with_name("fonts")
FONT = "Kynangso Sans, Arial, sans-serif"


def png(picture: Picture) -> bytes:
    """Draw a chart as PNG, fine enough for print."""
    return _png(_drawer(), json.dumps(still(picture), ensure_ascii=False))


def svg(picture: Picture) -> bytes:
    """Draw a chart as SVG, with its text alternative as its title."""
    return _svg(_drawer(), json.dumps(still(picture), ensure_ascii=False))


# Word and the archive of charts hold the same PNG, PDF and the archive the same SVG: each is drawn once.
@lru_cache(maxsize=DRAWN)
def _png(drawer: ModuleType, spec: str) -> bytes:
    drawn: bytes = drawer.vegalite_to_png(spec, scale=FINE, allowed_base_urls=[])
    return drawn


@lru_cache(maxsize=DRAWN)
def _svg(drawer: ModuleType, spec: str) -> bytes:
    drawn: str = drawer.vegalite_to_svg(spec, allowed_base_urls=[])
    return _counted_anew(drawn).encode()


def _counted_anew(drawn: str) -> str:
    """Give the hatchings of a drawing numbers from 0; the library counts on through all its drawings."""
    known: dict[str, int] = {}
    return HATCHING.sub(lambda found: f"{found[1]}{known.setdefault(found[2], len(known))}{found[3]}", drawn)


def still(picture: Picture) -> Spec:
    """Give the specification of a chart outside a page: fixed width, its own font, its description."""
    spec: dict[str, Any] = {name: value for name, value in picture.chart.spec.items() if name != "autosize"}
    config = {**spec["config"], "font": FONT}
    return {**spec, "width": WIDTH, "padding": 8, "description": picture.chart.alt, "config": config}


@cache
def _drawer() -> ModuleType:
    drawer = library(DRAWER)
    drawer.register_font_directory(str(FONTS))
    return drawer
