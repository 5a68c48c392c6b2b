"""The listing of the sampled areas: which addresses the listers found, never whose they are."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pandas as pd

from survey.drawing import Listing, Sample
from survey.frame import FIRST_ROW, Take
from survey.messages import Finding, Refusal, finding
from survey.wave import read_sample

AREA, ADDRESS, COUNT = "ea_code", "listing_no", "households_listed"
LONGEST = 6


def read_listing(
    path: Path, sample: Sample, take: Take, *, frame: Collection[str] = ()
) -> tuple[Listing, list[Finding]]:
    """Read the addresses of the sampled areas.

    Parameters
    ----------
    path : Path
        CSV with ``ea_code`` and either ``listing_no`` (a row an address) or ``households_listed`` (a row an
        area: addresses 1 to that number; empty where the area is not listed yet). No other column is looked
        at, so that nothing about persons is taken over.
    sample : Sample
    take : Take
    frame : collection of str
        Areas that may stand in the listing without being sampled, as where all areas were listed beforehand.

    Returns
    -------
    listing : mapping
        Area -> numbers of its addresses, ascending.
    findings : list of Finding
        Areas without listing or with fewer addresses than are to be drawn.

    Raises
    ------
    Refusal
        Naming the rows: areas outside of sample and frame, numbers that are none, an address or area twice.
    """
    table = read_sample(path, (AREA,))
    column = ADDRESS if ADDRESS in table.columns else COUNT
    if column not in table.columns:
        raise Refusal(finding("listing_columns", file=path.name))
    cells = table[[AREA, column]].apply(lambda one: one.str.strip())
    sampled = set(sample.eas["ea_code"])
    cells = cells[(cells[column] != "") & (cells[AREA].isin(sampled) | ~cells[AREA].isin(list(frame)))]
    problems = list(_problems(cells, column, sampled, path.name))
    if problems:
        raise Refusal(*problems)
    listing: Listing = {
        str(code): _addresses(rows[column].astype(int), column) for code, rows in cells.groupby(AREA)
    }
    return listing, list(_short(listing, sample, take, path.name))


def _addresses(numbers: pd.Series, column: str) -> tuple[int, ...]:
    return tuple(range(1, int(numbers.iloc[0]) + 1)) if column == COUNT else tuple(sorted(numbers.tolist()))


def _problems(cells: pd.DataFrame, column: str, sampled: set[str], file: str) -> Iterator[Finding]:
    seen: set[object] = set()
    for row, code, number in zip(cells.index, cells[AREA], cells[column], strict=True):
        place = int(row) + FIRST_ROW
        if code not in sampled:
            yield finding("listing_area_foreign", file=file, row=place, column=AREA, value=code)
        elif not _is_number(number):
            yield finding("listing_number_wrong", file=file, row=place, column=column, value=number)
        key = code if column == COUNT else (code, number.lstrip("0"))
        if key in seen:
            facts = {"area": code}
            yield finding("listing_twice", file=file, row=place, column=column, value=number, facts=facts)
        seen.add(key)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST and int(text) > 0


def _short(listing: Listing, sample: Sample, take: Take, file: str) -> Iterator[Finding]:
    absent = [code for code in sample.eas["ea_code"] if code not in listing]
    if absent:
        facts = {"count": len(absent), "areas": ", ".join(absent[:10])}
        yield finding("listing_area_absent", file=file, facts=facts)
    for code, numbers in listing.items():
        if len(numbers) < take.addresses:
            facts = {"found": len(numbers), "needed": take.addresses}
            yield finding("listing_short", file=file, value=code, facts=facts)
