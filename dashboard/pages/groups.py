"""Nhóm dân cư: who is left behind, every group with its interval, its verdict, and whom it differs from."""

import streamlit as st

from dashboard import layout, parts, published, sentences, tables
from dashboard.groups_chart import chart_groups
from dashboard.groups_tables import group_dot, group_table, pair_table, release_csv
from dashboard.groups_view import Group, View, choose_view
from dashboard.groups_words import against_goal, left_behind, lower_facts, named, not_told, told_apart
from dashboard.kept import kept
from dashboard.text import Text
from survey.release import Release

COLUMNS = 2


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("groups.title"), release)
    view = choose_view(text, release)
    show_left_behind(text, release, view)
    show_panels(text, release, view)
    show_tables(text, release, view)
    layout.footer(text, release)


def show_left_behind(text: Text, release: Release, view: View) -> None:
    """Say who is left behind, and how far; then the verdicts against the goal."""
    if release.groups is None:
        st.html(parts.block("notice", text("groups.absent")))
    else:
        st.html(parts.block("sentence", left_behind(text, view)))
    st.html(parts.block("sentence", against_goal(text, view)))
    if rows := lower_facts(text, view):
        st.html(parts.fact_card(text("groups.lower_title"), rows))
    st.html(parts.titled(text("groups.how_title"), text("groups.how")))


def show_panels(text: Text, release: Release, view: View) -> None:
    """Draw every breakdown on the same axis, the province behind it."""
    st.header(text("groups.chart", {"level": layout.level(text, release)}), anchor=False)
    st.html(parts.block("quiet", province_words(text, view)))
    st.html(parts.legend(text, (*parts.LEGEND, ("band", "groups.band"))))
    panels = list(view.panels.values())
    for start in range(0, len(panels), COLUMNS):
        row = panels[start : start + COLUMNS]
        for column, panel in zip(st.columns(COLUMNS, gap="large"), row, strict=False):
            with column:
                show_panel(text, release, view, panel)


def show_panel(text: Text, release: Release, view: View, panel: tuple[Group, ...]) -> None:
    """Draw one breakdown, and say which of its groups can be told apart."""
    title = text(f"report_breakdown.{panel[0].breakdown}")
    st.subheader(title, anchor=False)
    dots = [group_dot(text, view, group) for group in sorted(panel, key=lambda one: one.reading.hidden)]
    facts = {
        "breakdown": text.inside(title),
        "goal": view.goal_inside,
        "rows": sentences.rows_alt(text, dots),
    }
    alt = text("groups.chart_alt", facts)
    layout.draw(chart_groups(text, dots, view.goals, province=view.province, alt=alt))
    key = ("told_apart", text.language, panel[0].breakdown, release.groups)
    said = kept(release.verdicts, key, lambda: apart_words(text, release, panel))
    if said:
        st.html(parts.block("quiet", said))


def apart_words(text: Text, release: Release, panel: tuple[Group, ...]) -> str:
    """Say which groups of a panel can be told apart, and how many did not tell theirs."""
    said = (told_apart(text, release, panel), not_told(text, release, panel[0].breakdown))
    return " ".join(said) if any(said) else ""


def province_words(text: Text, view: View) -> str:
    """Say what the band in the charts is."""
    whole = view.province
    if whole.hidden:
        return sentences.hidden(text, whole)
    facts = {
        "estimate": text.percent(whole.estimate),
        "range": text.range(whole.low, whole.high),
        "n": text.count(whole.n),
    }
    return text("groups.province", facts)


def show_tables(text: Text, release: Release, view: View) -> None:
    """Write every column and every pair, and offer the rows of the release as a file."""
    st.header(text("districts.table"), anchor=False)
    facts = {"indicator": text("indicator.headline"), "goal": view.goal}
    with st.expander(text("groups.table", {"count": text.count(len(view.groups))})):
        columns, rows = group_table(text, view)
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(text("districts.table_caption", facts), columns, rows))
        st.html(tables.estimate_notes(text, [(named(text, group), group.reading) for group in view.groups]))
        st.html(parts.block("quiet", text("groups.table_note")))
    pairs_key = ("pairs", text.language, release.groups)
    head, pairs = kept(release.verdicts, pairs_key, lambda: pair_table(text, release, view))
    if pairs:
        with st.expander(text("groups.pairs_table", {"count": text.count(len(pairs))})):
            st.html(tables.html_table(text("groups.pairs_caption"), head, pairs, cards=True))
    file, state = f"{release.id}_groups.csv", published.state_of(release.id)
    key = (file, text.language, state)
    csv = kept(release.verdicts, key, lambda: release_csv(release, view, state))
    st.download_button(text("districts.download"), csv, file, "text/csv", on_click="ignore")
    st.html(parts.block("quiet", text("districts.download_note")))


main()
