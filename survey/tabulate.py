"""Any question of any form by any other: shares of those asked, means of numbers, interval and quality."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from estimation import Estimates, estimate_means, estimate_proportions
from survey.answers import ANSWERED, NO_ANSWER, NOT_APPLICABLE
from survey.exports.personal import is_stored
from survey.instrument import Instrument, Question
from survey.messages import Finding, Refusal, finding
from survey.microdata import Microdata
from survey.store import Store
from survey.table_rows import KEY, Base, TableRows, Weighting, table_rows

LISTED, FROM_FILE, SEVERAL = "select_one", "select_one_from_file", "select_multiple"
CODED = (LISTED, FROM_FILE)
NUMBERED = ("integer", "decimal", "range", "calculate")
NO_CODE, BY, NUMBER = "", "table_by", "number"
FIGURES = ("n", "estimate", "ci_low", "ci_high", "se", "deff", "quality", "reason")
Labels = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class Tabulation:
    """A table of one question.

    Attributes
    ----------
    question : Question
    by : Question or None
        Whose codes are the breakdown.
    kind : {"proportion", "mean"}
    base : str
        See :class:`survey.table_rows.TableRows`.
    asked, answered : int
        Rows that were asked the question, and those of them with an answer.
    codes, by_codes : mapping
        Code -> label by language; the code "" of a question is "no answer".
    frame : DataFrame
        ``code, by, n, estimate, ci_low, ci_high, se, deff, quality, reason``: one row a code and value of the
        breakdown. The base of a share is those asked, the ones without an answer among them; that of a mean
        those who answered.
    notes : tuple of Finding
        Why there are no weights.
    """

    question: Question
    by: Question | None
    kind: str
    base: Base
    asked: int
    answered: int
    codes: Labels
    by_codes: Labels
    frame: pd.DataFrame
    notes: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What the counted rows say to one question: texts and states (0 not asked, 1 no answer, 2 answered)."""

    question: Question
    texts: pd.Series
    states: pd.Series
    codes: Labels


def tabulate(
    store: Store,
    wave: str,
    name: str,
    *,
    by: str | None = None,
    weights: Weighting = "auto",
    per_household: bool = False,
    interval: str = "logit",
) -> Tabulation:
    """Tabulate a question of a wave.

    Parameters
    ----------
    store : Store
    wave : str
    name : str
        A question with codes or numbers, in the main table or in a repeat.
    by : str, optional
        A question with one answer out of codes, at the same level or in the main table.
    weights : {"auto", "none"}
        ``auto``: the final weights where the wave can be weighed.
    per_household : bool
        Weigh households instead of the persons interviewed. Members of a roster always have the weight of
        their household.
    interval : str
        Method of the interval of shares (M6).

    Returns
    -------
    Tabulation

    Raises
    ------
    Refusal
        For a question that is not there, cannot be tabulated, or was asked of nobody.

    Notes
    -----
    Estimates M1, variance M2 (M10 with final weights), intervals M6, quality M9. Without weights every row
    counts once and the areas are the PSUs: the table tells of the interviews, not of the population.
    """
    form = store.form(wave).joined
    question = _question(form, name, (*CODED, SEVERAL, *NUMBERED))
    breakdown = _question(form, by, CODED) if by else None
    if breakdown and breakdown.repeat not in ("", question.repeat):
        raise Refusal(finding("tabulate_other_level", value=breakdown.name, facts={"question": name}))
    rows = table_rows(store, wave, question.repeat, weights=weights, per_household=per_household)
    microdata = store.microdata(wave)
    answers = _answers(microdata, question, form, rows.frame)
    asked = int((answers.states != NOT_APPLICABLE).sum())
    if not asked:
        raise Refusal(finding("tabulate_not_asked", value=name, facts={"wave": wave}))
    broken = _answers(microdata, breakdown, form, rows.frame) if breakdown else None
    found, names = _estimated(answers, broken, rows, interval)
    return Tabulation(
        question=question,
        by=breakdown,
        kind="proportion" if answers.codes else "mean",
        base=rows.base,
        asked=asked,
        answered=int((answers.states == ANSWERED).sum()),
        codes={**answers.codes, NO_CODE: {}} if answers.codes else {},
        by_codes=broken.codes if broken else {},
        frame=_named(found.frame, names),
        notes=rows.notes,
    )


