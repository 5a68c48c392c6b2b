"""The frame of areas as the office has it, and everything in it that would spoil a sample, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from estimation.sampling import inclusion_probabilities
from survey.durable import sha256_of
from survey.findings import refuse_errors
from survey.geography import Gazetteer
from survey.messages import Finding, Refusal, finding
from survey.wave import read_sample

FRAME_COLUMNS = ("ea_code", "stratum", "district_code", "residence", "households_frame")
CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")
FIRST_ROW = 2  # below the header, as Excel counts
LONGEST_SIZE = 9


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of the frame with codes of units, and how their names are called in the sample."""

    level: str
    edition: str
    name: str


# Column of the frame -> level and edition of its codes, and the column of their names.
CODED: Mapping[str, Coded] = {
    "district_code": Coded("district", "2022-10-01", "district_name"),
    "commune_code_2019": Coded("commune", "2022-10-01", "commune_name_2019"),
    "commune_code_2025": Coded("commune", "2026-04-30", "commune_name_2026"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The list of all areas that a sample may be drawn from.

    Attributes
    ----------
    areas : DataFrame, one row an area
        Text cells without blanks around them, as in the file; indexed by the row as Excel shows it.
    file : str
    sha256 : str
        Of the bytes of the file.
    """

    areas: pd.DataFrame
    file: str
    sha256: str

    def sized(self) -> pd.DataFrame:
        """Return the areas with ``households_frame`` as int; only after a check without errors."""
        return self.areas.assign(households_frame=self.areas["households_frame"].astype(int))

    def strata(self, allocation: Mapping[str, int]) -> pd.DataFrame:
        """Count each stratum: ``stratum, areas_in_frame, households_frame`` and ``n_eas`` asked for."""
        groups = self.sized().groupby("stratum", sort=True)["households_frame"]
        counted = groups.agg(areas_in_frame="size", households_frame="sum").reset_index()
        asked = counted["stratum"].map(allocation)
        return counted.assign(n_eas=asked.astype(int))


@dataclass(frozen=True, slots=True)
class Take:
    """Addresses drawn in each area."""

    originals: int = 12
    reserves: int = 4

    @property
    def addresses(self) -> int:
        """Originals and reserves."""
        return self.originals + self.reserves


def read_frame(path: Path) -> Frame:
    """Read the frame of areas.

    Parameters
    ----------
    path : Path
        CSV, UTF-8, with the `FRAME_COLUMNS`; other columns are kept.

    Raises
    ------
    Refusal
        When it cannot be read, lacks a column, or has no row.
    """
    areas = read_sample(path, FRAME_COLUMNS)
    if areas.empty:
        raise Refusal(finding("frame_without_rows", file=path.name))
    areas = areas.apply(lambda column: column.str.strip())
    areas.index = pd.RangeIndex(FIRST_ROW, FIRST_ROW + len(areas))
    return Frame(areas, path.name, sha256_of(path))


def clean_areas(path: Path) -> pd.DataFrame:
    """Read a frame of which every cell must be fit, as planning needs it.

    Returns
    -------
    DataFrame, one row an area
        As :meth:`Frame.sized` gives it.

    Raises
    ------
    Refusal
        As :func:`read_frame`, or with the first errors of each rule of :func:`check_frame`.
    """
    frame = read_frame(path)
    refuse_errors(check_frame(frame))
    return frame.sized()


def check_frame(frame: Frame, gazetteer: Gazetteer | None = None, take: Take | None = None) -> list[Finding]:
    """Check the cells of a frame.

    Parameters
    ----------
    frame : Frame
    gazetteer : Gazetteer, optional
        Its codes are those that may stand in the frame; unknown ones are warnings.
    take : Take, optional
        Areas with fewer households than it asks for are warnings.

    Returns
    -------
    list of Finding
        Each names row and column; a sample is drawn only without errors.
    """
    found = [*_empty(frame), *_codes(frame), *_sizes(frame)]
    if gazetteer:
        found += _unknown(frame, gazetteer)
    if take and not any(one.severity == "error" for one in found):
        found += _small(frame, take)
    return found


def check_allocation(frame: Frame, allocation: Mapping[str, int], *, by_size: bool = True) -> list[Finding]:
    """Check a clean frame against the areas asked for: too few, none, a single one, certain ones.

    Parameters
    ----------
    frame : Frame
        Without errors.
    allocation : mapping
        Stratum -> areas.
    by_size : bool
        Whether chances follow the size; then the areas that are certain to be drawn are told.
    """
    found = []
    for stratum, rows in frame.sized().groupby("stratum", sort=True):
        name, asked = str(stratum), allocation.get(str(stratum))
        if asked is None:
            found.append(finding("allocation_stratum_missing", file=frame.file, value=name))
        elif asked > len(rows):
            facts = {"asked": asked, "found": len(rows)}
            found.append(finding("frame_stratum_small", file=frame.file, value=name, facts=facts))
        elif asked < 2:
            code = "allocation_stratum_single" if asked else "allocation_stratum_none"
            found.append(finding(code, file=frame.file, value=name))
        if by_size and asked and asked < len(rows):
            _, certain = inclusion_probabilities(rows["households_frame"].to_numpy(float), asked)
            found += [_certain(frame, row, rows.loc[row], asked) for row in rows.index[certain]]
    known = set(frame.areas["stratum"])
    found += [
        finding("allocation_stratum_unknown", file=frame.file, value=stratum)
        for stratum in allocation
        if stratum not in known
    ]
    return found


def _certain(frame: Frame, row: int, area: pd.Series, asked: int) -> Finding:
    facts = {"stratum": area["stratum"], "size": area["households_frame"], "asked": asked}
    return finding(
        "frame_area_certain",
        file=frame.file,
        row=row,
        column="households_frame",
        value=area["ea_code"],
        facts=facts,
    )


def _empty(frame: Frame) -> Iterator[Finding]:
    for column in FRAME_COLUMNS:
        for row in frame.areas.index[frame.areas[column] == ""]:
            yield finding("frame_cell_empty", file=frame.file, row=row, column=column)


def _codes(frame: Frame) -> Iterator[Finding]:
    codes = frame.areas.loc[frame.areas["ea_code"] != "", "ea_code"]
    first: dict[str, int] = {}
    for row, code in codes.items():
        number = int(str(row))
        if not CODE.fullmatch(code):
            yield finding("frame_code_unfit", file=frame.file, row=number, column="ea_code", value=code)
        elif code in first:
            facts = {"first": first[code]}
            yield finding(
                "frame_code_repeated", file=frame.file, row=number, column="ea_code", value=code, facts=facts
            )
        first.setdefault(code, number)


def _sizes(frame: Frame) -> Iterator[Finding]:
    sizes = frame.areas["households_frame"]
    for row, size in sizes[sizes != ""].items():
        is_whole = size.isascii() and size.isdigit() and len(size) <= LONGEST_SIZE
        if not is_whole or int(size) == 0:
            yield finding(
                "frame_size_wrong",
                file=frame.file,
                row=int(str(row)),
                column="households_frame",
                value=size,
            )


def _unknown(frame: Frame, gazetteer: Gazetteer) -> Iterator[Finding]:
    """Report codes that are not of their edition, each where it stands first."""
    for column, coded in CODED.items():
        known = codes_of(gazetteer, coded)
        if column not in frame.areas or not known:
            continue
        codes = frame.areas.loc[frame.areas[column] != "", column]
        strange = codes[~codes.isin(known)]
        for code, rows in strange.groupby(strange):
            facts = {"edition": coded.edition, "count": len(rows)}
            yield finding(
                "frame_unit_unknown",
                file=frame.file,
                row=int(rows.index[0]),
                column=column,
                value=str(code),
                facts=facts,
            )


def codes_of(gazetteer: Gazetteer, coded: Coded) -> Mapping[str, str]:
    """Names of the units of a level by code; none where the pack has not this edition or level."""
    if coded.level not in gazetteer.editions.get(coded.edition, ()):
        return {}
    units = gazetteer.units(coded.level, coded.edition)
    return dict(zip(units["code"], units["name"], strict=True))


def _small(frame: Frame, take: Take) -> Iterator[Finding]:
    sizes = frame.sized()["households_frame"]
    for row, size in sizes[sizes < take.addresses].items():
        facts = {"needed": take.addresses, "area": frame.areas.at[row, "ea_code"]}
        yield finding(
            "frame_area_small",
            file=frame.file,
            row=int(str(row)),
            column="households_frame",
            value=str(size),
            facts=facts,
        )
