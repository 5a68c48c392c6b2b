"""Interviews that cannot be weighed: without sex, age or number of eligible persons they are nonresponse."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from survey.messages import Finding, finding

LEAST_AGE = 15
UNWEIGHABLE = "239"
REASON = "interview cannot be weighed"


def _whole(answers: pd.Series, least: int) -> pd.Series:
    numbers = pd.to_numeric(answers, errors="coerce")
    return numbers.ge(least) & numbers.mod(1).eq(0)


# What each of the answers must be for a person to have a weight, and how the finding says so.
NEEDED: Mapping[str, tuple[Callable[[pd.Series], pd.Series], str]] = {
    "c0_sex": (lambda answers: answers.isin(["1", "2"]), "1 | 2"),
    "c0_age": (lambda answers: _whole(answers, LEAST_AGE), f"≥ {LEAST_AGE}"),
    "n_eligible": (lambda answers: _whole(answers, 1), "≥ 1"),
}


def set_aside(
    issued: pd.DataFrame, households: pd.DataFrame, interviewed: tuple[str, ...]
) -> tuple[pd.DataFrame, list[Finding]]:
    """Count interviews that cannot be weighed as nonresponse of an eligible household, and say which.

    Parameters
    ----------
    issued : DataFrame, one row an issued household
        ``hh_id, disposition, reason, key``.
    households : DataFrame
        Submissions, indexed by key, with their answers; a column that is not there is not judged.
    interviewed : tuple of str
        Results that mean an interview.

    Returns
    -------
    DataFrame, list of Finding
        The households with the result 239 (other) and its reason where an interview lacks a usable answer;
        one finding each.
    """
    rows = issued[issued["disposition"].isin(interviewed) & issued["key"].isin(households.index)]
    answers = households.loc[rows["key"]].set_axis(rows.index)
    unfit = {
        column: ~fits(answers[column]) for column, (fits, _) in NEEDED.items() if column in answers.columns
    }
    lacking = pd.DataFrame(unfit, index=rows.index)
    dropped = lacking.index[lacking.any(axis=1)]
    found = [
        _said(str(rows.loc[place, "hh_id"]), lacking.columns[lacking.loc[place]], answers.loc[place])
        for place in dropped
    ]
    changed = issued.index.isin(dropped)
    return issued.assign(
        disposition=issued["disposition"].mask(changed, UNWEIGHABLE),
        reason=issued["reason"].mask(changed, REASON),
    ), found


def _said(household: str, columns: pd.Index, answers: pd.Series) -> Finding:
    expected = "; ".join(f"{column} {NEEDED[column][1]}" for column in columns)
    row = answers.get("row")
    return finding(
        "fieldwork_not_weighable",
        value=household,
        column=str(columns[0]),
        row=None if row is None or pd.isna(row) else int(row),
        facts={"expected": expected},
    )
