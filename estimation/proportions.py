"""Estimates of a population by domain: proportions, means, totals and ratios, all by the same road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation.cells import gather
from estimation.design import Design, DesignError, as_names
from estimation.domains import Domains, Levels
from estimation.engines.measures import Quantity
from estimation.estimates import Estimates
from estimation.measuring import (
    MEAN,
    POPULATION_RATIO,
    POPULATION_TOTAL,
    PROPORTION,
    RESERVED,
    Kind,
    Limits,
    measure,
)
from estimation.replication.replicates import replicated
from estimation.scores import score_cells


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
    persons : pandas or Polars frame, DuckDB relation or PySpark frame
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
    Estimate M1, variance M2 (M10 after calibration, M11 with replicates), degrees of freedom M4 of
    each domain, interval M6.
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

    Parameters
    ----------
    persons : pandas or Polars frame, DuckDB relation or PySpark frame
        One row a person, **every** usable interview, also those outside the domains asked for.
    variables : str or sequence of str
        Columns of numbers; a missing value puts the person outside the domain of that variable.
    design : Design
        Which columns say how the persons were drawn and weighted.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. A missing value is in no domain; the row stays in the
        design.
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
        In the unit of the variables; graded by the coefficient of variation (StatCan).

    Raises
    ------
    ValueError
        As :func:`estimate_proportions`; for a value that is infinite, or a column that holds no numbers.

    Notes
    -----
    Estimate M1, variance M2 (M10 after calibration, M11 with replicates), degrees of freedom M4, limits M6.
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

    Parameters
    ----------
    persons : pandas or Polars frame, DuckDB relation or PySpark frame
        One row a person, **every** usable interview, also those outside the domains asked for.
    variables : str or sequence of str
        Columns of numbers; a column of 1 counts the population.
    design : Design
        Which columns say how the persons were drawn and weighted.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. A missing value is in no domain; the row stays in the
        design.
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
        In the unit of the variables, without n_eff and deff (NaN); graded by the coefficient of variation
        (StatCan).

    Raises
    ------
    ValueError
        As :func:`estimate_means`.

    Notes
    -----
    Estimate M1, variance M2 (M10 after calibration, M11 with replicates), degrees of freedom M4, limits M6.
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

    Parameters
    ----------
    persons : pandas or Polars frame, DuckDB relation or PySpark frame
        One row a person, **every** usable interview, also those outside the domains asked for.
    ratios : mapping of name to (numerator, denominator)
        Two columns of numbers; a person who misses either is outside the domain of the ratio.
    design : Design
        Which columns say how the persons were drawn and weighted.
    by : str or sequence of str, optional
        Columns whose crossed values are the domains. A missing value is in no domain; the row stays in the
        design.
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
        Without n_eff and deff (NaN); graded by the coefficient of variation (StatCan).

    Raises
    ------
    ValueError
        As :func:`estimate_means`.

    Notes
    -----
    Estimate M1, variance M2 (M10 after calibration, M11 with replicates), degrees of freedom M4, limits M6.
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
    cells = gather(persons, quantities, design=design, domains=domains, binary=kind.is_share)
    scored = replicated(
        persons,
        cells,
        score_cells(cells, kind.estimator),
        quantities=quantities,
        design=design,
        domains=domains,
        estimator=kind.estimator,
    )
    names = np.repeat([quantity.name for quantity in quantities], len(cells.domains))
    again = np.tile(np.arange(len(cells.domains)), len(quantities))
    labels = {str(column): values.array[again] for column, values in cells.domains.items()}
    measured = measure(scored, kind, limits)
    return Estimates(
        frame=pd.DataFrame({"indicator": pd.array(names, dtype="str"), **labels, **measured}),
        kind=kind.name,
        by=domains.by,
        variation=scored.variation,
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
