"""Tables in which repeats are folded into numbered columns, parted into one table a level."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.exports.cells import Table
from survey.exports.kobotoolbox import PARENT_INDEX, SUBMISSION_LINKS
from survey.exports.layout import BLANKS

_FOLDED = re.compile(r"(?P<repeat>.+)\[(?P<number>\d+)\](?P<question>[/.][^\[\]]+)")
_NUMBER = re.compile(r"\[(\d+)\]")

INDEX = "_index"

Place = tuple[int, ...]
Indices = dict[str, dict[tuple[int, Place], str]]


@dataclass(frozen=True, slots=True)
class _Column:
    """One folded column: its header without numbers, the place that they give, and its cells."""

    header: str
    place: Place
    cells: Sequence[str]


def unfolded(table: Table) -> list[Table]:
    """Part a table with columns like ``b/member[2]/m_age`` into the main table and one table a repeat.

    A repeat keeps the row number of its submission; a table without such columns stays as it is.
    """
    folded: dict[str, list[_Column]] = {}
    for header, cells in zip(table.headers, table.columns, strict=True):
        match = _FOLDED.fullmatch(header)
        if match:
            repeat = _NUMBER.sub("", match["repeat"])
            place = tuple(map(int, _NUMBER.findall(header)))
            folded.setdefault(repeat, []).append(_Column(f"{repeat}{match['question']}", place, cells))
    if not folded:
        return [table]
    # Rows are numbered here, whatever numbers somebody has added to the file.
    kept = [p for p, h in enumerate(table.headers) if not _FOLDED.fullmatch(h) and h != INDEX]
    main = replace(
        table,
        headers=(*(table.headers[place] for place in kept), INDEX),
        columns=[*(table.columns[place] for place in kept), [str(n + 1) for n in range(len(table.rows))]],
    )
    indices: Indices = {}
    return [main, *(_roster(main, name, folded[name], indices) for name in sorted(folded))]


def _roster(main: Table, name: str, columns: Sequence[_Column], indices: Indices) -> Table:
    """Build the table of one repeat; the tables of enclosing repeats are known by then."""
    headers = list(dict.fromkeys(column.header for column in columns))
    by_place: dict[Place, list[_Column]] = {}
    for column in columns:
        by_place.setdefault(column.place, []).append(column)
    own = indices.setdefault(name, {})
    outer = max((other for other in indices if name.startswith(f"{other}/")), key=len, default="")
    links = {link: main.column(header) for header, link in SUBMISSION_LINKS.items() if header in main.headers}
    records = []
    for row, place, answers in _filled(len(main.rows), by_place):
        own[row, place] = str(len(own) + 1)
        parent = indices[outer].get((row, place[:-1]), "") if outer else str(row + 1)
        system = [own[row, place], parent, *(cells[row] for cells in links.values())]
        records.append((main.rows[row], [*(answers.get(header, "") for header in headers), *system]))
    return Table(
        name,
        (*headers, INDEX, PARENT_INDEX, *links),
        [number for number, _ in records],
        [list(column) for column in zip(*(record for _, record in records), strict=True)]
        or [[] for _ in range(len(headers) + 2 + len(links))],
    )


def _filled(
    rows: int, by_place: Mapping[Place, Sequence[_Column]]
) -> Iterator[tuple[int, Place, dict[str, str]]]:
    """Yield row of the main table, place in the repeat, and answers, for every place that holds any."""
    for row in range(rows):
        for place, columns in sorted(by_place.items()):
            answers = {column.header: column.cells[row] for column in columns}
            if any(text not in BLANKS for text in answers.values()):
                yield row, place, answers
