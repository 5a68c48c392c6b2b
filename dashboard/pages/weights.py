"""Quyền số: what each step of the weighting did to the weights, to the headline, and to its precision."""

import streamlit as st

from dashboard import access, data, layout, parts, published, sentences, tables, weights_view
from dashboard.kept import kept
from dashboard.text import Text
from dashboard.weights_chart import chart_steps, chart_weights
from survey.release import Release
from survey.weighting_report import WeightingReport
from survey.weighting_words import Finished
from survey.weighting_words import sentences as summed_up

OPEN = ("headline", "steps", weights_view.NAMING)


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("weights.title"), release)
    report = release.weighting
    if report is None:
        st.html(parts.block("notice", text("weights.absent")))
        st.stop()
    st.html(parts.block("quiet", text("weights.lead")))
    weights, *said = summed_up(report.frames(), text.language)
    if said:
        st.html(parts.block("sentence", " ".join(said[:2])))
    for line in (weights, *said[2:]):
        st.html(parts.block("quiet", line))
    show_headline(text, release, report)
    show_spread(text, report)
    show_tables(text, release, report)
    layout.footer(text, release)


def show_headline(text: Text, release: Release, report: WeightingReport) -> None:
    """Draw the headline of every step with its interval."""
    dots = weights_view.headline_dots(text, report)
    if any(dot.reading.hidden for dot in dots):
        st.html(parts.block("notice", text("weights.hidden")))
        return
    st.header(text("weights.headline"), anchor=False)
    st.html(parts.block("quiet", text("weights.headline_note", {"level": layout.level(text, release)})))
    alt = text("weights.headline_alt", {"rows": sentences.rows_alt(text, dots)})
    layout.draw(chart_steps(text, dots, alt))


def show_spread(text: Text, report: WeightingReport) -> None:
    """Draw how many interviews have which weight."""
    bins = weights_view.published_bins(report)
    median = float(report.steps["median"].iloc[-1])
    st.header(text("weights.spread"), anchor=False)
    st.html(parts.block("quiet", text("weights.spread_note", {"median": text.count(median)})))
    alt = text("weights.spread_alt", {"rows": weights_view.bins_said(text, bins)})
    layout.draw(chart_weights(text, bins, median, alt))


def show_tables(text: Text, release: Release, report: WeightingReport) -> None:
    """Write the tables of the report, the longer ones folded away, and offer all of them as a file."""
    st.header(text("weights.tables"), anchor=False)
    st.html(parts.block("quiet", text("weights.tables_note")))
    names = {
        code: place.name
        for code, place in data.units(release, data.divisions(release)[0], text.language).items()
    }
    asked = ("weights", text.language)
    every = kept(release.estimates, asked, lambda: weights_view.report_tables(text, report, names))
    found = [one for one in every if one.name != weights_view.NAMING or access.may("drafts")]
    for made in found:
        if made.name in OPEN:
            show_table(text, made)
    for line in weights_view.merged_words(text, report):
        st.html(parts.block("quiet", line))
    for made in found:
        if made.name not in OPEN:
            with st.expander(made.title):
                show_table(text, made)
    state = published.state_of(release.id)
    file = f"{release.id}_weights.csv"
    csv = kept(release.estimates, f"{file} {state}", lambda: weights_view.report_csv(release, report, state))
    st.download_button(text("weights.download"), csv, file, "text/csv", on_click="ignore")


def show_table(text: Text, made: Finished) -> None:
    """Write one table, with a hint where it goes on to the right."""
    st.html(tables.scroll_hint(text))
    st.html(weights_view.html_of(made))


main()
