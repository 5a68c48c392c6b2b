"""The tables of a release for machines, as they are frozen: hidden numbers are there, and flagged."""

from collections.abc import Mapping

import pandas as pd

from dashboard.report.naming import unit_names
from dashboard.tables import csv_bytes, provenance
from dashboard.text import Text
from survey.release import Release, every_table

Unit = tuple[str, str, str]  # edition, breakdown, code
TOLD = ("estimates", "verdicts", "response", "groups_", "quality_")


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
    tables = {name: table for name, table in every_table(release).items() if name.startswith(TOLD)}
    names = _names(release, text)
    return {f"{name}.csv": csv_bytes(_told(table, names, release, state)) for name, table in tables.items()}


def settings(release: Release) -> bytes:
    """Write what a script needs to know of the design, name and value."""
    design, bases = release.manifest["design"], release.definition.bases.values()
    rows = {
        "release": release.id,
        "level": design["level"],
        "interval": design["interval"],
        "standard": design["standard"],
        "edition": release.manifest["geography"]["edition"],
        "lower_bounds": " ".join(base.id for base in bases if base.factor),
    }
    return csv_bytes(pd.DataFrame({"name": list(rows), "value": [str(value) for value in rows.values()]}))


def _told(table: pd.DataFrame, names: Mapping[Unit, str], release: Release, state: str) -> pd.DataFrame:
    if "unit" not in table:
        return table.assign(**provenance(release, state))
    frame = str(release.manifest["geography"]["edition"])
    editions = table["edition"] if "edition" in table else [frame] * len(table)
    units = zip(editions, table["breakdown"].astype(str), table["unit"].astype(str), strict=True)
    told = table.assign(**provenance(release, state))
    told.insert(list(table.columns).index("unit") + 1, "name", [names.get(unit, "") for unit in units])
    return told


def _names(release: Release, text: Text) -> dict[Unit, str]:
    known = release.estimates[["edition", "breakdown"]].drop_duplicates()
    return {
        (edition, breakdown, unit): name
        for edition, breakdown in known.itertuples(index=False)
        for unit, name in unit_names(text, release, breakdown, edition).items()
    }
