"""Huyện: every district against a goal, with its interval, its verdict among all, and the table."""

from dataclasses import dataclass

import streamlit as st

from dashboard import data, layout, parts, sentences, tables
from dashboard.chart_rows import Dot, chart_dots
from dashboard.charts import Tile, chart_tiles
from dashboard.readings import DISTRICT, JUDGED, Judgement, Measure, Reading, goal_years, judgements, readings
from dashboard.text import Text
from survey.release import Release

MAP_WIDTH = 600


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: one measure of all districts against one goal."""

    measure: Measure
    places: dict[str, data.Place]
    found: dict[str, Reading]
    judged: dict[str, Judgement]
    goals: list[Judgement]
    goal: str


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("districts.title"), release)
    view = choose_view(text, release)
    dots = {code: district_dot(text, view, code) for code in view.found}
    wave = int(release.manifest["wave"][:4])
    st.html(parts.block("sentence", sentences.district_summary(text, view.judged, wave)))
    show_chart(text, release, view, list(dots.values()))
    show_why(text, view)
    show_map(text, view, dots)
    show_table(text, release, view)
    layout.footer(text, release)


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
    goals = [next(iter(judged.values())) for judged in by_year.values()]
    return View(
        measure=measure,
        places=data.districts(release, text.language),
        found=readings(release.estimates, measure, DISTRICT),
        judged=by_year[year],
        goals=goals,
        goal=sentences.goal_name(text, next(iter(by_year[year].values()))),
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
        (text("column.n"), cells[2]),
        (text("column.family_verdict"), family),
        (text("column.verdict"), alone),
        (text("column.quality"), cells[-1]),
    )
    return Dot(name, reading, "none" if reading.hidden else judgement.shown, tips)


def show_why(text: Text, view: View) -> None:
    """Say why most districts are undecided."""
    sizes = [reading.n for reading in view.found.values()]
    facts = {"low": text.count(min(sizes)), "high": text.count(max(sizes)), "count": len(sizes)}
    st.html(parts.titled(text("districts.why_title"), text("districts.why", facts)))


def show_chart(text: Text, release: Release, view: View, dots: list[Dot]) -> None:
    """Draw the districts by estimate, the unpublished ones last, in the order of the geography."""
    st.header(text("districts.chart", {"level": layout.level(text, release)}), anchor=False)
    st.html(parts.block("quiet", text("districts.order")))
    st.html(parts.legend(text))
    shown = sorted((dot for dot in dots if not dot.reading.hidden), key=lambda dot: -dot.reading.estimate)
    ordered = [*shown, *(dot for dot in dots if dot.reading.hidden)]
    rows = sentences.rows_alt(text, ordered)
    alt = text("districts.chart_alt", {"goal": view.goal, "rows": rows})
    layout.draw(chart_dots(text, ordered, view.goals, alt))


def show_map(text: Text, view: View, dots: dict[str, Dot]) -> None:
    """Draw the tile map."""
    st.header(text("districts.map"), anchor=False)
    st.html(parts.block("quiet", text("districts.map_note")))
    tiles = [Tile(place.short, place.row, place.column, dots[code]) for code, place in view.places.items()]
    rows = sentences.rows_alt(text, [tile.dot for tile in tiles])
    with st.container(width=MAP_WIDTH):
        layout.draw(chart_tiles(text, tiles, text("districts.map_alt", {"goal": view.goal, "rows": rows})))


def show_table(text: Text, release: Release, view: View) -> None:
    """Write every column, and offer the rows of the release as a file."""
    st.header(text("districts.table"), anchor=False)
    figures = tables.estimate_columns(text)
    columns = (
        tables.Column(text("column.unit")),
        *figures[:2],
        *tables.verdict_columns(text),
        *figures[2:],
    )
    rows = [table_row(text, view, code) for code in view.found]
    caption = {"indicator": text(f"indicator.{view.measure.name}"), "goal": view.goal}
    st.html(tables.html_table(text("districts.table_caption", caption), columns, rows))
    st.html(parts.block("quiet", text("districts.table_note")))
    names = {code: place.name for code, place in view.places.items()}
    csv = tables.csv_bytes(tables.release_rows(release, view.measure, DISTRICT, names))
    file = f"{release.id}_{DISTRICT}_{view.measure.name}.csv"
    st.download_button(text("districts.download"), csv, file, "text/csv", on_click="ignore")
    st.html(parts.block("quiet", text("districts.download_note")))


def table_row(text: Text, view: View, code: str) -> tables.Row:
    """Write one district: estimate and interval, then the verdicts, then what they rest on."""
    cells = tables.estimate_cells(text, view.found[code])
    verdicts = tables.verdict_cells(text, view.found[code], view.judged[code])
    return tables.Row(view.places[code].name, (*cells[:2], *verdicts, *cells[2:]))


main()
