"""Dot-and-whisker charts with one row a name: name, number in words, and below them the interval."""

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
    SIGN,
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
from dashboard.readings import Judgement, Reading, reason_word
from dashboard.text import Text

ROW_STEP, PAIR_STEP = 66, 110
NAME, RISE, DROP = -22, -5, 16  # pixels from the middle of a row to its name, its number and its whisker
PAIR_NAME = -42
PAIR_LANES = (("know", -24, -7, MUTED, "#ffffff"), ("skill", 15, 32, SKILL, SKILL))  # words, whisker


@dataclass(frozen=True, slots=True)
class Dot:
    """One row; `verdict` is empty where none is drawn, `tips` are (title, words) pairs.

    The lines of the goals cross a row only where `judged`.
    """

    name: str
    reading: Reading
    verdict: str = ""
    tips: tuple[tuple[str, str], ...] = ()
    strong: bool = False
    judged: bool = True


def chart_dots(text: Text, dots: Sequence[Dot], goals: Sequence[Judgement], alt: str) -> Chart:
    """Draw one row a dot with a line for each goal; hidden estimates show their reason instead."""
    layers = [
        _separators(ROW_STEP),
        _goal_ticks(dots, goals),
        _whisker("datum.shown && !datum.review", []),
        _whisker("datum.shown && datum.review", [5, 4]),
        _words("name", "!datum.strong", {"dy": NAME}),
        _words("name", "datum.strong", {"dy": NAME, "fontWeight": 700}),
        _words("value", "datum.shown", {}),
        _words("value", "!datum.shown", {"fontSize": 12, "color": MUTED}),
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
            },
        },
        touch(_WHOLE_ROW, dot_tips(dots[0]) if dots else []),
    ]
    values = [dot_row(text, position, dot) for position, dot in enumerate(dots)]
    return complete(text, _rows(values, layers, ROW_STEP * len(dots)), alt)


def chart_pairs(text: Text, pairs: Sequence[tuple[str, Reading, Reading]], alt: str) -> Chart:
    """Draw two measures of each field, one below the other: aware of it, and able alone."""
    values = [
        {
            **dot_row(text, position, Dot(name, reading)),
            "measure": measure,
            "value": _pair_words(text, measure, reading),
            **{f"tip_{one}": reading_said(text, both) for one, both in (("know", know), ("skill", skill))},
        }
        for position, (name, know, skill) in enumerate(pairs)
        for measure, reading in (("know", know), ("skill", skill))
    ]
    once = "datum.measure == 'know'"
    layers: list[Spec] = [_separators(PAIR_STEP), _words("name", once, {"fontWeight": 600, "dy": PAIR_NAME})]
    for measure, rise, drop, colour, paper in PAIR_LANES:
        chosen = f"datum.measure == '{measure}'"
        layers += [
            _whisker(f"{chosen} && datum.shown && !datum.review", [], drop, colour),
            _whisker(f"{chosen} && datum.shown && datum.review", [5, 4], drop, colour),
            _words("value", f"{chosen} && datum.shown", {"dy": rise}),
            _words("value", f"{chosen} && !datum.shown", {"fontSize": 12, "color": MUTED, "dy": rise}),
            {
                "transform": [{"filter": f"{chosen} && datum.shown"}],
                "mark": {"type": "point", "size": 120, "opacity": 1, "yOffset": drop}
                | {"fill": paper, "stroke": colour, "strokeWidth": 2.5},
                "encoding": {"x": share_x("estimate"), "y": _ROW},
            },
        ]
    named = (
        (text("column.field"), "name"),
        *((text(f"fields.{one[0]}"), f"tip_{one[0]}") for one in PAIR_LANES),
    )
    layers.append({"transform": [{"filter": once}], **touch(_WHOLE_ROW, tips(*named))})
    return complete(text, _rows(values, layers, PAIR_STEP * len(pairs)), alt)


def dot_row(text: Text, position: int, dot: Dot) -> Spec:
    """Make one row of data: what is drawn, and every word that stands beside it."""
    reading, shown = dot.reading, not dot.reading.hidden
    row: Spec = {
        "row": position,
        "name": dot.name,
        "shown": shown,
        "review": reading.quality == "review",
        "strong": dot.strong,
        "word": text(f"verdict.{dot.verdict}") if dot.verdict else "",
        "colour": COLOUR.get(dot.verdict, INK),
        "shape": SHAPE.get(dot.verdict, "circle"),
        "value": value_words(text, reading),
    }
    numbers = {"estimate": reading.estimate, "low": reading.low, "high": reading.high} if shown else {}
    return {**row, **numbers, **{f"tip{place}": words for place, (_, words) in enumerate(dot.tips)}}


def value_words(text: Text, reading: Reading) -> str:
    """Write the number with its interval, or why it is not published."""
    if reading.hidden:
        return text("number.hidden", {"reason": text(f"reason_short.{reason_word(reading)}")})
    facts = {"estimate": text.percent(reading.estimate), "range": text.range(reading.low, reading.high)}
    return text("number.labelled", facts)


def reading_said(text: Text, reading: Reading) -> str:
    """Say an estimate with its interval, respondents and quality, or why it is not published."""
    facts = {
        "n": text.count(reading.n),
        "quality": text(f"quality.{reading.quality}").lower(),
        "reason": text(f"reason_short.{reason_word(reading)}"),
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
    }
    return text("fields.said_hidden" if reading.hidden else "fields.said", facts)


def dot_tips(dot: Dot) -> list[Spec]:
    """Make the tooltip of a row, under the titles that the rows carry."""
    return tips(*((title, f"tip{place}") for place, (title, _) in enumerate(dot.tips)))


_ROW: Spec = {"field": "row", "type": "ordinal", "sort": None, "axis": None, "scale": {"padding": 0}}
_WHOLE_ROW: Spec = {"x": {"value": 0}, "x2": {"value": "width"}, "y": _ROW}


def _rows(values: list[Spec], layers: list[Spec], height: int) -> Spec:
    grid: Spec = {
        "mark": {"type": "rule", "opacity": 0},
        "encoding": {
            "x": {"datum": 0, "type": "quantitative", "scale": SHARES, "axis": percent_axis(grid=True)}
        },
    }
    return {
        "height": height,
        "data": {"values": values},
        "layer": [grid, *layers],
        "resolve": {"axis": {"x": "independent"}},
    }


def _goal_ticks(dots: Sequence[Dot], goals: Sequence[Judgement]) -> Spec:
    """Draw ticks of the goals in the lane of the whiskers; an axis above names year and threshold."""
    named = "".join(
        f"datum.value == {goal.target} ? ['{goal.year}', '{SIGN[goal.op]} ' + datum.label] : "
        for goal in goals
    )
    axis: Spec = {
        "orient": "top",
        "title": None,
        "values": [goal.target for goal in goals],
        "format": PERCENT_FORMAT,
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
        if dot.judged and not dot.reading.hidden
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


def _separators(step: int) -> Spec:
    """Draw a faint line above each row, so that a name is read with its own whisker."""
    lift = 1 - step // 2
    return {
        "mark": {"type": "rule", "color": TRACK, "strokeWidth": 1, "yOffset": lift, "y2Offset": lift},
        "encoding": {"x": {"value": 0}, "x2": {"value": "width"}, "y": _ROW},
    }


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
    return text(f"fields.{measure}_value", {"value": value_words(text, reading)})
