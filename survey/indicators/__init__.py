"""From answers to indicators: the score of every person, by the declared definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from survey.indicators.conditions import NO, UNKNOWN, YES, DefinitionError, as_text, judge, variables_in
from survey.indicators.definition import WORKING_AGE, Definition, load_definition

__all__ = ["Definition", "DefinitionError", "check_examples", "judged_examples", "load_definition", "score"]

VERDICTS = {NO: "no", UNKNOWN: "unknown", YES: "yes"}


def score(persons: pd.DataFrame, definition: Definition, wave_year: int) -> pd.DataFrame:
    """Score every condition and every base for every person.

    Parameters
    ----------
    persons : DataFrame, shape (n, ...)
        Answers as codes, missing where there is none; ``disposition`` is the final disposition.
    definition : Definition
    wave_year : int
        Year of the wave, for the working age.

    Returns
    -------
    DataFrame of float on the index of `persons`
        One column a condition: 1 holds, 0 does not, missing = undetermined or not a usable
        interview. ``base_<id>``: 1 belongs to the base, 0 does not or cannot be told.
        ``fields_0`` .. ``fields_6``: 1 when exactly that many fields are mastered unaided, missing
        unless every field is determined.

    Raises
    ------
    DefinitionError
        When a question of the definition is not in `persons`, the wave year has no working age,
        or an invariant of the definition fails for somebody.
    """
    answers = _answers(persons, definition, wave_year)
    usable = judge(definition.record_filter, answers, {}) == YES
    verdicts = _judge_all(definition, answers)
    columns = {name: _as_number(np.where(usable, verdicts[name], UNKNOWN)) for name in definition.conditions}
    columns |= _fields_mastered(columns, definition)
    for base in definition.bases.values():
        if base.where is not None:
            belongs = judge(base.where, answers, verdicts) == YES
            columns[f"base_{base.id}"] = (belongs & usable).astype(float)
    _check_invariants(columns, definition)
    return pd.DataFrame(columns, index=persons.index)


def check_examples(definition: Definition) -> list[str]:
    """Run the worked examples of the file; return one sentence for each that fails."""
    questions = _questions(definition)
    failures = []
    for example in definition.examples:
        strange = sorted(set(example.answers) - questions)
        if strange:
            failures.append(f"{example.labels['en']}: no condition reads {', '.join(strange)}")
        row = pd.DataFrame([example.answers]).reindex(columns=sorted(questions))
        verdicts = _judge_all(definition, row.__getitem__)
        for name, expected in example.expect.items():
            seen = {NO: False, UNKNOWN: None, YES: True}[int(verdicts[name][0])]
            if seen is not expected:
                failures.append(f"{example.labels['en']}: {name} is {seen}, expected {expected}")
    return failures


def judged_examples(definition: Definition) -> pd.DataFrame:
    """Judge the persons of the worked examples by every condition.

    Returns
    -------
    DataFrame
        ``example`` (from 1, in the order of the file), ``condition``, ``verdict`` (yes, no, unknown).
    """
    answers = pd.DataFrame([example.answers for example in definition.examples])
    verdicts = _judge_all(definition, answers.reindex(columns=sorted(_questions(definition))).__getitem__)
    rows = [
        {"example": number, "condition": name, "verdict": VERDICTS[int(found)]}
        for name, judged in verdicts.items()
        for number, found in enumerate(judged, start=1)
    ]
    return pd.DataFrame(rows, columns=["example", "condition", "verdict"])


def _judge_all(definition: Definition, answers: Callable[[str], pd.Series]) -> dict[str, np.ndarray]:
    verdicts: dict[str, np.ndarray] = {}
    for name in definition.order:
        verdicts[name] = judge(definition.conditions[name], answers, verdicts)
    return verdicts


def _answers(persons: pd.DataFrame, definition: Definition, wave_year: int) -> Callable[[str], pd.Series]:
    """Find the answers to a question, also under the names the definition derives."""

    def column(name: str) -> pd.Series:
        if name == WORKING_AGE:
            return _in_working_age(column("sex"), column("age"), definition, wave_year)
        question = definition.aliases.get(name, name)
        if question not in persons:
            raise DefinitionError(
                f"definition {definition.id} {definition.version} reads question {question!r}, "
                "which the data do not hold"
            )
        return persons[question]

    return column


def _in_working_age(sex: pd.Series, age: pd.Series, definition: Definition, wave_year: int) -> pd.Series:
    """Tell who is of working age in the year of the wave: "1", "0", or missing."""
    if wave_year not in definition.working_age:
        years = ", ".join(str(year) for year in definition.working_age)
        raise DefinitionError(f"no working age for {wave_year}; the definition has {years}")
    limits = definition.working_age[wave_year]
    sex_code, years_old = as_text(sex), pd.to_numeric(age, errors="coerce")
    first = sex_code.map({code: low for code, (low, _) in limits.items()})
    last = sex_code.map({code: high for code, (_, high) in limits.items()})
    inside = ((years_old >= first) & (years_old <= last)).map({True: "1", False: "0"})
    return inside.where(years_old.notna() & first.notna())


def _fields_mastered(columns: Mapping[str, np.ndarray], definition: Definition) -> dict[str, np.ndarray]:
    """Spread the number of fields mastered unaided over one column a number."""
    skills = np.stack([columns[f"skill_{name}"] for name in definition.domains])
    mastered = skills.sum(axis=0)
    undetermined = np.isnan(mastered)
    return {
        f"fields_{count}": np.where(undetermined, np.nan, mastered == count)
        for count in range(len(skills) + 1)
    }


def _check_invariants(columns: Mapping[str, np.ndarray], definition: Definition) -> None:
    """Refuse scores in which somebody meets a narrow condition but not the wider one."""
    for narrow, wide in definition.invariants:
        broken = (columns[narrow] == 1) & (columns[wide] != 1)
        if broken.any():
            raise DefinitionError(
                f"definition {definition.id} {definition.version}: {int(broken.sum())} persons "
                f"meet {narrow!r} without {wide!r}, against its invariant"
            )


def _as_number(verdicts: np.ndarray) -> np.ndarray:
    numbers = np.array([0.0, np.nan, 1.0])
    return np.asarray(numbers[verdicts])


def _questions(definition: Definition) -> set[str]:
    return {name for condition in definition.conditions.values() for name in variables_in(condition)}
