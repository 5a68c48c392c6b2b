"""How people write numbers and dates: one notation for a whole column, by its declared type, never by cell.

Degenerate columns, each with a test of that name:

========================== ======================================================================
column                     decision
========================== ======================================================================
no number or date in it    no notation; words stay, validation reports them
two notations mixed        refused, naming rows of the rarer one
fits two, means one        the first; ``12`` is 12 either way
fits two, means two        what the other columns of the file show; refused where none shows it
month before day           refused: no date of the file is read day first
========================== ======================================================================
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

SHOWN = 4
# Day 0 of Excel for Windows, with its leap day of 1900 that never was.
_EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet has no zone
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
_YEAR_FIRST = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(.*)")


@dataclass(frozen=True, slots=True)
class Notation:
    """One way to write numbers or dates.

    Attributes
    ----------
    name : str
        "comma" and "point" tell how the decimals of a file are written.
    pattern : Pattern
        Fits every text written so.
    read : callable (text) -> str
        The text with a decimal point and no thousands marks, or as an ISO date.
    """

    name: str
    pattern: re.Pattern[str]
    read: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why the notation of a column cannot be told.

    Attributes
    ----------
    code : {"notation_mixed", "notation_doubtful"}
        Message for the person who sends the file.
    examples : tuple of str
        Texts of the column: of the rarer notation, or with two meanings.
    """

    code: str
    examples: tuple[str, ...]


def _unpointed(text: str) -> str:
    return text.replace(".", "").replace(",", ".")


def _year_first(text: str) -> str:
    year, month, day, rest = _YEAR_FIRST.fullmatch(text).groups()  # type: ignore[union-attr]
    return f"{year}-{int(month):02d}-{int(day):02d}{rest}"


def _day_first(text: str) -> str:
    day, month, year, clock = _DAY_FIRST.fullmatch(text).groups()  # type: ignore[union-attr]
    return f"{year}-{int(month):02d}-{int(day):02d}" + (f"T{clock.zfill(len('00:00'))}" if clock else "")


def _serial(text: str) -> str:
    moment = _EXCEL_EPOCH + dt.timedelta(days=float(text))
    rounded = (moment + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return rounded.isoformat() if rounded.time() != dt.time() else rounded.date().isoformat()


_WHOLE_POINT = Notation("point", re.compile(r"[+-]?\d+(\.0+)?"), str)
_WHOLE_COMMA = Notation("comma", re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,0+)?"), _unpointed)
_POINT = Notation("point", re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?"), str)
_COMMA = Notation("comma", re.compile(r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?"), _unpointed)
_ISO = Notation(
    "iso", re.compile(r"\d{4}[/.-](0?[1-9]|1[0-2])[/.-](0?[1-9]|[12]\d|3[01])([T ].*)?"), _year_first
)
_DAYS = Notation(
    "day first",
    re.compile(r"(0?[1-9]|[12]\d|3[01])[/.-](0?[1-9]|1[0-2])[/.-]\d{4}([ T]+\d{1,2}:\d{2}(:\d{2})?)?"),
    _day_first,
)
_SERIAL = Notation("serial", re.compile(r"[1-9]\d{4}(\.\d+)?"), _serial)
_NUMBER_LIKE = re.compile(r"[+-]?\d[\d., ]*")
_DATE_LIKE = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}.*|\d{5}(\.\d+)?")

_WHOLE_NUMBERS = ((_WHOLE_POINT, _WHOLE_COMMA), (_POINT, _COMMA))
_NUMBERS = ((_POINT, _COMMA),)
_DATES = ((_ISO, _DAYS, _SERIAL),)
# Type of the question -> what counts as an attempt, and its notations: a later group where the first fail.
_NOTATIONS: Mapping[str, tuple[re.Pattern[str], Sequence[Sequence[Notation]]]] = {
    "integer": (_NUMBER_LIKE, _WHOLE_NUMBERS),
    "range": (_NUMBER_LIKE, _NUMBERS),
    "decimal": (_NUMBER_LIKE, _NUMBERS),
    **dict.fromkeys(("date", "today", "datetime", "dateTime", "start", "end"), (_DATE_LIKE, _DATES)),
}
NOTED_TYPES = frozenset(_NOTATIONS)


def decide(columns: Mapping[str, tuple[str, Collection[str]]]) -> dict[str, Notation | Doubt]:
    """Tell the notation of every column of one file.

    Parameters
    ----------
    columns : mapping
        Header -> type of its question (one of :data:`NOTED_TYPES`) and its distinct texts.

    Returns
    -------
    dict
        Header -> notation, or the doubt; columns without any number or date are left out.
    """
    fitting = {header: _fitting(kind, texts) for header, (kind, texts) in columns.items()}
    shown = {
        found[0].name
        for found in fitting.values()
        if isinstance(found, tuple) and len(found) == 1 and found[0].name in {"comma", "point"}
    }
    decided = {header: _one(found, columns[header][1], shown) for header, found in fitting.items()}
    return {header: notation for header, notation in decided.items() if notation is not None}


def read_so(notation: Notation, text: str) -> str:
    """Return a text in the notation of the form; what is not written so stays."""
    stripped = text.strip()
    return notation.read(stripped) if notation.pattern.fullmatch(stripped) else text


def _fitting(kind: str, texts: Collection[str]) -> tuple[Notation, ...] | Doubt | None:
    """Return the notations that fit every text that looks like a number or a date."""
    like, groups = _NOTATIONS[kind]
    written = [text for text in texts if like.fullmatch(text.strip())]
    if not written:
        return None
    for notations in groups:
        found = tuple(n for n in notations if all(n.pattern.fullmatch(text.strip()) for text in written))
        if found:
            return found
    usual = max(groups[-1], key=lambda n: sum(bool(n.pattern.fullmatch(text.strip())) for text in written))
    rare = [text for text in written if not usual.pattern.fullmatch(text.strip())]
    return Doubt("notation_mixed", tuple(sorted(rare)[:SHOWN]))


def _one(
    found: tuple[Notation, ...] | Doubt | None, texts: Collection[str], shown: Collection[str]
) -> Notation | Doubt | None:
    if not isinstance(found, tuple) or len(found) == 1:
        return found[0] if isinstance(found, tuple) else found
    doubtful = [text for text in texts if len({read_so(notation, text) for notation in found}) > 1]
    indicated = [notation for notation in found if notation.name in shown]
    if doubtful and len(indicated) != 1:
        return Doubt("notation_doubtful", tuple(sorted(doubtful)[:SHOWN]))
    return indicated[0] if doubtful else found[0]
