"""The methods of an interval of a share: limits, and the test that rejects what lies outside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from scipy import special

from estimation.arrays import Floats


class Evidence(NamedTuple):
    """How far estimates speak for and against a target (M7), arrays of one shape.

    `p_met` <= tail exactly where the lower limit reaches the target, `p_not_met` < tail exactly where the
    upper limit stays below it.
    """

    confidence_met: Floats
    p_met: Floats
    p_not_met: Floats


class Limits(Protocol):
    """Limits for shares strictly inside (0, 1) with a positive standard error; arrays of one shape."""

    def __call__(
        self, p: Floats, se: Floats, n: Floats, df: Floats, /, *, tail: float
    ) -> tuple[Floats, Floats]:
        """Return lower and upper limits, each with the error `tail` of its own."""


class Against(Protocol):
    """Evidence of the same shares against a target, by the distribution behind the limits."""

    def __call__(
        self, p: Floats, se: Floats, n: Floats, df: Floats, /, *, target: float, tail: float
    ) -> Evidence:
        """Return confidence and p-values; `tail` is the error of each limit."""


class Size(Protocol):
    """A size of a simple random sample that stands for the design in the exact limits."""

    def __call__(self, p: Floats, se: Floats, n: Floats, df: Floats, /, *, tail: float) -> Floats:
        """Return the size, not necessarily whole."""


@dataclass(frozen=True, slots=True)
class Method:
    """An interval: its limits, and the test that rejects exactly the targets outside them."""

    limits: Limits
    evidence: Against


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale on which an estimate is about normal: there, back, and the slope dg/dp."""

    there: Callable[[Floats | float], Floats]
    back: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]


def on_scale(scale: Scale) -> Method:
    """Make the interval back(g(p) ± t se g'(p)) of a scale g (M6)."""

    def limits(p: Floats, se: Floats, _n: Floats, df: Floats, *, tail: float) -> tuple[Floats, Floats]:
        centre, half = scale.there(p), upper_t(tail, df) * se * scale.slope(p)
        return scale.back(centre - half), scale.back(centre + half)

    def evidence(p: Floats, se: Floats, _n: Floats, df: Floats, *, target: float, tail: float) -> Evidence:
        del tail
        return student_evidence((scale.there(p) - scale.there(target)) / (se * scale.slope(p)), df)

    return Method(limits, evidence)


def with_size(size: Size) -> Method:
    """Make the Clopper-Pearson interval with a sample size in place of n (M6)."""

    def limits(p: Floats, se: Floats, n: Floats, df: Floats, *, tail: float) -> tuple[Floats, Floats]:
        return clopper_pearson(p, size(p, se, n, df, tail=tail), tail=tail)

    def evidence(p: Floats, se: Floats, n: Floats, df: Floats, *, target: float, tail: float) -> Evidence:
        return binomial_evidence(p, size(p, se, n, df, tail=tail), target=target)

    return Method(limits, evidence)


def _wilson(p: Floats, se: Floats, _n: Floats, df: Floats, *, tail: float) -> tuple[Floats, Floats]:
    """Give Wilson's score limits with n_eff and t in place of z.

    n_eff is not adjusted by df as well, which would count df twice.
    """
    n_eff, square = p * (1 - p) / se**2, upper_t(tail, df) ** 2
    centre = (p + square / (2 * n_eff)) / (1 + square / n_eff)
    half = np.sqrt(square * (p * (1 - p) / n_eff + square / (4 * n_eff**2))) / (1 + square / n_eff)
    return centre - half, centre + half


def _score_test(p: Floats, se: Floats, _n: Floats, df: Floats, *, target: float, tail: float) -> Evidence:
    """Compare with the target by the error that holds at the target, the test behind Wilson's limits."""
    del tail
    n_eff = p * (1 - p) / se**2
    return student_evidence((p - target) / np.sqrt(target * (1 - target) / n_eff), df)


def adjusted_size(p: Floats, se: Floats, n: Floats, df: Floats, *, tail: float) -> Floats:
    """Give n_eff (t_{n-1}/t_df)² (M6; Korn & Graubard 1998)."""
    return p * (1 - p) / se**2 * (upper_t(tail, n - 1) / upper_t(tail, df)) ** 2


def capped_size(p: Floats, se: Floats, n: Floats, df: Floats, *, tail: float) -> Floats:
    """Give n* of M6: the adjusted size, at most n; n at p = 0 or 1 and at se = 0."""
    flat = (p <= 0) | (p >= 1) | (se == 0)
    size = np.asarray(n, dtype=float).copy()
    usual = ~flat & (df > 0)
    size[usual] = np.minimum(n[usual], adjusted_size(p[usual], se[usual], n[usual], df[usual], tail=tail))
    return size


def upper_t(tail: float, df: Floats) -> Floats:
    """Give the value of Student's t that is exceeded with probability `tail`."""
    return np.asarray(-special.stdtrit(df, tail), dtype=float)


def student_evidence(statistic: Floats, df: Floats) -> Evidence:
    """Evidence of a distance from the target in standard errors, by Student's t at df (M7)."""
    above = np.asarray(special.stdtr(df, statistic), dtype=float)
    return Evidence(above, np.asarray(special.stdtr(df, -statistic), dtype=float), above)


def clopper_pearson(p: Floats, size: Floats, *, tail: float) -> tuple[Floats, Floats]:
    """Give the exact binomial limits at x = size * p, with 0 and 1 at the ends."""
    x = size * p
    low, high = np.zeros_like(p), np.ones_like(p)
    some, spare = p > 0, p < 1
    low[some] = special.betaincinv(x[some], (size - x)[some] + 1, tail)
    high[spare] = special.betainccinv(x[spare] + 1, (size - x)[spare], tail)
    return low, high


def binomial_evidence(p: Floats, size: Floats, *, target: float) -> Evidence:
    """Evidence by the distributions behind :func:`clopper_pearson`; confidence is 1 - p_met (M7)."""
    x = size * p
    p_met, p_not_met, confidence = np.ones_like(p), np.ones_like(p), np.zeros_like(p)
    some, spare = p > 0, p < 1
    p_met[some] = special.betainc(x[some], (size - x)[some] + 1, target)
    confidence[some] = special.betaincc(x[some], (size - x)[some] + 1, target)
    p_not_met[spare] = special.betaincc(x[spare] + 1, (size - x)[spare], target)
    return Evidence(confidence, p_met, p_not_met)


LOGIT = Scale(special.logit, special.expit, lambda p: np.asarray(1 / (p * (1 - p))))
LINEAR = Scale(np.asarray, np.asarray, np.ones_like)
ARCSINE = Scale(
    lambda p: np.asarray(np.arcsin(np.sqrt(p))),
    lambda angle: np.asarray(np.sin(np.clip(angle, 0, np.pi / 2)) ** 2),
    lambda p: np.asarray(0.5 / np.sqrt(p * (1 - p))),
)
INTERVALS: dict[str, Method] = {
    "logit": on_scale(LOGIT),
    "korn_graubard": with_size(capped_size),
    "wilson": Method(_wilson, _score_test),
    "wald": on_scale(LINEAR),
    "beta": with_size(adjusted_size),
    "asin": on_scale(ARCSINE),
}


def choose(method: str) -> Method:
    """Look up an interval by name; an unknown one lists the choices."""
    if method not in INTERVALS:
        raise ValueError(
            f"unknown interval {method!r}; choose one of {list(INTERVALS)} (R: svyciprop(method=), where "
            "'xlogit' is logit and 'mean' is wald)"
        )
    return INTERVALS[method]
