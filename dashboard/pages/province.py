"""Tỉnh và mục tiêu: the province against both goals, its companions, and the definition."""

import streamlit as st

from dashboard import first_view, layout, parts, sentences, tables
from dashboard.chart_rows import Dot, chart_dots
from dashboard.charts import chart_counts, chart_goals
from dashboard.definition_view import show_definition
from dashboard.readings import (
    COMPANIONS,
    FIELD_COUNTS,
    HEADLINE,
    PROVINCE,
    Judgement,
    Measure,
    Reading,
    goal_years,
    judgements,
    readings,
)
from dashboard.text import Text
from survey.release import Release


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("province.title"), release)
    first_view.show_purpose(text, release)
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    goals = [
        judgements(release.verdicts, HEADLINE, PROVINCE, year)[PROVINCE]
        for year in goal_years(release.verdicts)
    ]
    if reading.hidden:
        st.html(parts.place(first_view.GOALS) + parts.block("notice", sentences.hidden(text, reading)))
        first_view.show_questions(text, release)
    else:
        show_headline(text, release, reading, goals)
        first_view.show_questions(text, release)
        show_goals(text, release, reading, goals)
    first_view.show_reading(text, release)
    show_definition(text, release)
    show_companions(text, release, goals)
    show_counts(text, release)
    layout.footer(text, release)


def show_headline(text: Text, release: Release, reading: Reading, goals: list[Judgement]) -> None:
    """Write the number, its interval, and the sentence to quote."""
    level = layout.level(text, release)
    ends = text.range(reading.low, reading.high)
    sizes = {
        "n": text.count(reading.n),
        "psu": text.count(reading.n_psu),
        "n_eff": text.count(reading.n_eff_shown),
        "deff": text.decimal(reading.deff, 2),
    }
    lines = (
        text("number.interval", {"level": level, "range": ends}),
        text("number.sample", sizes),
        text("number.quality", {"quality": text(f"quality.{reading.quality}").lower()}),
        *layout.proposed(text, release),
    )
    st.html(parts.hero(text("province.label"), text.percent(reading.estimate), lines))
    st.html(parts.block("sentence", sentences.minister(text, release, reading, goals)))


def show_goals(text: Text, release: Release, reading: Reading, goals: list[Judgement]) -> None:
    """Draw the interval against the goals, and give the verdicts."""
    wave = sentences.wave_year(release)
    alt = sentences.goals_alt(text, reading, goals, wave)
    layout.draw(chart_goals(text, reading, goals, alt))
    titles = [sentences.goal_name(text, goal, wave) for goal in goals]
    cards = [
        parts.verdict_card(text, reading, goal, title) for goal, title in zip(goals, titles, strict=True)
    ]
    st.html(parts.place(first_view.GOALS) + parts.cards(cards))
    error = (1 - release.manifest["design"]["level"]) / 2
    st.html(parts.block("quiet", text("goal.error", {"share": text.percent(error)})))


def show_companions(text: Text, release: Release, goals: list[Judgement]) -> None:
    """Show what the same respondents give under other readings."""
    st.header(text("province.companions"), anchor=False)
    st.html(parts.block("quiet", text("province.companions_note")))
    known = [
        (measure, found[PROVINCE])
        for measure in COMPANIONS
        if PROVINCE in (found := readings(release.estimates, measure, PROVINCE))
    ]
    dots = [companion_dot(text, measure, reading) for measure, reading in known]
    rows = sentences.rows_alt(text, dots)
    layout.draw(chart_dots(text, dots, goals, text("province.companions_alt", {"rows": rows})))
    st.html(parts.block("quiet", text("province.companions_goals")))
    st.html(parts.block("quiet", text("province.lower_bound")))
    with st.expander(text("province.table")):
        columns = (tables.Column(text("column.indicator")), *tables.estimate_columns(text))
        rows_of_table = [
            tables.Row(dot.name, tables.estimate_cells(text, dot.reading), strong=dot.strong) for dot in dots
        ]
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(text("province.table_caption"), columns, rows_of_table))
        st.html(tables.estimate_notes(text, [(dot.name, dot.reading) for dot in dots]))


def companion_dot(text: Text, measure: Measure, reading: Reading) -> Dot:
    """Make one row of the companions, with its interval and base in the tooltip."""
    name = text(f"indicator.{measure.name}")
    cells = tables.estimate_cells(text, reading)
    tips = (
        (text("column.indicator"), name),
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.base"), text(f"base.{measure.base}")),
        (text("column.n"), text.count(reading.n)),
        (text("column.quality"), cells[2]),
    )
    return Dot(name, reading, tips=tips, strong=measure is HEADLINE, judged=measure is HEADLINE)


def show_counts(text: Text, release: Release) -> None:
    """Show in how many fields people manage alone, from which any other rule can be read."""
    st.header(text("province.distribution"), anchor=False)
    st.html(parts.block("quiet", text("province.distribution_note")))
    bars = [
        (str(count), readings(release.estimates, Measure(name, name, "age15plus"), PROVINCE)[PROVINCE])
        for count, name in enumerate(FIELD_COUNTS)
    ]
    rows = "; ".join(sentences.count_row(text, name, reading) for name, reading in bars)
    layout.draw(chart_counts(text, bars, text("province.distribution_alt", {"rows": rows})))
    with st.expander(text("province.table")):
        columns = (tables.Column(text("column.fields_count")), *tables.estimate_columns(text))
        cells = [tables.Row(name, tables.estimate_cells(text, reading)) for name, reading in bars]
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(text("province.count_caption"), columns, cells))
        st.html(tables.estimate_notes(text, bars))


main()
