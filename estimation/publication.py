"""Publication standards: which estimate may be shown, needs a second look, or is suppressed, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from pandas.api.extensions import ExtensionArray

from estimation.arrays import Flags, Floats
from estimation.intervals import interval

Quality = Literal["present", "review", "suppress"]


class Condition(NamedTuple):
    """A measure of an estimate compared with a bound (M9), for example ``("n", "<", 30)``.

    Attributes
    ----------
    measure : str
        One of :data:`MEASURES`: n, n_psu, n_eff, df, estimate, se, no_se, cv; of shares also width,
        relative_width, complement_width, rarer, as :func:`grade` explains them.
    comparison : {"<", "<=", ">", ">=", "=="}
    bound : float
        In the unit of the measure.
    """

    measure: str
    comparison: str
    bound: float


@dataclass(frozen=True, slots=True)
class Rule:
    """The quality and the reason given to an estimate that meets every condition (M9).

    Attributes
    ----------
    quality : {"present", "review", "suppress"}
    reason : str
        What people read beside the estimate.
    conditions : tuple of Condition
        They hold together; without one the rule is met by every estimate.
    """

    quality: Quality
    reason: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """A named, ordered list of rules; the first one that is met decides, none met means `present` (M9).

    Attributes
    ----------
    name : str
    rules : tuple of Rule
        Read from the top, after the rules for what is not estimable at all.
    """

    name: str
    rules: tuple[Rule, ...]


Columns = Mapping[str, Floats]


def _column(name: str) -> Callable[[Columns], Floats]:
    return lambda columns: columns[name]


def _width(columns: Columns) -> Floats:
    """Width of the 95 % Korn-Graubard interval, whatever interval is shown."""
    p, se, n, df = (columns[name] for name in ("estimate", "se", "n", "df"))
    low, high = interval(p, se, n, df, method="korn_graubard", level=0.95)
    return high - low


def _no_se(columns: Columns) -> Floats:
    """1 where the standard error is missing, else 0."""
    return np.where(np.isnan(columns["se"]), 1.0, 0.0)


def _cv(columns: Columns) -> Floats:
    """Coefficient of variation, infinite where the estimate is 0."""
    return np.where(columns["estimate"] == 0, np.inf, columns["cv"])


def _relative_width(columns: Columns) -> Floats:
    return _over(columns["width"], columns["estimate"])


def _complement_width(columns: Columns) -> Floats:
    return _over(columns["width"], 1 - columns["estimate"])


def _rarer(columns: Columns) -> Floats:
    """Share of the rarer of event and complement."""
    p = columns["estimate"]
    return np.asarray(np.minimum(p, 1 - p))


def _over(width: Floats, share: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(width / share)


GIVEN = ("n", "n_psu", "n_eff", "df", "estimate", "se", "cv")
MEASURES: dict[str, Callable[[Columns], Floats]] = {
    **{name: _column(name) for name in GIVEN},
    "cv": _cv,
    "no_se": _no_se,
    "width": _column("width"),
    "relative_width": _relative_width,
    "complement_width": _complement_width,
    "rarer": _rarer,
}
ONLY_OF_SHARES = frozenset({"width", "relative_width", "complement_width", "rarer"})
COMPARISONS: dict[str, Callable[[Floats, float], Flags]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
}

NOT_ESTIMABLE = (
    Rule("suppress", "no respondent", (Condition("n", "==", 0),)),
    Rule("suppress", "no degrees of freedom: one PSU a stratum", (Condition("df", "<=", 0),)),
    Rule("suppress", "standard error not estimable", (Condition("no_se", "==", 1),)),
)
NCHS2017 = Standard(
    "nchs2017",
    (
        Rule("suppress", "n or effective n below 30", (Condition("n", "<", 30),)),
        Rule("suppress", "n or effective n below 30", (Condition("n_eff", "<", 30),)),
        Rule("suppress", "interval width 0.30 or more", (Condition("width", ">=", 0.30),)),
        Rule(
            "suppress",
            "interval wider than 130 % of the estimate",
            (Condition("width", ">", 0.05), Condition("relative_width", ">", 1.30)),
        ),
        Rule("review", "df below 8", (Condition("df", "<", 8),)),
        Rule("review", "no event, or only events", (Condition("rarer", "==", 0),)),
        Rule("review", "standard error is 0", (Condition("se", "==", 0),)),
        Rule(
            "present",
            "interval wider than 130 % of the complement",
            (Condition("width", ">", 0.05), Condition("complement_width", ">", 1.30)),
        ),
    ),
)
STATCAN = Standard(
    "statcan",
    (
        Rule("suppress", "n below 10", (Condition("n", "<", 10),)),
        Rule("suppress", "coefficient of variation above 33.3 % (F)", (Condition("cv", ">", 0.333),)),
        Rule("review", "coefficient of variation above 16.5 % (E)", (Condition("cv", ">", 0.165),)),
    ),
)
STANDARDS: dict[str, Standard] = {standard.name: standard for standard in (NCHS2017, STATCAN)}


def choose_standard(standard: str | Standard) -> Standard:
    """Look up a standard by name, or take a declared one; an unknown name lists the choices."""
    if isinstance(standard, Standard):
        return standard
    if standard not in STANDARDS:
        raise ValueError(
            f"unknown publication standard {standard!r}; choose one of {list(STANDARDS)}, or a Standard"
        )
    return STANDARDS[standard]


def grade(estimates: pd.DataFrame, standard: Standard, *, shares: bool) -> pd.DataFrame:
    """Give every estimate its quality and the reason (M9).

    Parameters
    ----------
    estimates : DataFrame, shape (K, ...)
        Columns n, n_psu, n_eff, estimate, se, df, cv. Limits are not looked at: `width` is that of the 95 %
        two-sided Korn-Graubard interval, whatever method, level and side are shown.
    standard : Standard
        What is not estimable at all is suppressed before its first rule: nobody answered, df <= 0, or no
        standard error although df > 0, for example where a replicate holds no member of the domain (M11).
    shares : bool
        Whether the estimates are shares, for which alone the width of the exact interval exists.

    Returns
    -------
    DataFrame, shape (K, 2)
        quality in {"present", "review", "suppress"} and reason, "" where there is none.

    Raises
    ------
    ValueError
        For a measure or comparison that does not exist, or one of shares for other estimates.

    Notes
    -----
    The edges of NCHS, each by the order of its rules:

    ===================================  ==========================================================
    case                                 quality and why
    ===================================  ==========================================================
    no event, n 30 to 71                 suppress: the upper limit 1 - 0.025^(1/n) is above 0.05, and
                                         relative to an estimate of 0 any width is infinite
    no event, n 72 or more               review: the width is at most 0.05
    only events, n 30 or more            review: relative to 1 the width is below 1.30, and this rule
                                         stands before the footnote on the complement
    se = 0 inside (0, 1)                 review at best: n_eff and n* are n
    df 1 to 7                            review, unless the width has suppressed it
    ===================================  ==========================================================

    A standard of one's own is a table of rules read from the top; a rule holds where all its conditions do:

    >>> own = Standard(
    ...     "own",
    ...     (
    ...         Rule("suppress", "fewer than 50 respondents", (Condition("n", "<", 50),)),
    ...         Rule("review", "wide", (Condition("width", ">", 0.2), Condition("df", "<", 12))),
    ...     ),
    ... )

    Measures: n, n_psu, n_eff, df, estimate, se, no_se (1 where se is missing, else 0), cv (infinite at an
    estimate of 0); for shares also width, relative_width = width/p, complement_width = width/(1-p), rarer =
    min(p, 1-p). Comparisons: <, <=, >, >=, ==. A missing measure meets no condition.

    Sources: NCHS, Parker et al. (2017) Vital and Health Statistics 2(175). StatCan: guidelines for the
    release of estimates by coefficient of variation (up to 16.5 % as it is, up to 33.3 % with E, above F).
    """
    columns = {name: estimates[name].to_numpy(float) for name in GIVEN}
    return pd.DataFrame(grades(columns, standard, shares=shares), index=estimates.index)


def grades(
    columns: Mapping[str, ArrayLike], standard: Standard, *, shares: bool
) -> dict[str, ExtensionArray]:
    """Give quality and reason as :func:`grade` does, from and to columns of length K."""
    rules = (*NOT_ESTIMABLE, *standard.rules)
    known = {name: np.asarray(columns[name], dtype=float) for name in GIVEN}
    if shares:
        known["width"] = _width(known)
    measures = {name: _measure(name, shares)(known) for name in _named(rules)}
    quality = np.full(len(known["n"]), "present", dtype=object)
    reason = np.full(len(known["n"]), "", dtype=object)
    for rule in reversed(rules):
        met = np.ones(len(quality), dtype=bool)
        for condition in rule.conditions:
            met &= _comparison(condition.comparison)(measures[condition.measure], condition.bound)
        quality[met], reason[met] = rule.quality, rule.reason
    return {"quality": pd.array(quality, dtype="str"), "reason": pd.array(reason, dtype="str")}


def _named(rules: tuple[Rule, ...]) -> list[str]:
    """Measures that the rules look at, each once."""
    return list(dict.fromkeys(condition.measure for rule in rules for condition in rule.conditions))


def _measure(name: str, shares: bool) -> Callable[[Columns], Floats]:
    choices = [measure for measure in MEASURES if shares or measure not in ONLY_OF_SHARES]
    if name not in choices:
        kind = "shares" if shares else "means, totals and ratios"
        raise ValueError(f"no measure {name!r} for {kind}; choose one of {choices}")
    return MEASURES[name]


def _comparison(name: str) -> Callable[[Floats, float], Flags]:
    if name not in COMPARISONS:
        raise ValueError(f"unknown comparison {name!r}; choose one of {list(COMPARISONS)}")
    return COMPARISONS[name]
