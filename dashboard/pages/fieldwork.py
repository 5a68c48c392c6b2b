"""Thực địa: how far the fieldwork is, who responded, how interviewers work, and what is to be resolved."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard import data, fieldwork_areas, fieldwork_view, layout, parts, tables
from dashboard.fieldwork_charts import OUTCOMES, chart_areas, chart_district, chart_outcomes
from dashboard.text import Text
from dashboard.upload_view import list_by_rule
from survey.fieldwork.overview import Overview
from survey.messages import Refusal

AREAS_LEGEND = (
    ("area_complete", "area_state.complete"),
    ("area_todo", "area_state.todo"),
    ("area_short", "area_state.short"),
)
OUTCOMES_LEGEND = tuple((f"outcome_{letter}", f"outcome.{letter.lower()}") for letter in OUTCOMES)


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    layout.admit(text, "fieldwork")
    st.title(text("fieldwork.title"), anchor=False)
    wave = layout.choose_wave(text)
    if wave is None:
        return
    try:
        found = data.fieldwork(wave)
    except Refusal as refusal:
        st.html(parts.refusal(text("fieldwork.not_yet"), refusal.sentence(text.language)))
        return
    names = data.unit_names(found, text.language)
    st.html(parts.block("quiet", text("fieldwork.lead")))
    st.html(parts.counts(fieldwork_view.top_figures(text, found)))
    st.html(parts.block("quiet", text("fieldwork.rates_note")))
    show_areas(text, found, names)
    show_response(text, found, names)
    show_interviewers(text, found)
    show_selection(text, found)
    show_findings(text, found)


def show_areas(text: Text, found: Overview, names: Mapping[str, str]) -> None:
    """Draw every area, then the areas of one district with what is left to do."""
    areas = fieldwork_areas.areas_of(text, found, names)
    st.header(text("fieldwork.areas"), anchor=False)
    st.html(parts.block("sentence", fieldwork_areas.areas_lead(text, areas)))
    st.html(parts.block("quiet", text("fieldwork.areas_note")))
    st.html(parts.legend(text, AREAS_LEGEND))
    layout.draw(chart_areas(text, areas, fieldwork_areas.areas_alt(text, areas)))
    label = text("fieldwork.district")
    chosen = layout.choose_from_many("district", tuple(names), label=label, words=names.__getitem__)
    own = [area for area in areas if area.district == names[chosen]]
    rows = "; ".join(
        text(
            "fieldwork.district_row",
            {"area": area.code, "interviews": area.interviews, "target": area.target},
        )
        for area in own
    )
    alt = text("fieldwork.district_alt", {"name": names[chosen], "rows": rows})
    layout.draw(chart_district(text, own, alt))
    caption = text("fieldwork.district_table", {"name": names[chosen]})
    st.html(tables.html_table(caption, *fieldwork_areas.district_table(text, found, chosen)))
    content = fieldwork_view.csv_of(found.completion)
    file = f"{found.wave.name}_areas.csv"
    st.download_button(text("fieldwork.areas_download"), content, file, "text/csv", on_click="ignore")


def show_response(text: Text, found: Overview, names: Mapping[str, str]) -> None:
    """Draw the results of the households of each district, and give the rates in a table."""
    counts = fieldwork_view.outcome_counts(found, names)
    st.header(text("fieldwork.outcomes"), anchor=False)
    st.html(parts.legend(text, OUTCOMES_LEGEND))
    layout.draw(chart_outcomes(text, counts, fieldwork_view.outcomes_alt(text, counts)))
    with st.expander(text("fieldwork.rates_table")):
        st.html(tables.scroll_hint(text))
        rates = fieldwork_view.rates_table(text, found, names)
        st.html(tables.html_table(text("fieldwork.rates_caption"), *rates))


def show_interviewers(text: Text, found: Overview) -> None:
    """Write one row an interviewer, in the order of the codes."""
    st.header(text("fieldwork.interviewers"), anchor=False)
    st.html(parts.block("notice", text("fieldwork.interviewers_note")))
    flagged = int(found.interviewers["flags"].map(bool).sum())
    facts = {"count": text.count(len(found.interviewers)), "flagged": text.count(flagged)}
    st.html(tables.scroll_hint(text))
    rows = fieldwork_view.interviewer_rows(text, found)
    st.html(tables.html_table(text("fieldwork.interviewers_caption", facts), *rows))
    content, file = fieldwork_view.csv_of(found.interviewers), f"{found.wave.name}_interviewers.csv"
    st.download_button(text("fieldwork.interviewers_download"), content, file, "text/csv", on_click="ignore")


def show_selection(text: Text, found: Overview) -> None:
    """Say whether the draw was kept, and give the comparison with chance."""
    st.header(text("fieldwork.selection"), anchor=False)
    for sentence in fieldwork_view.selection_said(text, found.selection):
        st.html(parts.block("sentence", sentence))
    if found.selection is not None:
        with st.expander(text("fieldwork.selection_table")):
            caption = text("fieldwork.selection_caption")
            st.html(tables.html_table(caption, *fieldwork_view.selection_rows(text, found.selection)))


def show_findings(text: Text, found: Overview) -> None:
    """List what is to be resolved, grouped by rule, and offer all of it as a file."""
    st.header(text("fieldwork.resolve"), anchor=False)
    list_by_rule(text, found.findings, title=text("fieldwork.resolve_title"))
    if not found.findings:
        return
    file = f"{text('fieldwork.list_file')}.xlsx"
    book = partial(fieldwork_view.findings_file, found)  # written on the click
    st.download_button(text("upload.download"), book, file, on_click="ignore")


main()
