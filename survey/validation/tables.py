"""Checks of every answered cell against the contract of the form: codes, numbers, dates, ranges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from survey.answers import Cells, Truths
from survey.forms.xpath import ExpressionError, Literal, Node, Operation, Reference, parse
from survey.instrument import Instrument, Question
from survey.messages import Finding
from survey.validation.evidence import Evidence, Layer, report, stored_questions

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

Range = tuple[float, float]
ANYTHING: Range = (-np.inf, np.inf)
SELECTS = frozenset({"select_one", "select_multiple"})
# Type of a question -> what its answers look like, and the finding about one that does not.
SHAPES: Mapping[str, tuple[str, str]] = {
    "integer": (r"[+-]?\d+", "number_unreadable"),
    "decimal": (r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", "number_unreadable"),
    "date": (r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])", "date_unreadable"),
}
NUMBERS = frozenset(kind for kind, (_, code) in SHAPES.items() if code == "number_unreadable")


def table_checks(evidence: Evidence) -> Iterator[Finding]:
    """Report cells with a code that is not on the list, no number, no date, or a number out of its range."""
    for level in evidence.levels:
        questions = [q for one, q in stored_questions(evidence) if one is level]
        told = distinct_answers(level, evidence.instrument, questions)
        for code, wrong in _failures(told).items():
            for question in questions:
                values = wrong.loc[wrong["question"] == question.name, "value"]
                if len(values):
                    cells = pd.Series(level.columns[question.name], dtype=object)
                    marks = level.answered[question.name] & cells.isin(list(values)).to_numpy(dtype=bool)
                    expected = _expected(question, evidence.instrument)
                    yield from report(evidence, level, question, marks, code=code, expected=expected)


def distinct_answers(level: Layer, instrument: Instrument, questions: list[Question]) -> pd.DataFrame:
    """Lay the answers of a level out, every different one of a question once, with what the contract says.

    Returns
    -------
    DataFrame
        ``question``, ``value`` (text), ``known`` (whether every code is on the list), ``shape`` (type whose
        writing is checked, "" for none), ``low``, ``high``.
    """
    checked = [question for question in questions if question.type in SHAPES or question.type in SELECTS]
    values = [pd.unique(level.columns[q.name][level.answered[q.name]]) for q in checked]
    known = [_is_known(cells, q, instrument) for q, cells in zip(checked, values, strict=True)]
    ranges = [(q.type in NUMBERS and simple_range(q.constraint)) or ANYTHING for q in checked]
    repeated = np.repeat(np.arange(len(checked)), [len(told) for told in values])
    return pd.DataFrame(
        {
            "question": np.array([q.name for q in checked], dtype=object)[repeated],
            "value": np.concatenate([np.zeros(0, dtype=object), *values]),
            "known": np.concatenate([np.zeros(0, dtype=bool), *known]),
            "shape": np.array([q.type if q.type in SHAPES else "" for q in checked], dtype=object)[repeated],
            "low": np.array([low for low, _ in ranges])[repeated],
            "high": np.array([high for _, high in ranges])[repeated],
        }
    )


def simple_range(constraint: str) -> Range | None:
    """Return the least and the greatest value that a constraint such as ``. >= 1 and . <= 25`` allows.

    None where the constraint says anything else, or nothing.
    """
    try:
        root = parse(constraint) if constraint.strip() else None
    except ExpressionError:
        return None
    bounds = [_bound(part) for part in _conjuncts(root)] if root else []
    if not bounds or None in bounds:
        return None
    low, high = zip(*(bound for bound in bounds if bound), strict=True)
    return max(low), min(high)


@cache
def cell_schema() -> DataFrameSchema:
    """Return the schema of :func:`distinct_answers`; each check carries the code of its finding."""
    # More than a second: only who checks a file pays for it, no other command.
    from pandera.pandas import Check, DataFrameSchema  # noqa: PLC0415

    checks: Mapping[str, Callable[[pd.DataFrame], pd.Series[bool]]] = {
        "code_unknown": lambda cells: cells["known"],
        "number_unreadable": lambda cells: ~_is_misshapen(cells, "number_unreadable"),
        "date_unreadable": lambda cells: ~_is_misshapen(cells, "date_unreadable"),
        "number_out_of_range": _is_in_range,
    }
    return DataFrameSchema(checks=[Check(check, error=code) for code, check in checks.items()])


def _failures(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return, for each code of a finding, the answers that fail its check; all failures at once."""
    if cells.empty:
        return {}
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    try:
        cell_schema().validate(cells, lazy=True)
    except SchemaErrors as problems:
        failed: Any = problems.failure_cases
        at_value = failed[failed["column"] == "value"]
        return {
            str(code): cells.loc[rows["index"].astype(int)]
            for code, rows in at_value.groupby("check", sort=False)
        }
    return {}


def _is_known(values: Cells, question: Question, instrument: Instrument) -> Truths:
    codes = {choice.name for choice in instrument.codes(question)}
    known = {value: not codes or set(value.split()) <= codes for value in set(values)}
    return np.array([known[value] for value in values], dtype=bool)


def _is_misshapen(cells: pd.DataFrame, code: str) -> pd.Series[bool]:
    wrong = pd.Series(False, index=cells.index)
    for kind, (shape, said) in SHAPES.items():
        if said == code:
            values = cells.loc[cells["shape"] == kind, "value"]
            wrong.loc[values.index] = np.array([re.fullmatch(shape, value) is None for value in values], bool)
    return wrong


def _is_in_range(cells: pd.DataFrame) -> pd.Series[bool]:
    bounded = cells[np.isfinite(cells["low"]) | np.isfinite(cells["high"])]
    numbers = pd.to_numeric(bounded["value"], errors="coerce")
    inside = numbers.isna() | ((numbers >= bounded["low"]) & (numbers <= bounded["high"]))
    held: pd.Series[bool] = inside.reindex(cells.index, fill_value=True)
    return held


def _expected(question: Question, instrument: Instrument) -> str:
    if question.type in SELECTS:
        return ", ".join(choice.name for choice in instrument.codes(question))
    low, high = simple_range(question.constraint) or ANYTHING
    limits = " – ".join(f"{limit:g}" for limit in (low, high) if np.isfinite(limit))
    return limits or EXAMPLES[question.type]


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, Operation) and {operator for operator, _ in node.rest} == {"and"}:
        for part in (node.first, *(operand for _, operand in node.rest)):
            yield from _conjuncts(part)
    else:
        yield node


def _bound(node: Node) -> Range | None:
    """Read ``. >= 1`` or ``. <= 25``."""
    match node:
        case Operation(
            first=Reference(name="."), rest=((">=" | "<=" as operator, Literal(value=float(limit))),)
        ):
            return (limit, np.inf) if operator == ">=" else (-np.inf, limit)
    return None


EXAMPLES: Mapping[str, str] = {"integer": "12", "decimal": "0.5", "date": "2026-10-05"}
