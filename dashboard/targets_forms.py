"""The forms of the other targets: report a figure, send a workbook, submit, accept or return."""

from collections.abc import Mapping

import streamlit as st

from dashboard import access, data, parts, signing, targets_intake, uploads
from dashboard.review_view import show_findings
from dashboard.targets_intake import Looked, Outcome
from dashboard.targets_words import record_words
from dashboard.text import Text
from survey.other_targets import keeping, sheets
from survey.other_targets.checking import BY_KIND
from survey.other_targets.log import Entry
from survey.other_targets.targets import Target

SAID, ROUND = "targets_said", "targets_round"
# Who may take the next step from a state.
WAITING: Mapping[str, access.Right] = {"draft": "report_targets", "submitted": "decide_targets"}
YES, NO = "yes", "no"


def report_figure(text: Text, targets: Mapping[str, Target]) -> None:
    """Take one figure with its document."""
    st.header(text("targets.report"), anchor=False)
    st.html(parts.block("quiet", text("targets.report_note")))
    names = list(targets)
    chosen = st.selectbox(
        text("targets.choose"),
        names,
        format_func=lambda name: targets[name].title[text.language],
        key="targets_report",
    )
    target = targets[chosen]
    with st.form(f"report_{chosen}_{st.session_state.setdefault(ROUND, 0)}", border=True):
        cells = {"target": chosen, **_figure_fields(text, target), **_document_fields(text)}
        who = signing.ask_who(text("targets.who"), hint=text("targets.who_help"))
        sent = st.form_submit_button(text("targets.keep"), type="primary")
    if sent:
        outcome = targets_intake.report(data.open_store(), cells, who)
        done = text("targets.kept", {"record": outcome.entries[0].record}) if outcome.entries else ""
        _settle(text, outcome, done or text("targets.known"))


def send_workbook(text: Text, targets: Mapping[str, Target]) -> None:
    """Offer the template, take it back filled in, show what it would do, and ask for confirmation."""
    st.header(text("targets.sheet"), anchor=False)
    st.html(parts.block("quiet", text("targets.sheet_note")))
    file = f"{text('targets.template_file')}.xlsx"
    content = sheets.template(tuple(targets.values()))
    st.download_button(text("targets.template"), content, file, on_click="ignore")
    round_ = st.session_state.setdefault(ROUND, 0)
    key = f"targets_who_{round_}"
    who = signing.ask_who(text("targets.who"), hint=text("targets.who_help"), key=key)
    with st.container(key="uploader_sheet"):
        sent = st.file_uploader(text("targets.widget"), key=f"targets_sheet_{round_}")
    if sent is None:
        return
    if not who:
        st.html(parts.block("notice", text("targets.who_first")))
        return
    looked = targets_intake.look(data.open_store(), sent.name, sent.getvalue(), who)
    with st.container(border=True):
        st.html(parts.file_name(looked.name))
        show_looked(text, looked)
    if looked.checked and looked.is_ready and st.button(text("targets.confirm"), type="primary"):
        checked = looked.checked
        outcome = targets_intake.attempt(lambda: keeping.keep(data.open_store().catalogue, checked))
        _settle(text, outcome, text("targets.sheet_kept", {"n": text.count(len(outcome.entries))}))


def show_looked(text: Text, looked: Looked) -> None:
    """Show what a workbook would do: refused, or counted with its findings."""
    if looked.checked is None:
        why = uploads.why_refused(text, looked.refusal)
        st.html(parts.refusal(text("upload.refused"), f"{why}\n{text('upload.refused_nothing')}"))
        return
    boxes = [
        (text.count(count), text(f"targets.{name}"), text(f"targets.{name}_help"))
        for name, count in looked.counts().items()
    ]
    st.html(parts.counts(boxes))
    show_findings(text, looked.checked.findings)


