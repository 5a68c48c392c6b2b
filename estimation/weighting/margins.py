"""Known totals that weights are fitted to, and what makes a sample unable to reach them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints

SAME_POPULATION = 1e-9


class WeightingError(ValueError):
    """The sample cannot carry the weights that were asked for; the sentence names the cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """Known population totals of one categorical variable.

    Attributes
    ----------
    variable : str
        Column of the sample that holds the category.
    totals : Series of float
        Persons in the population, indexed by category.
    """

    variable: str
    totals: pd.Series


def check_margins(margins: Sequence[Margin]) -> None:
    """Refuse missing margins, impossible totals and margins of different populations."""
    if not margins:
        raise WeightingError("raking needs at least one margin")
    for margin in margins:
        values = margin.totals.to_numpy(float)
        if not margin.totals.index.is_unique or not (np.isfinite(values) & (values > 0)).all():
            raise WeightingError(f"margin {margin.variable!r}: each category once, each total above 0")
    sums = {margin.variable: float(margin.totals.sum()) for margin in margins}
    if max(sums.values()) - min(sums.values()) > SAME_POPULATION * max(sums.values()):
        listed = ", ".join(f"{name} {total:,.1f}" for name, total in sums.items())
        raise WeightingError(f"the margins are not of one population: {listed}")


def category_codes(persons: pd.DataFrame, margin: Margin, initial: Floats) -> Ints:
    """Position of each person's category among the targets of the margin."""
    if margin.variable not in persons:
        raise WeightingError(f"the sample has no column {margin.variable!r}, which a margin is about")
    column = persons[margin.variable]
    if column.isna().any():
        raise WeightingError(
            f"margin {margin.variable!r}: {int(column.isna().sum())} persons without a category"
        )
    codes = np.asarray(pd.Index(margin.totals.index).get_indexer(pd.Index(column)))
    if (codes < 0).any():
        raise WeightingError(
            f"margin {margin.variable!r}: categories in the sample without a target: "
            f"{some(column[codes < 0].unique())}"
        )
    reached = np.bincount(codes, initial, minlength=len(margin.totals))
    empty = (reached == 0) & (margin.totals.to_numpy(float) > 0)
    if empty.any():
        raise WeightingError(
            f"margin {margin.variable!r}: categories with a target but without sample: "
            f"{some(margin.totals.index[empty])}"
        )
    return codes


def checked_weight(frame: pd.DataFrame, weight: str) -> Floats:
    """Weights as numbers; refuse those that are missing, infinite, negative, or all 0."""
    values = np.asarray(frame[weight].to_numpy(float))
    if not (np.isfinite(values) & (values >= 0)).all() or not values.any():
        raise WeightingError(f"column {weight!r}: weights must be finite, not negative, not all 0")
    return values


def some(names: object, most: int = 10) -> str:
    """Return the first few names of a list, and how many were left out."""
    listed = [str(name) for name in pd.Index(names)]  # type: ignore[call-overload]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
