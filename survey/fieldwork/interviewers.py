"""One row an interviewer: how much was done, how it went, and the reasons to look more closely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from survey.fieldwork.patterns import patterns
from survey.fieldwork.selection import first_persons
from survey.fieldwork.settling import COMPLETE
from survey.instrument import Question
from survey.validation import RULES, copies, households, times
from survey.validation.evidence import Evidence
from survey.validation.interviewers import battery_counts, straight_lining

CHECKS = (
    times.durations, times.night, times.future, times.simultaneous, copies.copied_interviews,
    households.other_respondent, households.unlisted_respondent, households.other_age, households.other_sex,
    households.roster_sizes, households.draws,
)  # fmt: skip
# What is counted by interviewer -> the findings it stands for; one case is a reason to look.
CASES: Mapping[str, tuple[str, ...]] = {
    "short": ("interview_short", "interview_short_for_size"),
    "clock": ("interview_long", "interview_backward", "interview_future"),
    "night": ("interview_late",),
    "at_once": ("interviews_at_once",),
    "copied": ("interview_copied",),
    "other_person": ("respondent_not_drawn",),
    "draw": ("draw_not_largest",),
    "roster": ("roster_absent", "roster_size", "respondent_not_listed", "age_differs", "sex_differs"),
}
DONT_KNOW, INVENTED = "dk", "invented"
REACHED = ("I", "P", "R", "O")


def interviewer_table(sample: pd.DataFrame, submissions: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Describe the work of every interviewer.

    A flag is a reason to look, not a verdict: areas differ, and one interviewer works in few of them.
    Patterns (:mod:`survey.fieldwork.patterns`) compare an interviewer with all others; the other flags are
    single cases.

    Parameters
    ----------
    sample : DataFrame
        From :func:`survey.fieldwork.sample_list.sample_list`.
    submissions : DataFrame
        All submissions of the wave by the names of the roles: ``interviewer_id``.
    evidence : Evidence
        Of the submissions that count, one a household.

    Returns
    -------
    DataFrame, one row an interviewer
        ``interviewer`` ("" for submissions that name none); ``submissions``, copies included; ``areas``,
        ``households`` that were issued; usable ``interviews``; ``refusals`` of the ``reached`` households;
        ``rejected`` interviews; median ``minutes`` of the complete interviews; ``dont_know``, mean share of
        the answers of an interview that are "don't know"; ``overclaims`` of ``overclaims_asked``, interviews
        that claim to know an invented name; ``alike`` of ``batteries``, blocks of questions answered alike
        throughout; ``first`` of ``choices``, respondents first in the roster, and ``first_expected`` by
        chance; the cases of :data:`CASES`; ``flags``, names of patterns and cases.
    """
    issued = sample[sample["issued"]]
    told = _interviews(issued, evidence)
    names = sorted({*submissions["interviewer_id"].fillna(""), *issued["interviewer"]})
    parts = (_work(issued, submissions), _answers(told), _batteries(evidence), _cases(evidence))
    table = pd.concat([part.reindex(names) for part in parts], axis=1)
    counts = table.columns.difference(["minutes", "dont_know", "first_expected"])
    table = table.fillna(dict.fromkeys(counts, 0)).astype(dict.fromkeys(counts, int))
    straight = (
        {found.value for found in straight_lining(evidence)} if evidence.knows("interviewer") else set()
    )
    flags = patterns(table, told, straight) | {name: table[name] > 0 for name in CASES}
    marks = pd.DataFrame(flags).reindex(names).fillna(False).astype(bool)
    table["flags"] = [tuple(marks.columns[row]) for row in marks.to_numpy()]
    return table.rename_axis("interviewer").reset_index()


def _work(issued: pd.DataFrame, submissions: pd.DataFrame) -> pd.DataFrame:
    """Count what was done and how it ended."""
    outcomes = issued["outcome"]
    marks = pd.DataFrame(
        {
            "households": 1,
            "interviews": outcomes.isin(["I", "P"]),
            "refusals": outcomes == "R",
            "reached": outcomes.isin(REACHED),
            "rejected": issued["reason"] == "interview rejected",
        },
        index=issued.index,
    )
    worked = marks.groupby(issued["interviewer"]).sum()
    areas = issued.groupby("interviewer")["ea_code"].nunique().rename("areas")
    sent = submissions["interviewer_id"].fillna("").value_counts().rename("submissions")
    return pd.concat([sent, areas, worked], axis=1)


