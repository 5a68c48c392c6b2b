"""What is summed in every cell: weighted products of the answers, written once for all engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import narwhals as nw
import pandas as pd

from estimation.arrays import Floats
from estimation.design import Design
from estimation.engines.dialects import Sql

Term = TypeVar("Term", nw.Expr, Sql, Floats)
INITIAL = "initial_"
POSITIVE, ODD = "__positive", "odd"  # the first may stand beside columns of the persons


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is estimated of a domain: a sum of `numerator`, or its ratio to the sum of `denominator`.

    Attributes
    ----------
    name : str
        What the estimate is called in the frame.
    numerator : str, optional
        Column summed over the domain; None counts every person as 1.
    denominator : str, optional
        Column below the line; None counts the persons with a value in `numerator`.
    """

    name: str
    numerator: str | None
    denominator: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns read; a person missing one of them is outside the domain of the quantity."""
        return tuple(column for column in (self.numerator, self.denominator) if column is not None)


@dataclass(frozen=True, slots=True)
class Sought:
    """What one pass over the rows is to sum.

    Attributes
    ----------
    quantities : sequence of Quantity, length k
    design : Design
    keys : tuple of str
        Columns whose combinations are the cells.
    binary : bool
        Whether the quantities may hold only 0 and 1.
    """

    quantities: Sequence[Quantity]
    design: Design
    keys: tuple[str, ...]
    binary: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that is read."""
        return tuple(dict.fromkeys((*self.keys, *self.design.columns, *self.answers)))

    @property
    def answers(self) -> tuple[str, ...]:
        """Columns of the quantities."""
        return tuple(dict.fromkeys(column for quantity in self.quantities for column in quantity.columns))

    @property
    def weights(self) -> dict[str, str]:
        """Columns of the weights by the prefix of their sums."""
        calibration = self.design.calibration
        initial = {} if calibration is None else {INITIAL: calibration.initial_weight}
        return {"": self.design.weight, **initial}

    @property
    def lows(self) -> dict[str, str]:
        """Columns of which the lowest value of a cell is wanted, by its name; a missing value is -inf."""
        initial = {f"{prefix}low": column for prefix, column in self.weights.items() if prefix}
        return initial | {f"size_{i}_low": name for i, name in enumerate(self.design.population_sizes)}

    @property
    def highs(self) -> dict[str, str]:
        """Columns of which the highest value of a cell is wanted, by its name."""
        return {f"size_{i}_high": name for i, name in enumerate(self.design.population_sizes)}


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """What the rows came to: the sums of c cells, NaN where the rows gave none.

    Attributes
    ----------
    labels : DataFrame, shape (c, number of keys)
    positive : ndarray, shape (c,)
        1 for a cell of persons with a positive weight, 0 for one of the others, NaN where that is unknown.
    odd : bool
        Whether a quantity that may hold only 0 and 1 holds something else.
    places : dict of str to int
        Where each sum stands in `numbers`.
    numbers : ndarray, shape (c, number of sums)
    """

    labels: pd.DataFrame
    positive: Floats
    odd: bool
    places: Mapping[str, int]
    numbers: Floats

    def sum_of(self, name: str) -> Floats:
        """Give one sum, shape (c,)."""
        return self.numbers[:, self.places[name]]

    def sums_of(self, names: Iterable[str]) -> Floats:
        """Give some sums side by side, shape (c, number of names)."""
        return self.numbers[:, [self.places[name] for name in names]]

    def sums(self, name: str, k: int) -> Floats:
        """Give the sums of k quantities side by side, shape (c, k)."""
        return self.sums_of(f"{name}_{i}" for i in range(k))


def products(
    y: Term, x: Term | None, *, weights: dict[str, Term], auxiliaries: Sequence[Term], binary: bool
) -> Iterator[tuple[str, Term]]:
    """Multiply what is summed for one quantity, but for the weights of those who have a value.

    Parameters
    ----------
    y : expression of one column, or ndarray of shape (n,)
        Numerator; adds nothing for a person outside the domain of the quantity.
    x : the same kind, optional
        Denominator, if a column stands there.
    weights : dict
        Final weight under "" and, after calibration, the weight before it under "initial_".
    auxiliaries : sequence of the same kind
        Calibration numbers.
    binary : bool
        Whether y may be only 0 or 1, so that y² is y.

    Yields
    ------
    str, the same kind
        numerator w y and denominator w x under each weight; `square`, w y²; the products of the initial
        weight with each calibration number and y or x.
    """
    for prefix, weight in weights.items():
        yield f"{prefix}numerator", weight * y
        if x is not None:
            yield f"{prefix}denominator", weight * x
    if not binary:
        yield "square", weights[""] * y * y
    for j, auxiliary in enumerate(auxiliaries):
        yield f"numerator_by_{j}", weights[INITIAL] * auxiliary * y
        if x is not None:
            yield f"denominator_by_{j}", weights[INITIAL] * auxiliary * x


def person_products(weights: dict[str, Term], auxiliaries: Sequence[Term]) -> dict[str, Term]:
    """Multiply what is summed whatever is estimated: weights, and calibration numbers among each other.

    Parameters
    ----------
    weights : dict
        As in :func:`products`.
    auxiliaries : sequence of length q
        Calibration numbers.

    Returns
    -------
    dict of str to the same kind
        weight under each prefix; ``auxiliary_j`` under each prefix; ``cross_j_l``, w0 x_j x_l.
    """
    measures = {f"{prefix}weight": weight for prefix, weight in weights.items()}
    for j, auxiliary in enumerate(auxiliaries):
        for prefix, weight in weights.items():
            measures[f"{prefix}auxiliary_{j}"] = weight * auxiliary
        for other in range(len(auxiliaries)):
            measures[f"cross_{j}_{other}"] = weights[INITIAL] * auxiliary * auxiliaries[other]
    return measures


def respondent_products(weights: dict[str, Term], auxiliaries: Sequence[Term]) -> dict[str, Term]:
    """Multiply what stands below the line where persons are counted: x = 1 for those who have a value."""
    measures = {f"{prefix}denominator": weight for prefix, weight in weights.items()}
    for j, auxiliary in enumerate(auxiliaries):
        measures[f"denominator_by_{j}"] = weights[INITIAL] * auxiliary
    return measures
