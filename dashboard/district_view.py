"""What the page of the units shows: the choice of its reader, and each unit as a dot and a row."""

from dataclasses import dataclass

import streamlit as st

from dashboard import data, layout, sentences, tables
from dashboard.chart_rows import Dot
from dashboard.kept import kept
from dashboard.readings import (
    APPORTIONED,
    JUDGED,
    Judgement,
    Measure,
    Reading,
    goal_years,
    judgements,
    readings,
)
from dashboard.text import Text
from survey.release import Release

DIVISION = "units"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: one measure of all units of a division against one goal."""

    division: data.Division
    measure: Measure
    places: dict[str, data.Place]
    found: dict[str, Reading]
    judged: dict[str, Judgement]
    goals: list[Judgement]
    goal: str
    goal_inside: str

    @property
    def family(self) -> int:
        """Number of the units that are judged together: those that are not apportioned."""
        return sum(not reading.apportioned for reading in self.found.values())

    @property
    def apportioned(self) -> int:
        """Number of the units that show a number and no verdict."""
        return sum(reading.apportioned and not reading.hidden for reading in self.found.values())


def asked_division(release: Release) -> data.Division:
    """Return the division that the address asks for, by default that of the frame."""
    known = {division.key: division for division in data.divisions(release)}
    return known[layout.remembered(DIVISION, tuple(known))]


def choose_view(text: Text, release: Release) -> View:
    """Ask for the division, the goal and the indicator; all live in the address."""
    division = _choose_division(text, release)
    level, edition = division.level, division.edition
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
    by_year = {one: judgements(release.verdicts, measure, level, int(one), edition=edition) for one in years}
    wave, goal = sentences.wave_year(release), next(iter(by_year[year].values()))
    goals = [next(iter(judged.values())) for judged in by_year.values()]
    return View(
        division=division,
        measure=measure,
        places=data.units(release, division, text.language),
        found=readings(release.estimates, measure, level, edition=edition),
        judged=by_year[year],
        goals=goals,
        goal=sentences.goal_name(text, goal, wave),
        goal_inside=sentences.goal_name(text, goal, wave, inside=True),
    )


def _choose_division(text: Text, release: Release) -> data.Division:
    """Ask whose units to show, where a release has estimates by several boundaries."""
    known = {division.key: division for division in data.divisions(release)}
    if len(known) == 1:
        return next(iter(known.values()))
    key = layout.choose(
        DIVISION,
        tuple(known),
        label=text("districts.division"),
        words=lambda one: division_words(text, known[one]),
    )
    return known[key]


def division_words(text: Text, division: data.Division) -> str:
    """Name a division by its level and its days: ``Cấp huyện, trước 01/7/2025``."""
    name = division.name(text.language)
    return f"{name[:1].upper()}{name[1:]}, {layout.edition_words(text, division)}"


def district_dot(text: Text, view: View, code: str) -> Dot:
    """Make the row of one unit with everything its tooltip says; hidden numbers stay hidden there too."""
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
    return Dot(name, reading, _shown(reading, judgement), tips)


def _shown(reading: Reading, judgement: Judgement) -> str:
    """Verdict that a row may show; none where nothing is published, or interviews were shared out."""
    if reading.hidden:
        return "none"
    return APPORTIONED if reading.apportioned else judgement.shown


def table_row(text: Text, view: View, code: str) -> tables.Row:
    """Write one unit: estimate, verdict and quality, then what they rest on."""
    cells = tables.estimate_cells(text, view.found[code])
    verdicts = tables.verdict_cells(text, view.found[code], view.judged[code])
    return tables.Row(view.places[code].name, (*cells[:2], verdicts[0], cells[2], verdicts[1], *cells[3:]))


def release_csv(text: Text, release: Release, view: View, state: str) -> tuple[str, bytes]:
    """Name and write the file of the rows of the release behind a view, with how the release stands."""
    level, edition = view.division.level, view.division.edition
    names = {code: place.name for code, place in view.places.items()}

    def write() -> bytes:
        rows = tables.release_rows(release, view.measure, level, names, edition=edition, state=state)
        return tables.csv_bytes(rows)

    file = f"{release.id}_{level}_{edition}_{view.measure.name}.csv"
    return file, kept(release.estimates, (file, text.language, state), write)
