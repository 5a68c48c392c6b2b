"""Sentences of a plan: what a director may be told, and what stands for its chart."""

from dashboard.planning_chart import Band
from dashboard.planning_view import View
from dashboard.text import Text
from survey import planning


def answer(text: Text, view: View) -> str:
    """Say what the sample decides of the districts and of the province."""
    counted = planning.expected(view.plan, view.goal.target)
    whole = planning.against(view.plan, view.goal.target)["shown"].iloc[-1]
    facts = {
        "areas": text.count(view.whole["areas"]),
        "interviews": text.count(view.whole["interviews"]),
        "year": view.goal.year,
        "target": text.target(view.goal.op, view.goal.target),
        "whole": text(f"verdict.{whole}").lower(),
        **{verdict: text.count(count) for verdict, count in counted.items()},
    }
    return text("planning.sentence", facts)


def undecided(text: Text, view: View) -> str:
    """Say that most districts stay undecided, and what would decide them."""
    counted = planning.expected(view.plan, view.goal.target)
    needed, never = planning.areas_to_decide(view.plan, view.goal.target)
    facts = {
        "undecided": text.count(counted["undecided"] + counted["none"]),
        "all": text.count(sum(counted.values())),
        "needed": text.count(needed),
        "never": text.count(never),
    }
    return text("planning.at_target" if never else "planning.undecided", facts)


def few_areas(text: Text) -> str:
    """Say that so few areas may make a survey look more precise than it is."""
    return text("planning.few_areas", {"enough": text.count(planning.FEW_AREAS)})


def reading(text: Text, view: View) -> str:
    """Say how the chart is read."""
    held = view.plan.assumptions
    said = text("planning.reading", {"power": text.percent(held.power, 0)})
    if not held.side_by_side:
        return said
    return f"{said} {text('planning.together', {'count': text.count(len(view.plan.frame) - 1)})}"


def chart_row(text: Text, band: Band) -> str:
    """Say one row of the chart."""
    facts = {
        "name": band.name,
        "low": text.percent(band.low),
        "high": text.percent(band.high),
        "share": text.percent(band.share),
        "expected": text(f"verdict.{band.expected}").lower(),
    }
    return text("planning.row_alt", facts)
