"""Cells of CSPro in the words of the form: special values, dates as numbers, check boxes, decimal commas.

A question that was skipped is NOTAPPL: a blank. MISSING and DEFAULT are no answer. REFUSED is the code of the
form's list that means a refusal, and no answer where the list has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.headers import map_headers
from survey.instrument import Instrument, Question

if TYPE_CHECKING:
    import pandas as pd

# Words of the text exports, and the numbers that stand for them inside CSPro and reach the database.
MISSING = frozenset({"MISSING", "DEFAULT", "NOTAPPL", "1e+50", "1e+51", "1e+52", "1e+53"})
REFUSED = frozenset({"REFUSED", "1e+55"})
REFUSED_MEANING = "refused"

_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_MOMENT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
_CLOCK = re.compile(r"(\d{2})(\d{2})(\d{2})")
_COMMA = re.compile(r"([+-]?\d*),(\d+)")
_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_TEXTUAL = re.compile(r"\b(?:join|concat)\s*\(")
_TICKS = frozenset({"", "0", "1"})

Spelling = Callable[[str], str]


def in_codes_of_form(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Write the cells of a table with the names of the form as the form writes them."""
    level = instrument.level(repeat)
    for question in level:
        if question.type == "select_multiple":
            table = _occurrences_joined(table, question, instrument)
    questions = map_headers(list(table.columns), instrument, repeat).questions
    spelled = {
        header: _respelled(table[header], _spelling(question, instrument))
        for header, question in questions.items()
    }
    return table.assign(**spelled)


def refusals(
    headers: Sequence[str], columns: Sequence[Sequence[str]], instrument: Instrument, repeat: str
) -> Iterator[tuple[Question, int, str]]:
    """Yield every question with cells REFUSED, their number, and the code they are read as ("" = none)."""
    questions = map_headers(headers, instrument, repeat).questions
    for header, cells in zip(headers, columns, strict=True):
        question = questions.get(header)
        count = sum(text in REFUSED for text in cells) if question and question.type != "text" else 0
        if question and count:
            yield question, count, refused_code(question, instrument)


def refused_code(question: Question, instrument: Instrument) -> str:
    """Return the code of a refusal in the list of a question, "" where it has none."""
    return next((c.name for c in instrument.codes(question) if c.key == REFUSED_MEANING), "")


def checked(text: str, codes: Collection[str]) -> str:
    """Read a check box: codes parted by blanks, or side by side in the width of the longest.

    A text that is neither stays, to be reported.
    """
    by_number = numbered(codes)
    apart = [_listed(part, by_number) for part in text.replace(",", " ").split()]
    if all(part in codes for part in apart):
        return " ".join(apart)
    width = max(map(len, codes), default=1)
    parts = (text[place : place + width].strip() for place in range(0, len(text), width))
    beside = [_listed(part, by_number) for part in parts if part]
    return " ".join(beside) if all(part in codes for part in beside) else text


def numbered(codes: Collection[str]) -> Mapping[float, str]:
    """Return the codes of a list by their number: a numeric item knows no leading zero."""
    return {float(code): code for code in codes if _NUMBER.fullmatch(code)}


def _listed(text: str, by_number: Mapping[float, str]) -> str:
    return by_number.get(float(text), text) if _NUMBER.fullmatch(text) else text


def _respelled(cells: pd.Series[str], spell: Spelling) -> pd.Series[str]:
    return cells.map({text: spell(text) for text in cells.unique()})


def _spelling(question: Question, instrument: Instrument) -> Spelling:
    """Return how one cell of a question is read."""
    if question.type == "text":
        return str
    codes = [choice.name for choice in instrument.codes(question)]
    by_number = numbered(codes)
    refused = refused_code(question, instrument)
    read = _decimal if _is_numeric(question) else _READERS.get(question.type, str)

    def spell(text: str) -> str:
        plain = text.strip()
        if plain in REFUSED:
            return refused
        if plain in MISSING:
            return ""
        if question.type == "select_multiple":
            return checked(text, codes) if codes else plain
        if codes:
            return _listed(plain, by_number)
        return read(plain)

    return spell


def _is_numeric(question: Question) -> bool:
    """Tell whether a comma is a decimal mark: also in a calculation, unless it puts texts together."""
    computed = question.type == "calculate" and not _TEXTUAL.search(question.calculation)
    return question.type in _NUMERIC or computed


def _occurrences_joined(table: pd.DataFrame, question: Question, instrument: Instrument) -> pd.DataFrame:
    """Join the occurrences of an item (``q_1``, ``q_2``) that hold a chosen code each; ticks stay columns."""
    codes = [choice.name for choice in instrument.codes(question)]
    numbers = re.compile(re.escape(question.name) + r"(?:_\d+|/.+)")
    places = [header for header in table.columns if numbers.fullmatch(header)]
    ticked = all("/" in place for place in places)
    if not places or (ticked and all(_TICKS.issuperset(table[place].unique()) for place in places)):
        return table
    by_number = numbered(codes)
    joined = table[places[0]].str.slice(0, 0)
    for place in places:
        joined = joined + " " + _respelled(table[place], lambda text: _listed(text.strip(), by_number))
    rest = table.drop(columns=places)
    if question.name in rest.columns:
        return table
    return rest.assign(**{question.name: joined.str.split().str.join(" ")})


def _decimal(text: str) -> str:
    match = _COMMA.fullmatch(text)
    return f"{match[1] or '0'}.{match[2]}" if match else text


def _day(text: str) -> str:
    match = _DAY.fullmatch(_WHOLE.sub(r"\1", text))
    return "-".join(match.groups()) if match else text


def _moment(text: str) -> str:
    match = _MOMENT.fullmatch(_WHOLE.sub(r"\1", text))
    if match is None:
        return _day(text)
    year, month, day, hour, minute, second = match.groups()
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}"


def _clock(text: str) -> str:
    match = _CLOCK.fullmatch(_WHOLE.sub(r"\1", text).zfill(6)) if text else None
    return ":".join(match.groups()) if match else text


_NUMERIC = frozenset({"integer", "decimal", "range"})
_READERS: Mapping[str, Spelling] = {
    "date": _day,
    "today": _moment,
    "start": _moment,
    "end": _moment,
    "datetime": _moment,
    "dateTime": _moment,
    "time": _clock,
}
