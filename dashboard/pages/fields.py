"""Lĩnh vực dịch vụ: from knowing of each field to using it alone, which is weakest, and why."""

import streamlit as st

from dashboard import barriers_view, data, fields_view, layout, parts, sentences, tables
from dashboard.chart_rows import chart_dots
from dashboard.fields_view import Here, Step, Steps
from dashboard.kept import kept
from dashboard.lanes_chart import chart_lanes
from dashboard.readings import FIELDS, PROVINCE
from dashboard.text import Text
from survey.field_report import FieldReport
from survey.release import Release


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("fields.title"), release)
    here = choose_place(text, release)
    report = fields_view.report_of(release, here)
    found = fields_view.step_readings(release, report, here)
    sentence = fields_view.lead(text, report, found, here, level=layout.level(text, release))
    st.html(parts.block("sentence", sentence))
    show_steps(text, report, here, found)
    if report is not None:
        show_pairs(text, report, here)
        show_barriers(text, report, here)
    layout.footer(text, release)


def choose_place(text: Text, release: Release) -> Here:
    """Let the reader choose the whole or one of the widest units of the frame."""
    division = data.divisions(release)[0]
    units = data.units(release, division, text.language)
    names = {PROVINCE: data.province_name(release, text.language)} | {
        code: unit.name for code, unit in units.items()
    }
    chosen = layout.choose_from_many(
        "unit", tuple(names), label=text("fields.place"), words=names.__getitem__
    )
    level = PROVINCE if chosen == PROVINCE else division.level
    return Here(chosen, names[chosen], level, division.edition)


def show_steps(text: Text, report: FieldReport | None, here: Here, found: Steps) -> None:
    """Draw the steps of the six fields, say what they mean, and give all figures."""
    steps = fields_view.steps_of(text, report)
    st.header(text("funnel.chart"), anchor=False)
    if report is None:
        st.html(parts.block("notice", text("funnel.absent")))
    st.html(parts.block("quiet", fields_view.sample(text, found, here)))
    show_meanings(text, steps)
    st.html(parts.legend_of(text, [(step.id, step.words) for step in steps]))
    st.html(parts.legend(text, parts.INTERVALS_LEGEND))
    groups = fields_view.groups(text, found, steps)
    rows = fields_view.groups_said(text, groups)
    alt = text("funnel.alt", {"place": text.inside(here.name), "rows": rows})
    layout.draw(chart_lanes(text, groups, (text("column.field"), text("column.measure")), alt))
    with st.expander(text("province.table")):
        caption = text("fields.table_caption", {"place": text.inside(here.name)})
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(caption, *fields_view.step_table(text, found, steps)))
        st.html(fields_view.step_notes(text, found, steps))


def show_meanings(text: Text, steps: tuple[Step, ...]) -> None:
    """Say who counts at each step."""
    meanings = [(step.words, step.meaning) for step in steps if step.meaning]
    if meanings:
        st.html(parts.facts(meanings))
        st.html(parts.block("quiet", text("funnel.note")))
    else:
        st.html(parts.block("quiet", text("fields.note")))


def show_pairs(text: Text, report: FieldReport, here: Here) -> None:
    """Give the differences behind the sentence about the weakest field."""
    with st.expander(text("funnel.pairs")):
        st.html(parts.block("quiet", text("funnel.pairs_note")))
        caption = text("funnel.pairs_caption", {"place": text.inside(here.name)})
        pairs = fields_view.at(report.pairs, here)
        st.html(tables.html_table(caption, *fields_view.pair_table(text, pairs), cards=True))


def show_barriers(text: Text, report: FieldReport, here: Here) -> None:
    """Show the main reasons in one field, and side by side in all."""
    st.header(text("barrier.title"), anchor=False)
    field = layout.choose(
        "field", FIELDS, label=text("barrier.field"), words=lambda name: text(f"field.{name}")
    )
    found = barriers_view.reasons_of(text, report, here, field)
    dots = barriers_view.dots(text, found)
    st.html(parts.block("sentence", barriers_view.lead(text, found, field)))
    st.html(parts.block("quiet", barriers_view.base_words(text, report, here, field)))
    if dots:
        facts = {"field": text(f"field.{field}"), "rows": sentences.rows_alt(text, dots)}
        layout.draw(chart_dots(text, dots, [], text("barrier.alt", facts)))
    if hidden := barriers_view.hidden_words(text, found):
        st.html(parts.block("quiet", hidden))
    with st.expander(text("province.table")):
        st.html(tables.scroll_hint(text))
        caption = text("barrier.caption", {"field": text(f"field.{field}")})
        st.html(tables.html_table(caption, *barriers_view.reason_table(text, found)))
        st.html(tables.estimate_notes(text, list(found.values())))
    with st.expander(text("barrier.all")):
        st.html(tables.scroll_hint(text))
        key = ("side_by_side", text.language, here.breakdown, here.unit)
        columns, rows = kept(report.barriers, key, lambda: barriers_view.side_by_side(text, report, here))
        st.html(tables.html_table(text("barrier.all_caption"), columns, rows))


main()
