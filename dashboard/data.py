"""The only cached reads of the app, keyed by release id or name, never by a frame."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from survey import places
from survey.release import Release
from survey.store import Store
from survey.unit_table import release_geography, release_units


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as the pages name and draw it; `row` and `column` are its square on the tile map, if any."""

    code: str
    name: str
    short: str
    row: int | None
    column: int | None


@dataclass(frozen=True, slots=True)
class Division:
    """The units of one level in one edition: the districts before a day, the communes since.

    Attributes
    ----------
    level, edition : str
    until : str
        Day on which the next edition began, for the first edition; else empty.
    names : tuple of (language, words)
        What the level is called inside a sentence.
    """

    level: str
    edition: str
    until: str
    names: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """Name in the address of a page."""
        return f"{self.level}@{self.edition}"

    def name(self, language: str) -> str:
        """Write what the level is called inside a sentence."""
        return dict(self.names)[language]


def open_store() -> Store:
    """Return the store of this machine; one object for all sessions."""
    return _store(str(places.default_store().resolve()))


def release_ids() -> tuple[str, ...]:
    """Return the identifiers of all releases: the latest wave first, in it the newest."""
    rows = sorted(open_store().releases(), key=lambda row: (row["wave"], row["number"]), reverse=True)
    return tuple(str(row["release_id"]) for row in rows)


def read_release(release_id: str) -> Release:
    """Return a release; it never changes, so it is read once."""
    return _release(str(open_store().root), release_id)


def divisions(release: Release) -> tuple[Division, ...]:
    """Return the divisions that a release has estimates of, that of the frame first."""
    return _divisions(str(open_store().root), release.id)


def units(release: Release, division: Division, language: str) -> dict[str, Place]:
    """Return the units of a division by code, in the order of the geography pack."""
    return _places(str(open_store().root), release.id, division, language)


def province_name(release: Release, language: str) -> str:
    """Return the name of the territory that the estimates for the whole are about."""
    return str(_units(str(open_store().root), release.id)[f"name_{language}"].iloc[0])


@st.cache_resource(show_spinner=False)
def _store(root: str) -> Store:
    return Store(Path(root))


@st.cache_resource(show_spinner=False, max_entries=8)
def _release(root: str, release_id: str) -> Release:
    return _store(root).open_release(release_id)


@st.cache_resource(show_spinner=False, max_entries=8)
def _units(root: str, release_id: str) -> pd.DataFrame:
    return release_units(_release(root, release_id))


@st.cache_resource(show_spinner=False, max_entries=8)
def _divisions(root: str, release_id: str) -> tuple[Division, ...]:
    release = _release(root, release_id)
    geography = release_geography(release)
    days = [entry["id"] for entry in geography["editions"]]
    estimated = set(release.estimates[["edition", "breakdown"]].itertuples(index=False, name=None))
    found = [
        Division(
            level,
            entry["id"],
            days[1] if entry["id"] == days[0] and len(days) > 1 else "",
            tuple(geography["level_names"][level].items()),
        )
        for entry in geography["editions"]
        for level in entry["levels"][1:]
        if (entry["id"], level) in estimated
    ]
    return tuple(sorted(found, key=lambda one: one.edition != geography["edition"]))


@st.cache_resource(show_spinner=False, max_entries=32)
def _places(root: str, release_id: str, division: Division, language: str) -> dict[str, Place]:
    rows = _units(root, release_id)
    own = rows[(rows["edition"] == division.edition) & (rows["level"] == division.level)]
    return {
        str(row.unit): Place(
            code=str(row.unit),
            name=str(getattr(row, f"name_{language}")),
            short=str(row.short),
            row=None if pd.isna(row.square_row) else int(row.square_row),
            column=None if pd.isna(row.square_col) else int(row.square_col),
        )
        for row in own.itertuples()
    }
