"""Dot-and-whisker charts with one row a name: words in its upper lane, the interval in its lower lane."""

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.chart_style import (
    COLOUR,
    HALO,
    INK,
    MUTED,
    OWN,
    PERCENT_LABEL,
    SHAPE,
    SHARES,
    SIGN,
    SKILL,
    TRACK,
    Chart,
    Spec,
    complete,
    percent_axis,
    share_x,
    tips,
)
from dashboard.readings import Judgement, Reading, reason_word
from dashboard.text import Text

ROW_STEP, PAIR_STEP = 54, 92
RISE, DROP = -12, 11  # pixels from the middle of a row to its words and to its whisker
EDGE = 0.6  # beyond it the number stands on the left of the whisker


@dataclass(frozen=True, slots=True)
class Dot:
    """One row; `verdict` is empty where nothing is judged, `tips` are (title, words) pairs."""

    name: str
    reading: Reading
    verdict: str = ""
    tips: tuple[tuple[str, str], ...] = ()
    strong: bool = False


def chart_dots(text: Text, dots: Sequence[Dot], goals: Sequence[Judgement], alt: str) -> Chart:
    """Draw one row a dot with a line for each goal; hidden estimates show their reason instead."""
    tooltip = dot_tips(dots[0]) if dots else []
    layers = [
        _separators(),
        _goal_ticks(text, dots, goals),
        _whisker("datum.shown && !datum.review", []),
        _whisker("datum.shown && datum.review", [5, 4]),
        _words("heading", "!datum.strong", {}),
        _words("heading", "datum.strong", {"fontWeight": 700}),
        _words("value", "!datum.shown", {"fontSize": 12, "color": MUTED, "dy": DROP}),
        *_verdicts(),
        {
            "transform": [{"filter": "datum.shown"}],
            "mark": {"type": "point", "filled": True, "size": 150, "opacity": 1, "yOffset": DROP}
            | {"stroke": "#ffffff", "strokeWidth": 1.5},
            "encoding": {
                "x": share_x("estimate"),
                "y": _ROW,
                "shape": {"field": "shape", **OWN},
                "fill": {"field": "colour", **OWN},
                "tooltip": tooltip,
            },
        },
    ]
    values = [dot_row(text, position, dot) for position, dot in enumerate(dots)]
    return complete(text, _rows(text, values, layers, ROW_STEP * len(dots)), alt)


def chart_pairs(text: Text, pairs: Sequence[tuple[str, Reading, Reading]], alt: str) -> Chart:
    """Draw two measures of each field, one below the other: aware of it, and able alone."""
    values = [
        {
            **dot_row(text, position, Dot(name, reading)),
            "measure": measure,
            "value": _pair_words(text, measure, reading),
        }
        for position, (name, know, skill) in enumerate(pairs)
        for measure, reading in (("know", know), ("skill", skill))
    ]
    layers: list[Spec] = [_words("name", "datum.measure == 'know'", {"fontWeight": 600, "dy": -29})]
    for measure, drop, colour, paper in (("know", -5, MUTED, "#ffffff"), ("skill", 20, SKILL, SKILL)):
        chosen = f"datum.measure == '{measure}'"
        layers += [
            _whisker(f"{chosen} && datum.shown && !datum.review", [], drop, colour),
            _whisker(f"{chosen} && datum.shown && datum.review", [5, 4], drop, colour),
            *_numbers(chosen, drop),
            _words("value", f"{chosen} && !datum.shown", {"fontSize": 12, "color": MUTED, "dy": drop}),
            {
                "transform": [{"filter": f"{chosen} && datum.shown"}],
                "mark": {"type": "point", "size": 120, "opacity": 1, "yOffset": drop}
                | {"fill": paper, "stroke": colour, "strokeWidth": 2.5},
                "encoding": {"x": share_x("estimate"), "y": _ROW, "tooltip": tips(("", "value"))},
            },
        ]
    return complete(text, _rows(text, values, layers, PAIR_STEP * len(pairs)), alt)


def dot_row(text: Text, position: int, dot: Dot) -> Spec:
    """Make one row of data: what is drawn, and every word that stands beside it."""
    reading, shown = dot.reading, not dot.reading.hidden
    care = f" · {text('number.care')}" if reading.quality == "review" else ""
    reason = text("number.hidden", {"reason": text(f"reason_short.{reason_word(reading)}")})
    row: Spec = {
        "row": position,
        "name": dot.name,
        "shown": shown,
        "review": reading.quality == "review",
        "strong": dot.strong,
        "word": text(f"verdict.{dot.verdict}") if dot.verdict else "",
        "colour": COLOUR.get(dot.verdict, INK),
        "shape": SHAPE.get(dot.verdict, "circle"),
        "value": reason,
        "heading": f"{dot.name}: {text.percent(reading.estimate)}{care}" if shown else dot.name,
    }
    numbers = {"estimate": reading.estimate, "low": reading.low, "high": reading.high} if shown else {}
    return {**row, **numbers, **{f"tip{place}": words for place, (_, words) in enumerate(dot.tips)}}


def dot_tips(dot: Dot) -> list[Spec]:
    """Make the tooltip of a row, under the titles that the rows carry."""
    return tips(*((title, f"tip{place}") for place, (title, _) in enumerate(dot.tips)))


