"""What a geography pack must satisfy before anything is computed with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "units": ("unit_id", "code", "level", "parent_id", "valid_from", "valid_to"),
    "unit_names": ("unit_id", "name_vi", "name_short", "type_vi", "valid_from", "valid_to"),
    "crosswalk": ("from_unit", "to_unit", "to_level", "effective", "relation", "share_pop"),
    "margins": (
        "margin",
        "unit_id",
        "residence",
        "sex",
        "age_group",
        "value",
        "kind",
        "concept",
        "ref_date",
        "source",
    ),
    "tiles": ("unit_id", "abbr", "square_row", "square_col", "hex_row", "hex_col"),
}
KINDS = ("published", "derived", "modelled")
RELATIONS = ("whole", "nested", "part", "split")
FOR_EVER = "9999-12-31"
SHARES_SUM_TO_1 = 1e-6
SAME_TOTAL = 0.5  # persons: totals are whole numbers
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """Files of a geography pack as they were read: text cells, nothing interpreted."""

    folder: str
    declared: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    def valid_on(self, day: str) -> pd.DataFrame:
        """Units that exist on a day; a unit is gone on the day its validity ends."""
        return valid_on(self.tables["units"], day)


def valid_on(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Rows whose half-open interval [valid_from, valid_to) holds the day, written as in ISO 8601."""
    return rows[(rows["valid_from"] <= day) & (day < ends(rows))]


def ends(rows: pd.DataFrame) -> pd.Series:
    """End of validity, a far day where it is open."""
    return rows["valid_to"].where(rows["valid_to"] != "", FOR_EVER)


def problems(pack: Pack) -> list[str]:
    """Return one sentence for each thing that is wrong with a pack; an empty list is a good pack."""
    columns = list(_columns(pack))
    if columns:
        return columns
    return [sentence for check in CHECKS for sentence in check(pack)]


def _columns(pack: Pack) -> Iterator[str]:
    for name, table in pack.tables.items():
        missing = [column for column in COLUMNS[name] if column not in table]
        if missing:
            yield f"{name}.csv lacks the columns {', '.join(missing)}"


def _composed_text(pack: Pack) -> Iterator[str]:
    for name, table in pack.tables.items():
        for column in table:
            loose = [t for t in table[column].unique() if not unicodedata.is_normalized("NFC", t)]
            if loose:
                yield f"{name}.csv, column {column}: {loose[0]!r} is not in Unicode form NFC"


def _identifiers(pack: Pack) -> Iterator[str]:
    units = pack.tables["units"]
    for unit in units.loc[units["unit_id"].duplicated(), "unit_id"]:
        yield f"units.csv: {unit} stands twice"
    pattern = f"{pack.declared['country']}:" + units["code"] + ":" + units["valid_from"].str[:4]
    for unit, expected in zip(units["unit_id"], pattern, strict=True):
        if unit != expected:
            yield f"units.csv: {unit} should be {expected} (country:code:first year)"


def _intervals(pack: Pack) -> Iterator[str]:
    for name in ("units", "unit_names"):
        rows = pack.tables[name]
        for unit, start, end in zip(rows["unit_id"], rows["valid_from"], ends(rows), strict=True):
            if not (_DAY.fullmatch(start) and _DAY.fullmatch(end) and start < end):
                yield f"{name}.csv: {unit} is valid from {start!r} to {end!r}, which is no interval"


def _names(pack: Pack) -> Iterator[str]:
    """Every unit has exactly one name on every day it exists."""
    units, names = pack.tables["units"], pack.tables["unit_names"]
    spans = names.assign(end=ends(names)).sort_values(["unit_id", "valid_from"])
    spans_of = dict(iter(spans.groupby("unit_id")))
    for unit, start, end in zip(units["unit_id"], units["valid_from"], ends(units), strict=True):
        rows = spans_of.pop(unit, None)
        if rows is None:
            yield f"unit_names.csv: {unit} has no name"
        elif [start, *rows["end"]] != [*rows["valid_from"], end]:
            yield f"unit_names.csv: the names of {unit} do not cover {start} to {end} exactly once"
    yield from _strangers(pack, "unit_names", ("unit_id",))


def _parents(pack: Pack) -> Iterator[str]:
    """Parents exist, in every edition in which the child does; nobody is an own ancestor."""
    units = pack.tables["units"]
    parent_of = dict(zip(units["unit_id"], units["parent_id"], strict=True))
    known = {*parent_of, pack.declared["country"]}
    for unit, parent in parent_of.items():
        if parent not in known:
            yield f"units.csv: the parent {parent!r} of {unit} is not in units.csv"
        if _is_its_own_ancestor(unit, parent_of):
            yield f"units.csv: {unit} is its own ancestor"
    for edition in pack.declared["editions"]:
        present = pack.valid_on(edition["id"])
        alone = present["parent_id"].isin(known - {*present["unit_id"], pack.declared["country"]})
        for unit, parent in present.loc[alone, ["unit_id", "parent_id"]].itertuples(index=False):
            yield f"units.csv: {unit} exists on {edition['id']}, its parent {parent} does not"


