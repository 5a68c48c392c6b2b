"""Tải về và báo cáo: a release as Word, PDF, Excel, CSV, charts, and with scripts that check it."""

import streamlit as st

from dashboard import access, data, layout, parts, published
from dashboard.report.beside import Beside, beside
from dashboard.report.formats import FORMATS, format_name
from dashboard.reports_kept import File, kept_files, make_files
from dashboard.text import Text
from survey.messages import Refusal
from survey.publishing.standing import DRAFT, Standing
from survey.release import Release


def main() -> None:
    """Write the page."""
    text = layout.reader_text()
    release = layout.page_release(text)
    layout.heading(text, text("downloads.title"), release)
    st.html(parts.block("sentence", text("downloads.lead")))
    show_files(text, release)
    st.html(parts.titled(text("downloads.hidden_title"), text("downloads.hidden")))
    st.html(parts.titled(text("downloads.persons_title"), text("downloads.persons", {"release": release.id})))
    layout.footer(text, release)


def show_files(text: Text, release: Release) -> None:
    """Offer to make the files, with progress, then offer the files."""
    st.header(text("downloads.files"), anchor=False)
    standing = published.standing(release.id) or DRAFT
    found = beside(
        data.open_store(),
        release,
        standing,
        drafts=access.may("drafts"),
        at=published.now(),
        opened=data.read_release,
    )
    if not kept_files(release.id, text.language, standing, found):
        st.html(parts.block("quiet", text("downloads.wait")))
        if not st.button(text("downloads.make"), type="primary"):
            list_formats(text)
            return
        make_with_progress(text, release, standing, found)
        st.rerun()
    for name, file in kept_files(release.id, text.language, standing, found).items():
        show_file(text, name, file)


def make_with_progress(text: Text, release: Release, standing: Standing, found: Beside) -> None:
    """Make every file and show which one, and which part of it, is being made."""
    bar = st.progress(0.0, text("downloads.begins"))

    def told(done: int, name: str, step: str) -> None:
        words = text("downloads.step", {"format": format_name(text, name), "step": step})
        bar.progress(done / len(FORMATS), parts.plain(words))

    make_files(release, text.language, standing, told, beside=found)
    bar.empty()


def show_file(text: Text, name: str, file: File | Refusal) -> None:
    """Offer one file, or say why it could not be made."""
    if isinstance(file, Refusal):
        sentences = "\n".join(found.sentence(text.language) for found in file.findings)
        st.html(parts.refusal(format_name(text, name), sentences))
        return
    label = text("downloads.file", {"format": format_name(text, name), "size": text.count(file.kilobytes)})
    st.download_button(label, file.content, file.name, FORMATS[name].mime, on_click="ignore", key=name)
    st.html(parts.block("quiet", text(f"report_format_note.{name}")))


def list_formats(text: Text) -> None:
    """Say what there will be."""
    pairs = [(format_name(text, name), text(f"report_format_note.{name}")) for name in FORMATS]
    st.html(parts.facts(pairs))


main()
