"""Comparisons of estimates: linear combinations, differences of domains, changes between waves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from scipy import special

from estimation.arrays import Flags, Floats, Ints
from estimation.comparing.keys import Key, example, keys_of, label, rows_of
from estimation.comparing.waves import Comparable, pair_waves
from estimation.intervals import student
from estimation.measuring import ROUNDING, quotient, settled
from estimation.variation import standard_errors

__all__ = ["MEASURES", "Key", "change", "contrast", "difference", "measured"]

MEASURES = ("estimate", "se", "ci_low", "ci_high", "df", "t", "p_value")
QUALITIES = ("present", "review", "suppress")


def contrast(
    estimates: Comparable, coefficients: Mapping[Key, float] | Iterable[tuple[Key, float]]
) -> pd.Series:
    """Measure one linear combination of estimates (M8).

    Parameters
    ----------
    estimates : Comparable
    coefficients : mapping or pairs of key and number
        A key is (indicator, value of each by-column), or the bare indicator; factors of a key that comes
        twice add up.

    Returns
    -------
    Series
        :data:`MEASURES`, as :func:`measured` gives them.

    Raises
    ------
    ValueError
        No key at all; a key that is not in the frame, with the nearest ones.
    """
    pairs = list(coefficients.items() if isinstance(coefficients, Mapping) else coefficients)
    if not pairs:
        raise ValueError(
            "a contrast without coefficients compares nothing; give keys with factors, for example "
            f"{{{example(estimates.frame, estimates.by)!r}: 1, ...: -1}} (R: svycontrast())"
        )
    rows = rows_of(estimates.frame, estimates.by, [key for key, _ in pairs])
    factors = np.zeros((len(estimates.frame), 1))
    np.add.at(factors[:, 0], rows, np.array([factor for _, factor in pairs], dtype=float))
    mentioned = np.zeros(factors.shape, dtype=bool)
    mentioned[rows] = True
    found = measured(estimates, factors, mentioned=mentioned)
    return pd.Series(found.loc[0, list(MEASURES)].astype(float), name="contrast")


def difference(estimates: Comparable, a: Key, b: Key) -> pd.DataFrame:
    """Measure a - b of two domains (M8).

    Parameters
    ----------
    estimates : Comparable
    a, b : key
        Values of the by-columns, compared for every indicator; or (indicator, by-values) for one.

    Returns
    -------
    DataFrame
        One row an indicator: indicator, a, b, the :data:`MEASURES` of :func:`measured`, quality.

    Raises
    ------
    ValueError
        A domain that is not there, with the nearest ones; `a` of one indicator and `b` of all.
    """
    frame, by = estimates.frame, estimates.by
    first, second = keys_of(frame, by, a), keys_of(frame, by, b)
    if len(first) != len(second):
        raise ValueError(f"{a!r} and {b!r} name a different number of indicators; name it in both or in none")
    rows = np.stack([rows_of(frame, by, first), rows_of(frame, by, second)])
    found = _differences(estimates, rows)
    names = [
        one[0] if one[0] == two[0] else f"{one[0]} - {two[0]}" for one, two in zip(first, second, strict=True)
    ]
    labels = {"indicator": names, "a": [label(key) for key in first], "b": [label(key) for key in second]}
    return pd.concat([pd.DataFrame(labels), found], axis="columns")


def change(estimates: Comparable, from_: object, to: object) -> pd.DataFrame:
    """Measure the change of every estimate from one wave to another (M8).

    Parameters
    ----------
    estimates : Comparable
    from_, to : values of the wave column

    Returns
    -------
    DataFrame
        One row an indicator and domain that either wave has: indicator, the other by-columns, from, to, the
        :data:`MEASURES` of :func:`measured` (estimate is to - from), quality. A domain that one of the waves
        lacks has NaN.

    Raises
    ------
    ValueError
        The overlap is not declared, with the choices and what each means; the estimates are not by wave; a
        wave that is not there, with those that are.
    """
    labels, rows = pair_waves(estimates, from_, to)
    both = np.flatnonzero((rows >= 0).all(axis=0))
    found = _differences(estimates, rows[::-1, both])
    found = found.set_axis(both, axis=0).reindex(range(len(labels)))
    found["quality"] = found["quality"].fillna("suppress")
    waves = pd.DataFrame({"from": [from_] * len(labels), "to": [to] * len(labels)})
    return pd.concat([labels, waves, found], axis="columns")


def measured(estimates: Comparable, factors: Floats, *, mentioned: Flags) -> pd.DataFrame:
    """Measure J linear combinations of K estimates at once.

    ==============================  ================================================================
    case, in this order             what is given
    ==============================  ================================================================
    an estimate of it is missing    NaN throughout; quality suppress
    df <= 0                         estimate and df; no se, no interval, no test; quality suppress
    se = 0                          estimate .. estimate, no test (t and p NaN); review at best
    else                            estimate ± t se, t = estimate/se, two-sided p; the worst quality
                                    of the estimates in it
    ==============================  ================================================================

    Parameters
    ----------
    estimates : Comparable
        The test is two-sided whatever the side of their limits.
    factors : ndarray, shape (K, J)
    mentioned : ndarray of bool, shape (K, J)
        Estimates named, also those whose factors add up to 0; df counts the PSUs and strata that hold a
        member of any of them (M4).

    Returns
    -------
    DataFrame, shape (J, 8)
        :data:`MEASURES` and quality. What is below 1e-12 of the estimates combined is rounding, and 0.

    Notes
    -----
    M8: c'p with the scores c'z, variance M2, degrees of freedom M4, limits by Student's t on the scale of the
    difference. Source: Särndal, Swensson, Wretman (1992) §5.8; R ``survey::svycontrast``.
    """
    columns = np.full((len(MEASURES), factors.shape[1]), np.nan)
    for chosen in _together(estimates, mentioned):
        columns[:, chosen] = _measure(estimates, factors[:, chosen], mentioned[:, chosen])
    result = pd.DataFrame(dict(zip(MEASURES, columns, strict=True)))
    no_interval, flat = result["se"].isna().to_numpy(), (result["se"] == 0).to_numpy()
    quality = _worst(estimates.frame["quality"], mentioned)
    worst = np.where(no_interval, 2, np.maximum(quality, flat))
    return result.assign(quality=pd.Series(np.array(QUALITIES)[worst], dtype="str"))


def _together(estimates: Comparable, mentioned: Flags) -> list[Ints]:
    """Sort combinations into those measured at once: all but those in which a missing variance would spread.

    Those with an estimate that is missing are in none.
    """
    known = ~mentioned[estimates.frame["estimate"].isna()].any(axis=0)
    unsure = mentioned[np.isnan(standard_errors(estimates.variation))].any(axis=0)
    alone = [np.array([index]) for index in np.flatnonzero(known & unsure)]
    return [np.flatnonzero(known & ~unsure), *alone]


def _measure(estimates: Comparable, factors: Floats, mentioned: Flags) -> Floats:
    """Rows of :data:`MEASURES` for combinations of estimates that all exist, shape (7, J)."""
    share, variation = estimates.frame["estimate"].to_numpy(float), estimates.variation
    named = mentioned.any(axis=1)
    estimate = share[named] @ factors[named]
    mixed = variation.combined(factors)
    counted = mixed if ((factors != 0) == mentioned).all() else variation.combined(mentioned.astype(float))
    df = counted.df()
    size = np.abs(share[named]) @ np.abs(factors[named])
    se = np.where((factors != 0).any(axis=0), standard_errors(mixed), 0.0)
    estimate = np.where((se <= ROUNDING * size) & (np.abs(estimate) <= ROUNDING * size), 0.0, estimate)
    se = settled(se, size, df)
    low, high = student(estimate, se, df.astype(float), level=estimates.level, side=estimates.side)
    t = quotient(estimate, se)
    tested = ~np.isnan(t)
    p_value = np.full(len(estimate), np.nan)
    p_value[tested] = 2 * special.stdtr(df[tested], -np.abs(t[tested]))
    return np.stack([estimate, se, low, high, df.astype(float), t, p_value])


def _differences(estimates: Comparable, rows: Ints) -> pd.DataFrame:
    """Measure first - second for J pairs of rows (2, J)."""
    pairs = np.arange(rows.shape[1])
    factors = np.zeros((len(estimates.frame), len(pairs)))
    np.add.at(factors, (rows[0], pairs), 1.0)
    np.add.at(factors, (rows[1], pairs), -1.0)
    mentioned = np.zeros(factors.shape, dtype=bool)
    mentioned[rows, pairs] = True
    return measured(estimates, factors, mentioned=mentioned)


def _worst(quality: pd.Series, mentioned: Flags) -> Ints:
    """Worst quality among the estimates named, as a position in :data:`QUALITIES`, shape (J,)."""
    codes = pd.Index(QUALITIES).get_indexer(pd.Index(quality))
    return np.asarray(np.max(np.where(mentioned, codes[:, None], 0), axis=0, initial=0), dtype=np.intp)
