"""The definition of the indicator as an official reads it: one click away from the number."""

import streamlit as st

from dashboard import parts, tables
from dashboard.numbers import ABSENT
from dashboard.text import Text
from survey.indicators.definition import Basis, Definition
from survey.release import Release

OUTCOMES = ("headline", "strict", "lenient")


def show_definition(text: Text, release: Release) -> None:
    """Write the definition that a release was computed with and that it keeps."""
    definition = release.definition
    with st.expander(text("definition.open")):
        st.html(parts.facts(definition_facts(text, definition)))
        st.html(tables.html_table(text("definition.examples"), *_examples(text, definition)))


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


def _examples(text: Text, definition: Definition) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
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
