"""The values of form expressions: text, numbers and truth, whole columns at a time, as JavaRosa holds one.

==============================  ============================================================
case                            result
==============================  ============================================================
empty answer                    the text ""
text = text                     same characters
anything = number               as numbers; a text that is no number, "" too, is NaN
anything = true or false        as truth values; a text is true unless it is ""
< <= > >=                       as numbers; NaN compares false with everything
NaN != anything                 true, so ``'' != 1`` is true and ``'' = 1`` false
two numbers                     equal when they differ by less than 1e-12
a date in a question            its day count, so dates compare with < and >
x div 0                         infinite, or NaN for 0 div 0
``mod``                         has the sign of the first operand
==============================  ============================================================
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Cells = npt.NDArray[Any]

NEARLY_ZERO = 1e-12
_DAY_ZERO = date(1970, 1, 1).toordinal()
_NUMBER_SIGNS = frozenset("0123456789.-")
ASCII_BLANKS = "".join(map(chr, range(33)))
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Value:
    """Values of one kind, one a row or one for all rows.

    Attributes
    ----------
    kind : {"answer", "text", "number", "truth"}
        An answer is text that the form may hold typed: a date counts as its day number.
    cells : ndarray, shape (n,) or (1,)
    """

    kind: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Either:
    """Values whose kind differs by row: `then` where the condition holds, else `otherwise`."""

    condition: Truths
    then: "Value | Either"
    otherwise: "Value | Either"


AnyValue = Value | Either


def text_value(cells: Cells) -> Value:
    """Text that the expression itself holds."""
    return Value("text", cells)


def number_value(cells: Numbers) -> Value:
    """Numbers, NaN where there is none."""
    return Value("number", cells)


def truth_value(cells: Truths) -> Value:
    """Truth values."""
    return Value("truth", cells)


def mapped(function: Callable[[str], Any], cells: Cells, kind: type) -> Cells:
    """Apply a function of one text to every cell, once a distinct text; missing is ""."""
    codes, distinct = pd.factorize(cells)
    results: Cells = np.empty(len(distinct) + 1, dtype=kind)
    results[:] = [*map(function, distinct), function("")]
    return results[codes]


def _number_of_text(text: str) -> float:
    plain = text.strip(ASCII_BLANKS)
    if not _NUMBER_SIGNS.issuperset(plain):
        return float("nan")
    try:
        return float(plain)
    except ValueError:
        return float("nan")


def _number_of_answer(text: str) -> float:
    if not _DATE.fullmatch(text):
        return _number_of_text(text)
    try:
        return float(date.fromisoformat(text).toordinal() - _DAY_ZERO)
    except ValueError:
        return float("nan")


def _text_of_number(number: float) -> str:
    if np.isnan(number):
        return "NaN"
    if np.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    nearest = round(number)
    return str(nearest) if abs(number - nearest) < NEARLY_ZERO else repr(float(number))


_TO_NUMBER: dict[str, Callable[[Cells], Numbers]] = {
    "answer": lambda cells: mapped(_number_of_answer, cells, float),
    "text": lambda cells: mapped(_number_of_text, cells, float),
    "number": lambda cells: cells,
    "truth": lambda cells: cells.astype(float),
}
_TO_TEXT: dict[str, Callable[[Cells], Cells]] = {
    "answer": lambda cells: mapped(str, cells, object),
    "text": lambda cells: cells,
    "number": lambda cells: np.array([_text_of_number(number) for number in cells], dtype=object),
    "truth": lambda cells: np.where(cells, "true", "false").astype(object),
}
_TO_TRUTH: dict[str, Callable[[Cells], Truths]] = {
    "answer": lambda cells: mapped(bool, cells, bool),
    "text": lambda cells: mapped(bool, cells, bool),
    "number": lambda cells: np.abs(cells) > NEARLY_ZERO,
    "truth": lambda cells: cells,
}


def _converted(value: AnyValue, table: Mapping[str, Callable[[Cells], Cells]]) -> Cells:
    if isinstance(value, Either):
        then, otherwise = _converted(value.then, table), _converted(value.otherwise, table)
        return np.where(value.condition, then, otherwise)
    return table[value.kind](value.cells)


def numbers(value: AnyValue) -> Numbers:
    """Convert to numbers; what is no number is NaN."""
    return _converted(value, _TO_NUMBER)


def texts(value: AnyValue) -> Cells:
    """Convert to text; whole numbers carry no decimal point."""
    return _converted(value, _TO_TEXT)


def truths(value: AnyValue) -> Truths:
    """Convert to truth values; "", 0 and NaN are false."""
    return _converted(value, _TO_TRUTH)


def equal(left: AnyValue, right: AnyValue) -> Truths:
    """Compare as truth values if either is one, else as numbers if either is one, else as text."""
    if isinstance(left, Either):
        return np.where(left.condition, equal(left.then, right), equal(left.otherwise, right))
    if isinstance(right, Either):
        return equal(right, left)
    kinds = {left.kind, right.kind}
    if "truth" in kinds:
        return np.equal(truths(left), truths(right))
    if "number" in kinds:
        return np.abs(numbers(left) - numbers(right)) < NEARLY_ZERO
    return np.equal(texts(left), texts(right)).astype(bool)


def present(value: AnyValue) -> Truths:
    """Tell where there is a value: not "" and not NaN."""
    if isinstance(value, Either):
        return np.where(value.condition, present(value.then), present(value.otherwise))
    if value.kind == "number":
        return ~np.isnan(value.cells)
    if value.kind == "truth":
        return np.ones(value.cells.shape, dtype=bool)
    return truths(value)
