"""What is summed in every cell: weighted products of the answers, written once for all engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.arrays import Floats
from estimation.checks import Persons, values
from estimation.design import Design

Term = TypeVar("Term", nw.Expr, Floats)
INITIAL = "initial_"


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is estimated of a domain: a sum of `numerator`, or its ratio to the sum of `denominator`.

    Attributes
    ----------
    name : str
        What the estimate is called in the frame.
    numerator : str
        Column summed over the domain.
    denominator : str, optional
        Column below the line; None counts the persons with a value in `numerator`.
    """

    name: str
    numerator: str
    denominator: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns read; a person missing one of them is outside the domain of the quantity."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


def products(
    y: Term, x: Term, *, present: Term, positive: Term, weights: dict[str, Term], binary: bool
) -> dict[str, Term]:
    """Multiply what is summed over the persons of a cell.

    Parameters
    ----------
    y, x : expression of one column, or ndarray of shape (n, k)
        Numerator and denominator, 0 for a person outside the domain of the quantity.
    present, positive : the same kind
        1 for a person with a value; 1 for a positive final weight.
    weights : dict
        Final weight under "" and, after calibration, the weight before it under "initial_".
    binary : bool
        Whether y may be only 0 or 1.

    Returns
    -------
    dict of str to the same kind
        count; numerator w y and denominator w x under each weight; for binary answers `odd`, 0 unless y is
        neither 0 nor 1; for others `square`, w y².
    """
    measures = {"count": present * positive}
    if binary:
        measures["odd"] = y * (y - 1) * y * (y - 1)
    else:
        measures["square"] = weights[""] * y * y
    for prefix, weight in weights.items():
        measures[f"{prefix}numerator"] = weight * y
        measures[f"{prefix}denominator"] = weight * x
    return measures


def measure(
    frame: Persons,
    quantities: Sequence[Quantity],
    design: Design,
    *,
    keys: Sequence[str],
    binary: bool,
) -> nw.LazyFrame[Any]:
    """Put the products beside the keys, one row a person.

    An engine that plans its work (Polars, DuckDB) gets expressions; columns that lie in Python's memory
    (pandas, Arrow) are multiplied as one matrix, many times faster there than one by one.

    Parameters
    ----------
    frame : narwhals frame
    quantities : sequence of Quantity, length k
    design : Design
    keys : sequence of str
        Columns kept as they are.
    binary : bool
        Whether the quantities may hold only 0 and 1.

    Returns
    -------
    LazyFrame
        Keys and ``__weight``, ``__numerator_0`` .. and so on; population sizes as ``__size_0``, ``__size_1``.
    """
    if isinstance(frame, nw.DataFrame) and not frame.implementation.is_polars():
        return _as_matrix(frame, quantities, design, keys=keys, binary=binary)
    return _as_expressions(frame.lazy(), quantities, design, keys=keys, binary=binary)


def weight_columns(design: Design) -> dict[str, str]:
    """Columns of the weights by the prefix of their sums."""
    initial = {} if design.calibration is None else {INITIAL: design.calibration.initial_weight}
    return {"": design.weight, **initial}


def size_columns(design: Design) -> dict[str, str]:
    """Columns of the population sizes by the name they take among the measures."""
    return {f"__size_{stage}": column for stage, column in enumerate(design.population_sizes)}


def _as_expressions(
    frame: nw.LazyFrame[Any],
    quantities: Sequence[Quantity],
    design: Design,
    *,
    keys: Sequence[str],
    binary: bool,
) -> nw.LazyFrame[Any]:
    """Leave the multiplication to the engine."""
    weights = {prefix: values(column) for prefix, column in weight_columns(design).items()}
    positive = (weights[""] > 0).cast(nw.Float64)
    measures = {f"__{prefix}weight": weight for prefix, weight in weights.items()}
    for i, quantity in enumerate(quantities):
        outside = nw.any_horizontal(
            *(values(column).is_null() for column in quantity.columns), ignore_nulls=False
        )
        present = (~outside).cast(nw.Float64)
        y, x = (
            present if column is None else nw.when(outside).then(nw.lit(0.0)).otherwise(values(column))
            for column in (quantity.numerator, quantity.denominator)
        )
        terms = products(y, x, present=present, positive=positive, weights=weights, binary=binary)
        measures |= {f"__{name}_{i}": term for name, term in terms.items()}
    sizes = {name: values(column) for name, column in size_columns(design).items()}
    return frame.select(*keys, **measures, **sizes)


def _as_matrix(
    frame: nw.DataFrame[Any],
    quantities: Sequence[Quantity],
    design: Design,
    *,
    keys: Sequence[str],
    binary: bool,
) -> nw.LazyFrame[Any]:
    """Multiply whole matrices, one column a quantity."""
    y = _matrix(frame, [quantity.numerator for quantity in quantities])
    x = np.ones_like(y)
    divided = [i for i, quantity in enumerate(quantities) if quantity.denominator is not None]
    x[:, divided] = _matrix(frame, [quantity.columns[-1] for quantity in quantities if quantity.denominator])
    outside = np.isnan(y) | np.isnan(x)
    y[outside] = x[outside] = 0.0
    weights = {prefix: _matrix(frame, [column]) for prefix, column in weight_columns(design).items()}
    terms = products(
        y,
        x,
        present=(~outside).astype(float),
        positive=(weights[""] > 0).astype(float),
        weights=weights,
        binary=binary,
    )
    sizes = size_columns(design)
    names = [f"__{prefix}weight" for prefix in weights]
    names += [f"__{name}_{i}" for name in terms for i in range(len(quantities))] + list(sizes)
    block = np.hstack([*weights.values(), *terms.values(), _matrix(frame, list(sizes.values()))])
    labels = frame.select(*keys).to_pandas().reset_index(drop=True)
    return nw.from_native(pd.concat([labels, pd.DataFrame(block, columns=names)], axis=1)).lazy()


def _matrix(frame: nw.DataFrame[Any], columns: Sequence[str]) -> Floats:
    """Columns as floats, NaN where there is no value, shape (n, number of columns); a name may come twice."""
    if not columns:
        return np.empty((len(frame), 0))
    distinct = list(dict.fromkeys(columns))
    read = frame.select(nw.col(*distinct).cast(nw.Float64)).to_pandas().to_numpy(float, na_value=np.nan)
    return np.asarray(read[:, [distinct.index(column) for column in columns]])
