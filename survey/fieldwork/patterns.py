"""Interviewers who stand out against all others of the wave; areas differ, so a pattern is no verdict."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal

import pandas as pd
from scipy.stats import mannwhitneyu

from survey.fieldwork.lottery import as_many_or_more
from survey.validation.interviewers import FALSE_ALARMS, FEWEST_INTERVIEWS, far_above_others

PATTERNS = ("refusals", "dont_know", "overclaims", "quick", "alike", "first")
# Whatever chance says, a share that is not this much above that of the others is no pattern.
REFUSALS_EXCESS, OVERCLAIMS_EXCESS, DONT_KNOW_EXCESS = 0.15, 0.10, 0.05
QUICK = 2 / 3  # of the median duration of the others
IsFar = Callable[[pd.Series, pd.Series], bool]


def patterns(
    table: pd.DataFrame, told: pd.DataFrame, straight: Collection[str]
) -> dict[str, pd.Series[bool]]:
    """Tell who stands out against all others, at 0.001 divided by the number of interviewers.

    Fewer than ten cases decide nothing, nor does a difference that is too small to matter, whatever chance
    says.

    Parameters
    ----------
    table : DataFrame, one row an interviewer
        Index the interviewer; ``refusals, reached, overclaims, overclaims_asked``.
    told : DataFrame, one row a usable interview
        ``interviewer, dont_know, minutes, first, chance``.
    straight : collection of str
        Interviewers whose blocks of questions are answered alike too often.

    Returns
    -------
    dict
        Name of each of :data:`PATTERNS` -> whether the interviewer stands out, by interviewer.
    """
    return {
        "refusals": _above(table["refusals"], table["reached"], REFUSALS_EXCESS),
        "dont_know": _outlying(told, "dont_know", "greater", _says_more),
        "overclaims": _above(table["overclaims"], table["overclaims_asked"], OVERCLAIMS_EXCESS),
        "quick": _outlying(told, "minutes", "less", _is_quick),
        "alike": pd.Series(table.index.isin(straight), index=table.index),
        "first": _first_too_often(told),
    }


def _above(cases: pd.Series, tried: pd.Series, excess: float) -> pd.Series[bool]:
    others, others_tried = cases.sum() - cases, tried.sum() - tried
    return far_above_others(cases, tried, others=others, others_tried=others_tried, smallest_excess=excess)


def _outlying(
    told: pd.DataFrame, column: str, tail: Literal["less", "greater"], is_far: IsFar
) -> pd.Series[bool]:
    """Tell whose interviews lie apart from those of the others by rank (Mann–Whitney) and by the margin."""
    known = told.dropna(subset=[column])
    own = dict(list(known.groupby("interviewer")[column]))
    marks = {}
    for name, values in own.items():
        others = known.loc[known["interviewer"] != name, column]
        enough = min(len(values), len(others)) >= FEWEST_INTERVIEWS
        marks[name] = (
            enough and is_far(values, others) and _rank_p(values, others, tail) < FALSE_ALARMS / len(own)
        )
    return pd.Series(marks).astype(bool)


def _rank_p(own: pd.Series, others: pd.Series, tail: Literal["less", "greater"]) -> float:
    return float(mannwhitneyu(own, others, alternative=tail, method="asymptotic").pvalue)


def _says_more(own: pd.Series, others: pd.Series) -> bool:
    return bool(own.mean() - others.mean() >= DONT_KNOW_EXCESS)


def _is_quick(own: pd.Series, others: pd.Series) -> bool:
    return bool(own.median() <= QUICK * others.median())


def _first_too_often(told: pd.DataFrame) -> pd.Series[bool]:
    """Tell whose respondents are the first of the roster far more often than chance takes them."""
    chosen = told.dropna(subset=["chance"])
    parts = dict(list(chosen.groupby("interviewer")))
    marks = {
        name: len(part) >= FEWEST_INTERVIEWS
        and as_many_or_more(int(part["first"].sum()), part["chance"].to_numpy(dtype=float))
        < FALSE_ALARMS / len(parts)
        for name, part in parts.items()
    }
    return pd.Series(marks).astype(bool)