def decide(text: Text, targets: Mapping[str, Target], last: Mapping[int, Entry]) -> None:
    """Submit a draft, accept or return what was submitted."""
    st.header(text("targets.decide"), anchor=False)
    who = access.reader()
    mine = {state for state, right in WAITING.items() if who.may(right)}
    waiting = {record: entry for record, entry in last.items() if entry.state in mine}
    if not waiting:
        st.html(parts.block("quiet", text("targets.decide_none")))
        return
    st.html(parts.block("quiet", text("targets.decide_note")))
    chosen = st.selectbox(
        text("targets.decide_choose"),
        list(waiting),
        format_func=lambda record: record_words(text, targets, waiting[record]),
        key="targets_record",
    )
    entry = waiting[chosen]
    with st.form(f"decide_{entry.number}", border=True):
        asked = _submission if entry.state == "draft" else _decision
        asked(text, entry)


def _submission(text: Text, entry: Entry) -> None:
    who = signing.ask_who(text("targets.who"), hint=text("targets.who_help"))
    with st.container(key="uploader_submit"):
        file = st.file_uploader(text("targets.document_file"))
    if st.form_submit_button(text("targets.submit"), type="primary"):
        sha256 = targets_intake.digest(file.getvalue() if file else None)
        book = data.open_store().catalogue
        outcome = targets_intake.attempt(
            lambda: (keeping.submit(book, entry.record, who=who, sha256=sha256, seen=entry.number),)
        )
        _step_done(text, outcome)


def _decision(text: Text, entry: Entry) -> None:
    left, right = st.columns(2)
    who = signing.ask_who(text("targets.who"), hint=text("targets.who_help"), place=left)
    why = right.text_input(text("targets.why"), max_chars=200)
    with st.container(horizontal=True):
        accepted = st.form_submit_button(text("targets.accept"), type="primary")
        returned = st.form_submit_button(text("targets.return"))
    book = data.open_store().catalogue
    if accepted:
        deed = lambda: (keeping.accept(book, entry.record, who=who, seen=entry.number),)  # noqa: E731
        _step_done(text, targets_intake.attempt(deed))
    if returned:
        deed = lambda: (keeping.send_back(book, entry.record, who=who, why=why, seen=entry.number),)  # noqa: E731
        _step_done(text, targets_intake.attempt(deed))


def _step_done(text: Text, outcome: Outcome) -> None:
    done = ""
    if outcome.entries:
        entry = outcome.entries[0]
        state = text(f"targets.state_{entry.state}").lower()
        done = text("targets.done", {"record": entry.record, "state": state})
    _settle(text, outcome, done)


def _settle(text: Text, outcome: Outcome, done: str) -> None:
    """Say why nothing was kept, or show the page anew with what was done."""
    if outcome.refusal is not None:
        st.html(parts.refusal(text("targets.not_kept"), outcome.refusal.sentence(text.language)))
        return
    st.session_state[SAID] = done
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.rerun()


def _figure_fields(text: Text, target: Target) -> dict[str, str]:
    """Ask for the figures that a target of this kind has."""
    fields = BY_KIND[target.kind]
    if target.kind == "existence":
        options = {YES: text("targets.yes"), NO: text("targets.no")}
        told = st.radio(
            text("targets.exists"),
            list(options),
            index=None,
            format_func=options.__getitem__,
            horizontal=True,
        )
        return {"exists": told or ""}
    words = {"numerator": target.numerator, "denominator": target.denominator}
    return {
        field: place.text_input(_capital(words[field][text.language]), max_chars=12).strip()
        for place, field in zip(st.columns(len(fields)), fields, strict=True)
    }


def _document_fields(text: Text) -> dict[str, str]:
    """Ask for the day, the office and the document of a figure."""
    left, right = st.columns(2)
    day = left.text_input(text("targets.day"), max_chars=10, help=text("targets.day_help"))
    unit = right.text_input(text("targets.unit"), max_chars=200)
    left, right = st.columns(2)
    document = left.text_input(text("targets.document_number"), max_chars=120)
    dated = right.text_input(text("targets.document_date"), max_chars=10, help=text("targets.day_help"))
    with st.container(key="uploader_document"):
        file = st.file_uploader(text("targets.document_file"))
    sha256 = targets_intake.digest(file.getvalue() if file else None)
    told = {"day": day, "unit": unit, "document": document, "document_date": dated}
    return {**{field: said.strip() for field, said in told.items()}, "sha256": sha256}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
