"""The numbers of every estimate: from its value and variation to n, interval, df, design effect, quality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from estimation import intervals, publication
from estimation.arrays import Floats, Ints
from estimation.scores import RATIO, TOTAL, Estimator, Scored
from estimation.variation import Variation, standard_errors

MEASURES = ("n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "deff", "cv")
RESERVED = ("indicator", *MEASURES, "quality", "reason")
ROUNDING = 1e-12
Column = Floats | Ints | ExtensionArray


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of estimate: how it is scored, whether y has a variance, by what standard it is graded."""

    name: str
    estimator: Estimator
    has_spread: bool
    standard: publication.Standard

    @property
    def is_share(self) -> bool:
        """Whether the estimates lie in 0..1."""
        return self.name == "proportion"


PROPORTION = Kind("proportion", RATIO, has_spread=True, standard=publication.NCHS2017)
MEAN = Kind("mean", RATIO, has_spread=True, standard=publication.STATCAN)
POPULATION_TOTAL = Kind("total", TOTAL, has_spread=False, standard=publication.STATCAN)
POPULATION_RATIO = Kind("ratio", RATIO, has_spread=False, standard=publication.STATCAN)
KINDS = {kind.name: kind for kind in (PROPORTION, MEAN, POPULATION_TOTAL, POPULATION_RATIO)}


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


def measure(scored: Scored, kind: Kind, limits: Limits) -> dict[str, Column]:
    """Measure and grade estimates.

    Parameters
    ----------
    scored : Scored
        K estimates.
    kind : Kind
    limits : Limits

    Returns
    -------
    dict of str to array, shape (K,)
        :data:`MEASURES`, quality and reason. A kind without spread has no n_eff and no deff (NaN).

    Notes
    -----
    Variance M2, M10 or M11; degrees of freedom M4; n_eff and deff M5; limits M6; quality M9.
    """
    n, estimate = scored.n.astype(float), scored.estimate
    df = scored.variation.df()
    se = settled(standard_errors(scored.variation), np.abs(estimate), df)
    spread = scored.spread if kind.has_spread else np.full_like(estimate, np.nan)
    low, high = limits.of(estimate, se, n, df.astype(float))
    measures: tuple[Floats | Ints, ...] = (
        scored.n,
        _psus_holding(scored.variation),
        intervals.effective_size(spread, se, n),
        estimate,
        se,
        low,
        high,
        df,
        _design_effect(se, spread, n, scored.size),
        quotient(se, np.abs(estimate)),
    )
    columns: dict[str, Floats | Ints] = dict(zip(MEASURES, measures, strict=True))
    return {**columns, **publication.grades(columns, kind.standard, shares=kind.is_share)}


def graded(frame: pd.DataFrame, kind: Kind, standard: publication.Standard | None = None) -> pd.DataFrame:
    """Give a frame its quality and reason by a publication standard, that of its kind unless told (M9)."""
    grades = publication.grade(frame, standard or kind.standard, shares=kind.is_share)
    return frame.assign(quality=grades["quality"], reason=grades["reason"])


def settled(se: Floats, size: Floats, df: Ints) -> Floats:
    """Take a standard error that is rounding of what is measured as 0, and one without df as none (NaN)."""
    exact = np.where(se <= ROUNDING * size, 0.0, se)
    return np.where(df > 0, exact, np.nan)


def quotient(above: Floats, below: Floats) -> Floats:
    """Element-wise quotient, NaN where nothing stands below the line."""
    result = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result


def _psus_holding(variation: Variation) -> Ints:
    """PSUs that hold a member of each domain, shape (K,); 0 where the persons do not name their PSU."""
    named = bool(variation.units.psus.shape[1])
    return np.asarray((variation.counts > 0).sum(axis=0) * named, dtype=np.intp)


def _design_effect(se: Floats, spread: Floats, n: Floats, size: Floats) -> Floats:
    """Variance over that of a simple random sample without replacement (M5); NaN unless W > n."""
    simple = quotient(spread, n - 1) * np.maximum(1 - quotient(n, size), 0.0)
    return quotient(se**2, simple)
