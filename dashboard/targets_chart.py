"""The chart of one target: what was set, what was accepted, and a dashed line between that was not set."""

from collections.abc import Sequence
from datetime import date

from dashboard.chart_style import (
    GRID,
    HALO,
    INK,
    MUTED,
    PERCENT_FORMAT,
    Chart,
    Spec,
    complete,
    tips,
)
from dashboard.targets_words import document_words, figure_words, goal_number
from dashboard.text import Text
from survey.other_targets.figures import share
from survey.other_targets.log import Report
from survey.other_targets.targets import Target

HEIGHT = 230
HEADROOM = 1.3  # room above the highest value for the names of the goals
EARLY = 2  # years from the left edge within which words stand right of a point
DASHES = [5, 4]


def chart_target(text: Text, target: Target, reports: Sequence[Report]) -> Chart:
    """Draw the goals at the ends of their years, the accepted figures, and the line between the goals.

    Parameters
    ----------
    text : Text
    target : Target
        A share or a count with two goals.
    reports : sequence of Report
        Accepted figures in the order of their days.
    """
    goals = [
        {
            "t": goal.year + 1,
            "value": goal.value / (100 if target.kind == "share" else 1),
            "label": text("targets.goal_label", {"year": goal.year, "goal": goal_number(text, target, goal)}),
            "side": "right" if goal is target.goals[-1] else "center",
        }
        for goal in target.goals
    ]
    figures = [_figure(text, target, report) for report in reports]
    whole = 1.0 if target.kind == "share" else 0.0
    highest = max(whole, *(one["value"] for one in (*goals, *figures)))
    scales = _scales(target, highest)
    layers = [
        *_path(text, goals, scales),
        *_figures(figures, goals, scales),
        *_goals(goals, scales),
        _axes(target, goals, highest),
    ]
    spec: Spec = {
        "height": HEIGHT,
        "layer": layers,
        "resolve": {"axis": {"x": "independent", "y": "independent"}},
    }
    return complete(text, spec, _alt(text, target, goals, reports))


def _figure(text: Text, target: Target, report: Report) -> Spec:
    """Turn a report into a point: decimal year, value, and its words."""
    day = date.fromisoformat(report.day)
    within = (day - date(day.year, 1, 1)).days / 365
    value = share(report) if target.kind == "share" else report.numerator
    words = figure_words(text, target, report)
    return {
        "t": round(day.year + within, 4),
        "value": value,
        "label": words,
        "day": text.day(report.day),
        "document": document_words(text, report),
        "titles": [text("targets.col_day"), text("targets.col_figure"), text("targets.col_document")],
    }


def _scales(target: Target, highest: float) -> Spec:
    """Encode time and value; the axes come with a layer of their own."""
    years = [target.source.day.year, target.goals[-1].year + 1]
    return {
        "x": {"field": "t", "type": "quantitative", "axis": None, "scale": {"domain": years, "nice": False}},
        "y": {
            "field": "value",
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [0, round(HEADROOM * highest, 4)], "nice": False},
        },
    }


def _axes(target: Target, goals: Sequence[Spec], highest: float) -> Spec:
    """Draw the axes: the deadlines below, a few values at the left."""
    plain: Spec = {"title": None, "domain": False, "ticks": False}
    top = 1.0 if target.kind == "share" else float(max(goal["value"] for goal in goals))
    scales = _scales(target, highest)
    deadlines: Spec = {**plain, "values": [goal["t"] for goal in goals], "grid": True}
    deadlines |= {"labelExpr": "'31/12/' + (datum.value - 1)", "labelBound": False, "labelFlush": True}
    values: Spec = {**plain, "values": [0, top / 2, top], "grid": True, "gridColor": GRID}
    values |= {"format": PERCENT_FORMAT} if target.kind == "share" else {"format": ",d"}
    return {
        "data": {"values": [dict(goal) for goal in goals]},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"x": {**scales["x"], "axis": deadlines}, "y": {**scales["y"], "axis": values}},
    }


def _path(text: Text, goals: Sequence[Spec], scales: Spec) -> list[Spec]:
    """Join the goals by a dashed line and say on it that it is no goal."""
    label = {"t": goals[-1]["t"], "value": goals[0]["value"], "label": text("targets.path")}
    words: Spec = {"type": "text", "align": "right", "baseline": "top", "dy": 8, "fontSize": 11.5}
    words |= {"lineBreak": "\n", "color": MUTED, "fontStyle": "italic"}
    return [
        {
            "data": {"values": [{"t": goal["t"], "value": goal["value"]} for goal in goals]},
            "mark": {"type": "line", "strokeDash": DASHES, "color": MUTED, "strokeWidth": 1.5},
            "encoding": scales,
        },
        _words([label], words, scales),
    ]


def _figures(figures: Sequence[Spec], goals: Sequence[Spec], scales: Spec) -> list[Spec]:
    """Draw the accepted figures; the words of the last one keep off the goal and the line beside it."""
    if not figures:
        return []
    titles = figures[0]["titles"]
    points = [{name: value for name, value in one.items() if name != "titles"} for one in figures]
    tooltip = tips(*zip(titles, ("day", "label", "document"), strict=True))
    last = figures[-1]
    near = min(goals, key=lambda goal: abs(goal["t"] - last["t"]))
    side = "left" if last["t"] < scales["x"]["scale"]["domain"][0] + EARLY else "right"
    reached = last["value"] >= near["value"]
    place: Spec = {"baseline": "bottom", "dy": -8} if reached else {"baseline": "top", "dy": 9}
    words: Spec = {"type": "text", "align": side, "fontSize": 12.5, "color": INK, "fontWeight": 600, **place}
    return [
        {
            "data": {"values": points},
            "mark": {"type": "line", "color": INK, "strokeWidth": 1.5},
            "encoding": scales,
        },
        {
            "data": {"values": points},
            "mark": {
                "type": "point",
                "filled": True,
                "shape": "circle",
                "size": 90,
                "opacity": 1,
                "color": INK,
            },
            "encoding": {**scales, "tooltip": tooltip},
        },
        _words(points[-1:], {**words, **HALO}, scales),
        _words(points[-1:], words, scales),
    ]


def _goals(goals: Sequence[Spec], scales: Spec) -> list[Spec]:
    """Draw what was set, each with its words at the top, clear of the figures."""
    mark: Spec = {"type": "point", "shape": "diamond", "size": 110, "fill": "#ffffff", "stroke": INK}
    layers: list[Spec] = [
        {
            "data": {"values": [dict(goal) for goal in goals]},
            "mark": {**mark, "strokeWidth": 1.8, "opacity": 1},
            "encoding": scales,
        }
    ]
    above = {**scales, "y": {"value": 12}}
    for goal in goals:
        words: Spec = {"type": "text", "align": goal["side"], "fontSize": 12.5, "color": INK}
        layers += [_words([goal], {**words, **HALO}, above), _words([goal], words, above)]
    return layers


def _words(points: Sequence[Spec], mark: Spec, scales: Spec) -> Spec:
    return {
        "data": {"values": [dict(point) for point in points]},
        "mark": mark,
        "encoding": {**scales, "text": {"field": "label", "type": "nominal"}},
    }


def _alt(text: Text, target: Target, goals: Sequence[Spec], reports: Sequence[Report]) -> str:
    said = [
        text("targets.document", {"document": figure_words(text, target, one), "day": text.day(one.day)})
        for one in reports
    ]
    facts = {
        "name": target.title[text.language],
        "goals": "; ".join(goal["label"] for goal in goals),
        "figures": "; ".join(said) or text("targets.chart_none"),
    }
    return text("targets.chart_alt", facts)
