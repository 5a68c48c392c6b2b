"""Answers of one level of the form in one spelling, and the state of each: not applicable, none, given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey.exports.headers import HeaderMap, map_headers
from survey.exports.personal import WITHHELD_TYPES
from survey.instrument import UNANSWERED_TYPES, Instrument, Question
from survey.relevance import compile_expression

NOT_APPLICABLE, NO_ANSWER, ANSWERED = 0, 1, 2

Cells = npt.NDArray[Any]
Truths = npt.NDArray[np.bool_]

_TICKED = frozenset({"1", "1.0", "true", "True", "TRUE"})
_SYSTEM_TYPES = frozenset({"start", "end"})


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """Answers of the main table or of one repeat.

    Attributes
    ----------
    answers : mapping
        Question -> text in one spelling, "" where there is none; shape (n,).
    states : mapping
        Question -> int8: 0 not applicable, 1 no answer, 2 answered; shape (n,).
    leftovers : mapping
        Question -> what stood in the file where the question was not asked; "" elsewhere.
    absent : tuple of str
        Questions without any column in the file.
    """

    answers: Mapping[str, Cells]
    states: Mapping[str, npt.NDArray[np.int8]]
    leftovers: Mapping[str, Cells]
    absent: tuple[str, ...]


def is_stored(question: Question) -> bool:
    """Tell whether the answers to a question are kept as answers."""
    return not (question.pii or question.type in WITHHELD_TYPES or question.type in _SYSTEM_TYPES)


def read_level(
    table: pd.DataFrame,
    instrument: Instrument,
    repeat: str = "",
    outer: Mapping[str, Cells] | None = None,
) -> Level:
    """Read the answers of one level and decide in form order who was asked what.

    A question whose relevance does not hold counts as empty for everything after it, as on the
    tablet, whatever the file has in its cell.

    Parameters
    ----------
    table : DataFrame of str
        Cells of the main table or of a repeat.
    instrument : Instrument
        The form.
    repeat : str
        Name of the repeat, "" for the main table.
    outer : mapping, optional
        For a repeat: answers of the parent of each row.
    """
    n = len(table)
    blank = np.full(n, "", dtype=object)
    meaning = map_headers(list(table.columns), instrument, repeat)
    known: dict[str, Cells] = {q.name: blank for q in instrument.questions} | dict(outer or {})
    states: dict[str, npt.NDArray[np.int8]] = {}
    leftovers: dict[str, Cells] = {}
    absent: list[str] = []
    for question in filter(is_stored, instrument.level(repeat)):
        relevant = compile_expression(question.relevance).evaluate(known, n)
        written = _written(question, table, meaning, instrument)
        if written is None:
            absent.append(question.name)
            relevant = np.zeros(n, dtype=bool)
            written = blank
        filled = written != ""
        known[question.name] = np.where(relevant, written, "")
        states[question.name] = np.where(relevant, NO_ANSWER + filled, NOT_APPLICABLE).astype("int8")
        if question.type not in UNANSWERED_TYPES and (filled & ~relevant).any():
            leftovers[question.name] = np.where(relevant, "", written)
    answers = {name: known[name] for name in states}
    return Level(answers, states, leftovers, tuple(absent))


def _written(
    question: Question, table: pd.DataFrame, meaning: HeaderMap, instrument: Instrument
) -> Cells | None:
    """Return what the file has for a question in one spelling, None where no column has it."""
    columns = meaning.columns(question)
    splits = meaning.split_columns(question)
    if not columns and not splits:
        return None
    codes = [choice.name for choice in instrument.codes(question)]
    text = _coalesced(table, columns)
    if splits:
        text = _filled_by_ticks(text, table, splits)
    spelling = _SPELLINGS.get(question.type)
    if question.type == "select_multiple":
        text = _ordered(text, codes)
    elif spelling:
        text = spelling(text)
    return text.to_numpy(dtype=object)


def _coalesced(table: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[str]":
    texts = [table[column].str.strip() for column in columns]
    text = texts[0] if texts else pd.Series("", index=table.index, dtype="str")
    for other in texts[1:]:
        text = text.where(text != "", other)
    return text


def _filled_by_ticks(
    text: "pd.Series[str]", table: pd.DataFrame, splits: Sequence[tuple[str, str]]
) -> "pd.Series[str]":
    """Where the summary is empty, join the codes whose own column is ticked; no tick is no answer."""
    ticks = table[[header for header, _ in splits]].isin(_TICKED).to_numpy()
    places = np.flatnonzero(ticks.any(axis=1) & (text == "").to_numpy())
    if not len(places):
        return text
    codes = np.array([code for _, code in splits], dtype=object)
    filled = text.to_numpy(dtype=object).copy()
    filled[places] = [" ".join(codes[ticks[place]]) for place in places]
    return pd.Series(filled, index=text.index, dtype="str")


def _ordered(text: "pd.Series[str]", codes: Sequence[str]) -> "pd.Series[str]":
    """Put the selected codes in list order, once each; unknown codes come last."""
    rank = {code: place for place, code in enumerate(codes)}
    spelling = {
        value: " ".join(sorted(dict.fromkeys(value.split()), key=lambda c: rank.get(c, len(rank))))
        for value in text.unique()
    }
    return text.map(spelling)


def _whole(text: "pd.Series[str]") -> "pd.Series[str]":
    return text.str.replace(r"^([+-]?\d+)\.0+$", r"\1", regex=True)


def _day(text: "pd.Series[str]") -> "pd.Series[str]":
    return text.str.replace(r"^(\d{4}-\d{2}-\d{2})[T ].*$", r"\1", regex=True)


def _as_in_a_workbook(text: "pd.Series[str]") -> "pd.Series[str]":
    """Cut long decimals to the 15 digits that a typed workbook keeps, so that both ways give one answer."""
    long = text.str.fullmatch(r"[+-]?\d+\.\d{12,}")
    if not long.any():
        return text
    return text.where(~long, text.where(long, "0").map(lambda number: f"{float(number):.15g}"))


def _lines(text: "pd.Series[str]") -> "pd.Series[str]":
    return text.str.replace("\r\n", "\n", regex=False)


_SPELLINGS: Mapping[str, Callable[["pd.Series[str]"], "pd.Series[str]"]] = {
    "integer": _whole,
    "date": _day,
    "today": _day,
    "text": _lines,
    "calculate": _as_in_a_workbook,
    "decimal": _as_in_a_workbook,
}
