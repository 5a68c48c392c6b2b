"""So sánh quốc tế: the levels of ITU, Eurostat and the national statistics from the same interviews."""

import streamlit as st

from dashboard import data, layout, parts, tables
from dashboard import international_view as view
from dashboard.chart_rows import Dot, chart_dots
from dashboard.text import Text
from survey.international import International
from survey.international_levels import Framework
from survey.release import Release

LEGEND = (
    ("report", "international.legend_dot"),
    ("interval", "legend.interval"),
    ("review", "legend.review"),
)


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("international.title"), release)
    found = release.international
    if found is None:
        st.html(parts.block("notice", text("international.absent")))
        st.stop()
    st.html(parts.block("sentence", view.lead(text, release, found)))
    st.html(parts.block("notice", text("international.warning")))
    show_overview(text, release, found)
    frameworks = {one.id: one for one in found.levels.frameworks}
    name = layout.choose_from_many(
        "framework",
        tuple(frameworks),
        label=text("international.framework"),
        words=lambda one: frameworks[one].short[text.language],
    )
    show_framework(text, release, found, frameworks[name])
    layout.footer(text, release)


def show_overview(text: Text, release: Release, found: International) -> None:
    """Draw the headline and every framework below each other."""
    st.header(text("international.overview"), anchor=False)
    st.html(parts.block("quiet", text("international.overview_note", {"level": layout.level(text, release)})))
    st.html(parts.legend(text, LEGEND))
    draw_dots(text, view.overview(text, release, found), text("international.overview"))


def draw_dots(text: Text, dots: list[Dot], title: str) -> None:
    """Draw rows without goals, with their text alternative."""
    layout.draw(chart_dots(text, dots, [], view.dots_alt(text, dots, title)))


def show_framework(text: Text, release: Release, found: International, framework: Framework) -> None:
    """Show one framework: what it is, areas and levels, others' figures, caveats, and what was asked."""
    language = text.language
    st.header(framework.label[language], anchor=False)
    base = framework.bases[0]
    reading = view.levels_readings(found)[framework.id, view.main_measure(framework), base]
    about = {
        "source": framework.source[language],
        "base": view.base_words(text, found, base),
        "n": text.count(reading.n),
    }
    st.html(parts.block("quiet", text("international.about", about)))
    if framework.areas:
        st.html(parts.block("quiet", view.rule_words(text, framework.areas)))
        for key, dots in (
            ("international.areas", view.area_dots(text, found, framework)),
            ("international.rungs", view.rung_dots(text, found, framework)),
        ):
            st.subheader(text(key), anchor=False)
            draw_dots(text, dots, text(key))
    show_published(text, release, found, framework)
    st.html(parts.points(text("international.caveats"), [one[language] for one in framework.caveats]))
    with st.expander(text("province.table")):
        st.html(tables.scroll_hint(text))
        columns, rows = view.level_table(text, found, framework)
        st.html(tables.html_table(framework.label[language], columns, rows))
        st.html(tables.estimate_notes(text, view.notes(text, found, framework)))
    with st.expander(text("international.activities")):
        columns, rows = view.activity_table(text, framework)
        st.html(tables.html_table(text("international.activities_caption"), columns, rows))
        st.html(parts.block("quiet", view.levels_version(text, found)))


def show_published(text: Text, release: Release, found: International, framework: Framework) -> None:
    """Set what others published beside our number; say so where no figure with its source is known."""
    st.subheader(text("international.published"), anchor=False)
    if not framework.published:
        st.html(parts.block("quiet", text("international.no_published")))
        return
    st.html(parts.block("quiet", text("international.published_note")))
    place = data.province_name(release, text.language)
    columns, rows = view.published_table(text, release, found, framework=framework, place=place)
    st.html(tables.html_table(text("international.published_caption"), columns, rows, cards=True))


main()