_ROW: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None, "scale": {"padding": 0}}


def _rows(text: Text, values: list[Spec], layers: list[Spec], height: int) -> Spec:
    grid: Spec = {
        "mark": {"type": "rule", "opacity": 0},
        "encoding": {
            "x": {"datum": 0, "type": "quantitative", "scale": SHARES, "axis": percent_axis(text, grid=True)}
        },
    }
    return {
        "height": height,
        "data": {"values": values},
        "layer": [grid, *layers],
        "resolve": {"axis": {"x": "independent"}},
    }


def _goal_ticks(text: Text, dots: Sequence[Dot], goals: Sequence[Judgement]) -> Spec:
    """Draw ticks of the goals in the lane of the whiskers; an axis above names year and threshold."""
    percent = PERCENT_LABEL[text.language]
    named = "".join(
        f"datum.value == {goal.target} ? ['{goal.year}', '{SIGN[goal.op]} ' + {percent}] : " for goal in goals
    )
    axis: Spec = {
        "orient": "top",
        "title": None,
        "values": [goal.target for goal in goals],
        "format": ".0%",
        "labelExpr": f"{named}''",
        "labelColor": INK,
        "labelFontWeight": 600,
        "labelOverlap": False,
        "labelPadding": 22,
        "domain": False,
        "ticks": False,
        "grid": False,
    }
    values = [
        {"row": row, "target": goal.target}
        for row, dot in enumerate(dots)
        if not dot.reading.hidden
        for goal in goals
    ]
    return {
        "data": {"values": values},
        "mark": {
            "type": "tick",
            "orient": "vertical",
            "color": INK,
            "thickness": 1.5,
            "size": 28,
            "yOffset": DROP,
        },
        "encoding": {"x": share_x("target", axis=axis if goals else None), "y": _ROW},
    }


def _whisker(chosen: str, dash: list[int], drop: int = DROP, colour: str = "") -> Spec:
    mark: Spec = {"type": "rule", "strokeWidth": 3, "yOffset": drop, "y2Offset": drop, "strokeDash": dash}
    own: Spec = {"value": colour} if colour else {"field": "colour", **OWN}
    return {
        "transform": [{"filter": chosen}],
        "mark": mark,
        "encoding": {"x": share_x("low"), "x2": {"field": "high"}, "y": _ROW, "color": own},
    }


def _separators() -> Spec:
    """Draw a faint line above each row, so that a name is read with its own whisker."""
    return {
        "mark": {"type": "rule", "color": TRACK, "strokeWidth": 1, "yOffset": -26, "y2Offset": -26},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": _ROW},
    }


def _numbers(chosen: str, drop: int) -> list[Spec]:
    """Write the number at the free end of each whisker, with a white edge where it crosses a line."""
    ends = (("<=", "high", "left", 10), (">", "low", "right", -10))
    return [
        {
            "transform": [{"filter": f"{chosen} && datum.shown && datum.high {side} {EDGE}"}],
            "layer": [
                {"mark": {"type": "text", "fontSize": 13, "align": align, "dx": shift, "dy": drop, **edge}}
                for edge in ({**HALO, "color": INK}, {"color": INK})
            ],
            "encoding": {"x": share_x(end), "y": _ROW, "text": {"field": "value"}},
        }
        for side, end, align, shift in ends
    ]


def _words(field: str, chosen: str, style: Spec) -> Spec:
    """Write words at the left edge of a row."""
    mark: Spec = {"type": "text", "align": "left", "fontSize": 13, "color": INK, "dy": RISE, **style}
    return {
        "transform": [{"filter": chosen}],
        "layer": [{"mark": {**mark, **HALO}}, {"mark": mark}],
        "encoding": {"x": {"value": 0}, "y": _ROW, "text": {"field": field}},
    }


def _verdicts() -> list[Spec]:
    """Write the verdict at the right edge, with its shape and colour; the words stay dark to be legible."""
    mark: Spec = {"type": "text", "align": "right", "fontSize": 13, "color": INK, "dx": -18, "dy": RISE}
    right: Spec = {"x": {"value": "width"}, "y": _ROW}
    judged = {"transform": [{"filter": "datum.word != '' && datum.shown"}]}
    return [
        {
            **judged,
            "layer": [{"mark": {**mark, **HALO}}, {"mark": mark}],
            "encoding": {**right, "text": {"field": "word"}},
        },
        {
            **judged,
            "mark": {
                "type": "point",
                "filled": True,
                "size": 90,
                "opacity": 1,
                "xOffset": -7,
                "yOffset": RISE,
            },
            "encoding": {**right, "shape": {"field": "shape", **OWN}, "color": {"field": "colour", **OWN}},
        },
    ]


def _pair_words(text: Text, measure: str, reading: Reading) -> str:
    if reading.hidden:
        reason = text(f"reason_short.{reason_word(reading)}")
        return text("fields.hidden_value", {"measure": text(f"fields.{measure}"), "reason": reason})
    care = f" · {text('number.care')}" if reading.quality == "review" else ""
    return text(f"fields.{measure}_value", {"value": text.percent(reading.estimate)}) + care
