"""Answers of one level of the form in one spelling, and the state of each: not applicable, none, given."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from survey.exports.headers import HeaderMap
from survey.exports.personal import is_stored
from survey.instrument import UNANSWERED_TYPES, Instrument, Question
from survey.relevance import compile_expression
from survey.versions import Asked, all_names

NOT_APPLICABLE, NO_ANSWER, ANSWERED = 0, 1, 2

Cells = npt.NDArray[Any]
Truths = npt.NDArray[np.bool_]

SAME_ROWS = slice(None)

_TICKED = frozenset({"1", "1.0", "true", "True", "TRUE"})


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
    lost : tuple of str
        Names that an earlier version gave to questions which are called otherwise now: the file has only the
        column of the new name, and it is empty wherever that version asked.
    """

    answers: Mapping[str, Cells]
    states: Mapping[str, npt.NDArray[np.int8]]
    leftovers: Mapping[str, Cells]
    absent: tuple[str, ...]
    lost: tuple[str, ...] = ()


class Surrounded(Mapping[str, Cells]):
    """Answers of the rows of a repeat, and behind them those of the enclosing rows, taken when asked for.

    Parameters
    ----------
    own : mapping
        Question -> text of its answers, shape (n,).
    enclosing : mapping
        Question -> text of its answers in the enclosing level, shape (m,).
    places : ndarray of int, shape (n,), or slice
        Row of the enclosing level to which each row belongs; :data:`SAME_ROWS` where it is the same one.
    """

    def __init__(
        self, own: Mapping[str, Cells], enclosing: Mapping[str, Cells], places: npt.NDArray[np.intp] | slice
    ) -> None:
        self._own, self._enclosing, self._places = own, enclosing, places

    def __getitem__(self, name: str) -> Cells:
        return self._own[name] if name in self._own else self._enclosing[name][self._places]

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._enclosing

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._own), **dict.fromkeys(self._enclosing)})

    def __len__(self) -> int:
        return len(set(self._own) | set(self._enclosing))


def read_level(
    table: pd.DataFrame,
    instrument: Instrument,
    repeat: str = "",
    outer: Mapping[str, Cells] | None = None,
    *,
    meaning: HeaderMap,
    judges: Sequence[tuple[Truths, Asked]],
) -> Level:
    """Read the answers of one level and decide in form order who was asked what.

    A question whose relevance does not hold counts as empty for everything after it, as on the
    tablet, whatever the file has in its cell.

    Parameters
    ----------
    table : DataFrame of str
        Cells of the main table or of a repeat.
    instrument : Instrument
        The form, all its known versions joined.
    repeat : str
        Name of the repeat, "" for the main table.
    outer : mapping, optional
        For a repeat: answers of the parent of each row.
    meaning : HeaderMap
        What the columns of the table mean.
    judges : sequence of (ndarray of bool, mapping)
        From :meth:`survey.versions.Versions.judges`: rows, and the questions as the version by which they
        were collected asks them. A question that the version does not have was not asked.
    """
    n = len(table)
    blank = np.full(n, "", dtype=object)
    around = outer or {}
    names = (name for question in instrument.questions for name in all_names(question))
    told: dict[str, Cells] = {name: blank for name in names if name not in around}
    known = Surrounded(told, around, SAME_ROWS)
    states: dict[str, npt.NDArray[np.int8]] = {}
    leftovers: dict[str, Cells] = {}
    absent: list[str] = []
    lost: list[str] = []
    for question in filter(is_stored, instrument.level(repeat)):
        relevant = _relevant(question, judges, known, n)
        written = _written(question, table, meaning, instrument)
        if written is None:
            absent.append(question.name)
            relevant = np.zeros(n, dtype=bool)
            written = blank
        filled = written != ""
        lost.extend(_lost_names(question, judges, meaning, relevant=relevant, filled=filled))
        answers = np.where(relevant, written, "")
        told.update(dict.fromkeys(all_names(question), answers))
        states[question.name] = np.where(relevant, NO_ANSWER + filled, NOT_APPLICABLE).astype("int8")
        if question.type not in UNANSWERED_TYPES and (filled & ~relevant).any():
            leftovers[question.name] = np.where(relevant, "", written)
    return Level({name: told[name] for name in states}, states, leftovers, tuple(absent), tuple(lost))


