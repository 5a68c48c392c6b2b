"""How many areas each stratum gives, from a table by stratum or from the plan of the districts."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from estimation.planning.allocation import allocate
from survey.frame import FIRST_ROW, Frame
from survey.messages import Finding, Refusal, finding
from survey.wave import read_sample

STRATUM = "stratum"
DISTRICT = ("district_code", "domain")
NUMBER = ("n_eas_stratum", "n_eas", "areas")
# The last row of a plan.
TOTAL = "(total)"
# Two areas in a stratum leave a variance.
LEAST = 2


def read_allocation(path: Path, frame: Frame) -> Mapping[str, int]:
    """Read how many areas are to be drawn in each stratum.

    Parameters
    ----------
    path : Path
        CSV. By stratum: ``stratum`` and ``n_eas_stratum`` (or ``n_eas``, ``areas``), so that the sample of
        an earlier wave serves, too. By district: ``district_code`` (or ``domain``) and the number, as
        ``kynangso sample plan --csv`` writes it; the strata of a district share its areas in proportion to
        their households, two at least. The same row may stand several times.
    frame : Frame
        Without errors.

    Returns
    -------
    mapping
        Stratum -> areas.

    Raises
    ------
    Refusal
        Naming the row: a number that is none, two numbers for one stratum, a district that cannot be shared
        out; or the file has no such columns.
    """
    table = read_sample(path, ())
    number = _first(table, NUMBER)
    unit = STRATUM if STRATUM in table.columns else _first(table, DISTRICT)
    if not number or not unit:
        raise Refusal(finding("allocation_columns", file=path.name))
    table = table[table[unit] != TOTAL]
    problems = list(_problems(table, unit, number, path.name))
    if problems:
        raise Refusal(*problems)
    asked = dict(zip(table[unit].str.strip(), table[number].astype(int), strict=True))
    return asked if unit == STRATUM else _by_district(asked, frame, path.name)


def _first(table: pd.DataFrame, names: tuple[str, ...]) -> str:
    return next((name for name in names if name in table.columns), "")


def _problems(table: pd.DataFrame, unit: str, number: str, file: str) -> Iterator[Finding]:
    told: dict[str, str] = {}
    for row, code, asked in zip(table.index, table[unit].str.strip(), table[number], strict=True):
        place = int(row) + FIRST_ROW
        if not (asked.isascii() and asked.isdigit()):
            yield finding("allocation_number_wrong", file=file, row=place, column=number, value=asked)
        elif told.setdefault(code, asked) != asked:
            facts = {"stratum": code, "other": told[code]}
            yield finding(
                "allocation_contradicts", file=file, row=place, column=number, value=asked, facts=facts
            )


def _by_district(asked: Mapping[str, int], frame: Frame, file: str) -> Mapping[str, int]:
    sizes = frame.sized().groupby(["district_code", "stratum"], sort=True)["households_frame"]
    counted = sizes.agg(["sum", "size"])
    found: dict[str, int] = {}
    problems = []
    for district, areas in asked.items():
        if district not in counted.index.get_level_values(0):
            problems.append(finding("allocation_stratum_unknown", file=file, value=district))
            continue
        strata = counted.loc[district]
        try:
            floor = min(LEAST, int(strata["size"].min()))
            shared = allocate(strata["sum"], areas, floor=floor, cap=strata["size"])
            found |= {str(stratum): int(number) for stratum, number in shared.items()}
        except ValueError:
            facts = {"asked": areas, "strata": len(strata), "most": int(strata["size"].sum())}
            problems.append(finding("allocation_district_unfit", file=file, value=district, facts=facts))
    if problems:
        raise Refusal(*problems)
    return found
