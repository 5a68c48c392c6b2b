"""Checks of answers that the expressions of the form decide, and of the letters in which they are written."""

import re
from collections.abc import Iterator

import numpy as np

from survey.answers import NO_ANSWER, SAME_ROWS, Surrounded, Truths
from survey.instrument import YES, Question
from survey.messages import Finding, finding
from survey.relevance import ExpressionError, compile_expression
from survey.validation.evidence import Evidence, Layer, report, stored_questions
from survey.validation.tables import NUMBERS, SHAPES, simple_range

# Letters and signs that the fonts of TCVN3 and VNI show as Vietnamese; Unicode Vietnamese has none of them
# inside a word: "ViÖt Nam", "§ång Xoµi", "Vieät Nam", "Ñoàng Xoaøi".
# A sign of quotation or trade at the edge of a word is no letter of theirs.
_STRANGE = "µ¸¶·¹¨¾¼½Æ©ÇË®ÐÎÏÑªÖ×ØÜÞßäåæçë¬îïñöø÷ûü§¡¢£¤¥¦"
_LETTER = rf"[^\W\d_{_STRANGE}]"
_TELLING = re.compile(
    rf"{_LETTER}[{_STRANGE.replace('®', '')}]|(?<!\w)[{_STRANGE.replace('©', '')}]{_LETTER}"
)


def broken_constraints(evidence: Evidence) -> Iterator[Finding]:
    """Report answers that break a constraint of the form which is more than a range.

    A constraint that cannot be evaluated here is passed over; the check of the form reports it.
    """
    for level, question in stored_questions(evidence):
        answered = level.answered[question.name]
        is_range = question.type in NUMBERS and simple_range(question.constraint)
        if not question.constraint or is_range or not answered.any():
            continue
        columns = Surrounded({".": level.columns[question.name]}, level.columns, SAME_ROWS)
        try:
            holds = compile_expression(question.constraint).evaluate(columns, len(level.frame))
        except ExpressionError:
            continue
        wrong = answered & ~holds & _is_legible(question, level)
        yield from report(
            evidence, level, question, wrong, code="constraint_broken", expected=question.constraint
        )


def _is_legible(question: Question, level: Layer) -> Truths:
    if question.type not in SHAPES:
        return np.ones(len(level.frame), dtype=bool)
    shape = re.compile(SHAPES[question.type][0])
    cells = level.columns[question.name]
    return np.fromiter((shape.fullmatch(cell) is not None for cell in cells), dtype=bool, count=len(cells))


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


def legacy_letters(evidence: Evidence) -> Iterator[Finding]:
    """Report text questions with answers in a font from before Unicode (TCVN3, VNI), once a question."""
    for level, question in stored_questions(evidence):
        if question.type != "text":
            continue
        cells = level.columns[question.name]
        places = [int(p) for p in np.flatnonzero(level.answered[question.name]) if _TELLING.search(cells[p])]
        if places:
            yield finding(
                "text_legacy_font",
                file=evidence.microdata.file,
                sheet=level.sheet,
                row=int(level.frame["row"].iloc[places[0]]),
                column=question.name,
                value=str(cells[places[0]]),
                facts={"count": len(places)},
            )
