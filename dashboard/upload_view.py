"""How files on their way in are shown: refused, known, or with what storing them would change."""

import io
from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard import parts, uploads
from dashboard.text import Text
from dashboard.uploads import Checked, Outcome
from survey.findings import by_rule, findings_workbook
from survey.forms.template import write_template
from survey.instrument import Instrument
from survey.messages import Finding
from survey.receipt import KINDS, Receipt

# The order of the list: tools first, then what an office may have left of an older wave.
OTHER_SOURCES = (
    "survey_solutions", "surveycto", "cspro", "limesurvey", "statistics", "template", "table",
)  # fmt: skip


def show_other_tools(text: Text, instrument: Instrument) -> None:
    """Fold away what to choose in the other tools, and offer the template for places without one."""
    with st.expander(text("upload.others")):
        told = [(text(f"source.{source}"), text(f"choose.{source}")) for source in OTHER_SOURCES]
        st.html(parts.facts(told))
        file = f"{text('upload.others_template_file')}-{instrument.form_id}.xlsx"
        written = partial(
            template_bytes, instrument
        )  # on the click: it takes longer than the rest of the page
        st.download_button(text("upload.others_template"), written, file, on_click="ignore")


def template_bytes(instrument: Instrument) -> bytes:
    """Write the template of a form as a file."""
    book = io.BytesIO()
    write_template(instrument, book)
    return book.getvalue()


def show_checked(text: Text, one: Checked) -> None:
    """Show one file: refused with its sentences, known already, or what storing it would change."""
    with st.container(border=True):
        st.html(parts.file_name(one.name))
        if one.preview is None:
            why = uploads.why_refused(text, one.refusal)
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
        "size": uploads.size(text, receipt),
        "source": text(f"source.{receipt.source}"),
        "score": text.percent(receipt.scores.get(receipt.source, 0), 0),
        "versions": ", ".join(receipt.form_versions),
    }
    st.html(parts.block("quiet", text("upload.facts", facts)))
    list_by_rule(text, receipt.findings, title=text("upload.findings"))


def list_by_rule(text: Text, findings: Sequence[Finding], *, title: str) -> None:
    """List findings, one line a rule with its first case, or say that there is none."""
    if not findings:
        st.html(parts.block("plain", text("upload.no_findings")))
        return
    items = [
        (
            rule.severity,
            text(f"severity.{rule.severity}"),
            text("upload.finding_count", {"n": text.count(rule.count)}),
            rule.example.sentence(text.language),
        )
        for rule in by_rule(findings)
    ]
    st.html(parts.findings(title, items))


def offer_findings(text: Text, checked: list[Checked]) -> None:
    """Offer all findings as one list for the people who correct them."""
    if found := [each for one in checked for each in one.findings]:
        file = f"{text('upload.list_file')}.xlsx"
        st.download_button(text("upload.download"), findings_workbook(found), file, on_click="ignore")


def show_receipts(text: Text, outcomes: Sequence[Outcome]) -> None:
    """Show the receipt of every stored file, name the refused ones, and offer all of it as a file."""
    for outcome in outcomes:
        if outcome.receipt is not None:
            with st.container(border=True):
                st.html(parts.file_name(outcome.name))
                st.html(parts.facts(uploads.receipt_lines(text, outcome, outcome.receipt)))
    if refused := [outcome for outcome in outcomes if outcome.receipt is None]:
        names = "; ".join(outcome.name for outcome in refused)
        reasons = "\n".join(uploads.why_refused(text, outcome.refusal) for outcome in refused)
        st.html(parts.refusal(text("upload.receipt_refused", {"files": names}), reasons))
    file = f"{text('upload.receipt_file')}.xlsx"
    book = uploads.receipt_workbook(text, outcomes)
    st.download_button(text("upload.receipt_download"), book, file, on_click="ignore")
