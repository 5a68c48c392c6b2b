"""Cấp huyện, cấp xã: every unit against a goal, with its interval, its verdict among all, and the table."""

import streamlit as st

from dashboard import data, layout, parts, published, sentences, tables
from dashboard.chart_rows import Dot, chart_dots
from dashboard.charts import Tile, chart_tiles
from dashboard.district_view import View, asked_division, choose_view, district_dot, release_csv, table_row
from dashboard.text import Text
from survey.release import Release

MAP_WIDTH = 600
HIDDEN_ROWS = 11  # more units than this without a number would bury those that have one


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    division = asked_division(release)
    name = division.name(text.language)
    title = text("districts.title", {"level": f"{name[:1].upper()}{name[1:]}"})
    layout.heading(text, title, release, division)
    view = choose_view(text, release)
    dots = {code: district_dot(text, view, code) for code in view.found}
    wave = sentences.wave_year(release)
    said = sentences.district_summary(
        text, view.measure, view.judged, wave, level=name, apportioned=view.apportioned
    )
    certain = sentences.certain(text, list(dots.values()))
    st.html(parts.block("sentence", f"{said} {certain}"))
    show_method(text, release, view)
    show_chart(text, release, view, list(dots.values()))
    show_why(text, view)
    if tiles := _tiles(view, dots):
        show_map(text, view, tiles, int(next(iter(view.judged.values())).year))
    show_table(text, release, view)
    layout.footer(text, release)


def show_method(text: Text, release: Release, view: View) -> None:
    """Say how units of other boundaries than those of the frame are estimated."""
    own = data.divisions(release)[0]
    if view.division.edition != own.edition:
        facts = {
            "edition": layout.edition_words(text, view.division),
            "own": layout.edition_words(text, own),
        }
        st.html(parts.block("quiet", text("districts.recoded", facts)))
    if any(reading.apportioned for reading in view.found.values()):
        st.html(parts.block("quiet", text("districts.apportioned")))


def show_why(text: Text, view: View) -> None:
    """Say how the verdicts come about."""
    sizes = [reading.n for reading in view.found.values()]
    facts = {"low": text.count(min(sizes)), "high": text.count(max(sizes)), "count": view.family}
    st.html(parts.titled(text("districts.why_title"), text("districts.why", facts)))


def show_chart(text: Text, release: Release, view: View, dots: list[Dot]) -> None:
    """Draw the units by estimate; the unpublished ones last, where they are few."""
    indicator = text(f"indicator.{view.measure.name}")
    level = layout.level(text, release)
    st.header(text("districts.chart", {"indicator": indicator, "level": level}), anchor=False)
    shown = sorted((dot for dot in dots if not dot.reading.hidden), key=lambda dot: -dot.reading.estimate)
    hidden = [dot for dot in dots if dot.reading.hidden]
    if not shown:
        st.html(parts.block("quiet", text("districts.nothing_shown")))
        return
    st.html(parts.block("quiet", text("districts.holm", {"count": view.family})))
    st.html(parts.block("quiet", text("districts.order")))
    if len(hidden) > HIDDEN_ROWS:
        st.html(parts.block("quiet", text("districts.hidden_rows", {"count": text.count(len(hidden))})))
        hidden = []
    st.html(parts.legend(text))
    ordered = [*shown, *hidden]
    layout.draw(chart_dots(text, ordered, view.goals, _alt(text, "districts.chart_alt", view, ordered)))


def show_map(text: Text, view: View, tiles: list[Tile], year: int) -> None:
    """Draw the tile map."""
    indicator = text(f"indicator.{view.measure.name}")
    st.header(text("districts.map", {"year": year}), anchor=False)
    st.html(parts.block("quiet", text("districts.map_note", {"indicator": indicator, "goal": view.goal})))
    st.html(parts.legend(text, parts.VERDICTS_LEGEND))
    alt = _alt(text, "districts.map_alt", view, [tile.dot for tile in tiles])
    with st.container(width=MAP_WIDTH):
        layout.draw(chart_tiles(text, tiles, alt))


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
    facts = {"indicator": text(f"indicator.{view.measure.name}"), "goal": view.goal}
    caption = text("districts.table_caption", facts)
    hidden = [code for code, reading in view.found.items() if reading.hidden]
    apart = hidden if len(hidden) > HIDDEN_ROWS else []
    rows = [table_row(text, view, code) for code in view.found if code not in apart]
    st.html(tables.scroll_hint(text))
    if rows:
        st.html(tables.html_table(caption, columns, rows))
    if apart:
        with st.expander(text("districts.hidden_table", {"count": text.count(len(apart))})):
            rest = [table_row(text, view, code) for code in apart]
            st.html(tables.html_table(caption, columns, rest))
    names = {code: place.name for code, place in view.places.items()}
    st.html(tables.estimate_notes(text, [(names[code], one) for code, one in view.found.items()]))
    st.html(parts.block("quiet", text("districts.table_note")))
    file, csv = release_csv(text, release, view, published.state_of(release.id))
    st.download_button(text("districts.download"), csv, file, "text/csv", on_click="ignore")
    st.html(parts.block("quiet", text("districts.download_note")))


def _tiles(view: View, dots: dict[str, Dot]) -> list[Tile]:
    """Tiles of the units, where the geography pack places all of them."""
    placed = [
        Tile(place.short, place.row, place.column, dots[code])
        for code, place in view.places.items()
        if place.row is not None and place.column is not None
    ]
    return placed if len(placed) == len(dots) else []


def _alt(text: Text, key: str, view: View, dots: list[Dot]) -> str:
    """Say in words what a chart draws."""
    facts = {
        "indicator": text(f"indicator.{view.measure.name}"),
        "goal": view.goal_inside,
        "level": view.division.name(text.language),
        "rows": sentences.rows_alt(text, dots),
    }
    return text(key, facts)


main()
