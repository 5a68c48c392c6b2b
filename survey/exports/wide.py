"""Repeats that a tool spreads over columns (``m_age_1``, ``m_age_2``), laid down as rows again.

Only the shape changes: every cell stays as the tool wrote it, beside the row number it came from.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.exports.cells import Table
from survey.exports.headers import map_headers
from survey.instrument import Instrument

KEY, PARENT_KEY = "KEY", "PARENT_KEY"

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Spread:
    """Columns of one repeat in a wide table.

    Attributes
    ----------
    chain : tuple of str
        The repeat after those that enclose it, outermost first.
    columns : mapping
        Number of the row in each repeat of the chain -> name of the question or choice -> header.
    """

    chain: tuple[str, ...]
    columns: Mapping[Place, Mapping[str, str]]


def lay_down(main: Table, instrument: Instrument, repeats: Iterable[str]) -> tuple[Table, dict[str, Table]]:
    """Take the columns of repeats out of a wide table and return them as tables of their own.

    A row of a repeat exists where any of its cells is filled. Its ``KEY`` is written as in a long export,
    ``<key>/member[2]``, and its ``PARENT_KEY`` is that of the enclosing row.

    Parameters
    ----------
    main : Table
        One row a submission, with a column ``KEY``.
    instrument : Instrument
    repeats : iterable of str
        Names of the repeats to look for.

    Returns
    -------
    Table
        The wide table without those columns.
    dict
        Repeat -> its table; repeats without columns are left out.
    """
    spreads = {repeat: _spread(main, instrument, repeat) for repeat in repeats}
    taken = {h for s in spreads.values() for columns in s.columns.values() for h in columns.values()}
    kept = [place for place, header in enumerate(main.headers) if header not in taken]
    rest = replace(
        main,
        headers=tuple(main.headers[place] for place in kept),
        columns=[main.columns[place] for place in kept],
    )
    return rest, {repeat: _laid(main, spread) for repeat, spread in spreads.items() if spread.columns}


def split_names(names: Iterable[str], codes: Sequence[str]) -> dict[str, str]:
    """Return ``q_98`` -> ``q/98`` for every choice; a minus is written ``_``: ``q__98`` -> ``q/-98``."""
    return {f"{name}_{code.replace('-', '_')}": f"{name}/{code}" for name in names for code in codes}


def _spread(main: Table, instrument: Instrument, repeat: str) -> _Spread:
    level = instrument.level(repeat)
    chain = tuple(group for group in level[0].path if group in instrument.repeats) if level else ()
    known = _names(instrument, repeat)
    outside = map_headers(main.headers, instrument)
    numbered = re.compile(rf"(.+?)((?:_\d+){{{max(1, len(chain))}}})")
    columns: dict[Place, dict[str, str]] = {}
    for header in main.headers:
        match = numbered.fullmatch(header)
        if match and match[1] in known and header not in outside.questions:
            place = tuple(int(number) for number in match[2].split("_")[1:])
            columns.setdefault(place, {})[match[1]] = header
    return _Spread(chain, columns)


def _names(instrument: Instrument, repeat: str) -> frozenset[str]:
    """Names of the questions of a repeat, and of the choice columns that may stand beside them."""
    found: set[str] = set()
    for question in instrument.level(repeat):
        aliases = (question.name, *question.synonym.split())
        found.update(aliases)
        if question.type == "select_multiple":
            found.update(split_names(aliases, [choice.name for choice in instrument.codes(question)]))
    return frozenset(found)


def _laid(main: Table, spread: _Spread) -> Table:
    names = tuple(dict.fromkeys(name for columns in spread.columns.values() for name in columns))
    numbers: list[int] = []
    records: list[tuple[str, ...]] = []
    for number, record in _records(main, spread, names):
        numbers.append(number)
        records.append(record)
    columns = [list(column) for column in zip(*records, strict=True)] or [[] for _ in range(len(names) + 2)]
    return replace(
        main,
        name=f"{main.name} ({spread.chain[-1]})",
        headers=(KEY, PARENT_KEY, *names),
        rows=numbers,
        columns=columns,
        stray=0,
    )


def _records(main: Table, spread: _Spread, names: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    cells = dict(zip(main.headers, main.columns, strict=True))
    blank = [""] * len(main.rows)
    places = {
        place: [cells[columns[name]] if name in columns else blank for name in names]
        for place, columns in sorted(spread.columns.items())
    }
    for row, (number, key) in enumerate(zip(main.rows, main.column(KEY), strict=True)):
        for place, columns in places.items():
            record = [column[row] for column in columns]
            if any(record):
                own, parent = _keys(key, spread.chain, place)
                yield number, (own, parent, *record)


def _keys(key: str, chain: Sequence[str], place: Place) -> tuple[str, str]:
    parts = [f"{repeat}[{number}]" for repeat, number in zip(chain, place, strict=True)]
    return "/".join([key, *parts]), "/".join([key, *parts[:-1]])
