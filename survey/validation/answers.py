"""Checks of single answers: codes, numbers, the constraints of the form, required questions."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from survey.answers import NO_ANSWER, Truths
from survey.instrument import YES, Question
from survey.messages import Finding
from survey.relevance import ExpressionError, compile_expression
from survey.validation.evidence import Evidence, Layer, answered_cells, report

NUMBER_TYPES = ("integer", "decimal")


def unknown_codes(evidence: Evidence) -> Iterator[Finding]:
    """Report answers that are not in the list of their question."""
    for level, question, answered in answered_cells(evidence):
        codes = {choice.name for choice in evidence.instrument.codes(question)}
        if codes and question.type in ("select_one", "select_multiple"):
            cells = level.columns[question.name]
            strange = {value for value in set(cells[answered]) if not set(value.split()) <= codes}
            if strange:
                wrong = answered & np.isin(cells.astype(str), list(strange))
                yield from report(evidence, level, question, wrong, code="code_unknown")


def unreadable_numbers(evidence: Evidence) -> Iterator[Finding]:
    """Report answers to number questions that are no numbers."""
    for level, question, answered in answered_cells(evidence):
        if question.type in NUMBER_TYPES:
            wrong = answered & ~_is_number(level, question)
            yield from report(evidence, level, question, wrong, code="number_unreadable")


def _is_number(level: Layer, question: Question) -> Truths:
    pattern = r"[+-]?\d+" if question.type == "integer" else r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
    cells = pd.Series(level.columns[question.name], dtype="str")
    return cells.str.fullmatch(pattern).to_numpy(dtype=bool)


def broken_constraints(evidence: Evidence) -> Iterator[Finding]:
    """Report answers that break the constraint of their question.

    A constraint that cannot be evaluated here is passed over; the check of the form reports it.
    """
    for level, question, answered in answered_cells(evidence):
        if not question.constraint or not answered.any():
            continue
        columns = {**level.columns, ".": level.columns[question.name]}
        try:
            holds = compile_expression(question.constraint).evaluate(columns, len(level.frame))
        except ExpressionError:
            continue
        legible = _is_number(level, question) if question.type in NUMBER_TYPES else answered
        wrong = answered & legible & ~holds
        yield from report(evidence, level, question, wrong, code="constraint_broken")


def missing_answers(evidence: Evidence) -> Iterator[Finding]:
    """Report required questions that were asked and have no answer."""
    for level in evidence.levels:
        for question in evidence.instrument.asked(level.repeat):
            if question.name not in level.states or not question.required:
                continue
            missing = level.states[question.name].to_numpy() == NO_ANSWER
            if missing.any():
                wrong = missing & _is_required(question, level)
                yield from report(evidence, level, question, wrong, code="answer_missing")


def _is_required(question: Question, level: Layer) -> Truths:
    n = len(level.frame)
    if question.required.lower() in YES:
        return np.ones(n, dtype=bool)
    try:
        return compile_expression(question.required).evaluate(level.columns, n)
    except ExpressionError:
        return np.zeros(n, dtype=bool)
