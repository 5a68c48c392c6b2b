"""The words of the questionnaire that a definition is read in: questions, answers, and who uses which."""

from collections.abc import Iterable, Mapping

import pandas as pd

from survey.indicators.conditions import Condition, variables_in
from survey.indicators.definition import Definition
from survey.instrument import Instrument, Question
from survey.messages import LANGUAGES

QUESTIONS = ("question", "vi", "en")
ANSWERS = ("question", "code", "vi", "en")
FINAL_RESULT = "disposition"  # settled after cleaning; the form has the one that the interviewer recorded


def in_languages(labels: Mapping[str, str], form: Instrument, name: str) -> dict[str, str]:
    """Give a label in both languages: that of the language, else the first the form has, else the name."""
    spare = labels.get(form.default_language) or next(iter(labels.values()), "") or name
    return {language: labels.get(language) or spare for language in LANGUAGES}


def codes_of(form: Instrument, name: str) -> dict[str, dict[str, str]]:
    """Codes of a question with their words, in the order of the form; none where the form lacks it."""
    question = _question(form, name)
    choices = form.codes(question) if question else ()
    return {choice.name: in_languages(choice.labels, form, choice.name) for choice in choices}


def questions_read(definition: Definition) -> tuple[str, ...]:
    """Questions that a definition reads, under the names that the data have."""
    conditions: list[Condition] = [definition.record_filter, *definition.conditions.values()]
    conditions += [base.where for base in definition.bases.values() if base.where is not None]
    read = [name for condition in conditions for name in variables_in(condition)]
    for field in definition.domains.values():
        read += [field.aware, *field.tasks, field.last, field.mode, field.barrier]
    return tuple(dict.fromkeys(definition.aliases.get(name, name) for name in read))


def question_table(names: Iterable[str], form: Instrument) -> pd.DataFrame:
    """Words of the questions that the form has; a final result has those of the question that records it."""
    rows = [
        {"question": name, **in_languages(question.labels, form, name)}
        for name in names
        if (question := _question(form, name))
    ]
    return pd.DataFrame(rows, columns=list(QUESTIONS))


def answer_table(names: Iterable[str], form: Instrument) -> pd.DataFrame:
    """Words of the codes of these questions."""
    rows = [
        {"question": name, "code": code, **words}
        for name in names
        for code, words in codes_of(form, name).items()
    ]
    return pd.DataFrame(rows, columns=list(ANSWERS))


def _question(form: Instrument, name: str) -> Question | None:
    wanted = form.role(FINAL_RESULT) if name == FINAL_RESULT else name
    return next((question for question in form.questions if question.name == wanted), None)
