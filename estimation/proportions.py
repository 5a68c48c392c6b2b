"""Estimates of a population by domain: proportions, means, totals and ratios, all by the same road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation import intervals, publication
from estimation.arrays import Floats, Ints
from estimation.cells import gather
from estimation.design import Design, DesignError, as_names
from estimation.domains import Domains, Levels
from estimation.engines.measures import Quantity
from estimation.estimates import Estimates
from estimation.replication.replicates import replicated
from estimation.scores import RATIO, TOTAL, Estimator, Scored, score_cells
from estimation.variation import Variation, standard_errors

MEASURES = ("n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "deff", "cv")
RESERVED = ("indicator", *MEASURES, "quality", "reason")
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of estimate: how it is scored, whether y has a variance, by what standard it is graded."""

    name: str
    estimator: Estimator
    has_spread: bool
    standard: publication.Standard


PROPORTION = Kind("proportion", RATIO, has_spread=True, standard=publication.NCHS2017)
MEAN = Kind("mean", RATIO, has_spread=True, standard=publication.STATCAN)
POPULATION_TOTAL = Kind("total", TOTAL, has_spread=False, standard=publication.STATCAN)
POPULATION_RATIO = Kind("ratio", RATIO, has_spread=False, standard=publication.STATCAN)


@dataclass(frozen=True, slots=True)
class Limits:
    """Confidence limits asked for: method of M6, level and side; what is no share has estimate ± t se."""

    method: str
    level: float
    side: str
    shares: bool = True

    def __post_init__(self) -> None:
        intervals.check_level(self.level, self.side)
        intervals.choose_side(self.side)
        intervals.choose(self.method)

    def of(self, estimate: Floats, se: Floats, n: Floats, df: Floats) -> tuple[Floats, Floats]:
        """Lower and upper limits, each of shape (K,)."""
        if not self.shares:
            return intervals.student(estimate, se, df, level=self.level, side=self.side)
        return intervals.interval(estimate, se, n, df, method=self.method, level=self.level, side=self.side)


def estimate_proportions(
    persons: IntoFrame,
    indicators: str | Sequence[str],
    *,
    design: Design,
    by: str | Sequence[str] | None = None,
    interval: str = "logit",
    level: float = 0.95,
    side: str = "two",
    levels: Levels | None = None,
    where: str | None = None,
) -> Estimates:
    """Share of the population for which each indicator holds, in every domain.

    Parameters
    ----------
    persons : pandas or Polars frame, or DuckDB relation
        One row a person, **every** usable interview, also those outside the domains asked for.
    indicators : str or sequence of str
        Columns of 1 (holds), 0 (does not) and missing (outside the domain of that indicator).
    design : Design
        Which columns say how the persons were drawn and weighted.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. A missing value is in no domain; the row stays in the
        design.
    interval : {"logit", "korn_graubard", "wilson", "asin", "wald", "beta"}
        Method of the confidence limits (M6).
    level : float
        Confidence of the limits.
    side : {"two", "lower", "upper"}
        Whether both limits bound, or one of them with all the error on its side.
    levels : sequence, or mapping of by-column to sequence, optional
        Values that must appear, in this order, even without a person.
    where : str, optional
        Column of 0 and 1 that marks a subpopulation. It is never a filter: the others stay in the design.

    Returns
    -------
    Estimates
        Graded by the NCHS standard of 2017 (M9).

    Raises
    ------
    ValueError
        A column that is not there, a weight or stratum that is missing, a lonely PSU, an unknown choice;
        always with the rows, strata or choices.

    Notes
    -----
    Estimate M1, variance M2 (M10 after calibration), degrees of freedom M4 of each domain, interval M6.
    """
    limits = Limits(interval, level, side)
    quantities = [Quantity(name, name) for name in as_names(indicators)]
    domains = Domains(by=as_names(by), where=where, levels=levels)
    return _estimate(persons, quantities, design=design, domains=domains, kind=PROPORTION, limits=limits)


def estimate_means(
    persons: IntoFrame,
    variables: str | Sequence[str],
    *,
    design: Design,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    side: str = "two",
    levels: Levels | None = None,
    where: str | None = None,
) -> Estimates:
    """Mean of each variable per person, in every domain; limits are estimate ± t se.

    Parameters and errors as in :func:`estimate_proportions`; `variables` are columns of numbers. Graded by
    the coefficient of variation (StatCan).
    """
    quantities = [Quantity(name, name) for name in as_names(variables)]
    domains = Domains(by=as_names(by), where=where, levels=levels)
    limits = Limits("wald", level, side, shares=False)
    return _estimate(persons, quantities, design=design, domains=domains, kind=MEAN, limits=limits)


def estimate_totals(
    persons: IntoFrame,
    variables: str | Sequence[str],
    *,
    design: Design,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    side: str = "two",
    levels: Levels | None = None,
    where: str | None = None,
) -> Estimates:
    """Sum of each variable over the population, in every domain; limits are estimate ± t se.

    Parameters and errors as in :func:`estimate_proportions`; a column of 1 counts the
    population. A total has no n_eff and no deff (NaN); it is graded by the coefficient of variation.
    """
    quantities = [Quantity(name, name) for name in as_names(variables)]
    domains = Domains(by=as_names(by), where=where, levels=levels)
    limits = Limits("wald", level, side, shares=False)
    return _estimate(
        persons, quantities, design=design, domains=domains, kind=POPULATION_TOTAL, limits=limits
    )


