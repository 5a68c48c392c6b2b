"""The tables of a release for machines, as they are frozen: hidden numbers are there, and flagged."""

from collections.abc import Mapping

import pandas as pd

from dashboard.report.naming import unit_names
from dashboard.tables import csv_bytes, provenance
from dashboard.text import Text
from survey.release import DEFINITION_FILE, KEPT, Release, every_table

Unit = tuple[str, str, str]  # edition, breakdown, code
# Everything that a release freezes may leave (decision 0014), with these exceptions. What tells of single
# areas and households is some ten interviews or one; the scores of areas are no table of a release at all.
WITHHELD = frozenset({"weighting_merged"})
# Those asked for a reason can be a handful in a district: rows of too few people or areas lose their numbers.
ASKED_OF_FEW: Mapping[str, Mapping[str, int]] = {
    "fields_barriers": {"n": 10, "n_psu": 3},
    "fields_asked": {"asked": 10},
}


def machine_files(release: Release, text: Text, state: str) -> dict[str, bytes]:
    """Write the tables of a release as CSV: decimal points, and their origin in every row.

    Parameters
    ----------
    release : Release
    text : Text
        The language of the names of places and groups.
    state : str
        How the release stands under the Statistics Law.
    """
    tables = {name: _guarded(name, table) for name, table in every_table(release).items()}
    tables = {name: table for name, table in tables.items() if name not in WITHHELD and len(table.columns)}
    names = _names(release, text)
    return {f"{name}.csv": csv_bytes(_told(table, names, release, state)) for name, table in tables.items()}


def settings(release: Release) -> bytes:
    """Write what a script needs to know of the design, name and value."""
    design = release.manifest["design"]
    rows = {
        "release": release.id,
        "level": design["level"],
        "interval": design["interval"],
        "standard": design["standard"],
        "edition": release.manifest["geography"]["edition"],
        "lower_bounds": " ".join(_lower_bounds(release)),
    }
    return csv_bytes(pd.DataFrame({"name": list(rows), "value": [str(value) for value in rows.values()]}))


def declared_files(release: Release) -> dict[str, bytes]:
    """Give the files of declarations by which a release was made, as it keeps them."""
    held = {kept.declared: getattr(release, name) for name, kept in KEPT.items() if kept.declared}
    return {
        DEFINITION_FILE: release.definition.source,
        **{name: one.source for name, one in held.items() if one is not None},
    }


def _guarded(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Take the numbers from rows that are about too few people or areas."""
    least = ASKED_OF_FEW.get(name, {})
    few = pd.concat([table[column] < number for column, number in least.items()], axis=1) if least else None
    if few is None or not few.any(axis=None):
        return table
    numbers = list(table.select_dtypes("number").columns)
    return table.assign(**{column: table[column].mask(few.any(axis=1)) for column in numbers})


def _told(table: pd.DataFrame, names: Mapping[Unit, str], release: Release, state: str) -> pd.DataFrame:
    if not {"unit", "breakdown"} <= set(table.columns):
        return table.assign(**provenance(release, state))
    frame = str(release.manifest["geography"]["edition"])
    editions = table["edition"] if "edition" in table else [frame] * len(table)
    units = zip(editions, table["breakdown"].astype(str), table["unit"].astype(str), strict=True)
    told = table.assign(**provenance(release, state))
    told.insert(list(table.columns).index("unit") + 1, "name", [names.get(unit, "") for unit in units])
    return told


def _lower_bounds(release: Release) -> list[str]:
    """Name the bases whose shares are products of others, with intervals of no formula of their own."""
    bounds = [base.id for base in release.definition.bases.values() if base.factor]
    levels = release.international.levels if release.international else None
    bounds += [one.id for one in levels.populations.values() if one.bound_of] if levels else []
    return list(dict.fromkeys(bounds))


def _names(release: Release, text: Text) -> dict[Unit, str]:
    known = release.estimates[["edition", "breakdown"]].drop_duplicates()
    return {
        (edition, breakdown, unit): name
        for edition, breakdown in known.itertuples(index=False)
        for unit, name in unit_names(text, release, breakdown, edition).items()
    }