def _lost_names(
    question: Question,
    judges: Sequence[tuple[Truths, Asked]],
    meaning: HeaderMap,
    *,
    relevant: Truths,
    filled: Truths,
) -> Iterator[str]:
    """Name what a question was called in versions whose required answers the file has left out."""
    headers = [*meaning.columns(question), *(header for header, _ in meaning.split_columns(question))]
    for rows, asked in judges:
        own = asked.get(question.name, question)
        if own.name == question.name or not own.required or any(own.name in header for header in headers):
            continue
        due = rows & relevant
        if headers and due.any() and not (due & filled).any():
            yield own.name


def _relevant(
    question: Question, judges: Sequence[tuple[Truths, Asked]], known: Mapping[str, Cells], n: int
) -> Truths:
    """Tell which rows were asked, each by its own version of the form."""
    relevant = np.zeros(n, dtype=bool)
    for rows, asked in judges:
        if question.name in asked:
            holds = compile_expression(asked[question.name].relevance).evaluate(known, n)
            relevant |= rows & holds
    return relevant


def _written(
    question: Question, table: pd.DataFrame, meaning: HeaderMap, instrument: Instrument
) -> Cells | None:
    """Return what the file has for a question in one spelling, None where no column has it."""
    columns = meaning.columns(question)
    splits = meaning.split_columns(question)
    if not columns and not splits:
        return None
    spell = spelling(question, instrument)
    text = np.full(len(table), "", dtype=object)
    for column in columns:
        text = np.where(text == "", _spelled(table[column], spell), text)
    return _filled_by_ticks(text, table, splits, spell) if splits else text


def spelling(question: Question, instrument: Instrument) -> Callable[[str], str]:
    """Return the function that writes an answer to a question in its one spelling."""
    if question.type == "select_multiple":
        return _ordering([choice.name for choice in instrument.codes(question)])
    return _SPELLINGS.get(question.type, str.strip)


def _spelled(cells: "pd.Series[str]", spell: Callable[[str], Any]) -> Cells:
    """Apply a spelling to every cell, once a distinct text."""
    places, distinct = pd.factorize(cells)
    spelled = np.empty(len(distinct), dtype=object)
    spelled[:] = [spell(text) for text in distinct]
    return spelled[places]


def _filled_by_ticks(
    text: Cells, table: pd.DataFrame, splits: Sequence[tuple[str, str]], spell: Callable[[str], str]
) -> Cells:
    """Where the summary is empty, join the codes whose own column is ticked; no tick is no answer."""
    empty = text == ""
    if not empty.any():
        return text
    joined = np.full(int(empty.sum()), "", dtype=object)
    for header, code in splits:
        ticked = _spelled(table.loc[empty, header], _TICKED.__contains__).astype(bool)
        joined[ticked] += f" {code}"
    filled = text.copy()
    filled[empty] = _spelled(pd.Series(joined, dtype="str"), spell)
    return filled


def _ordering(codes: Sequence[str]) -> Callable[[str], str]:
    """Put the selected codes in list order, once each; unknown codes come last."""
    rank = {code: place for place, code in enumerate(codes)}
    return lambda text: " ".join(
        sorted(dict.fromkeys(text.split()), key=lambda code: rank.get(code, len(rank)))
    )


def _whole(text: str) -> str:
    plain = text.strip()
    match = _WHOLE.fullmatch(plain)
    return match[1] if match else plain


def _day(text: str) -> str:
    plain = text.strip()
    match = _MOMENT.fullmatch(plain)
    return match[1] if match else plain


def _as_in_a_workbook(text: str) -> str:
    """Cut long decimals to the 15 digits that a typed workbook keeps, so that both ways give one answer."""
    plain = text.strip()
    return f"{float(plain):.15g}" if _LONG_DECIMAL.fullmatch(plain) else plain


def _lines(text: str) -> str:
    return text.strip().replace("\r\n", "\n")


_WHOLE = re.compile(r"([+-]?\d+)\.0+")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ].*")
_LONG_DECIMAL = re.compile(r"[+-]?\d+\.\d{12,}")
_SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "integer": _whole,
    "date": _day,
    "today": _day,
    "text": _lines,
    "calculate": _as_in_a_workbook,
    "decimal": _as_in_a_workbook,
}
