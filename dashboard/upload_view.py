"""How files on their way in are shown: refused, known, or with what storing them would change."""

import streamlit as st

from dashboard import parts, tables, uploads
from dashboard.text import Text
from dashboard.uploads import Checked
from survey.messages import Refusal
from survey.receipt import KINDS, Receipt


def show_checked(text: Text, one: Checked) -> None:
    """Show one file: refused with its sentences, known already, or what storing it would change."""
    with st.container(border=True):
        st.html(parts.file_name(one.name))
        if one.preview is None:
            why = one.refusal.sentence(text.language) if one.refusal else text("upload.failed")
            st.html(parts.refusal(text("upload.refused"), f"{why}\n{text('upload.refused_nothing')}"))
        elif one.preview.is_duplicate:
            st.html(parts.block("notice", text("upload.duplicate")))
        else:
            show_preview(text, one.preview.receipt())


def show_preview(text: Text, receipt: Receipt) -> None:
    """Show the counts of a file against what is known, and its findings by rule."""
    counts = receipt.comparison.counts()
    boxes = [
        (text.count(counts[kind]), text(f"upload.{kind}"), text(f"upload.{kind}_help")) for kind in KINDS
    ]
    st.html(parts.counts(boxes))
    facts = {
        "households": text.count(receipt.households),
        "members": text.count(receipt.members),
        "interviews": text.count(receipt.interviews),
        "source": text(f"source.{receipt.source}"),
        "versions": ", ".join(receipt.form_versions),
    }
    st.html(parts.block("quiet", text("upload.facts", facts)))
    if not receipt.findings:
        st.html(parts.block("plain", text("upload.no_findings")))
        return
    columns = (
        tables.Column(text("upload.severity"), tables.WORD),
        tables.Column(text("upload.finding_count"), tables.NUMBER),
        tables.Column(text("upload.finding_example"), tables.NOTE),
    )
    rows = [
        tables.Row(
            text(f"severity.{rule.severity}"), (text.count(rule.count), rule.example.sentence(text.language))
        )
        for rule in uploads.rules(receipt.findings)
    ]
    st.html(tables.html_table(text("upload.findings"), columns, rows))


def offer_findings(text: Text, checked: list[Checked]) -> None:
    """Offer all findings as one list for the people who mend them."""
    if any(one.findings for one in checked):
        file = f"{text('upload.list_file')}.xlsx"
        st.download_button(
            text("upload.download"), uploads.findings_workbook(text, checked), file, on_click="ignore"
        )


def show_receipt(text: Text, name: str, outcome: Receipt | Refusal) -> None:
    """Show the receipt of a stored file, or why the store refused it."""
    with st.container(border=True):
        st.html(parts.file_name(name))
        if isinstance(outcome, Refusal):
            st.html(parts.refusal(text("upload.refused"), outcome.sentence(text.language)))
            return
        counts = uploads.submission_counts(text, outcome.comparison.counts())
        st.html(
            parts.facts(
                (
                    (text("upload.receipt_id"), outcome.upload_id),
                    (text("upload.receipt_counts"), counts),
                )
            )
        )
