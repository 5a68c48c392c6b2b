"""Territorial units in a sample file: which levels it names, and whether the geography pack knows them."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

import pandas as pd

from survey.geography import Gazetteer
from survey.messages import Finding, Refusal, finding

AREA = "ea"
FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1
_COLUMN = re.compile(r"([a-z]+)_code")


def unit_columns(sample_eas: pd.DataFrame) -> dict[str, str]:
    """Levels of units that a sample file names, each with its column: ``{"district": "district_code"}``."""
    found = (_COLUMN.fullmatch(str(column)) for column in sample_eas)
    return {one[1]: one[0] for one in found if one and one[1] != AREA}


def widest_units(sample_eas: pd.DataFrame) -> tuple[str, str]:
    """Level and column of the widest units that a sample file names: those of which there are fewest."""
    columns = unit_columns(sample_eas)
    level = min(columns, key=lambda one: int(sample_eas[columns[one]].nunique()))
    return level, columns[level]


@lru_cache(maxsize=16)
def unit_names(gazetteer: Gazetteer, language: str) -> Mapping[str, str]:
    """Names of the units of the edition of a wave by code, whichever level a sample names."""
    units = pd.concat([gazetteer.units(level) for level in gazetteer.levels_below()])
    return dict(zip(units["code"], units["name" if language == "vi" else f"name_{language}"], strict=True))


def check_units(sample_eas: pd.DataFrame, gazetteer: Gazetteer, *, file: str) -> None:
    """Refuse a sample whose areas lie in units that the edition of the wave does not have.

    Parameters
    ----------
    sample_eas : DataFrame
        One row a sampled area, with a ``<level>_code`` for at least one level below the whole.
    gazetteer : Gazetteer
        With the edition of the wave as its default.
    file : str
        Name of the sample file.

    Raises
    ------
    Refusal
        With every column that is missing, every code that is unknown and every pair that contradicts.
    """
    wanted = gazetteer.levels_below()
    named = [level for level in wanted if level in unit_columns(sample_eas)]
    if not named:
        facts = {"edition": gazetteer.default_edition, "columns": ", ".join(f"{one}_code" for one in wanted)}
        raise Refusal(finding("sample_unit_missing", file=file, facts=facts))
    if wrong := [*_unknown(sample_eas, gazetteer, named), *_misplaced(sample_eas, gazetteer, named)]:
        raise Refusal(*wrong)


def _unknown(sample_eas: pd.DataFrame, gazetteer: Gazetteer, levels: list[str]) -> Iterator[Finding]:
    """Codes that are no unit of their level, each once."""
    for level in levels:
        column = f"{level}_code"
        codes = sample_eas[column]
        strangers = codes[~codes.isin(gazetteer.units(level)["code"])].drop_duplicates()
        for row, code in strangers.items():
            facts = {"edition": gazetteer.default_edition, "pack": gazetteer.id}
            place = int(str(row)) + FIRST_ROW
            yield finding("sample_unit_unknown", row=place, column=column, value=code, facts=facts)


def _misplaced(sample_eas: pd.DataFrame, gazetteer: Gazetteer, levels: list[str]) -> Iterator[Finding]:
    """Areas whose finer unit does not lie in the wider one beside it, each pair once."""
    for wide, fine in pairwise(levels):
        inner, outer = gazetteer.units(fine).set_index("code"), gazetteer.units(wide).set_index("unit_id")
        expected = sample_eas[f"{fine}_code"].map(inner["parent_id"]).map(outer["code"])
        told = sample_eas[f"{wide}_code"]
        apart = sample_eas[expected.notna() & (expected != told)]
        for row in apart.drop_duplicates([f"{wide}_code", f"{fine}_code"]).index:
            facts = {"expected": gazetteer.name(str(expected[row]), gazetteer.default_edition)}
            value, place = f"{told[row]}", int(str(row)) + FIRST_ROW
            yield finding(
                "sample_unit_parent", file="", row=place, column=f"{wide}_code", value=value, facts=facts
            )
