"""Groups that people are told apart by: schooling, disability, and the recognised poverty of a household."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

# Breakdown -> its groups, in the order in which they are shown.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "education": ("primary", "lower_secondary", "upper_secondary", "college"),
    "disability": ("with", "without"),
    "poverty": ("poor", "near_poor", "neither"),
}
SCHOOLING, HOUSEHOLD = "c3_edu", "b3_poor"
# Elementary and intermediate vocational schools stand at the level of upper secondary (ISCED 3).
EDUCATION: Mapping[str, str] = {
    "0": "primary", "1": "primary", "2": "primary", "3": "lower_secondary", "4": "upper_secondary",
    "5": "upper_secondary", "6": "college", "7": "college",
}  # fmt: skip
POVERTY: Mapping[str, str] = {"1": "poor", "2": "near_poor", "3": "neither"}
WASHINGTON = ("wg_see", "wg_hear", "wg_walk", "wg_cog", "wg_care", "wg_comm")
EASY, HARD = ("1", "2"), ("3", "4")


def group_columns(interviews: pd.DataFrame) -> dict[str, pd.Series]:
    """Say of every person interviewed to which groups they belong.

    Parameters
    ----------
    interviews : DataFrame, shape (n, ...)
        Answers as codes; a question that the form does not have tells nothing of anybody.

    Returns
    -------
    dict of str to Series, shape (n,)
        One column a breakdown of :data:`GROUPS`, missing for whoever did not tell: such a person is in no
        group, and counted apart.

    Notes
    -----
    Disability is the rule of the Washington Group for its short set: at least one of the six activities is
    done with a lot of difficulty, or not at all. Whoever reports no such difficulty but left out an activity
    may be either, and is in no group.
    """
    return {
        "education": _answers(interviews, SCHOOLING).map(EDUCATION),
        "disability": _disability(interviews),
        "poverty": _answers(interviews, HOUSEHOLD).map(POVERTY),
    }


def _disability(interviews: pd.DataFrame) -> pd.Series:
    asked = pd.DataFrame({name: _answers(interviews, name) for name in WASHINGTON})
    some, none = asked.isin(HARD).any(axis=1), asked.isin(EASY).all(axis=1)
    told = pd.Series("with", index=interviews.index, dtype="str").where(some, "without")
    return told.where(some | none)


def _answers(interviews: pd.DataFrame, question: str) -> pd.Series:
    if question in interviews:
        return interviews[question].fillna("")
    return pd.Series("", index=interviews.index, dtype="str")
