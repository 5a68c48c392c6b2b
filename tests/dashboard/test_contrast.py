"""Colours can be told from what they stand on: WCAG 2.2 AA, 4.5 to 1 for words and 3 to 1 for shapes."""

import re
import tomllib
from pathlib import Path

import pytest

from dashboard import chart_style, charts, fieldwork_charts
from dashboard.layout import STYLE

WHITE = "#ffffff"
WORDS, SHAPES = 4.5, 3.0
CONFIG = Path(__file__).parents[2] / ".streamlit" / "config.toml"
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
HEX = re.compile(r"#[0-9a-f]{6}|#[0-9a-f]{3}\b", re.IGNORECASE)
# Shapes that carry no meaning of their own or stand inside a dark edge: the word beside them says all.
EDGED = (".ks-mark.none", ".ks-mark.outcome_", ".ks-mark.dont_know")


def light(colour):
    """Relative luminance, as WCAG 2 defines it."""
    long = colour if len(colour) == 7 else "#" + "".join(2 * letter for letter in colour[1:])
    parts = [int(long[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    bright, dark = sorted((light(one), light(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def rules():
    """Selectors of style.css with their declarations."""
    css = re.sub(r"/\*.*?\*/", "", STYLE.read_text(encoding="utf-8"), flags=re.DOTALL)
    for selector, body in RULE.findall(css):
        yield selector.strip(), dict(re.findall(r"([\w-]+):\s*([^;]+)", body))


def coloured(name):
    return [
        (selector, HEX.findall(told[name])[0])
        for selector, told in rules()
        if HEX.findall(told.get(name, ""))
    ]


SURFACES = {
    WHITE,
    *(colour for selector, colour in coloured("background") if not selector.startswith(".ks-mark")),
}


def test_the_formula_is_that_of_wcag():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize(("selector", "colour"), coloured("color"))
def test_words_can_be_read_on_every_surface(selector, colour):
    assert min(contrast(colour, surface) for surface in SURFACES) >= WORDS


@pytest.mark.parametrize(
    ("selector", "colours"),
    [
        (selector, HEX.findall(told["background"] + told.get("border", "")))
        for selector, told in rules()
        if selector.startswith(".ks-mark") and "background" in told and not selector.startswith(EDGED)
    ],
)
def test_marks_can_be_seen(selector, colours):
    """By what fills them or by the line around them."""
    assert max(contrast(colour, WHITE) for colour in colours) >= SHAPES


@pytest.mark.parametrize("colour", [chart_style.INK, chart_style.MUTED])
def test_words_of_charts_can_be_read(colour):
    assert contrast(colour, WHITE) >= WORDS
    assert contrast(colour, chart_style.TRACK) >= WORDS


@pytest.mark.parametrize(
    "colour",
    [
        chart_style.INTERVAL,
        chart_style.SKILL,
        *(chart_style.COLOUR[one] for one in ("met", "not_met", "undecided")),
    ],
)
def test_shapes_of_charts_can_be_seen(colour):
    assert contrast(colour, WHITE) >= SHAPES


@pytest.mark.parametrize("colour", [*charts.PAPER.values(), *fieldwork_charts.PAPER.values()])
def test_white_words_can_be_read_on_their_cells(colour):
    assert contrast(WHITE, colour) >= WORDS


def test_words_and_links_of_the_frame_can_be_read():
    theme = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"]
    papers = (
        theme["backgroundColor"],
        theme["secondaryBackgroundColor"],
        theme["sidebar"]["secondaryBackgroundColor"],
    )
    for name in ("textColor", "linkColor", "primaryColor"):
        assert min(contrast(theme[name], paper) for paper in papers) >= WORDS
