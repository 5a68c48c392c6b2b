"""Checks of interviewers: long blocks of questions answered alike far more often than others' are."""

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import pandas as pd
from scipy.special import bdtrc  # the upper tail of the binomial distribution

from survey.instrument import Instrument
from survey.messages import Finding, finding
from survey.validation.evidence import Evidence

# Questions of a battery that an interview must have answered, and interviews with such an answer.
SHORTEST_BATTERY = 5
FEWEST_INTERVIEWS = 10
# Whatever chance says, a share that is not this much larger than that of the others is no pattern.
SMALLEST_EXCESS = 0.25
FALSE_ALARMS = 0.001


def straight_lining(evidence: Evidence) -> Iterator[Finding]:
    """Report interviewers with many more batteries answered alike throughout than the other interviewers.

    A battery is five or more select_one questions of one section with one list of answers. The count of an
    interviewer is compared with the binomial distribution of the share of all others, at 0.001 divided by the
    number of comparisons.
    """
    counts = battery_counts(evidence)
    compared = counts[counts["others"] >= FEWEST_INTERVIEWS].rename_axis("interviewer").reset_index()
    if compared.empty:
        return
    suspect = compared[
        far_above_others(
            compared["alike"],
            compared["answered"],
            others=compared["others_alike"],
            others_tried=compared["others"],
            smallest_excess=SMALLEST_EXCESS,
        )
    ]
    suspect = suspect.assign(usual=suspect["others_alike"] / suspect["others"])
    for row in suspect.to_dict(orient="records"):
        yield finding(
            "answers_straight",
            file=evidence.microdata.file,
            sheet=evidence.microdata.main,
            column=row["first"],
            value=row["interviewer"],
            facts={
                "count": row["alike"],
                "answered": row["answered"],
                "usual": round(100 * row["usual"]),
                "last": row["last"],
            },
        )


def battery_counts(evidence: Evidence) -> pd.DataFrame:
    """Count, by interviewer, the interviews that answered a battery and those that answered it alike.

    Returns
    -------
    DataFrame, one row an interviewer and battery
        Index the code of the interviewer; ``answered, alike``; ``others, others_alike`` of all other
        interviewers; ``first, last`` question of the battery.
    """
    return pd.concat([_counts(evidence, names) for names in batteries(evidence.instrument)] or [_nothing()])


def far_above_others(
    cases: pd.Series,
    tried: pd.Series,
    *,
    others: pd.Series,
    others_tried: pd.Series,
    smallest_excess: float,
) -> "pd.Series[bool]":
    """Tell whose share is far above that of the others.

    The count is compared with the binomial distribution of the share of all others, at 0.001 divided by the
    number of comparisons; fewer than ten tries decide nothing.

    Parameters
    ----------
    cases, tried : Series of int, shape (k,)
        Of each interviewer.
    others, others_tried : Series of int, shape (k,)
        Of all other interviewers together.
    smallest_excess : float
        Smallest difference of the two shares that is a pattern, whatever chance says.
    """
    usual = (others / others_tried).clip(1e-6, 1 - 1e-6)
    as_many_or_more = bdtrc(cases - 1, tried, usual)
    is_rare = as_many_or_more < FALSE_ALARMS / max(len(cases), 1)
    is_far = (cases / tried - usual >= smallest_excess) & (tried >= FEWEST_INTERVIEWS)
    return cast("pd.Series[bool]", is_far & is_rare)


def batteries(instrument: Instrument) -> list[tuple[str, ...]]:
    """Name the questions of each battery: select_one, of one section of the main table, with one list."""
    alike: dict[tuple[str, str], list[str]] = {}
    for question in instrument.asked():
        if question.type == "select_one" and question.path:
            alike.setdefault((question.path[0], question.list_name), []).append(question.name)
    return [tuple(names) for names in alike.values() if len(names) >= SHORTEST_BATTERY]


def _counts(evidence: Evidence, names: Sequence[str]) -> pd.DataFrame:
    """Count, for each interviewer, the interviews that answered a battery, and those that did so alike."""
    main = evidence.levels[0]
    stored = [name for name in names if name in main.states]
    if len(stored) < SHORTEST_BATTERY:
        return _nothing()
    answered = np.column_stack([main.answered[name] for name in stored])
    cells = np.where(answered, np.column_stack([main.columns[name] for name in stored]), "")
    enough = answered.sum(axis=1) >= SHORTEST_BATTERY
    alike = enough & ((cells == cells.max(axis=1, keepdims=True)) | ~answered).all(axis=1)
    names_of, places = np.unique(
        evidence.answers("interviewer").fillna("").to_numpy(str), return_inverse=True
    )
    counts = pd.DataFrame(
        {"answered": np.bincount(places, enough), "alike": np.bincount(places, alike)},
        index=names_of,
        dtype=int,
    )
    return counts[counts["answered"] > 0].assign(
        others=counts["answered"].sum() - counts["answered"],
        others_alike=counts["alike"].sum() - counts["alike"],
        first=stored[0],
        last=stored[-1],
    )


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=["answered", "alike", "others", "others_alike", "first", "last"])
