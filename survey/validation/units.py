"""Checks of territorial units: a code decides, and the name beside it must be its own in the edition."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from survey.geography import Gazetteer
from survey.messages import Finding, finding
from survey.spelling import label_key
from survey.validation.evidence import Evidence

CODE, NAME = "_code", "_name"


def unit_names(evidence: Evidence) -> Iterator[Finding]:
    """Report codes of units that contradict the name beside them, once a pair with its count.

    Looked at are the questions ``…_code`` with a question ``…_name`` of the same stem. The codes are read in
    the default edition of the geography pack; names are compared whatever the place of their tones.
    """
    if evidence.gazetteer is None:
        return
    main = evidence.levels[0]
    for column in main.states:
        name = f"{str(column).removesuffix(CODE)}{NAME}"
        if str(column).endswith(CODE) and name in main.states:
            told = evidence.households[["row", column, name]].dropna()
            told.columns = pd.Index(["row", "code", "name"])
            for found in conflicts(told, evidence.gazetteer):
                yield finding(
                    "unit_name_differs",
                    file=evidence.microdata.file,
                    sheet=main.sheet,
                    row=int(found["row"]),
                    column=str(column),
                    value=f"{found['code']} {found['name']}",
                    facts={word: found[word] for word in ("code", "name", "expected", "edition", "count")},
                )


def conflicts(told: pd.DataFrame, gazetteer: Gazetteer) -> Iterator[dict[str, Any]]:
    """Give every pair of a code and a name that the gazetteer does not have, with what it has instead.

    Parameters
    ----------
    told : DataFrame
        ``row, code, name``, one row a place where both stand.
    gazetteer : Gazetteer

    Yields
    ------
    dict
        ``row`` (first), ``code``, ``name``, ``expected`` (the name of the code), ``edition``, ``count``.
        A code that no edition knows is passed over: the list of the sample decides about it.
    """
    edition = gazetteer.default_edition
    units = gazetteer.pack.valid_on(edition).set_index("code")["unit_id"]
    pairs = told.groupby(["code", "name"], sort=True)["row"].agg(["min", "size"])
    for (code, name), (row, count) in zip(pairs.index, pairs.to_numpy(), strict=True):
        if code in units.index and not _is_name(gazetteer, units[code], name):
            yield {
                "row": row,
                "code": code,
                "name": name,
                "expected": gazetteer.name(units[code]),
                "edition": edition,
                "count": count,
            }


def _is_name(gazetteer: Gazetteer, unit: str, name: str) -> bool:
    """Tell whether a unit has ever had a name, with its kind or without."""
    names = gazetteer.pack.tables["unit_names"]
    known = names.loc[names["unit_id"] == unit, ["name_vi", "name_short"]]
    return label_key(name) in {label_key(one) for one in known.to_numpy().ravel()}