def _interviews(issued: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Measure every usable interview; index its key."""
    usable = issued[issued["outcome"].isin(["I", "P"])].set_index("key")
    h = evidence.households
    seconds = (
        pd.to_datetime(h["ended"], utc=True) - pd.to_datetime(h["started"], utc=True)
    ).dt.total_seconds()
    minutes = (seconds / 60).where(evidence.answers("disposition") == COMPLETE)
    measured = pd.concat([minutes.rename("minutes"), _said(evidence), first_persons(evidence)], axis=1)
    return usable[["interviewer"]].join(measured)


def _said(evidence: Evidence) -> pd.DataFrame:
    """Share of "don't know" among the answers of each submission, and whether it claims an invented name."""
    main = evidence.levels[0]
    size = len(main.frame)
    asked, unknown = np.zeros(size), np.zeros(size)
    offered, claimed = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
    for question in evidence.instrument.asked():
        if question.name not in main.answered:
            continue
        answered, cells = main.answered[question.name], main.columns[question.name]
        if dont_know := _codes(evidence, question, DONT_KNOW):
            asked += answered
            unknown += answered & [bool(dont_know.intersection(cell.split())) for cell in cells]
        if invented := _codes(evidence, question, INVENTED):
            offered |= answered
            claimed |= answered & np.array([bool(invented.intersection(cell.split())) for cell in cells])
    share = np.divide(unknown, asked, out=np.full(size, np.nan), where=asked > 0)
    told = {"dont_know": share, "overclaims_asked": offered, "overclaims": claimed}
    return pd.DataFrame(told, index=main.frame.index)


def _codes(evidence: Evidence, question: Question, key: str) -> frozenset[str]:
    return frozenset(choice.name for choice in evidence.instrument.codes(question) if choice.key == key)


def _answers(told: pd.DataFrame) -> pd.DataFrame:
    """Sum up the interviews of each interviewer."""
    by = told["interviewer"]
    chosen = told["chance"].notna()
    return pd.DataFrame(
        {
            "minutes": told.groupby(by)["minutes"].median(),
            "dont_know": told.groupby(by)["dont_know"].mean(),
            "overclaims": told["overclaims"].groupby(by).sum(),
            "overclaims_asked": told["overclaims_asked"].groupby(by).sum(),
            "first": told["first"].eq(True).groupby(by).sum(),
            "choices": chosen.groupby(by).sum(),
            "first_expected": told["chance"].groupby(by).sum(),
        }
    )


def _batteries(evidence: Evidence) -> pd.DataFrame:
    counted = battery_counts(evidence) if evidence.knows("interviewer") else pd.DataFrame()
    if counted.empty:
        return pd.DataFrame(columns=["alike", "batteries"])
    sums = counted.groupby(level=0)[["alike", "answered"]].sum()
    return sums.rename(columns={"answered": "batteries"})


def _cases(evidence: Evidence) -> pd.DataFrame:
    """Count the findings of the checks by interviewer; rows are numbered anew to lead back from them."""
    main = evidence.levels[0]
    frame = main.frame.assign(row=np.arange(len(main.frame)))
    numbered = replace(evidence, levels=(replace(main, frame=frame), *evidence.levels[1:]))
    case_of = {code: case for case, codes in CASES.items() for code in codes}
    found = [
        (found.row, case_of[found.code])
        for rule in RULES
        if rule.check in CHECKS and all(evidence.knows(role) for role in rule.roles)
        for found in rule.check(numbered)
        if found.code in case_of
    ]
    who = (
        evidence.answers("interviewer").fillna("").to_numpy()
        if evidence.knows("interviewer")
        else np.full(len(frame), "")
    )
    counted = pd.crosstab([who[row] for row, _ in found], [case for _, case in found])
    return counted.reindex(columns=list(CASES), fill_value=0)
