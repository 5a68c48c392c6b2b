"""Cấp huyện: every district against a goal, with its interval, its verdict among all, and the table."""

import streamlit as st

from dashboard import layout, parts, sentences, tables
from dashboard.chart_rows import Dot, chart_dots
from dashboard.charts import Tile, chart_tiles
from dashboard.district_view import View, choose_view, district_dot, table_row
from dashboard.readings import DISTRICT
from dashboard.text import Text
from survey.release import Release

MAP_WIDTH = 600


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("districts.title"), release)
    view = choose_view(text, release)
    dots = {code: district_dot(text, view, code) for code in view.found}
    wave = sentences.wave_year(release)
    st.html(parts.block("sentence", sentences.district_summary(text, view.measure, view.judged, wave)))
    show_chart(text, release, view, list(dots.values()))
    show_why(text, view)
    show_map(text, view, dots, int(next(iter(view.judged.values())).year))
    show_table(text, release, view)
    layout.footer(text, release)


def show_why(text: Text, view: View) -> None:
    """Say how the verdicts come about."""
    sizes = [reading.n for reading in view.found.values()]
    facts = {"low": text.count(min(sizes)), "high": text.count(max(sizes)), "count": len(sizes)}
    st.html(parts.titled(text("districts.why_title"), text("districts.why", facts)))


def show_chart(text: Text, release: Release, view: View, dots: list[Dot]) -> None:
    """Draw the districts by estimate, the unpublished ones last, in the order of the geography."""
    indicator = text(f"indicator.{view.measure.name}")
    level = layout.level(text, release)
    st.header(text("districts.chart", {"indicator": indicator, "level": level}), anchor=False)
    st.html(parts.block("quiet", text("districts.holm", {"count": len(dots)})))
    st.html(parts.block("quiet", text("districts.order")))
    st.html(parts.legend(text))
    shown = sorted((dot for dot in dots if not dot.reading.hidden), key=lambda dot: -dot.reading.estimate)
    ordered = [*shown, *(dot for dot in dots if dot.reading.hidden)]
    rows = sentences.rows_alt(text, ordered)
    facts = {"indicator": indicator, "goal": view.goal_inside, "rows": rows}
    alt = text("districts.chart_alt", facts)
    layout.draw(chart_dots(text, ordered, view.goals, alt))


def show_map(text: Text, view: View, dots: dict[str, Dot], year: int) -> None:
    """Draw the tile map."""
    indicator = text(f"indicator.{view.measure.name}")
    st.header(text("districts.map", {"year": year}), anchor=False)
    st.html(parts.block("quiet", text("districts.map_note", {"indicator": indicator, "goal": view.goal})))
    st.html(parts.legend(text, parts.VERDICTS_LEGEND))
    tiles = [Tile(place.short, place.row, place.column, dots[code]) for code, place in view.places.items()]
    rows = sentences.rows_alt(text, [tile.dot for tile in tiles])
    facts = {"indicator": indicator, "goal": view.goal_inside, "rows": rows}
    with st.container(width=MAP_WIDTH):
        layout.draw(chart_tiles(text, tiles, text("districts.map_alt", facts)))


def show_table(text: Text, release: Release, view: View) -> None:
    """Write every column, and offer the rows of the release as a file."""
    st.header(text("districts.table"), anchor=False)
    figures, verdicts = tables.estimate_columns(text), tables.verdict_columns(text)
    columns = (
        tables.Column(text("column.unit")),
        *figures[:2],
        verdicts[0],
        figures[2],
        verdicts[1],
        *figures[3:],
    )
    rows = [table_row(text, view, code) for code in view.found]
    caption = {"indicator": text(f"indicator.{view.measure.name}"), "goal": view.goal}
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(text("districts.table_caption", caption), columns, rows))
    names = {code: place.name for code, place in view.places.items()}
    st.html(tables.estimate_notes(text, [(names[code], one) for code, one in view.found.items()]))
    st.html(parts.block("quiet", text("districts.table_note")))
    csv = tables.csv_bytes(tables.release_rows(release, view.measure, DISTRICT, names))
    file = f"{release.id}_{DISTRICT}_{view.measure.name}.csv"
    st.download_button(text("districts.download"), csv, file, "text/csv", on_click="ignore")
    st.html(parts.block("quiet", text("districts.download_note")))


main()
