"""Territorial units and their populations, by edition: what a code means on a given day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from estimation.weighting import Margin
from survey import places
from survey.geography.checks import problems
from survey.geography.pack import COLUMNS, Pack, read_pack, valid_on
from survey.messages import LANGUAGES, Refusal, finding

Files = tuple[tuple[str, int, int], ...]
PLACES = ("square_row", "square_col", "hex_row", "hex_col")
REFERENCE = re.compile(r"(?P<pack>.+?)(?:@(?P<edition>\d{4}-\d{2}-\d{2}))?")


class GeographyError(ValueError):
    """A question that a geography pack cannot answer, such as a code that means nothing on that day."""


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """Units, names, margins and tiles of one territory.

    A unit is named by `unit_id`, which changes only when the territory changes; codes of the
    statistics office are reused, so a code means something only together with an edition.

    Attributes
    ----------
    id : str
        Name of the folder of the pack.
    names : mapping
        Name of the territory by language.
    province : str
        Unit that estimates for the whole are about.
    editions : mapping
        Edition (a day, ISO 8601) -> levels, from the widest to the finest.
    default_edition : str
        Edition of the frame of a wave; see :func:`open_geography`.
    margins : DataFrame
        Long table of population totals with ``kind`` (published, derived, modelled), ``concept``,
        ``ref_date`` and ``source``; ``value`` in persons.
    crosswalk : DataFrame
        Shares of units in units of other editions; empty when the pack has none.
    pack : Pack
        The files as read.
    """

    id: str
    names: Mapping[str, str]
    province: str
    editions: Mapping[str, tuple[str, ...]]
    default_edition: str
    margins: pd.DataFrame
    crosswalk: pd.DataFrame
    pack: Pack
    _listed: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict, init=False, repr=False)

    def units(self, level: str, edition: str | None = None) -> pd.DataFrame:
        """List the units of a level in an edition, in the order of the pack.

        Returns
        -------
        DataFrame
            ``unit_id, code, parent_id, name, short, type, name_en, abbr``; ``abbr`` is the label of a
            small tile, the short name where the pack has none.
        """
        day = self._edition(edition)
        if level not in self.editions[day]:
            levels = ", ".join(self.editions[day])
            raise GeographyError(f"edition {day} has no level {level!r}; it has {levels}")
        if (level, day) not in self._listed:
            self._listed[level, day] = self._list(level, day)
        return self._listed[level, day].copy()

    def _list(self, level: str, day: str) -> pd.DataFrame:
        units = self.pack.valid_on(day)
        units = units[units["level"] == level][["unit_id", "code", "parent_id"]]
        names = valid_on(self.pack.tables["unit_names"], day).set_index("unit_id")
        named = units.assign(
            name=units["unit_id"].map(names["name_vi"]),
            short=units["unit_id"].map(names["name_short"]),
            type=units["unit_id"].map(names["type_vi"]),
        )
        english = [
            self._in_english(short, kind) for short, kind in zip(named["short"], named["type"], strict=True)
        ]
        tiles = self.pack.tables.get("tiles")
        abbreviations = {} if tiles is None else dict(zip(tiles.unit_id, tiles.abbr, strict=True))
        labels = [
            abbreviations.get(unit, short)
            for unit, short in zip(named["unit_id"], named["short"], strict=True)
        ]
        return named.assign(name_en=english, abbr=labels).reset_index(drop=True)

    def main_level(self, edition: str | None = None) -> str:
        """Widest level below the whole: that of the districts, or of the communes where there are none."""
        return self.levels_below(edition)[0]

    def main_units(self, edition: str | None = None) -> pd.DataFrame:
        """Units of the main level; see `units`."""
        return self.units(self.main_level(edition), edition)

    def levels_below(self, edition: str | None = None) -> tuple[str, ...]:
        """Levels below the whole, from the widest to the finest."""
        return self.editions[self._edition(edition)][1:]

    def about(self) -> dict[str, Any]:
        """Name, editions and words of the levels, as a release keeps them."""
        return {
            "pack": self.id,
            "edition": self.default_edition,
            "name": dict(self.names),
            "editions": [{"id": day, "levels": list(levels)} for day, levels in self.editions.items()],
            "level_names": {name: dict(words) for name, words in self.pack.declared["level_names"].items()},
        }

    def unit_id(self, code: str, edition: str | None = None) -> str:
        """Find the unit that a code means in an edition."""
        day = self._edition(edition)
        units = self.pack.valid_on(day)
        found = units.loc[units["code"] == code, "unit_id"]
        if found.empty:
            raise GeographyError(f"code {code!r} is not of edition {day}{self._other_day(code)}")
        return str(found.iloc[0])

    def code(self, unit_id: str) -> str:
        """Code of the statistics office for a unit."""
        units = self.pack.tables["units"].set_index("unit_id")
        if unit_id not in units.index:
            raise GeographyError(f"no unit {unit_id!r} in the pack {self.id}")
        return str(units.at[unit_id, "code"])

    def name(self, unit: str, date: str | None = None, language: str = "vi") -> str:
        """Name of a unit on a day.

        Parameters
        ----------
        unit : str
            `unit_id`, or a code that is read in the edition of that day.
        date : str, optional
            ISO 8601; by default the day of the default edition.
        language : {"vi", "en"}
            In English the proper name is followed by the kind of unit: "Phước Long town". The whole has the
            name of the pack on a day on which it is no unit.
        """
        if unit == self.province and unit not in set(self.pack.valid_on(self._day(date))["unit_id"]):
            return self.names[language]
        row = self._name_row(unit, date)
        words = {
            "vi": str(row["name_vi"]),
            "en": self._in_english(str(row["name_short"]), str(row["type_vi"])),
        }
        if language not in words:
            raise GeographyError(f"no language {language!r}; choose one of {', '.join(LANGUAGES)}")
        return words[language]

    def short_name(self, unit: str, date: str | None = None) -> str:
        """Proper name of a unit on a day, without its kind."""
        return str(self._name_row(unit, date)["name_short"])

    def tiles(self, edition: str | None = None) -> pd.DataFrame:
        """Places of the units on a tile map.

        Returns
        -------
        DataFrame
            ``unit_id, code, name, short, abbr, square_row, square_col, hex_row, hex_col``; odd
            rows of the hexagons lie half a tile to the right. Empty when the pack has no tiles.
        """
        tiles = self.pack.tables.get("tiles")
        if tiles is None:
            return pd.DataFrame(columns=["code", "name", "short", *COLUMNS["tiles"]])
        day = self._edition(edition)
        named = pd.concat([self.units(level, day) for level in self.editions[day]])
        placed = named[["unit_id", "code", "name", "short"]].merge(tiles, on="unit_id")
        return placed.astype(dict.fromkeys(PLACES, "int64"))

    def raking_margins(self) -> tuple[Margin, ...]:
        """Margins of persons aged 15+ that the pack declares for raking, of the default edition or of all."""
        return tuple(
            Margin(
                entry["variable"],
                pd.Series(
                    rows["value"].to_numpy(),
                    index=[entry["category"].format_map(row) for row in self._category_words(rows)],
                ),
            )
            for entry in self.pack.declared["raking"]
            if entry.get("edition", self.default_edition) == self.default_edition
            for rows in [self.margins[self.margins["margin"] == entry["margin"]]]
        )

    def share_15plus(self, breakdown: str) -> pd.Series:
        """Share of persons aged 15+ in the whole population, for the all-ages lower bound.

        Parameters
        ----------
        breakdown : {"province", "residence"} or a level
            Of the default edition.

        Returns
        -------
        Series of float in (0, 1]
            Indexed by unit as estimates name it: "province", code of a unit, "urban" / "rural". Empty for a
            level that the margins do not tell.
        """
        units: dict[str, pd.Series] = {
            "province": pd.Series("province", index=self.margins.index),
            "residence": self.margins["residence"],
        }
        for level in self.levels_below():
            codes = self.units(level).set_index("unit_id")["code"]
            units[level] = self.margins["unit_id"].map(codes)
        if breakdown not in units:
            choices = ", ".join(units)
            raise GeographyError(f"no share of 15+ by {breakdown!r}; choose one of {choices}")
        declared = self.pack.declared["share_15plus"]
        totals = self.margins["value"].groupby([self.margins["margin"], units[breakdown]]).sum()
        names = (declared["numerator"], declared["denominator"])
        if not set(names) <= set(totals.index.get_level_values(0)):
            return pd.Series(dtype=float).rename_axis(breakdown)
        share: pd.Series = totals[names[0]] / totals[names[1]]
        return share.rename_axis(breakdown)

    def _edition(self, edition: str | None) -> str:
        day = edition or self.default_edition
        if day not in self.editions:
            raise GeographyError(f"no edition {day!r}; choose one of {', '.join(self.editions)}")
        return day

    def _day(self, date: str | None) -> str:
        return date or self.default_edition

    def _name_row(self, unit: str, date: str | None) -> pd.Series:
        day = self._day(date)
        if ":" not in unit:
            units = self.pack.valid_on(day)
            meant = units.loc[units["code"] == unit, "unit_id"]
        else:
            meant = pd.Series([unit])
        names = valid_on(self.pack.tables["unit_names"], day)
        found = names[names["unit_id"].isin(meant)]
        if found.empty:
            raise GeographyError(f"no unit {unit!r} on {day} in the pack {self.id}")
        return found.iloc[0]

    def _in_english(self, short: str, kind: str) -> str:
        return f"{short} {self.pack.declared.get('types_en', {}).get(kind, '')}".strip()

    def _other_day(self, code: str) -> str:
        """Say in which editions an unknown code would have a meaning."""
        days = [day for day in self.editions if code in set(self.pack.valid_on(day)["code"])]
        return f"; it is of edition {', '.join(days)}" if days else ""

    def _codes(self) -> dict[str, str]:
        units = self.pack.tables["units"]
        return dict(zip(units["unit_id"], units["code"], strict=True))

    def _category_words(self, rows: pd.DataFrame) -> list[dict[str, str]]:
        words = rows.assign(
            code=rows["unit_id"].map(self._codes()), sex=rows["sex"].replace(self.pack.declared["sex_codes"])
        )
        return [
            {str(name): str(word) for name, word in row.items()} for row in words.to_dict(orient="records")
        ]


def open_geography(reference: str) -> Gazetteer:
    """Open the geography of a wave.

    Parameters
    ----------
    reference : str
        Name of a pack or its folder; ``name@2025-07-01`` where the frame of the wave is of another edition
        than the default one of the pack.

    Raises
    ------
    Refusal
        As :func:`load_pack`; for an edition that the pack does not have.
    """
    name, edition = apart(reference)
    folder = places.geography(name)
    found = _loaded(folder, _as_they_lie(folder))
    if edition is None:
        return found
    if edition not in found.editions:
        facts = {"pack": found.id, "known": ", ".join(found.editions)}
        raise Refusal(finding("edition_unknown", value=edition, facts=facts))
    return replace(found, default_edition=edition)


def apart(reference: str) -> tuple[str, str | None]:
    """Name or folder of a pack, and the edition where the reference names one."""
    found = REFERENCE.fullmatch(reference)
    return (found["pack"], found["edition"]) if found else (reference, None)


def _as_they_lie(folder: Path) -> Files:
    """Name, time and size of every file of a pack: another one is there when one of them changes."""
    if not folder.is_dir():
        return ()
    told = ((path.name, path.stat()) for path in sorted(folder.iterdir()))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in told)


@lru_cache(maxsize=8)
def _loaded(folder: Path, _files: Files) -> Gazetteer:
    """Load and check a pack once for as long as its files stay what they are: every upload asks for it."""
    return load_pack(folder)


def load_pack(folder: Path) -> Gazetteer:
    """Read a geography pack and refuse it when anything in it contradicts itself.

    Parameters
    ----------
    folder : Path
        Holds ``pack.toml``, ``units.csv``, ``unit_names.csv``, ``margins.csv`` and, where known,
        ``aliases.csv``, ``crosswalk.csv``, ``tiles.csv`` and ``boundaries_<edition>.geojson``.

    Raises
    ------
    Refusal
        With one finding for each problem.
    """
    pack = read_pack(Path(folder))
    if wrong := problems(pack):
        raise Refusal(*wrong)
    margins = pack.tables["margins"]
    empty = pd.DataFrame(columns=COLUMNS["crosswalk"], dtype="str")
    return Gazetteer(
        id=pack.folder,
        names=pack.declared["name"],
        province=pack.declared["province"],
        editions={entry["id"]: tuple(entry["levels"]) for entry in pack.declared["editions"]},
        default_edition=pack.declared["default_edition"],
        margins=margins.assign(value=margins["value"].astype(float)),
        crosswalk=pack.tables.get("crosswalk", empty),
        pack=pack,
    )
