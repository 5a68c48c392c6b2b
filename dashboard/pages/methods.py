"""Phương pháp: how people were chosen and counted, what the verdicts mean, limits, contact, revisions."""

import streamlit as st

from dashboard import layout, methods_view, parts, tables
from dashboard.text import Text
from survey.release import Release


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("methods.title"), release)
    st.html(parts.block("sentence", text("methods.lead")))
    st.header(text("methods.how"), anchor=False)
    st.html(parts.facts(methods_view.chapters(text, release)))
    st.header(text("methods.trust"), anchor=False)
    for title, lines in methods_view.cautions(text, release):
        st.html(parts.points(title, lines))
    show_issues(text, release)
    show_owed(text)
    layout.footer(text, release)


def show_issues(text: Text, release: Release) -> None:
    """Say whom to ask, when the numbers were made, and list every release with its state."""
    st.header(text("methods.issues"), anchor=False)
    st.html(parts.block("notice", methods_view.contact(text)))
    st.html(parts.block("plain", methods_view.updated(text, release)))
    st.html(parts.block("plain", methods_view.review(text)))
    columns, rows = methods_view.issue_table(text, release)
    st.html(tables.html_table(text("methods.issues_caption"), columns, rows))
    st.html(parts.block("quiet", text("methods.revisions")))


def show_owed(text: Text) -> None:
    """Write what a public dashboard of statistics owes its readers, and where the app gives it."""
    st.header(text("methods.owed"), anchor=False)
    st.html(parts.block("quiet", text("methods.owed_note")))
    columns, rows = methods_view.owed_table(text)
    st.html(tables.html_table(text("methods.owed_caption"), columns, rows))


main()
