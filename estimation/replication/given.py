"""Given replicate weights: one pass over the rows sums every quantity under every column of weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from estimation.arrays import Floats
from estimation.design import Design, DesignError, Replicates
from estimation.domains import Domains, number_domains
from estimation.engines.checks import Check, Persons, _apply, values
from estimation.engines.measures import Quantity
from estimation.replication.sums import Grouping, ReplicateSums, chunks

MAY_BE_NEGATIVE = frozenset({"bootstrap", "sdr"})
TIMES_APART = 5.0
TERMS_AT_ONCE = 512
WEIGHT, WHOLE = "__weight", "__whole"


@dataclass(frozen=True, slots=True)
class _Request:
    """What is summed: the rows with their answers ``y0.. x0..``, the columns of weights, the domains."""

    answered: Persons
    terms: tuple[str, ...]
    design: Design
    replicates: Replicates
    domains: Domains

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that tell the domain of a row, and one that is the same in all."""
        return (WHOLE, *dict.fromkeys(self.domains.columns))


def given_sums(
    frame: Persons,
    quantities: Sequence[Quantity],
    *,
    design: Design,
    replicates: Replicates,
    domains: Domains,
) -> ReplicateSums:
    """Sum every quantity over every domain under each column of replicate weights.

    Rows in Python's memory are multiplied as matrices, domain by domain; an engine that plans its work
    (lazy Polars, DuckDB, Spark) gets aggregates, a few hundred a query.

    Parameters
    ----------
    frame : narwhals frame
        One row a person.
    quantities : sequence of Quantity, length k
    design : Design
    replicates : Replicates
        With B columns.
    domains : Domains

    Returns
    -------
    ReplicateSums
        Over those with a value, weighted with w_b, or with w times the factor if the columns are factors.

    Raises
    ------
    DesignError
        A column that holds no numbers; a value that is missing, infinite, or negative where the kind knows no
        negative weights (only bootstrap and sdr do); factors declared as weights, or the reverse.
    """
    _check_types(frame, replicates.columns)
    answers = _answers(quantities)
    weight = values(design.weight).alias(WEIGHT)
    answered = frame.with_columns(weight, nw.lit(1).alias(WHOLE), **answers)
    request = _Request(answered, tuple(answers), design, replicates, domains)
    sums, totals, whole = (_by_matrix if isinstance(frame, nw.DataFrame) else _by_query)(request)
    _check_alike(totals / whole, replicates)
    return ReplicateSums.of(sums, np.asarray(replicates.rscales or np.ones(len(totals)), dtype=float))


def _answers(quantities: Sequence[Quantity]) -> dict[str, nw.Expr]:
    """Numerators, then denominators; 0 for a person outside the domain of the quantity."""
    above, below = {}, {}
    for i, quantity in enumerate(quantities):
        above[f"__y{i}"] = _answer(quantity, quantity.numerator)
        below[f"__x{i}"] = _answer(quantity, quantity.denominator)
    return above | below


def _answer(quantity: Quantity, column: str | None) -> nw.Expr:
    """One column of a quantity, or 1, for a person with a value in all of them."""
    if not quantity.columns:
        return nw.lit(1.0)
    missing = (values(other).is_null() for other in quantity.columns)
    outside = nw.any_horizontal(*missing, ignore_nulls=False)
    value = nw.lit(1.0) if column is None else values(column)
    return nw.when(outside).then(nw.lit(0.0)).otherwise(value)


def _by_matrix(request: _Request) -> tuple[Floats, Floats, float]:
    """Sum over domains (2k, D, B); add up each column of weights (B,) and the final weight."""
    answered = request.answered.lazy().collect()
    labels = answered.select(*request.keys, WEIGHT).to_pandas().reset_index(drop=True)
    grouping = _grouping(labels, request.domains)
    measures, weight = _matrix(answered, request.terms), labels[WEIGHT].to_numpy(float)
    factor = np.ones(1) if request.replicates.combined else weight[:, None]
    sums, totals = [], []
    for chunk in chunks(len(labels), len(request.replicates.columns)):
        weights = factor * _matrix(answered, request.replicates.columns[chunk])
        if not np.isfinite(weights).all() or (weights < 0).any():
            _check_weights(request)
        sums.append(grouping.sums(measures, weights))
        totals.append(weights.sum(axis=0))
    return np.concatenate(sums, axis=2), np.concatenate(totals), float(weight.sum())


