"""The files of a geography pack as they were read: text cells, nothing interpreted."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from survey.messages import Finding, Refusal, finding

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "units": ("unit_id", "code", "level", "parent_id", "valid_from", "valid_to"),
    "unit_names": ("unit_id", "name_vi", "name_short", "type_vi", "valid_from", "valid_to"),
    "aliases": ("unit_id", "scheme", "value", "valid_from", "valid_to"),
    "crosswalk": ("from_unit", "to_unit", "to_level", "effective", "relation", "share_pop"),
    "margins": (
        "margin", "unit_id", "residence", "sex", "age_group", "value", "kind", "concept", "ref_date",
        "source",
    ),
    "tiles": ("unit_id", "abbr", "square_row", "square_col", "hex_row", "hex_col"),
}  # fmt: skip
OPTIONAL = ("aliases", "crosswalk", "tiles")
DECLARATIONS = "pack.toml"
BOUNDARIES = "boundaries_{}.geojson"
FOR_EVER = "9999-12-31"
FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """Files of a geography pack.

    Attributes
    ----------
    folder : str
        Name of its folder, which is the name of the pack.
    declared : mapping
        What ``pack.toml`` says.
    tables : mapping of str to DataFrame
        Every ``.csv`` by its name, all cells text, so that codes keep their leading zeros.
    boundaries : mapping of str to object
        Edition -> its GeoJSON, where the pack has one.
    """

    folder: str
    declared: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    boundaries: Mapping[str, Any] = field(default_factory=dict)

    def valid_on(self, day: str) -> pd.DataFrame:
        """Units that exist on a day; a unit is gone on the day its validity ends."""
        return valid_on(self.tables["units"], day)


def valid_on(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Rows whose half-open interval [valid_from, valid_to) holds the day, written as in ISO 8601."""
    return rows[(rows["valid_from"] <= day) & (day < ends(rows))]


def ends(rows: pd.DataFrame) -> pd.Series:
    """End of validity, a far day where it is open."""
    return rows["valid_to"].where(rows["valid_to"] != "", FOR_EVER)


def read_pack(folder: Path) -> Pack:
    """Read the files of a pack.

    Raises
    ------
    Refusal
        For a folder that is not there, a file that is missing or cannot be read.
    """
    if not folder.is_dir():
        raise Refusal(finding("geo_pack_absent", value=folder.name, facts={"folder": folder.parent}))
    required = [DECLARATIONS, *(f"{name}.csv" for name in COLUMNS if name not in OPTIONAL)]
    if missing := [name for name in required if not (folder / name).is_file()]:
        facts = {"files": ", ".join(missing)}
        raise Refusal(finding("geo_files_missing", value=folder.name, facts=facts))
    declared = read_declarations(folder / DECLARATIONS)
    tables = {name: read_table(folder / f"{name}.csv") for name in COLUMNS if _is_there(folder, name)}
    shapes = sorted(folder.glob(BOUNDARIES.format("*")))
    boundaries = {path.stem.removeprefix(BOUNDARIES.partition("{")[0]): _geojson(path) for path in shapes}
    return Pack(folder.name, declared, tables, boundaries)


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of a pack, every cell as text."""
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        raise Refusal(unreadable(path.name, problem)) from problem


def unreadable(file: str, problem: Exception) -> Finding:
    """Say that a file of a pack cannot be read."""
    return finding("geo_file_unreadable", file=file, value=str(problem))


def _is_there(folder: Path, name: str) -> bool:
    return (folder / f"{name}.csv").is_file()


def read_declarations(path: Path) -> dict[str, Any]:
    """Read ``pack.toml``."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise Refusal(unreadable(path.name, problem)) from problem


def _geojson(path: Path) -> Any:  # noqa: ANN401 - whatever JSON holds; the checks decide
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise Refusal(unreadable(path.name, problem)) from problem
