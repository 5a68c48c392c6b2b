"""Names and tiles of the units of every edition in one table: what a release needs to be read alone."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from survey.geography import Gazetteer, open_geography
from survey.geography.gazetteer import PLACES
from survey.messages import LANGUAGES
from survey.release import Release

COLUMNS = ("edition", "level", "unit", "unit_id", "name_vi", "name_en", "short", "abbr", *PLACES)


def unit_table(gazetteer: Gazetteer) -> pd.DataFrame:
    """Units of a territory, one row a unit, level and edition, in the order of the pack.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`; ``unit`` is the code. Places on the tile maps are missing where the pack has none.
        Units above the whole (the province that a territory was merged into) are left out.
    """
    parts = [
        _units(gazetteer, level, edition)
        for edition in gazetteer.editions
        for level in gazetteer.levels_below(edition)
    ]
    return pd.concat([_whole(gazetteer), *parts], ignore_index=True)[list(COLUMNS)]


def release_units(release: Release) -> pd.DataFrame:
    """Units of a release, the whole first; those of the pack where it was frozen before it kept them."""
    return unit_table(_pack_of(release)) if release.units.empty else release.units


def release_geography(release: Release) -> Mapping[str, Any]:
    """Editions and words of the levels of a release; see :meth:`survey.geography.Gazetteer.about`."""
    kept: Mapping[str, Any] = release.manifest["geography"]
    return kept if "editions" in kept else _pack_of(release).about()


def _whole(gazetteer: Gazetteer) -> pd.DataFrame:
    """Territory of the overall results; under the name of the pack where it is no unit any more."""
    day, unit = gazetteer.default_edition, gazetteer.province
    names = {language: gazetteer.name(unit, day, language) for language in LANGUAGES}
    row = {
        "edition": day,
        "level": gazetteer.editions[day][0],
        "unit": gazetteer.code(unit),
        "unit_id": unit,
        **{f"name_{language}": names[language] for language in LANGUAGES},
        "short": names["vi"],
        "abbr": names["vi"],
        **dict.fromkeys(PLACES, float("nan")),
    }
    return pd.DataFrame([row])


def _pack_of(release: Release) -> Gazetteer:
    return open_geography("{pack}@{edition}".format_map(release.manifest["geography"]))


def _units(gazetteer: Gazetteer, level: str, edition: str) -> pd.DataFrame:
    """Units of one level in one edition with their tiles."""
    units = gazetteer.units(level, edition).rename(columns={"code": "unit", "name": "name_vi"})
    tiles = gazetteer.tiles(edition)[["unit_id", *PLACES]].astype(dict.fromkeys(PLACES, float))
    placed = units.merge(tiles, on="unit_id", how="left", validate="one_to_one")
    return placed.assign(edition=edition, level=level)