def estimate_ratios(
    persons: IntoFrame,
    ratios: Mapping[str, tuple[str, str]],
    *,
    design: Design,
    by: str | Sequence[str] | None = None,
    level: float = 0.95,
    side: str = "two",
    levels: Levels | None = None,
    where: str | None = None,
) -> Estimates:
    """Ratio of two totals, in every domain; limits are estimate ± t se.

    Parameters and errors as in :func:`estimate_proportions`, and

    ratios : mapping of name to (numerator, denominator)
        Two columns of numbers; a person who misses either is outside the domain of the ratio.

    A ratio has no n_eff and no deff (NaN); it is graded by the coefficient of variation (StatCan).
    """
    quantities = [Quantity(name, above, below) for name, (above, below) in ratios.items()]
    domains = Domains(by=as_names(by), where=where, levels=levels)
    limits = Limits("wald", level, side, shares=False)
    return _estimate(
        persons, quantities, design=design, domains=domains, kind=POPULATION_RATIO, limits=limits
    )


def _estimate(
    persons: IntoFrame,
    quantities: Sequence[Quantity],
    *,
    design: Design,
    domains: Domains,
    kind: Kind,
    limits: Limits,
) -> Estimates:
    """Rows to cells, cells to scores, scores to the graded frame."""
    _check_names(quantities, domains.by)
    cells = gather(persons, quantities, design=design, domains=domains, binary=kind is PROPORTION)
    scored = score_cells(cells, kind.estimator)
    variation: Variation = scored.variation
    if design.replicates is not None:
        variation = replicated(
            persons,
            cells,
            scored,
            quantities=quantities,
            design=design,
            domains=domains,
            estimator=kind.estimator,
        )
    names = np.repeat([quantity.name for quantity in quantities], len(cells.domains))
    labels = cells.domains.iloc[np.tile(np.arange(len(cells.domains)), len(quantities))].reset_index(
        drop=True
    )
    labels.insert(0, "indicator", pd.Series(names, dtype="str"))
    frame = pd.concat([labels, _measure(scored, variation, kind, limits)], axis=1)
    graded = publication.grade(frame, kind.standard, shares=kind is PROPORTION)
    return Estimates(
        frame=pd.concat([frame, graded], axis=1),
        kind=kind.name,
        by=domains.by,
        variation=variation,
        interval=limits.method,
        level=limits.level,
        side=limits.side,
        overlap=design.overlap,
    )


def _check_names(quantities: Sequence[Quantity], by: Sequence[str]) -> None:
    """Refuse an empty request, a name asked for twice, and a by-column named like a column of the result."""
    names = [quantity.name for quantity in quantities]
    if not names:
        raise DesignError("nothing to estimate: name at least one column")
    twice = sorted(
        {name for name in (*names,) if names.count(name) > 1} | {name for name in by if by.count(name) > 1}
    )
    if twice:
        raise DesignError(f"asked for twice: {twice}")
    taken = [name for name in by if name in RESERVED]
    if taken:
        raise DesignError(f"the frame of estimates has columns {taken} of its own; rename the by-columns")


def _measure(scored: Scored, variation: Variation, kind: Kind, limits: Limits) -> pd.DataFrame:
    """Numbers of every estimate, in the order of :data:`MEASURES`, shape (K, 10)."""
    n, estimate = scored.n.astype(float), scored.estimate
    df = variation.df()
    se = standard_errors(variation)
    se = np.where(se <= ROUNDING * np.abs(estimate), 0.0, se)
    se = np.where(df > 0, se, np.nan)
    spread = scored.spread if kind.has_spread else np.full_like(estimate, np.nan)
    low, high = limits.of(estimate, se, n, df.astype(float))
    columns = (
        scored.n,
        _psus_holding(variation),
        intervals.effective_size(spread, se, n),
        estimate,
        se,
        low,
        high,
        df,
        _design_effect(se, spread, n, scored.size),
        _quotient(se, np.abs(estimate)),
    )
    return pd.DataFrame(dict(zip(MEASURES, columns, strict=True)))


def _psus_holding(variation: Variation) -> Ints:
    """PSUs that hold a member of each domain, shape (K,); 0 where the persons do not name their PSU."""
    named = bool(variation.units.psus.shape[1])
    return np.asarray((variation.counts > 0).sum(axis=0) * named, dtype=np.intp)


def _design_effect(se: Floats, spread: Floats, n: Floats, size: Floats) -> Floats:
    """Variance over that of a simple random sample without replacement (M5); NaN unless W > n."""
    simple = _quotient(spread, n - 1) * np.maximum(1 - _quotient(n, size), 0.0)
    return _quotient(se**2, simple)


def _quotient(above: Floats, below: Floats) -> Floats:
    """Element-wise quotient, NaN where nothing stands below the line."""
    result = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result
