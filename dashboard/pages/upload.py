"""Tải lên: files are checked, shown, and stored only after a person confirms."""

from collections.abc import Sequence

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard import access, data, layout, parts, uploads
from dashboard.movement_view import show_movement
from dashboard.text import Text
from dashboard.upload_view import offer_findings, show_checked, show_other_tools, show_receipts
from dashboard.uploads import Checked, Outcome
from survey import pipeline
from survey.messages import Refusal

STEPS = ("kobo", "central")
RESULTS = "dashboard/pages/province.py"
ROUND, CHECKED, RECEIPTS = "upload_round", "upload_checked", "upload_receipts"


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    layout.admit(text, "upload")
    st.title(text("upload.title"), anchor=False)
    st.html(parts.block("plain", text("upload.lead")))
    if access.reader().role == access.LOCAL:
        st.html(parts.block("notice", text("upload.access")))
    wave = layout.choose_wave(text)
    if wave is None:
        return
    if receipts := st.session_state.get(RECEIPTS):
        show_stored(text, receipts, wave)
    else:
        ask_for_files(text, wave)


def ask_for_files(text: Text, wave: str) -> None:
    """Say how to export, take files, show what they hold, and ask for confirmation."""
    st.header(text("upload.how"), anchor=False)
    instructions = (
        parts.steps(text(f"upload.how_{tool}"), [text(f"upload.{tool}_{step}") for step in (1, 2, 3, 4)])
        for tool in STEPS
    )
    st.html(parts.cards([parts.card(piece) for piece in instructions]))
    show_other_tools(text, data.open_store().form(wave).joined)
    st.html(parts.uploader_words(text))
    key = f"files_{st.session_state.setdefault(ROUND, 0)}"
    with st.container(key="uploader"):
        files = st.file_uploader(text("upload.widget"), accept_multiple_files=True, key=key)
    if not files:
        st.session_state.pop(CHECKED, None)
        return
    checked = check_all(text, files, wave)
    for one in checked:
        show_checked(text, one)
    offer_findings(text, checked)
    new = [one for one in checked if one.is_new]
    if new:
        if access.may("drafts"):  # the movement tells what a release would say
            show_movement(text, new, wave)
        st.html(parts.block("quiet", text("upload.confirm_note")))
        if st.button(text("upload.confirm", {"n": len(new)}), type="primary"):
            store_all(text, [one for one in checked if one.is_new or one.preview is None], wave)


def check_all(text: Text, files: Sequence[UploadedFile], wave: str) -> list[Checked]:
    """Check each file once a session, with progress; files that were taken back are forgotten."""
    known: dict[tuple[str, str], Checked] = st.session_state.get(CHECKED, {})
    wanted = {(file.file_id, wave): file for file in files}
    fresh = {key: file for key, file in wanted.items() if key not in known}
    kept = {key: one for key, one in known.items() if key in wanted}
    if fresh:
        bar = st.progress(0.0)
        for place, (key, file) in enumerate(fresh.items()):
            facts = {"file": parts.plain(file.name), "i": place + 1, "n": len(fresh)}
            bar.progress(place / len(fresh), text("upload.reading", facts))
            district = access.reader().district
            kept[key] = uploads.check(data.open_store(), file.name, file.getvalue(), wave, district=district)
        bar.empty()
    st.session_state[CHECKED] = kept
    return [kept[key] for key in wanted]


def store_all(text: Text, files: list[Checked], wave: str) -> None:
    """Store the confirmed files, keep the receipts and the refusals, and empty the uploader."""
    bar = st.progress(0.0)
    outcomes = []
    for place, one in enumerate(files):
        facts = {"file": parts.plain(one.name), "i": place + 1, "n": len(files)}
        bar.progress(place / len(files), text("upload.storing", facts))
        outcomes.append(uploads.settle(data.open_store(), one, wave))
    st.session_state[RECEIPTS] = outcomes
    st.session_state.pop(CHECKED, None)
    st.session_state[ROUND] += 1
    st.rerun()


def show_stored(text: Text, outcomes: list[Outcome], wave: str) -> None:
    """Show what became of the confirmed files, and offer what comes next."""
    st.header(text("upload.receipt"), anchor=False)
    show_receipts(text, outcomes)
    st.html(parts.block("plain", text("upload.receipt_note")))
    drafts = access.may("drafts")
    if drafts:
        st.html(parts.block("quiet", text("upload.release_note")))
    with st.container(horizontal=True):
        wanted = drafts and st.button(text("upload.release"), type="primary")
        st.button(text("upload.again"), on_click=st.session_state.pop, args=(RECEIPTS,))
    if wanted:
        make_release(text, wave)


def make_release(text: Text, wave: str) -> None:
    """Compute a draft release of all stored files of the wave."""
    with st.spinner(text("upload.releasing")):
        try:
            release = pipeline.release(data.open_store(), wave)
        except Refusal as refusal:
            st.html(parts.refusal(text("upload.release_refused"), refusal.sentence(text.language)))
            return
    st.html(parts.block("notice", text("upload.released", {"release": release.id})))
    st.session_state["release"] = release.id
    st.page_link(RESULTS, label=text("upload.see_results"))


main()
