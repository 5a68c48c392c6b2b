"""Chất lượng: how sure we are, from the doors knocked at to the cells that are not shown."""

import streamlit as st

from dashboard import layout, parts, sentences, tables
from dashboard.chart_rows import chart_dots
from dashboard.fieldwork_charts import OUTCOMES, chart_outcomes
from dashboard.kept import kept
from dashboard.quality_chart import chart_items, item_words
from dashboard.quality_view import (
    cell_table,
    cells_lead,
    cells_not_shown,
    claim_dots,
    claim_table,
    how_sure,
    item_table,
    items,
    key_figures,
    most_open,
    outcome_counts,
    outcomes_said,
    response_table,
    state_facts,
    why_sure,
)
from dashboard.text import Text
from survey.release import Release

OUTCOMES_LEGEND = tuple((f"outcome_{letter}", f"outcome.{letter.lower()}") for letter in OUTCOMES)
ANSWERS_LEGEND = (("dont_know", "sure.column_dont_know"), ("no_answer", "sure.column_no_answer"))


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("sure.title"), release)
    st.html(parts.block("sentence", how_sure(text, release)))
    if words := why_sure(text, release):
        st.html(parts.block("quiet", words))
    if release.quality is None:
        st.html(parts.block("notice", text("sure.absent")))
    st.html(parts.counts(key_figures(text, release)))
    show_response(text, release)
    if release.quality is not None:
        show_items(text, release)
        show_claims(text, release)
    show_cells(text, release)
    st.header(text("sure.policy"), anchor=False)
    st.html(parts.facts(state_facts(text, release)))
    layout.footer(text, release)


def show_response(text: Text, release: Release) -> None:
    """Draw what became of the issued households, and write the rates."""
    st.header(text("sure.response"), anchor=False)
    st.html(parts.block("quiet", text("sure.response_note")))
    counts = outcome_counts(text, release)
    st.html(parts.legend(text, OUTCOMES_LEGEND))
    alt = text("sure.response_alt", {"rows": outcomes_said(text, counts)})
    layout.draw(chart_outcomes(text, counts, alt))
    key = ("rates", text.language, release.quality)
    columns, rows = kept(release.response, key, lambda: response_table(text, release))
    if rows:
        with st.expander(text("sure.response_table")):
            st.html(tables.html_table(text("sure.response_caption"), columns, rows))


def show_items(text: Text, release: Release) -> None:
    """Draw the questions that were answered least, and write all of them."""
    found = items(text, release)
    st.header(text("sure.items"), anchor=False)
    drawn = most_open(found)
    sizes = {"count": text.count(len(found)), "drawn": text.count(len(drawn))}
    st.html(parts.block("quiet", text("sure.items_note", sizes)))
    if drawn:
        st.html(parts.legend(text, ANSWERS_LEGEND))
        rows = "; ".join(item_words(text, item) for item in drawn)
        layout.draw(chart_items(text, drawn, text("sure.items_alt", {"rows": rows})))
    with st.expander(text("sure.items_table", {"count": text.count(len(found))})):
        columns, rows_of_table = item_table(text, found)
        st.html(tables.html_table(text("sure.items_caption"), columns, rows_of_table, cards=True))


def show_claims(text: Text, release: Release) -> None:
    """Say how many claim to know what does not exist, and what that does to the headline."""
    st.header(text("sure.claims"), anchor=False)
    dots = claim_dots(text, release)
    if not dots:
        st.html(parts.block("quiet", text("sure.claims_absent")))
        return
    st.html(parts.block("quiet", text("sure.claims_note")))
    alt = text("sure.claims_alt", {"rows": sentences.rows_alt(text, dots)})
    layout.draw(chart_dots(text, dots, [], alt))
    with st.expander(text("province.table")):
        columns, rows = claim_table(text, dots)
        st.html(tables.html_table(text("sure.claims_caption"), columns, rows))
        st.html(tables.estimate_notes(text, [(dot.name, dot.reading) for dot in dots]))


def show_cells(text: Text, release: Release) -> None:
    """Count what is published, used with care and hidden, and say why."""
    st.header(text("sure.cells"), anchor=False)
    st.html(parts.block("sentence", cells_lead(text, release)))
    st.html(parts.block("quiet", text("sure.cells_note")))
    key = ("cells", text.language, release.quality)
    columns, rows = kept(release.estimates, key, lambda: cell_table(text, release))
    if rows:
        with st.expander(text("sure.cells_table")):
            st.html(tables.html_table(text("sure.cells_caption"), columns, rows))
    hidden = ("cells_not_shown", text.language)
    named = kept(release.estimates, hidden, lambda: cells_not_shown(text, release))
    with st.expander(text("sure.cells_why", {"count": text.count(len(named))})):
        st.html(tables.estimate_notes(text, named))


main()
