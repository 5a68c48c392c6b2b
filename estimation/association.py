"""Association of two classifications: the chi-square of a two-way table, corrected for the design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from estimation.arrays import Floats, Ints
from estimation.cells import Cells, gather
from estimation.design import Design, DesignError, as_names
from estimation.domains import Domains, Levels
from estimation.engines.measures import Quantity
from estimation.replication.replicates import replicated
from estimation.scores import Estimator, Scored, ratio_estimate, score_cells
from estimation.variance import sum_by

PERSONS = (Quantity("persons", None),)
SINGULAR = 1e12


@dataclass(frozen=True, slots=True)
class Association:
    """The test of one table; a field without a value is NaN, and `reason` says why."""

    rows: int
    columns: int
    n: int
    n_psu: int
    df: int
    statistic: float = np.nan
    ndf: float = np.nan
    ddf: float = np.nan
    p_value: float = np.nan
    chi_square: float = np.nan
    df_chi_square: float = np.nan
    p_value_chi_square: float = np.nan
    quality: str = "suppress"
    reason: str = ""


def rao_scott(
    persons: IntoFrame,
    row: str,
    column: str,
    *,
    design: Design,
    by: str | Sequence[str] | None = None,
    where: str | None = None,
    levels: Levels | None = None,
) -> pd.DataFrame:
    r"""Test in every domain whether two classifications are independent (M17).

    ==============================  ================================================================
    case, in this order             what is given
    ==============================  ================================================================
    no member                       counts; no test, suppress
    one row or one column           counts; no test, suppress
    df <= 0                         chi-square without test, suppress
    cells empty beyond repair       chi-square without test, suppress
    no variance, or unknown         chi-square without test, suppress
    else                            both tests, present
    ==============================  ================================================================

    Parameters
    ----------
    persons : DataFrame, LazyFrame or relation
        One row a person, **every** usable interview. Without a value in `row` or `column` a person is outside
        the table, and stays in the design.
    row, column : str
        Columns of classes, of any type. A class that nobody in the domain has is not in its table.
    design : Design
        Calibration, population sizes and replicates act as in every estimate.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains, one table each.
    where : str, optional
        Column of 0 and 1 that marks a subpopulation.
    levels : sequence, or mapping of by-column to sequence, optional
        Domains that must appear, in this order.

    Returns
    -------
    DataFrame, one row a domain
        The by-columns; rows, columns of the table; n and n_psu in it; df (M4). Second order: statistic (F),
        ndf, ddf, p_value. First order: chi_square (Pearson's, of the weighted table scaled to n),
        df_chi_square, p_value_chi_square. quality and reason.

    Raises
    ------
    DesignError
        For the same column twice, or a by-column named like a column of the result; else as in
        :func:`estimation.estimate_proportions`.

    Notes
    -----
    With shares p of the cells, :math:`D = \mathrm{diag}(p)`, V their covariance matrix (M2, M10, M11) and C a
    basis of the interactions,

    .. math:: \Delta = (C'D^{-1}C/n)^{-1}\,(C'D^{-1} V D^{-1}C), \quad
              F = \frac{X^2}{\mathrm{tr}\,\Delta}, \quad
              d_0 = \frac{(\mathrm{tr}\,\Delta)^2}{\mathrm{tr}\,\Delta^2}

    F is held against F(d0, d0 df), and X² over the mean of Δ's diagonal against chi-square with
    (rows - 1)(columns - 1). Sources: Rao & Scott (1984) Annals of Statistics 12, (1987) Annals of Statistics
    15; R ``survey::svychisq(statistic = "F")`` and ``"Chisq"``. R scales X² to the rows of the design object,
    those without a value included; n here counts the members of the table, and neither test depends on it. R
    counts df over all rows of the design object, and over the replicates where it has some.
    """
    names = as_names(by)
    _check_names(row, column, names)
    wanted = (
        levels if levels is None or isinstance(levels, Mapping) or not names else {names[0]: list(levels)}
    )
    domains = Domains(by=(*names, row, column), where=where, levels=wanted)
    cells = gather(persons, PERSONS, design=design, domains=domains)
    table, labels = _tables(cells, names)
    estimator = _shares_within(table, len(labels))
    scored = replicated(
        persons,
        cells,
        score_cells(cells, estimator),
        quantities=PERSONS,
        design=design,
        domains=domains,
        estimator=estimator,
    )
    classes = cells.domains[[row, column]]
    tests = [
        asdict(_associate(scored, classes, np.flatnonzero((table == t) & (scored.n > 0))))
        for t in range(len(labels))
    ]
    return pd.concat([labels, pd.DataFrame(tests)], axis="columns")


def _check_names(row: str, column: str, by: Sequence[str]) -> None:
    """Refuse a table of a column with itself, and by-columns that the result has of its own."""
    named = (*by, row, column)
    if len(set(named)) < len(named):
        raise DesignError(
            f"row, column and by must be different columns; got {row!r}, {column!r}, by={list(by)} "
            "(R: svychisq(~row+column, subset(design, by)))"
        )
    taken = [name for name in by if name in Association.__dataclass_fields__]
    if taken:
        raise DesignError(f"the frame of tests has columns {taken} of its own; rename the by-columns")


def _tables(cells: Cells, by: tuple[str, ...]) -> tuple[Ints, pd.DataFrame]:
    """Table of each domain of the cells, shape (D,), and what distinguishes the tables."""
    if not by:
        return np.zeros(len(cells.domains), dtype=np.intp), pd.DataFrame(index=range(1))
    codes, _ = pd.factorize(pd.MultiIndex.from_frame(cells.domains[list(by)]))
    firsts = np.unique(codes, return_index=True)[1]
    return codes, cells.domains.loc[firsts, list(by)].reset_index(drop=True)


def _shares_within(table: Ints, tables: int) -> Estimator:
    """Make the estimator of each cell's share of its table, and the score of that share."""

    def whole(cells: Floats) -> Floats:
        return sum_by(cells.T, table, tables).T[..., table]

    def estimate(numerator: Floats, _denominator: Floats) -> Floats:
        return ratio_estimate(numerator, whole(numerator))

    def score(numerator: Floats, _denominator: Floats, estimate: Floats, size: Floats) -> Floats:
        return (numerator - estimate * whole(numerator)) / whole(size)

    return Estimator(estimate, score)


def _associate(scored: Scored, classes: pd.DataFrame, inside: Ints) -> Association:
    """Test one table, whose cells with a member are `inside`."""
    of_row, of_column = (pd.factorize(classes[name].iloc[inside])[0] for name in classes)
    rows, columns = (int(codes.max(initial=-1)) + 1 for codes in (of_row, of_column))
    named = np.zeros((len(classes), 1))
    named[inside] = 1.0
    held = scored.variation.combined(named)
    n, df = int(scored.n[inside].sum()), int(held.df()[0])
    known = Association(rows, columns, n, int((held.counts > 0).sum()), df)
    if min(rows, columns) < 2:
        reason = "no respondent" if n == 0 else "one class only: nothing to compare"
        return replace(known, reason=reason)
    shares = np.zeros((rows, columns))
    shares[of_row, of_column] = scored.estimate[inside]
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    chi_square = n * float(((shares - expected) ** 2 / expected).sum())
    if df <= 0:
        return _without_test(known, "no degrees of freedom: one PSU a stratum", chi_square)
    contrasts = np.kron(_centred(rows), _centred(columns))[of_row * columns + of_column]
    weighted = contrasts / scored.estimate[inside][:, None]
    simple = contrasts.T @ weighted / n
    if np.linalg.cond(simple) > SINGULAR:
        return _without_test(known, "too many empty cells; merge classes", chi_square)
    factors = np.zeros((len(classes), contrasts.shape[1]))
    factors[inside] = weighted
    spread = scored.variation.combined(factors).deviations()
    delta = np.linalg.solve(simple, spread.T @ spread)
    if not np.trace(delta) > 0:
        return _without_test(known, "the variance is 0 or not estimable", chi_square)
    return _tested(known, chi_square, delta)


def _centred(classes: int) -> Floats:
    """Dummies of all classes but the first, less their mean, shape (classes, classes - 1)."""
    return np.asarray((np.eye(classes) - 1 / classes)[:, 1:])


def _without_test(known: Association, reason: str, chi_square: float) -> Association:
    """Give Pearson's statistic alone, and why there is no test."""
    return replace(
        known, chi_square=chi_square, df_chi_square=_freedom(known), quality="suppress", reason=reason
    )


def _tested(known: Association, chi_square: float, delta: Floats) -> Association:
    """Hold the statistic against its distributions of first and second order."""
    trace, freedom = float(np.trace(delta)), _freedom(known)
    ndf = trace**2 / float(np.trace(delta @ delta))
    statistic = chi_square / trace
    return replace(
        known,
        statistic=statistic,
        ndf=ndf,
        ddf=ndf * known.df,
        p_value=float(special.fdtrc(ndf, ndf * known.df, statistic)),
        chi_square=chi_square,
        df_chi_square=freedom,
        p_value_chi_square=float(special.chdtrc(freedom, statistic * freedom)),
        quality="present",
    )


def _freedom(known: Association) -> float:
    """Degrees of freedom of the table itself."""
    return float((known.rows - 1) * (known.columns - 1))