def _question(form: Instrument, name: str, types: tuple[str, ...]) -> Question:
    """Return a question that can be counted; every other is refused with those that can."""
    possible = [question for question in form.questions if question.type in types and is_stored(question)]
    found = next((question for question in possible if question.name == name), None)
    if found is None:
        known = ", ".join(question.name for question in possible)
        raise Refusal(finding("tabulate_unfit", value=name, facts={"form": form.form_id, "known": known}))
    return found


def _answers(microdata: Microdata, question: Question, form: Instrument, rows: pd.DataFrame) -> Answers:
    """Take the answers of the counted rows; what a household said counts for each of its members."""
    if question.repeat:
        roster, place = microdata.rosters[question.repeat], rows.index
        texts, states = roster.rows, roster.states
    else:
        place = pd.Index(rows[KEY])
        texts, states = microdata.households, microdata.household_states
    if question.name not in texts:
        blank = pd.Series("", index=rows.index, dtype="str")
        return Answers(question, blank, pd.Series(NOT_APPLICABLE, index=rows.index), {})
    own = texts.loc[place, question.name].set_axis(rows.index).fillna("")
    return Answers(
        question, own, states.loc[place, question.name].set_axis(rows.index), _codes(question, form, own)
    )


def _codes(question: Question, form: Instrument, texts: pd.Series) -> Labels:
    """Codes of a question in form order; of a list that is kept in a file those that were answered."""
    if question.type == FROM_FILE:
        return {code: {} for code in sorted(set(texts) - {""})}
    if question.type in (LISTED, SEVERAL):
        return {choice.name: choice.labels for choice in form.codes(question)}
    return {}


def _estimated(
    answers: Answers, broken: Answers | None, rows: TableRows, interval: str
) -> tuple[Estimates, Mapping[str, str]]:
    """Estimate every code, and tell which code each indicator stands for."""
    scores, names = _scores(answers)
    persons = pd.concat([rows.frame, scores], axis=1)
    by, levels = None, None
    if broken:
        persons = persons.assign(**{BY: broken.texts.where(broken.texts != "")})
        by, levels = BY, [code for code in broken.codes if (broken.texts == code).any()]
    if answers.codes:
        found = estimate_proportions(
            persons, list(names), design=rows.design, by=by, levels=levels, interval=interval
        )
    else:
        found = estimate_means(persons, list(names), design=rows.design, by=by, levels=levels)
    return found, names


def _scores(answers: Answers) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """1 for a code that was chosen, 0 for one that was not, missing where the question was not asked."""
    if not answers.codes:
        numbers = pd.to_numeric(answers.texts, errors="coerce")
        if answers.texts.ne("").any() and numbers.isna().all():
            facts = {"value": answers.texts[answers.texts != ""].iloc[0]}
            raise Refusal(finding("tabulate_no_numbers", column=answers.question.name, **facts))
        return pd.DataFrame({NUMBER: numbers}), {NUMBER: NO_CODE}
    asked = answers.states != NOT_APPLICABLE
    padded = " " + answers.texts + " "
    chosen = {code: padded.str.contains(f" {code} ", regex=False) for code in answers.codes}
    if answers.question.type != SEVERAL:
        chosen = {code: answers.texts == code for code in answers.codes}
    silent = answers.states == NO_ANSWER
    if silent.any():
        chosen[NO_CODE] = silent
    scores = {f"score_{place}": holds.where(asked) for place, holds in enumerate(chosen.values())}
    names = dict(zip(scores, chosen, strict=True))
    return pd.DataFrame({name: holds.astype(float) for name, holds in scores.items()}), names


def _named(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    units = frame[BY].astype("str") if BY in frame else ""
    told = frame.assign(code=frame["indicator"].map(names), by=units)
    return told[["code", "by", *FIGURES]].reset_index(drop=True)
