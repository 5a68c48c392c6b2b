"""Which units of another edition a unit counts for: wholly, so records are recoded, or by shares."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from survey.geography.gazetteer import Gazetteer
from survey.messages import LANGUAGES, Refusal, finding

DIRECT, RECODED, APPORTIONED = "direct", "recoded", "apportioned"
TOO_WIDE = "geo_finer_needed"
WHOLE = 1 - 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Recoding:
    """Units of one level in one edition, and what the units that records name count for them.

    Attributes
    ----------
    level, edition : str
    known : str
        Level of the units that records name, in the edition of their frame.
    methods : mapping
        Code of each unit of the level -> how it is estimated: ``direct`` where the frame has it, ``recoded``
        where it is made of whole units of the frame, ``apportioned`` where it holds parts of them.
    shares : DataFrame
        ``known`` (code in the frame), ``unit`` (code in the edition), ``share`` of the population in (0, 1].
    """

    level: str
    edition: str
    known: str
    methods: Mapping[str, str]
    shares: pd.DataFrame

    def units(self, *, apportioned: bool) -> list[str]:
        """Codes of the units that are, or are not, apportioned, in the order of the pack."""
        return [unit for unit, method in self.methods.items() if (method == APPORTIONED) == apportioned]


def recoding(gazetteer: Gazetteer, known: str, level: str, edition: str) -> Recoding:
    """Find the way from the units that records name to those of a level in an edition (M16).

    Parameters
    ----------
    gazetteer : Gazetteer
        Its default edition is that of the records.
    known : str
        Level of the units that records name: the finest.
    level, edition : str
        What is asked for.

    Returns
    -------
    Recoding

    Raises
    ------
    Refusal
        Where the records name wider units than those asked for, or the pack does not say where a unit went.

    Notes
    -----
    Units that still exist stay; the others follow the crosswalk, through as many changes as lie between, at
    their own level where the pack tells of it; then parents are climbed. A share of a wide unit in a narrow
    one allocates persons, not rates: it is never used.
    """
    start = gazetteer.units(known)
    ways = pd.DataFrame({"known": start["code"], "at": start["unit_id"], "share": 1.0})
    ways = _climbed(gazetteer, _followed(gazetteer, ways, level, edition), level, edition)
    codes = gazetteer.units(level, edition).set_index("unit_id")["code"]
    shares = ways.groupby(["known", "at"], sort=False, as_index=False)["share"].sum()
    shares = shares.assign(unit=shares["at"].map(codes), whole=shares["share"] > WHOLE)
    is_whole = shares.groupby("unit")["whole"].all()
    here = set(gazetteer.units(level)["unit_id"]) if level in gazetteer.levels_below() else set()
    methods = {
        str(code): _method(unit in here, bool(is_whole.get(code, True))) for unit, code in codes.items()
    }
    return Recoding(level, edition, known, methods, shares[["known", "unit", "share"]])


def _method(is_here: bool, is_whole: bool) -> str:
    if not is_whole:
        return APPORTIONED
    return DIRECT if is_here else RECODED


def _followed(gazetteer: Gazetteer, ways: pd.DataFrame, level: str, edition: str) -> pd.DataFrame:
    """Follow the crosswalk until every unit is one of the edition."""
    units = gazetteer.pack.tables["units"].set_index("unit_id")
    present = set(gazetteer.pack.valid_on(edition)["unit_id"])
    links = _links(gazetteer, edition)
    while not (arrived := ways["at"].isin(present)).all():
        moving = ways[~arrived].merge(links, left_on="at", right_on="from_unit", how="left")
        own = moving["to_level"] == moving["at"].map(units["level"])
        has_own = own.groupby(moving["at"]).transform("any")
        moving = moving[own | (~has_own & (moving["to_level"] == level))]
        lost = set(ways.loc[~arrived, "at"]) - set(moving["at"])
        if lost:
            facts = {"edition": edition}
            raise Refusal(finding("edition_unlinked", value=", ".join(sorted(lost)[:10]), facts=facts))
        _refuse_wide(gazetteer, moving, level, edition)
        moved = pd.DataFrame(
            {
                "known": moving["known"],
                "at": moving["to_unit"],
                "share": moving["share"] * moving["share_pop"],
            }
        )
        ways = pd.concat([ways[arrived], moved], ignore_index=True)
    return ways


def _links(gazetteer: Gazetteer, edition: str) -> pd.DataFrame:
    """Rows of the crosswalk that lead from the edition of the frame towards another, shares as numbers."""
    rows = gazetteer.crosswalk
    start = gazetteer.pack.tables["units"].set_index("unit_id")["valid_from"]
    first, last = sorted((gazetteer.default_edition, edition))
    between = (first < rows["effective"]) & (rows["effective"] <= last)
    begins = rows["to_unit"].map(start) == rows["effective"]  # else the row leads back in time
    wanted = rows[between & (begins == (gazetteer.default_edition <= edition))]
    links = wanted[["from_unit", "to_unit", "to_level", "share_pop"]]
    return links.assign(share_pop=links["share_pop"].astype(float))


def _refuse_wide(gazetteer: Gazetteer, moving: pd.DataFrame, level: str, edition: str) -> None:
    """Refuse to split a wide unit into narrow ones: its share would stand for each of them."""
    levels = gazetteer.pack.tables["units"].set_index("unit_id")["level"]
    order = gazetteer.editions[gazetteer.default_edition]
    wide = [
        name
        for name in moving.loc[moving["share_pop"] < WHOLE, "at"].map(levels).unique()
        if level in order and order.index(name) < order.index(level)
    ]
    if wide:
        raise _too_wide(gazetteer, wide[0], level, edition)


def _climbed(gazetteer: Gazetteer, ways: pd.DataFrame, level: str, edition: str) -> pd.DataFrame:
    """Put the ancestor of the level in the place of every unit."""
    present = gazetteer.pack.valid_on(edition).set_index("unit_id")
    at = ways["at"]
    while not (there := at.map(present["level"]) == level).all():
        above = at.where(there, at.map(present["parent_id"]))
        if not above.isin(present.index).all():
            known = str(at.map(present["level"])[~there].iloc[0])
            raise _too_wide(gazetteer, known, level, edition)
        at = above
    return ways.assign(at=at)


def _too_wide(gazetteer: Gazetteer, known: str, level: str, edition: str) -> Refusal:
    words = gazetteer.pack.declared["level_names"]
    facts = {f"asked_{language}": words[level][language] for language in LANGUAGES}
    facts |= {f"known_{language}": words[known][language] for language in LANGUAGES}
    facts |= {"edition": edition}
    return Refusal(finding(TOO_WIDE, column=f"{level}_code", value=level, facts=facts))
