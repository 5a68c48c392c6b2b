"""Codes and names of units in a file, read in the edition of the wave and in every other: which is meant."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from survey.geography.gazetteer import Gazetteer
from survey.geography.pack import valid_on
from survey.spelling import label_key

DIFFERS, REUSED, OTHER_EDITION = "unit_name_differs", "unit_code_reused", "unit_other_edition"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A pair of a code and a name that the edition of the wave does not have.

    Attributes
    ----------
    kind : {"unit_name_differs", "unit_code_reused", "unit_other_edition"}
        The name is another one; it is that of the code in another edition, so either may be meant; the code
        is of another edition alone.
    row, count : int
        Where the pair stands first, and how often.
    code, name, edition : str
    expected : str
        Name of the code in the edition of the wave; empty where it has none.
    other, other_edition : str
        Name of the code in the other edition, and that edition; empty for ``unit_name_differs``.
    """

    kind: str
    row: int
    count: int
    code: str
    name: str
    edition: str
    expected: str = ""
    other: str = ""
    other_edition: str = ""


def conflicts(told: pd.DataFrame, gazetteer: Gazetteer) -> Iterator[Conflict]:
    """Give every pair of a code and a name that the edition of the wave does not have, once.

    Parameters
    ----------
    told : DataFrame
        ``row, code, name``, one row a place where both stand.
    gazetteer : Gazetteer
        With the edition of the wave as its default.

    Yields
    ------
    Conflict
        A code that no edition knows is passed over: the list of the sample decides about it.
    """
    pairs = told.groupby(["code", "name"], sort=True)["row"].agg(["min", "size"])
    for (code, name), (row, count) in zip(pairs.index, pairs.to_numpy(), strict=True):
        readings = readings_of(gazetteer, code)
        own = readings.pop(gazetteer.default_edition, None)
        if own and _is_name(gazetteer, own, name):
            continue
        edition = gazetteer.default_edition
        seen = {"row": int(row), "count": int(count), "code": code, "name": name, "edition": edition}
        expected = gazetteer.name(own, edition) if own else ""
        named = {
            day: unit for day, unit in readings.items() if unit != own and _is_name(gazetteer, unit, name)
        }
        if others := named or ({} if own else readings):
            day, unit = next(iter(others.items()))
            yield Conflict(
                REUSED if own else OTHER_EDITION, **seen, expected=expected,
                other=gazetteer.name(unit, day), other_edition=day,
            )  # fmt: skip
        elif own:
            yield Conflict(DIFFERS, **seen, expected=expected)


def readings_of(gazetteer: Gazetteer, code: str) -> dict[str, str]:
    """Edition -> the unit that a code means in it, for every edition that knows the code."""
    found = {}
    for day in gazetteer.editions:
        units = gazetteer.pack.valid_on(day)
        for unit in units.loc[units["code"] == code, "unit_id"]:
            found[day] = str(unit)
    return found


def reused_codes(gazetteer: Gazetteer, first: str, second: str) -> pd.DataFrame:
    """Codes that mean units of other proper names in two editions; a change of kind alone is none.

    Returns
    -------
    DataFrame
        ``code, first, second``: the official names in either edition.
    """
    earlier = _named(gazetteer, first).add_suffix("_first")
    both = earlier.join(_named(gazetteer, second).add_suffix("_second"), how="inner")
    differs = both["short_first"].map(label_key) != both["short_second"].map(label_key)
    names = both.loc[differs, ["name_first", "name_second"]].set_axis(["first", "second"], axis="columns")
    return names.rename_axis("code").reset_index()


def _named(gazetteer: Gazetteer, day: str) -> pd.DataFrame:
    """Official and proper names of an edition by code, the units above left out."""
    units = pd.concat([gazetteer.units(level, day) for level in gazetteer.levels_below(day)])
    return units.set_index("code")[["name", "short"]]


def _is_name(gazetteer: Gazetteer, unit: str, name: str) -> bool:
    """Tell whether a unit has ever had a name, with its kind or without, or is written so."""
    names = gazetteer.pack.tables["unit_names"]
    known = names.loc[names["unit_id"] == unit, ["name_vi", "name_short"]].to_numpy().ravel().tolist()
    aliases = gazetteer.pack.tables.get("aliases")
    if aliases is not None:
        present = valid_on(aliases, gazetteer.default_edition)
        known += present.loc[present["unit_id"] == unit, "value"].tolist()
    return label_key(name) in {label_key(one) for one in known}
