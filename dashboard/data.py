"""The only cached reads of the app, keyed by release id or name, never by a frame."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.kept import kept
from dashboard.published import release_ids, store_state
from dashboard.readings import PROVINCE
from dashboard.stores import open_store, store_at
from estimation.planning.plan import TOTAL
from survey import frame_units, places, planning
from survey.fieldwork.overview import Overview, overview
from survey.geography import Gazetteer, open_geography
from survey.indicators.definition import Definition, Goal, load_definition
from survey.messages import Refusal, finding
from survey.release import Release
from survey.trend import Trend, trend
from survey.unit_table import release_geography, release_units
from survey.wave import DEFINITIONS, GEOGRAPHY, Follows, Wave


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


def read_release(release_id: str) -> Release:
    """Return a release that the reader may see; it never changes, so it is read once.

    Raises
    ------
    Refusal
        When the reader may not see it, it is withdrawn, or there is none of this name: one sentence for all.
    """
    if release_id not in release_ids():
        raise Refusal(finding("release_unknown", value=release_id))
    return _release(str(open_store().root), release_id)


def earlier_releases(release: Release) -> dict[str, Release]:
    """Return the newest release of every other wave that is not of a later year, by wave in their order."""
    waves = {str(row["release_id"]): str(row["wave"]) for row in open_store().releases()}
    own = str(release.manifest["wave"])
    newest = {waves[name]: name for name in reversed(release_ids())}
    return {
        wave: read_release(newest[wave]) for wave in sorted(newest) if wave != own and wave[:4] <= own[:4]
    }


def trend_between(earlier: Release, later: Release, follows: Follows, by: str) -> Trend:
    """Return what became of the shares of a breakdown between two releases, computed once for the pair.

    Raises
    ------
    Refusal
        When the two cannot be compared; the sentence says why.
    """
    key = ("trend", earlier.id, follows.overlap, by)
    return kept(later.estimates, key, lambda: trend(earlier, later, overlap=follows.overlap, by=by))


def divisions(release: Release) -> tuple[Division, ...]:
    """Return the divisions that a release has estimates of, that of the frame first."""
    return kept(release.estimates, "divisions", lambda: _divisions(release))


def units(release: Release, division: Division, language: str) -> dict[str, Place]:
    """Return the units of a division by code, in the order of the geography pack."""
    key = ("places", division, language)
    return kept(release.estimates, key, lambda: _places(release, division, language))


def fieldwork(wave: str) -> Overview:
    """Return the fieldwork of a wave, computed once for each state of the store.

    Raises
    ------
    Refusal
        When there is nothing to look at yet; the sentence says why.
    """
    return _fieldwork(str(open_store().root), wave, store_state())


def unit_names(found: Overview, language: str) -> dict[str, str]:
    """Return the names of the widest units of a sample by code, in its order; else the codes."""
    names = frame_units.unit_names(_gazetteer(found.wave.geography), language)
    return {code: names.get(code, str(code)) for code in found.completion["district"].unique()}


def province_name(release: Release, language: str) -> str:
    """Return the name of the territory that the estimates for the whole are about."""
    return str(_units(release)[f"name_{language}"].iloc[0])


def wave_places(wave: Wave, language: str) -> dict[str, str]:
    """Return the names of the territory of a wave and of its units, by unit; no release is needed."""
    gazetteer = _gazetteer(wave.geography)
    whole = gazetteer.name(gazetteer.province, language=language)
    return {PROVINCE: whole, **frame_units.unit_names(gazetteer, language)}


def territory(release: Release | None, language: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the units to plan for, with their population, and the names of them and of the whole."""
    if release is None:
        return _territory(GEOGRAPHY, language)
    return _territory(open_store().wave(release.manifest["wave"]).geography, language)


def goals(release: Release | None) -> tuple[Goal, ...]:
    """Return the goals of a release, of the usual definition where there is none yet."""
    return _usual_definition().goals if release is None else release.definition.goals


def frame_division(release: Release | None) -> Division:
    """Return the units of the frame of a release, of the usual territory where there is none yet."""
    if release is not None:
        return divisions(release)[0]
    gazetteer = _gazetteer(GEOGRAPHY)
    level = gazetteer.main_level()
    return _division(gazetteer.about(), gazetteer.default_edition, level)


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


@st.cache_resource(show_spinner=False, max_entries=8)
def _release(root: str, release_id: str) -> Release:
    return store_at(root).open_release(release_id)


def _units(release: Release) -> pd.DataFrame:
    return kept(release.estimates, "units", lambda: release_units(release))


@st.cache_resource(show_spinner=False, max_entries=4)
def _fieldwork(root: str, wave: str, state: str) -> Overview:  # noqa: ARG001 - a new state, a new look
    return overview(store_at(root), wave)


@st.cache_resource(show_spinner=False)
def _gazetteer(pack: str) -> Gazetteer:
    return open_geography(pack)


def _divisions(release: Release) -> tuple[Division, ...]:
    geography = release_geography(release)
    estimated = set(release.estimates[["edition", "breakdown"]].itertuples(index=False, name=None))
    found = [
        _division(geography, entry["id"], level)
        for entry in geography["editions"]
        for level in entry["levels"][1:]
        if (entry["id"], level) in estimated
    ]
    return tuple(sorted(found, key=lambda one: one.edition != geography["edition"]))


def _division(geography: Mapping[str, Any], edition: str, level: str) -> Division:
    days = [entry["id"] for entry in geography["editions"]]
    until = days[1] if edition == days[0] and len(days) > 1 else ""
    return Division(level, edition, until, tuple(geography["level_names"][level].items()))


def _places(release: Release, division: Division, language: str) -> dict[str, Place]:
    rows = _units(release)
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
