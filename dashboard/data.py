"""The only cached reads of the app, keyed by release id or name, never by a frame."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.readings import PROVINCE
from estimation.planning.plan import TOTAL
from survey import places, planning
from survey.catalogue import head
from survey.fieldwork.overview import Overview, overview
from survey.geography import Gazetteer, load_pack
from survey.indicators.definition import Definition, Goal, load_definition
from survey.release import Release
from survey.store import Store
from survey.wave import DEFINITIONS, GEOGRAPHY, Wave


@dataclass(frozen=True, slots=True)
class Place:
    """A district as the pages name and draw it; `row` and `column` are its square on the tile map."""

    code: str
    name: str
    short: str
    row: int
    column: int


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


def fieldwork(wave: str) -> Overview:
    """Return the fieldwork of a wave, computed once for each state of the store.

    Raises
    ------
    Refusal
        When there is nothing to look at yet; the sentence says why.
    """
    return _fieldwork(str(open_store().root), wave, store_state())


def store_state() -> str:
    """Return what changes with everything that is recorded: the head of the audit book."""
    with open_store().catalogue.reading() as book:
        return head(book)


def unit_names(found: Overview, language: str) -> dict[str, str]:
    """Return the names of the districts of a wave by code, in the order of its sample; else the codes."""
    gazetteer = _gazetteer(found.wave.geography)
    known = set(gazetteer.districts()["code"])
    codes = found.completion["district"].unique()
    return {code: gazetteer.name(code, language=language) if code in known else str(code) for code in codes}


def districts(release: Release, language: str) -> dict[str, Place]:
    """Return the districts of the edition of a release by code, in the order of the geography pack."""
    geography = release.manifest["geography"]
    return _districts(geography["pack"], geography["edition"], language)


def province_name(release: Release, language: str) -> str:
    """Return the name of the territory that the estimates for the whole are about."""
    geography = release.manifest["geography"]
    gazetteer = _gazetteer(geography["pack"])
    return gazetteer.name(gazetteer.province, geography["edition"], language)


def wave_places(wave: Wave, language: str) -> dict[str, str]:
    """Return the names of the territory of a wave and of its districts, by unit; no release is needed."""
    gazetteer = _gazetteer(wave.geography)
    day = gazetteer.default_edition
    codes = [str(code) for code in gazetteer.districts(day)["code"]]
    named = {code: gazetteer.name(code, day, language) for code in codes}
    return {PROVINCE: gazetteer.name(gazetteer.province, day, language), **named}


def territory(release: Release | None, language: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the districts to plan for, with their population, and the names of them and of the whole."""
    return _territory(GEOGRAPHY if release is None else release.manifest["geography"]["pack"], language)


def goals(release: Release | None) -> tuple[Goal, ...]:
    """Return the goals of a release, of the usual definition where there is none yet."""
    return _usual_definition().goals if release is None else release.definition.goals


@st.cache_resource(show_spinner=False)
def _territory(pack: str, language: str) -> tuple[pd.DataFrame, dict[str, str]]:
    gazetteer = _gazetteer(pack)
    districts = planning.districts_of_territory(gazetteer)
    day = gazetteer.default_edition
    named = {code: gazetteer.name(code, day, language) for code in districts["domain"]}
    return districts, {TOTAL: gazetteer.name(gazetteer.province, day, language), **named}


@st.cache_resource(show_spinner=False)
def _usual_definition() -> Definition:
    return load_definition(places.definition(DEFINITIONS["digiskill_hh"]))


@st.cache_resource(show_spinner=False)
def _store(root: str) -> Store:
    return Store(Path(root))


@st.cache_resource(show_spinner=False, max_entries=8)
def _release(root: str, release_id: str) -> Release:
    return _store(root).open_release(release_id)


@st.cache_resource(show_spinner=False, max_entries=4)
def _fieldwork(root: str, wave: str, state: str) -> Overview:  # noqa: ARG001 - a new state, a new look
    return overview(_store(root), wave)


@st.cache_resource(show_spinner=False)
def _gazetteer(pack: str) -> Gazetteer:
    return load_pack(places.geography(pack))


@st.cache_resource(show_spinner=False)
def _districts(pack: str, edition: str, language: str) -> dict[str, Place]:
    gazetteer = _gazetteer(pack)
    tiles = gazetteer.tiles(edition).set_index("code")
    return {
        str(code): Place(
            code=str(code),
            name=gazetteer.name(str(code), edition, language),
            short=str(tile["short"]),
            row=int(tile["square_row"]),
            column=int(tile["square_col"]),
        )
        for code, tile in tiles.iterrows()
    }
