"""What a geography pack must satisfy before anything is computed with it: its units and their names."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pandas as pd

from survey.geography.figure_checks import FIGURE_CHECKS
from survey.geography.pack import COLUMNS, DECLARATIONS, FIRST_ROW, Pack, ends
from survey.messages import LANGUAGES, Finding, finding

Check = Callable[[Pack], Iterator[Finding]]
DECLARED = (
    "country", "province", "default_edition", "name", "editions", "level_names", "populations", "raking",
    "sex_codes", "share_15plus",
)  # fmt: skip
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def problems(pack: Pack) -> list[Finding]:
    """Return one finding for each thing that is wrong with a pack; an empty list is a good pack.

    What is missing is told first and alone: the other checks need it.
    """
    missing = [*_columns(pack), *_declarations(pack)]
    return missing or [found for check in CHECKS for found in check(pack)]


def _columns(pack: Pack) -> Iterator[Finding]:
    for name, table in pack.tables.items():
        if missing := [column for column in COLUMNS[name] if column not in table]:
            yield finding("geo_columns_missing", file=f"{name}.csv", facts={"columns": ", ".join(missing)})


def _declarations(pack: Pack) -> Iterator[Finding]:
    """Check that pack.toml says all that is needed, and names every level in both languages."""
    missing = [name for name in DECLARED if name not in pack.declared]
    for edition in pack.declared.get("editions", []):
        missing += [f"editions.{key}" for key in ("id", "levels") if key not in edition]
        levels = edition.get("levels", [])
        missing += [f"level_names.{one}" for one in levels if not _has_words(pack, one)]
    if missing:
        facts = {"keys": ", ".join(dict.fromkeys(missing))}
        yield finding("geo_declaration_missing", file=DECLARATIONS, facts=facts)


def _has_words(pack: Pack, level: str) -> bool:
    return set(LANGUAGES) <= set(pack.declared.get("level_names", {}).get(level, {}))


def _composed_text(pack: Pack) -> Iterator[Finding]:
    for name, table in pack.tables.items():
        for column in table:
            loose = [not unicodedata.is_normalized("NFC", text) for text in table[column]]
            if any(loose):
                row = loose.index(True)
                yield finding(
                    "geo_text_not_nfc", file=f"{name}.csv", row=row + FIRST_ROW, column=str(column),
                    value=table[column].iloc[row],
                )  # fmt: skip


def _identifiers(pack: Pack) -> Iterator[Finding]:
    """Let an identifier stand once, and be country:code:year in which the territory began."""
    units = pack.tables["units"]
    pattern = f"{pack.declared['country']}:" + units["code"] + ":" + units["valid_from"].str[:4]
    twice = units["unit_id"].duplicated()
    for row, unit, expected, again in zip(rows_of(units), units["unit_id"], pattern, twice, strict=True):
        if again:
            yield finding("geo_unit_twice", file="units.csv", row=row, value=unit)
        if unit != expected:
            yield finding("geo_unit_id", file="units.csv", row=row, value=unit, facts={"expected": expected})


def _code_lengths(pack: Pack) -> Iterator[Finding]:
    """Codes of a level are equally long; a shorter one lost its leading zeros in a spreadsheet."""
    units = pack.tables["units"]
    digits = units[units["code"].str.fullmatch(r"\d+")]
    longest = digits["code"].str.len().groupby(digits["level"]).transform("max")
    for row, code, length in zip(rows_of(digits), digits["code"], longest, strict=True):
        if len(code) < length:
            facts = {"expected": code.zfill(int(length))}
            yield finding("geo_code_short", file="units.csv", row=row, value=code, facts=facts)


def _intervals(pack: Pack) -> Iterator[Finding]:
    for name in ("units", "unit_names"):
        table = pack.tables[name]
        spans = zip(rows_of(table), table["unit_id"], table["valid_from"], ends(table), strict=True)
        for row, unit, start, end in spans:
            if not (is_day(start) and is_day(end) and start < end):
                facts = {"start": start, "end": end}
                yield finding("geo_interval", file=f"{name}.csv", row=row, value=unit, facts=facts)


def is_day(text: str) -> bool:
    """Tell whether a text is a day as ISO 8601 writes it."""
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _names(pack: Pack) -> Iterator[Finding]:
    """Every unit has exactly one name on every day it exists."""
    units, names = pack.tables["units"], pack.tables["unit_names"]
    spans = names.assign(end=ends(names), row=rows_of(names)).sort_values(["unit_id", "valid_from"])
    spans_of = dict(iter(spans.groupby("unit_id")))
    for row, unit, start, end in zip(
        rows_of(units), units["unit_id"], units["valid_from"], ends(units), strict=True
    ):
        named = spans_of.get(unit)
        if named is None:
            yield finding("geo_name_missing", file="unit_names.csv", value=unit, facts={"unit_row": row})
        elif [start, *named["end"]] != [*named["valid_from"], end]:
            facts = {"start": start, "end": end}
            place = int(named["row"].iloc[0])
            yield finding("geo_name_gap", file="unit_names.csv", row=place, value=unit, facts=facts)


def _parents(pack: Pack) -> Iterator[Finding]:
    """Parents exist, in every edition in which the child does; nobody is an own ancestor."""
    units = pack.tables["units"].assign(row=rows_of(pack.tables["units"]))
    parent_of = dict(zip(units["unit_id"], units["parent_id"], strict=True))
    known = {*parent_of, pack.declared["country"]}
    for row, unit, parent in units[["row", "unit_id", "parent_id"]].itertuples(index=False):
        place = {"file": "units.csv", "row": int(row), "value": unit, "facts": {"parent": parent}}
        if parent not in known:
            yield finding("geo_parent_unknown", **place)
        if _is_its_own_ancestor(unit, parent_of):
            yield finding("geo_parent_circle", **place)
    for edition in pack.declared["editions"]:
        yield from _lonely(pack, edition["id"], known)


def _lonely(pack: Pack, edition: str, known: set[str]) -> Iterator[Finding]:
    """Units of an edition whose parent is not of that edition."""
    present = pack.valid_on(edition)
    alone = present[present["parent_id"].isin(known - {*present["unit_id"], pack.declared["country"]})]
    for row, unit, parent in zip(rows_of(alone), alone["unit_id"], alone["parent_id"], strict=True):
        facts = {"parent": parent, "edition": edition}
        yield finding("geo_parent_gone", file="units.csv", row=row, value=unit, facts=facts)


def _is_its_own_ancestor(unit: str, parent_of: Mapping[str, str]) -> bool:
    seen, parent = set(), parent_of[unit]
    while parent in parent_of and parent not in seen:
        if parent == unit:
            return True
        seen.add(parent)
        parent = parent_of[parent]
    return False


def _editions(pack: Pack) -> Iterator[Finding]:
    """Let an edition be a day, each of its levels have units, and each code one meaning."""
    editions = {edition["id"]: edition["levels"] for edition in pack.declared["editions"]}
    listed = {"known": ", ".join(editions)}
    if pack.declared["default_edition"] not in editions:
        value = pack.declared["default_edition"]
        yield finding("geo_default_edition", file=DECLARATIONS, value=value, facts=listed)
    if pack.declared["province"] not in set(pack.tables["units"]["unit_id"]):
        yield finding("geo_province_unknown", file=DECLARATIONS, value=pack.declared["province"])
    for edition, levels in editions.items():
        if not is_day(edition):
            yield finding("geo_edition_day", file=DECLARATIONS, value=edition)
            continue
        units = pack.valid_on(edition)
        for level in set(levels) - set(units["level"]):
            facts = {"edition": edition}
            yield finding("geo_level_empty", file=DECLARATIONS, value=level, facts=facts)
        again = units[units["code"].duplicated()]
        for row, code in zip(rows_of(again), again["code"], strict=True):
            facts = {"edition": edition}
            yield finding("geo_code_twice", file="units.csv", row=row, value=code, facts=facts)


def rows_of(table: pd.DataFrame) -> list[int]:
    """Row numbers of a table as a spreadsheet shows them."""
    return [int(row) + FIRST_ROW for row in table.index]


CHECKS: tuple[Check, ...] = (
    _composed_text,
    _identifiers,
    _code_lengths,
    _intervals,
    _names,
    _parents,
    _editions,
    *FIGURE_CHECKS,
)
