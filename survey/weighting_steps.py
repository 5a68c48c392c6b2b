"""From a weighed wave to the report of its weighting."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from estimation.weighting import kish_effect
from survey.scored import Scored
from survey.wave import WeighedWave
from survey.weighable import REASON
from survey.weighting_choices import Chosen, choices_table, headline
from survey.weighting_report import TABLES, WeightingReport

STEPS: Mapping[str, str] = {
    "household": "w_household",
    "person": "w_base",
    "nonresponse": "w_nr",
    "calibrated": "w_raked",
}
UNWEIGHTED = "unweighted"
BINS = 20


def weighting_report(weighed: WeighedWave, scored: Scored | None) -> WeightingReport:
    """Report what every step of the weighting did.

    Parameters
    ----------
    weighed : WeighedWave
    scored : Scored, optional
        Its scored persons; None where the wave has no definition, so that no headline is estimated.

    Returns
    -------
    WeightingReport
    """
    weights = _weights(weighed)
    found: dict[str, pd.DataFrame] = {
        "steps": _steps(weights),
        "households": _households(weighed),
        "margins": _margins(weighed),
        "distribution": _distribution(weights),
    }
    merged = [_merged(weighed)]
    if scored is not None:
        found["headline"] = _headline(scored, weights)
        found["choices"], of_choices = choices_table(weighed, scored)
        merged.append(of_choices)
    found["merged"] = pd.concat([part for part in merged if len(part)] or merged[:1], ignore_index=True)
    empty = pd.DataFrame()
    return WeightingReport(
        **{
            name: found.get(name, empty).reindex(columns=list(columns)).reset_index(drop=True)
            for name, columns in TABLES.items()
        }
    )


def _weights(weighed: WeighedWave) -> pd.DataFrame:
    """Weights of every interview after each step, in the order of the steps."""
    persons, areas = weighed.weights.persons, weighed.weights.areas.set_index("ea_code")
    household = persons["ea_code"].map(areas["a"]).astype(float)
    return pd.DataFrame(
        {"w_household": household, **{name: persons[name] for name in list(STEPS.values())[1:]}}
    )


def _steps(weights: pd.DataFrame) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    previous: str | None = None
    for step, column in STEPS.items():
        weight = weights[column]
        factor = None if previous is None else weight / weights[previous]
        rows.append(
            {
                "step": step,
                "weight": column,
                "n": len(weight),
                "sum": weight.sum(),
                "min": weight.min(),
                "median": weight.median(),
                "max": weight.max(),
                "spread": weight.max() / weight.median(),
                "kish": kish_effect(weight),
                "factor_min": np.nan if factor is None else factor.min(),
                "factor_max": np.nan if factor is None else factor.max(),
            }
        )
        previous = column
    return pd.DataFrame(rows)


def _headline(scored: Scored, weights: pd.DataFrame) -> pd.DataFrame:
    """Estimate the headline under the weights of every step, and what the step moved and cost."""
    one = pd.Series(1.0, index=weights.index)
    final = {"calibrated"}
    under = {UNWEIGHTED: (one, one)} | {
        step: (weights[column], weights[column]) for step, column in STEPS.items() if step != "household"
    }
    under["calibrated"] = (weights["w_nr"], weights["w_raked"])
    rows = [
        {
            "step": step,
            "weight": STEPS.get(step, ""),
            **headline(scored, Chosen(before, after, calibrated=step in final)),
        }
        for step, (before, after) in under.items()
    ]
    table = pd.DataFrame(rows)
    return table.assign(moved=table["estimate"].diff(), cost=np.square(table["se"] / table["se"].shift()) - 1)


def _households(weighed: WeighedWave) -> pd.DataFrame:
    areas = weighed.weights.areas
    counted = {
        "issued": areas["m"],
        "eligible": areas["E"],
        "ineligible": areas["NE"],
        "unknown": areas["U"],
        "likely": areas["need"],
        "respondents": areas["R"],
    }
    rows = [
        {"group": name, "households": float(count.sum()), "weighted": float((areas["a"] * count).sum())}
        for name, count in counted.items()
    ]
    return pd.DataFrame(rows)


def _margins(weighed: WeighedWave) -> pd.DataFrame:
    reached = weighed.weights.diagnostics["raking"]["margins"]
    table = pd.DataFrame(
        [{"variable": margin["variable"], **row} for margin in reached for row in margin["categories"]]
    )
    return table.assign(factor=table["target"] / table["before"])


def _merged(weighed: WeighedWave) -> pd.DataFrame:
    """Areas without an interview and what carries them, and interviews that were set aside."""
    carried = weighed.weights.diagnostics["areas_without_interview"]
    households = weighed.fieldwork.households
    lost = households.loc[households["reason"].eq(REASON)]
    rows = [
        {"kind": "area", "cell": row["ea_code"], "into": row["stratum"], "factor": row["factor"]}
        for row in carried
    ] + [
        {"kind": "interview", "cell": household, "into": area, "factor": np.nan}
        for household, area in zip(lost["hh_id"], lost["ea_code"], strict=True)
    ]
    table = pd.DataFrame(rows, columns=["kind", "cell", "into", "factor"])
    return table.astype({"kind": "str", "cell": "str", "into": "str", "factor": float})


def _distribution(weights: pd.DataFrame) -> pd.DataFrame:
    """Count interviews in bins of the weight, the same bins before nonresponse and at the end."""
    shown = {step: weights[STEPS[step]] for step in ("person", "calibrated")}
    width = _round_width(max(weight.max() for weight in shown.values()) / BINS)
    parts = []
    for step, weight in shown.items():
        place = np.floor(weight / width).astype(int)
        count = place.value_counts().reindex(range(int(place.max()) + 1), fill_value=0)
        low = count.index.to_numpy(float) * width
        parts.append(
            pd.DataFrame({"step": step, "low": low, "high": low + width, "interviews": count.to_numpy()})
        )
    return pd.concat(parts, ignore_index=True)


def _round_width(width: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(times * power for times in (1, 2, 5, 10) if times * power >= width)
