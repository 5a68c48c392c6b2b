"""What the page of the districts shows: the choice of its reader, and each district as a dot and a row."""

from dataclasses import dataclass

import streamlit as st

from dashboard import data, layout, sentences, tables
from dashboard.chart_rows import Dot
from dashboard.readings import DISTRICT, JUDGED, Judgement, Measure, Reading, goal_years, judgements, readings
from dashboard.text import Text
from survey.release import Release


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: one measure of all districts against one goal."""

    measure: Measure
    places: dict[str, data.Place]
    found: dict[str, Reading]
    judged: dict[str, Judgement]
    goals: list[Judgement]
    goal: str
    goal_inside: str


def choose_view(text: Text, release: Release) -> View:
    """Ask for the goal and the indicator; both live in the address."""
    years = tuple(str(year) for year in goal_years(release.verdicts))
    with st.container(horizontal=True):
        year = layout.choose(
            "goal",
            years,
            label=text("goal.choose"),
            words=lambda one: sentences.goal_words(text, release, one),
        )
        name = layout.choose(
            "indicator",
            tuple(JUDGED),
            label=text("indicator.choose"),
            words=lambda one: text(f"indicator.{one}_choice"),
        )
    measure = JUDGED[name]
    by_year = {one: judgements(release.verdicts, measure, DISTRICT, int(one)) for one in years}
    wave, goal = sentences.wave_year(release), next(iter(by_year[year].values()))
    goals = [next(iter(judged.values())) for judged in by_year.values()]
    return View(
        measure=measure,
        places=data.districts(release, text.language),
        found=readings(release.estimates, measure, DISTRICT),
        judged=by_year[year],
        goals=goals,
        goal=sentences.goal_name(text, goal, wave),
        goal_inside=sentences.goal_name(text, goal, wave, inside=True),
    )


def district_dot(text: Text, view: View, code: str) -> Dot:
    """Make the row of one district with everything its tooltip says; hidden numbers stay hidden there too."""
    name, reading, judgement = view.places[code].name, view.found[code], view.judged[code]
    cells = tables.estimate_cells(text, reading)
    family, alone = tables.verdict_cells(text, reading, judgement)
    tips = (
        (text("column.unit"), name),
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.n"), text.count(reading.n)),
        (text("column.goal"), view.goal),
        (text("column.family_verdict"), family),
        (text("column.verdict"), alone),
        (text("column.quality"), cells[2]),
    )
    return Dot(name, reading, "none" if reading.hidden else judgement.shown, tips)


def table_row(text: Text, view: View, code: str) -> tables.Row:
    """Write one district: estimate, verdict and quality, then what they rest on."""
    cells = tables.estimate_cells(text, view.found[code])
    verdicts = tables.verdict_cells(text, view.found[code], view.judged[code])
    return tables.Row(view.places[code].name, (*cells[:2], verdicts[0], cells[2], verdicts[1], *cells[3:]))
