"""The report of a weighting: what each step did to the weights, to the headline and to its precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from survey.weighting_words import html

# Table -> its columns, in the order in which a reader meets them.
TABLES: Mapping[str, tuple[str, ...]] = {
    "headline": (
        "step", "weight", "n", "estimate", "se", "ci_low", "ci_high", "deff", "n_eff", "df", "quality",
        "reason", "moved", "cost",
    ),
    "steps": (
        "step", "weight", "n", "sum", "min", "median", "max", "spread", "kish", "factor_min", "factor_max",
    ),
    "households": ("group", "households", "weighted"),
    "margins": ("variable", "category", "interviews", "target", "before", "after", "factor"),
    "merged": ("kind", "cell", "into", "factor"),
    "choices": (
        "choice", "estimate", "se", "ci_low", "ci_high", "quality", "difference", "se_ratio", "kish",
        "spread", "factor_min", "factor_max", "problem",
    ),
    "distribution": ("step", "low", "high", "interviews"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class WeightingReport:
    """What a statistician asks of the weights of a wave, as tidy frames (M10).

    Attributes
    ----------
    headline : DataFrame, one row a step
        ``unweighted, person, nonresponse, calibrated``: the headline of the province under the weights of the
        step with its standard error by linearisation; ``moved`` is the difference from the row before,
        ``cost`` the relative change of the variance from the row before (0.1 = 10 % more). Empty where the
        wave has no indicator definition.
    steps : DataFrame, one row a step
        ``household, person, nonresponse, calibrated``: sum, range and Kish effect of the weights,
        ``spread`` = largest over median, and the range of the factor that the step multiplied with.
    households : DataFrame
        ``issued, eligible, ineligible, unknown, likely, respondents``: issued households, and their sum of
        base weights.
    margins : DataFrame
        Interviews and totals of every category: wanted, before and after; ``factor`` = target / before.
    merged : DataFrame
        What could not stand alone: ``kind`` area (without interview, carried by its stratum),
        propensity_class (without respondents) or interview (not weighable; no factor).
    choices : DataFrame
        The headline had the office weighed otherwise; ``difference`` from what is published, ``se_ratio`` to
        its standard error, ``problem`` why a choice is impossible. Empty where there is no definition.
    distribution : DataFrame
        Interviews by weight, in bins [low, high) of persons represented.
    """

    headline: pd.DataFrame
    steps: pd.DataFrame
    households: pd.DataFrame
    margins: pd.DataFrame
    merged: pd.DataFrame
    choices: pd.DataFrame
    distribution: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name."""
        return {name: getattr(self, name) for name in TABLES}

    def to_json(self) -> dict[str, Any]:
        """Give every table as records; a number that is not there is null."""
        return {
            name: table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in self.frames().items()
        }

    def _repr_html_(self) -> str:
        """Show the report in a notebook, in Vietnamese and English."""
        return html(self.frames())


def from_frames(frames: Mapping[str, pd.DataFrame]) -> WeightingReport:
    """Put the tables of a report together again."""
    return WeightingReport(**{name: frames[name] for name in TABLES})
