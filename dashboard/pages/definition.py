"""Định nghĩa: what counts as the indicator, in the words of the form, and what other readings would give."""

import streamlit as st

from dashboard import (
    condition_words,
    definition_view,
    fields_view,
    layout,
    parts,
    sensitivity_view,
    sentences,
    tables,
)
from dashboard.chart_rows import chart_dots
from dashboard.condition_words import Wording
from dashboard.example_words import worked_examples
from dashboard.lanes_chart import chart_lanes
from dashboard.text import Text
from survey.definition_report import DefinitionReport
from survey.release import Release


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("defined.title"), release)
    st.html(parts.facts(definition_view.definition_facts(text, release.definition)))
    if release.defined is None:
        st.html(parts.block("notice", text("defined.absent")))
        st.html(
            tables.html_table(
                text("definition.examples"), *definition_view.examples(text, release.definition)
            )
        )
        layout.footer(text, release)
        st.stop()
    words = condition_words.wording(text, release)
    show_conditions(text, words)
    show_bases(text, words)
    show_examples(text, words, release.defined)
    show_sensitivity(text, release, release.defined)
    show_undetermined(text, release, release.defined)
    show_versions(text, release.defined)
    layout.footer(text, release)


def show_conditions(text: Text, words: Wording) -> None:
    """Write the headline as an outline, its companions folded away, and the tasks of every field."""
    definition = words.definition
    st.header(text("defined.conditions"), anchor=False)
    st.html(parts.block("quiet", text("defined.conditions_note")))
    published = (entry.rule for entry in definition.publish)
    head, *others = dict.fromkeys([*published, *definition_view.OUTCOMES])
    st.html(condition_words.outline_html((condition_words.outline(words, definition.conditions[head]),)))
    for rule in others:
        with st.expander(parts.plain(definition.labels[rule][text.language])):
            line = condition_words.outline(words, definition.conditions[rule])
            st.html(condition_words.outline_html((line,)))
    with st.expander(text("defined.tasks")):
        st.html(tables.html_table(text("defined.tasks_caption"), *definition_view.tasks(words), cards=True))


def show_bases(text: Text, words: Wording) -> None:
    """Say of whom shares are taken."""
    st.header(text("defined.bases"), anchor=False)
    st.html(tables.html_table(text("defined.bases_caption"), *definition_view.bases(words), cards=True))


def show_examples(text: Text, words: Wording, report: DefinitionReport) -> None:
    """Work out the invented persons of the definition, one folded away each."""
    st.header(text("definition.examples"), anchor=False)
    st.html(parts.block("quiet", text("defined.examples_note")))
    for worked in worked_examples(words, report):
        title = text("defined.worked", {"person": worked.title, "outcome": worked.outcome})
        with st.expander(parts.plain(title)):
            st.html(condition_words.outline_html(worked.steps))


def show_sensitivity(text: Text, release: Release, report: DefinitionReport) -> None:
    """Draw what other numbers of fields and other bases would give; only the headline has verdicts."""
    definition = release.definition
    st.header(text("sensitivity.title"), anchor=False)
    st.html(parts.block("sentence", sensitivity_view.published_sentence(text, release)))
    if report.variants.empty:
        st.html(parts.block("notice", text("sensitivity.none")))
        return
    found, own = sensitivity_view.variants_of(report), sensitivity_view.published(report)
    st.html(parts.block("sentence", sensitivity_view.spread(text, found, own)))
    if helped := sensitivity_view.with_help(text, found, own):
        st.html(parts.block("sentence", helped))
    st.html(parts.block("notice", text("sensitivity.no_verdict")))
    st.subheader(text("sensitivity.by_fields"), anchor=False)
    st.html(parts.block("quiet", text("sensitivity.by_fields_note")))
    rules = sensitivity_view.rules_of(found)
    st.html(parts.legend_of(text, [(rule, text(f"sensitivity.{rule}")) for rule in rules]))
    if sensitivity_view.WITH_HELP in rules:
        st.html(parts.block("quiet", text("sensitivity.with_help_note")))
    st.html(parts.legend(text, parts.INTERVALS_LEGEND))
    groups = sensitivity_view.field_groups(text, found, own)
    alt = text("sensitivity.fields_alt", {"rows": fields_view.groups_said(text, groups)})
    layout.draw(chart_lanes(text, groups, (text("sensitivity.number"), text("sensitivity.rule")), alt))
    st.subheader(text("sensitivity.by_base"), anchor=False)
    st.html(parts.block("quiet", text("sensitivity.by_base_note")))
    dots = sensitivity_view.base_dots(text, found, own, definition)
    alt = text("sensitivity.base_alt", {"rows": sentences.rows_alt(text, dots)})
    layout.draw(chart_dots(text, dots, [], alt))
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(text("sensitivity.grid"), *sensitivity_view.grid(text, found, own, definition)))
    with st.expander(text("province.table")):
        columns, rows, notes = sensitivity_view.full(text, found, own, definition)
        st.html(tables.scroll_hint(text))
        st.html(tables.html_table(text("sensitivity.full"), columns, rows))
        st.html(notes)


def show_undetermined(text: Text, release: Release, report: DefinitionReport) -> None:
    """Say how many are undetermined, how they are treated, and what that leaves open."""
    st.header(text("sensitivity.undetermined"), anchor=False)
    st.html(parts.block("sentence", sensitivity_view.undetermined_sentence(text, report)))
    st.html(parts.block("quiet", text("definition.rule_missing")))
    st.html(tables.scroll_hint(text))
    st.html(
        tables.html_table(text("sensitivity.treatments"), *sensitivity_view.treatment_table(text, report))
    )
    with st.expander(text("sensitivity.by_condition")):
        made = sensitivity_view.undetermined_table(text, report, release.definition)
        st.html(tables.html_table(text("sensitivity.by_condition"), *made, cards=True))


def show_versions(text: Text, report: DefinitionReport) -> None:
    """Write the versions of the definition, and what is to be decided before it is approved."""
    st.header(text("defined.versions"), anchor=False)
    st.html(
        tables.html_table(
            text("defined.versions_caption"), *definition_view.versions(text, report), cards=True
        )
    )
    points = definition_view.open_points(text, report)
    if points:
        st.html(parts.steps(text("defined.open"), points))


main()
