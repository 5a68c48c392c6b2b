"""Checks of interviewers: long blocks of questions answered alike far more often than others' are."""

from collections.abc import Iterator, Sequence

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
    counts = pd.concat([_counts(evidence, names) for names in batteries(evidence.instrument)] or [_nothing()])
    compared = counts[counts["others"] >= FEWEST_INTERVIEWS].rename_axis("interviewer").reset_index()
    if compared.empty:
        return
    usual = (compared["others_alike"] / compared["others"]).clip(1e-6, 1 - 1e-6)
    chance = bdtrc(compared["alike"] - 1, compared["answered"], usual)
    excess = compared["alike"] / compared["answered"] - usual
    is_rare = chance < FALSE_ALARMS / len(compared)
    enough = compared["answered"] >= FEWEST_INTERVIEWS
    suspect = compared.assign(usual=usual)[is_rare & (excess >= SMALLEST_EXCESS) & enough]
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
