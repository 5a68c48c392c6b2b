"""Bản công bố: every release a reader may know of, how it stands and since when; steps for the office."""

from collections.abc import Sequence

import streamlit as st

from dashboard import access, layout, parts, published, releases_forms, releases_view, tables
from dashboard.text import Text


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    drafts = access.may("drafts")
    st.title(text("releases.title"), anchor=False)
    if said := st.session_state.pop(releases_forms.SAID, ""):
        st.html(parts.block("notice", said))
    st.html(parts.block("plain", text("releases.lead")))
    found = releases_view.listed()
    if any(one.synthetic for one in found):
        st.html(parts.block("banner", text("app.synthetic")))
    if not found:
        st.html(parts.block("notice", text("app.no_release_how" if drafts else "access.no_release")))
        return
    st.html(releases_view.table(text, found, drafts=drafts))
    st.html(parts.block("quiet", text("releases.states")))
    if drafts:
        releases_forms.take_step(text, found)
    show_history(text, found)
    with st.expander(text("releases.law")):
        st.html(parts.facts(releases_view.meanings(text)))


def show_history(text: Text, found: Sequence[releases_view.Listed]) -> None:
    """Write every step with one release, the newest first."""
    told = published.histories()
    st.header(text("releases.history"), anchor=False)
    if not told:
        st.html(parts.block("quiet", text("releases.history_none")))
        return
    chosen = st.selectbox(
        text("releases.choose"),
        [one.release_id for one in found if one.release_id in told],
        key="releases_history",
    )
    caption = text("releases.history_caption", {"release": chosen})
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(caption, *releases_view.history_rows(text, told[chosen])))


main()