def _is_its_own_ancestor(unit: str, parent_of: Mapping[str, str]) -> bool:
    seen, parent = set(), parent_of[unit]
    while parent in parent_of and parent not in seen:
        if parent == unit:
            return True
        seen.add(parent)
        parent = parent_of[parent]
    return False


def _editions(pack: Pack) -> Iterator[str]:
    editions = {edition["id"]: edition["levels"] for edition in pack.declared["editions"]}
    if pack.declared["default_edition"] not in editions:
        yield f"pack.toml: default_edition is none of {', '.join(editions)}"
    for edition, levels in editions.items():
        units = pack.valid_on(edition)
        for level in levels:
            if not (units["level"] == level).any():
                yield f"pack.toml: edition {edition} has no unit of level {level}"
        for code in units.loc[units["code"].duplicated(), "code"]:
            yield f"units.csv: code {code} means two units in edition {edition}"


def _crosswalk(pack: Pack) -> Iterator[str]:
    rows = pack.tables.get("crosswalk")
    if rows is None:
        return
    yield from _strangers(pack, "crosswalk", ("from_unit", "to_unit"))
    yield from _outside(rows["relation"], RELATIONS, "crosswalk.csv, column relation")
    shares = pd.to_numeric(rows["share_pop"], errors="coerce")
    ways = rows["from_unit"] + " on " + rows["effective"] + " to " + rows["to_level"]
    for way, total in shares.groupby(ways).sum(min_count=1).items():
        if not abs(total - 1) <= SHARES_SUM_TO_1:
            yield f"crosswalk.csv: shares of {way!s} sum to {total:.6f}, not 1"


def _margins(pack: Pack) -> Iterator[str]:
    rows = pack.tables["margins"]
    yield from _strangers(pack, "margins", ("unit_id",))
    yield from _outside(rows["kind"], KINDS, "margins.csv, column kind")
    values = pd.to_numeric(rows["value"], errors="coerce")
    for margin, text in zip(rows["margin"], rows["value"], strict=True):
        if not re.fullmatch(r"\d+(\.\d+)?", text):
            yield f"margins.csv: {margin} holds {text!r}, which is no count"
    repeated = rows.duplicated(["margin", "unit_id", "residence", "sex", "age_group"])
    for margin in rows.loc[repeated, "margin"].unique():
        yield f"margins.csv: {margin} holds a category twice"
    used = [name for names in pack.declared["populations"].values() for name in names]
    used += [entry["margin"] for entry in pack.declared["raking"]]
    used += list(pack.declared["share_15plus"].values())
    yield from _outside(pd.Series(used), tuple(rows["margin"].unique()), "pack.toml, margins")
    for population, names in pack.declared["populations"].items():
        shared = rows["margin"].isin(names)
        totals = values[shared].groupby(rows["margin"]).sum()
        if totals.max() - totals.min() > SAME_TOTAL:
            listed = ", ".join(f"{name} {total:,.0f}" for name, total in totals.items())
            yield f"margins.csv: the margins of {population} have different totals: {listed}"
        for column in ("concept", "ref_date"):
            if rows.loc[shared, column].nunique() > 1:
                yield f"margins.csv: the margins of {population} mix several {column}"


def _tiles(pack: Pack) -> Iterator[str]:
    rows = pack.tables.get("tiles")
    if rows is None:
        return
    yield from _strangers(pack, "tiles", ("unit_id",))
    for columns in (["abbr"], ["square_row", "square_col"], ["hex_row", "hex_col"]):
        for place in rows.loc[rows.duplicated(columns), "unit_id"]:
            yield f"tiles.csv: {place} shares its {' and '.join(columns)} with another unit"


def _strangers(pack: Pack, name: str, columns: tuple[str, ...]) -> Iterator[str]:
    known = set(pack.tables["units"]["unit_id"])
    for column in columns:
        for unit in sorted(set(pack.tables[name][column]) - known):
            yield f"{name}.csv: {unit} is not in units.csv"


def _outside(column: pd.Series, allowed: tuple[str, ...], where: str) -> Iterator[str]:
    for word in sorted(set(column) - set(allowed)):
        yield f"{where}: {word!r} is none of {', '.join(allowed)}"


CHECKS: tuple[Callable[[Pack], Iterator[str]], ...] = (
    _composed_text,
    _identifiers,
    _intervals,
    _names,
    _parents,
    _editions,
    _crosswalk,
    _margins,
    _tiles,
)
