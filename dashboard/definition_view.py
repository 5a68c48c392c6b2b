"""The definition of the indicator as an official reads it: one click away from the number."""

import streamlit as st

from dashboard import parts, tables
from dashboard.condition_words import Wording, base_words
from dashboard.numbers import ABSENT
from dashboard.text import Text
from survey.definition_report import DefinitionReport
from survey.indicators.definition import Basis, Definition
from survey.release import Release

OUTCOMES = ("headline", "strict", "lenient")


def show_definition(text: Text, release: Release) -> None:
    """Write the definition that a release was computed with and that it keeps."""
    definition = release.definition
    with st.expander(text("definition.open")):
        st.html(parts.facts(definition_facts(text, definition)))
        st.html(tables.html_table(text("definition.examples"), *examples(text, definition)))


def definition_facts(text: Text, definition: Definition) -> tuple[tuple[str, str], ...]:
    """Write the definition as names and words."""
    return (*_words(text, definition), *_state(text, definition))


def _words(text: Text, definition: Definition) -> tuple[tuple[str, str], ...]:
    language = text.language
    least, fields = definition.breadth
    names = ", ".join(definition.domains[field].labels[language].lower() for field in fields)
    rule = {"n": least, "total": len(fields), "fields": names}
    basis = (text("definition.basis_row", _basis(text, entry)) for entry in definition.basis)
    return (
        (text("definition.label"), definition.label[language]),
        (text("definition.basis"), "; ".join(basis)),
        (text("definition.unit"), definition.unit[language]),
        (text("definition.rule"), f"{text('definition.rule_ps', rule)} {text('definition.rule_missing')}"),
    )


def _state(text: Text, definition: Definition) -> tuple[tuple[str, str], ...]:
    status = text(f"definition.status_{definition.status}", {"document": definition.approved_by})
    return (
        (text("definition.version"), definition.version),
        (text("definition.status"), status),
        (text("definition.hash"), definition.sha256),
    )


def _basis(text: Text, entry: Basis) -> dict[str, str]:
    return {
        "doc": entry.documents[text.language],
        "date": text.day(entry.date),
        "note": entry.notes[text.language],
    }


def examples(text: Text, definition: Definition) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write the invented persons of a definition with the verdicts that a committee expects."""
    outcome = {True: "definition.yes", False: "definition.no", None: "definition.unknown"}
    columns = (
        tables.Column(text("definition.example")),
        *(tables.Column(text(f"definition.outcome_{name}"), tables.WORD) for name in OUTCOMES),
    )
    rows = [
        tables.Row(
            example.labels[text.language],
            tuple(
                text(outcome[example.expect[name]]) if name in example.expect else ABSENT for name in OUTCOMES
            ),
        )
        for example in definition.examples
    ]
    return columns, rows


def tasks(words: Wording) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write which tasks of every field count, and which are only asked about."""
    text = words.text
    columns = (
        tables.Column(text("column.field")),
        tables.Column(text("defined.core"), tables.NOTE),
        tables.Column(text("defined.more"), tables.NOTE),
    )
    rows = [
        tables.Row(
            field.labels[text.language],
            (
                "; ".join(words.task(task) for task in field.core),
                "; ".join(words.task(task) for task in field.tasks if task not in field.core) or ABSENT,
            ),
        )
        for field in words.definition.domains.values()
    ]
    return columns, rows


def bases(words: Wording) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write who belongs to every base; that of the headline stands out."""
    text, own = words.text, words.definition.headline.base
    columns = (tables.Column(text("column.base")), tables.Column(text("defined.who"), tables.NOTE))
    rows = [
        tables.Row(base.labels[text.language], (base_words(words, base),), strong=base.id == own)
        for base in words.definition.bases.values()
    ]
    return columns, rows


def versions(text: Text, report: DefinitionReport) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write the recorded versions, the newest first."""
    columns = (
        tables.Column(text("definition.version")),
        tables.Column(text("defined.day"), tables.WORD),
        tables.Column(text("definition.status"), tables.WORD),
        tables.Column(text("defined.changes"), tables.NOTE),
    )
    rows = [
        tables.Row(
            row["version"],
            (text.day(row["date"]), text(f"defined.state_{row['status']}"), row[text.language]),
        )
        for row in reversed(report.versions.to_dict("records"))
    ]
    return columns, rows


def open_points(text: Text, report: DefinitionReport) -> list[str]:
    """Say what is to be decided before the newest version is approved."""
    newest = report.versions["version"].tail(1)
    return list(report.open.loc[report.open["version"].isin(newest), text.language])
