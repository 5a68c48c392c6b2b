"""How the review page shows its three parts: the queue of households, a file of corrections, the log."""

from collections.abc import Sequence

import streamlit as st

from dashboard import data, parts, reviewing, tables, uploads
from dashboard.reviewing import Looked
from dashboard.text import Text
from survey.corrections.applying import findings_of
from survey.corrections.log import Fate
from survey.duplicates import Group
from survey.findings import SEVERITIES, by_rule
from survey.messages import Finding

MOST_FINDINGS = 30


def show_group(text: Text, group: Group, wave: str) -> None:
    """Show the submissions of one household side by side, and what was decided."""
    form = data.open_store().form(wave).joined
    columns, rows = reviewing.side_by_side(text, group, form)
    caption = text("review.caption", {"household": group.household})
    st.html(tables.html_table(caption, columns, rows))
    if not group.differences:
        st.html(parts.block("quiet", text("review.alike")))
    if group.decision is not None:
        facts = {
            "number": group.submissions.index(group.decision.kept) + 1,
            "who": group.decision.who,
            "why": group.decision.why,
            "time": uploads.local_time(text, group.decision.created),
        }
        st.html(parts.block("notice", text(f"review.{group.state}_as", facts)))


def show_looked(text: Text, looked: Looked) -> None:
    """Show what a file of corrections would do: refused, or counted, listed, and with its findings."""
    if looked.checked is None:
        why = uploads.why_refused(text, looked.refusal)
        st.html(parts.refusal(text("upload.refused"), f"{why}\n{text('upload.refused_nothing')}"))
        return
    checked = looked.checked
    boxes = [
        (text.count(number), text(f"review.{name}"), text(f"review.{name}_help"))
        for name, number in (
            ("wanted", len(checked.wanted)),
            ("repeated", checked.repeated),
            ("errors", len(checked.errors)),
        )
    ]
    st.html(parts.counts(boxes))
    show_findings(text, looked.findings)
    if checked.wanted:
        columns, rows = reviewing.draft_rows(text, checked.wanted)
        st.html(tables.html_table(text("review.drafts"), columns, rows))


def show_findings(text: Text, findings: Sequence[Finding]) -> None:
    """Show every finding, the gravest first; where they are many, an example of each rule."""
    ordered = sorted(findings, key=lambda found: SEVERITIES.index(found.severity))
    rules = by_rule(findings)
    shown = [rule.example for rule in rules] if len(ordered) > MOST_FINDINGS else ordered
    counts = {rule.code: text("upload.finding_count", {"n": text.count(rule.count)}) for rule in rules}
    items = [
        (
            found.severity,
            text(f"severity.{found.severity}"),
            counts[found.code] if len(ordered) > MOST_FINDINGS else _where(text, found),
            found.sentence(text.language),
        )
        for found in shown
    ]
    if items:
        st.html(parts.findings(text("review.findings"), items))


def _where(text: Text, found: Finding) -> str:
    return text("review.row", {"row": found.row}) if found.row is not None else text("review.whole")


def show_log(text: Text, fates: Sequence[Fate]) -> None:
    """Show the log of corrections, and those without effect with what to do."""
    if not fates:
        st.html(parts.block("quiet", text("review.log_empty")))
        return
    applied = sum(fate.state == "applied" for fate in fates)
    facts = {"applied": text.count(applied), "rows": text.count(len(fates))}
    st.html(parts.block("plain", text("review.log_counts", facts)))
    if idle := findings_of(fates):
        st.html(
            parts.refusal(text("review.idle"), "\n".join(found.sentence(text.language) for found in idle))
        )
    columns, rows = reviewing.log_rows(text, fates)
    st.html(tables.scroll_hint(text))
    st.html(tables.html_table(text("review.log_caption"), columns, rows))
