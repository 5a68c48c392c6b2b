"""The definition of the indicator as an official reads it: one click away from the number."""

import streamlit as st

from dashboard import data, parts, tables
from dashboard.numbers import ABSENT
from dashboard.text import Text
from survey.release import Release

OUTCOMES = ("headline", "strict", "lenient")


def show_definition(text: Text, release: Release) -> None:
    """Write the definition a release was computed with, or say that this machine holds another one."""
    stated = release.manifest["definition"]
    with st.expander(text("definition.open")):
        found = data.declared(release)
        if found is None:
            st.html(parts.block("notice", text("definition.changed")))
        else:
            st.html(parts.facts(_words(text, found)))
        st.html(
            parts.facts(
                (
                    (text("definition.version"), str(stated["version"])),
                    (text("definition.status"), _status(text, stated)),
                    (text("definition.hash"), str(stated["sha256"])),
                )
            )
        )
        if found is not None:
            st.html(tables.html_table(text("definition.examples"), *_examples(text, found)))


def _words(text: Text, found: data.Declared) -> tuple[tuple[str, str], ...]:
    definition, language = found.definition, text.language
    least, fields = found.breadth
    names = ", ".join(definition.domains[field].labels[language].lower() for field in fields)
    rule = {"n": least, "total": len(fields), "fields": names}
    basis = (
        text("definition.basis_row", {"doc": entry.document, "date": entry.date, "note": entry.note})
        for entry in found.basis
    )
    return (
        (text("definition.label"), definition.label[language]),
        (text("definition.basis"), "; ".join(basis)),
        (text("definition.unit"), definition.unit[language]),
        (text("definition.rule"), f"{text('definition.rule_ps', rule)} {text('definition.rule_missing')}"),
    )


def _status(text: Text, stated: dict[str, object]) -> str:
    return text(f"definition.status_{stated['status']}", {"document": stated["approved_by"]})


def _examples(text: Text, found: data.Declared) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
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
        for example in found.definition.examples
    ]
    return columns, rows
