"""Rows that people add to a table for readers: titles above it, a second header, totals below.

Such a table is refused with the row to delete; which row is data is never guessed.
"""

import re
from collections.abc import Iterable, Iterator

from survey.exports.cells import Table, Unreadable
from survey.exports.headers import is_tool_column
from survey.exports.plain_columns import CHANGING_KEYS, STABLE_KEYS, named_key
from survey.instrument import Instrument
from survey.spelling import label_key

SEARCHED_ROWS = 10
HALF = 0.5
FEWEST = 3
_TOTAL = re.compile("|".join(map(label_key, (
    "tổng", "tổng cộng", "tổng số", "cộng", "trung bình", "total", "totals", "grand total", "sum", "mean",
    "average",
))))  # fmt: skip


def check_header(table: Table, instrument: Instrument) -> None:
    """Refuse a table whose header is not its first row, or stands there twice.

    Raises
    ------
    Unreadable
        ``header_not_first`` or ``header_twice``, naming the row.
    """
    words = _words_of_headers(instrument)
    first = _share(table.headers, words)
    for place, row in enumerate(table.rows[:SEARCHED_ROWS]):
        cells = [column[place] for column in table.columns]
        if _share(cells, words) < HALF or len([*filter(None, cells)]) < min(FEWEST, len(table.headers)):
            continue
        code = "header_not_first" if first < HALF else "header_twice"
        raise Unreadable(code, sheet=table.name, row=str(row), title=_shown(table.headers))


def check_totals(table: Table, key: str) -> None:
    """Refuse a table with a row of totals.

    Parameters
    ----------
    table : Table
    key : str
        Header of the column that identifies a row; a total has nothing there, or the word itself.

    Raises
    ------
    Unreadable
        ``row_total``, naming the row.
    """
    for place, (row, name) in enumerate(zip(table.rows, table.column(key), strict=True)):
        if name and not _is_total(name):
            continue
        word = next((cell for cell in _row(table, place) if cell), "")
        if _is_total(word):
            raise Unreadable("row_total", sheet=table.name, row=str(row), seen=word)


def _row(table: Table, place: int) -> Iterator[str]:
    return (column[place] for column in table.columns)


def _is_total(text: str) -> bool:
    return bool(_TOTAL.fullmatch(label_key(text.rstrip(" :"))))


def _words_of_headers(instrument: Instrument) -> frozenset[str]:
    """Keys of everything that may head a column: names, earlier names and labels of the questions."""
    words = {
        label_key(word)
        for question in instrument.questions
        for word in (question.name, *question.synonym.split(), *question.labels.values())
    }
    return frozenset(words - {""})


def _share(cells: Iterable[str], words: frozenset[str]) -> float:
    filled = [cell for cell in cells if cell]
    return sum(_heads(cell, words) for cell in filled) / max(1, len(filled))


def _heads(cell: str, words: frozenset[str]) -> bool:
    last = re.split(r"[/.:\-]", cell)[-1]
    if label_key(cell) in words or label_key(last) in words:
        return True
    return is_tool_column(cell) or named_key(cell) in (*STABLE_KEYS, *CHANGING_KEYS)


def _shown(headers: tuple[str, ...]) -> str:
    text = next(filter(None, headers), "")
    return text if len(text) <= 60 else text[:60] + "…"