def _by_query(request: _Request) -> tuple[Floats, Floats, float]:
    """Aggregate as :func:`_by_matrix`, on the engine that holds the rows."""
    _check_weights(request)
    columns, keys = request.replicates.columns, list(request.keys)
    step = max(TERMS_AT_ONCE // (len(request.terms) + 1), 1)
    sums, totals, whole = [], [], 0.0
    for first in range(0, len(columns), step):
        names = columns[first : first + step]
        table = _aggregated(request, names)
        block = table.drop(columns=[*keys, WEIGHT]).to_numpy(float).reshape(len(table), len(names), -1)
        grouping = _grouping(table, request.domains)
        summed = grouping.sums(np.ones((len(table), 1)), block[:, :, 1:].reshape(len(table), -1))
        sums.append(summed[0].reshape(-1, len(names), len(request.terms)).transpose(2, 0, 1))
        totals.append(block[:, :, 0].sum(axis=0))
        whole = float(table[WEIGHT].sum())
    return np.concatenate(sums, axis=2), np.concatenate(totals), whole


def _aggregated(request: _Request, columns: Sequence[str]) -> pd.DataFrame:
    """One row a combination of the keys: the sum of each column of weights, then of its products."""
    factor = nw.lit(1.0) if request.replicates.combined else nw.col(WEIGHT)
    weights = {f"__w{b}": values(column) * factor for b, column in enumerate(columns)}
    products = [
        (nw.col(weight) * nw.col(term) if term else nw.col(weight)).sum().alias(f"{weight}{term}")
        for weight in weights
        for term in ("", *request.terms)
    ]
    rows = request.answered.lazy().select(*request.keys, WEIGHT, *request.terms, **weights)
    return rows.group_by(*request.keys).agg(nw.col(WEIGHT).sum(), *products).collect().to_pandas()


def _grouping(table: pd.DataFrame, domains: Domains) -> Grouping:
    """Group rows or aggregates by domain, in the order that the full-sample estimates have."""
    labels, domain = number_domains(table, table[WEIGHT].to_numpy(float), domains)
    return Grouping.by(domain, len(labels))


def _matrix(frame: nw.DataFrame[Any], columns: Sequence[str]) -> Floats:
    """Columns as floats, NaN where there is no value, shape (n, number of columns)."""
    read = frame.select(nw.col(*dict.fromkeys(columns)).cast(nw.Float64)).to_pandas()
    return np.asarray(read[list(columns)].to_numpy(float, na_value=np.nan))


def _check_types(frame: Persons, columns: Sequence[str]) -> None:
    """Refuse replicate weights that are no numbers."""
    schema = frame.collect_schema()
    for column in columns:
        if not schema[column].is_numeric():
            raise DesignError(
                f"{column!r} is a replicate weight and holds {schema[column]}; numbers are expected"
            )


def _check_weights(request: _Request) -> None:
    """Refuse replicate weights that are missing, infinite, or negative where the kind has none such."""
    columns, kind = tuple(dict.fromkeys(request.replicates.columns)), request.replicates.kind
    weight, infinite = values(*columns), float("inf")
    unfit = weight.abs().fill_null(infinite) == infinite
    checks = [Check(columns, unfit, "is a replicate weight and may not be missing or infinite")]
    if kind not in MAY_BE_NEGATIVE:
        negative = (weight < 0).fill_null(value=False)
        sentence = f"is a replicate weight of the kind {kind!r}, which are never negative"
        checks.append(Check(columns, negative, sentence))
    _apply(request.answered, request.design, checks)


def _check_alike(ratio: Floats, replicates: Replicates) -> None:
    """Refuse replicate weights that add up to quite another population than the final weight."""
    apart = np.flatnonzero((ratio > TIMES_APART) | (ratio < 1 / TIMES_APART))
    if len(apart):
        column, times = replicates.columns[apart[0]], float(ratio[apart[0]])
        declared = (
            "weights (combined=True)" if replicates.combined else "factors of the weight (combined=False)"
        )
        raise DesignError(
            f"{column!r} adds up to {times:.3g} times the final weight, and {len(apart)} of {len(ratio)} "
            f"columns are more than {TIMES_APART:.0f} times apart from it; they are declared as {declared}. "
            f"Declare combined={not replicates.combined}, or name other columns "
            "(R: svrepdesign(combined.weights=))"
        )
