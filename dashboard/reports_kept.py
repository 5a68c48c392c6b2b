"""Files of a release made for the page of downloads, kept for the next reader of the same release."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.report.beside import ALONE, Beside, Key
from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of
from survey.messages import Refusal
from survey.publishing.standing import Standing
from survey.release import Release

KEPT = (
    4  # releases, languages, how they stand for whom and what stands beside them; a set of files is some 4 MB
)
KILO = 1000

Files = dict[str, "File | Refusal"]


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    content: bytes

    @property
    def kilobytes(self) -> int:
        """Size in thousands of bytes, one at least."""
        return max(round(len(self.content) / KILO), 1)


def kept_files(release: str, language: str, standing: Standing, beside: Beside = ALONE) -> Files:
    """Return the files that were made of a release as it stands for its reader; empty before that."""
    return _shelf().get((release, language, standing, beside.key), {})


def make_files(
    release: Release,
    language: str,
    standing: Standing,
    told: Callable[[int, str, str], None],
    *,
    beside: Beside = ALONE,
) -> None:
    """Make every kind of file once; `told` hears how many are done, which kind is next, and its steps."""
    report = report_of(release, language, standing=standing, beside=beside)
    made: Files = {}
    for done, (name, kind) in enumerate(FORMATS.items()):

        def step(title: str, done: int = done, name: str = name) -> None:
            told(done, name, title)

        step(report.release)
        try:
            made[name] = File(kind.file_name(report), kind.make(release, report, step))
        except Refusal as refusal:
            made[name] = refusal
    shelf = _shelf()
    while len(shelf) >= KEPT:
        shelf.pop(next(iter(shelf)), None)
    shelf[release.id, language, standing, beside.key] = made


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[tuple[str, str, Standing, Key], Files]:
    return {}
