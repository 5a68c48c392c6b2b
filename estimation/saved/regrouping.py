"""Estimates of fine domains become estimates of coarse ones, without a person's row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.design import as_names
from estimation.estimates import Estimates
from estimation.measuring import KINDS, POPULATION_TOTAL, measure
from estimation.scores import Scored
from estimation.variation import Linearised, Variation


def regroup(
    estimates: Estimates, by: str | Sequence[str] | None, *, sizes: Estimates | None = None
) -> Estimates:
    r"""Merge domains, for example (district, sex) into districts; equal to estimating the persons anew.

    Parameters
    ----------
    estimates : Estimates
        K estimates of domains that do not overlap.
    by : str, sequence of str or None
        By-columns to keep, some of those of `estimates`; None = the whole.
    sizes : Estimates, optional
        Totals of what stands below the line of every estimate, by the same columns of the same persons: for
        shares and means a column of 1, missing where the indicator is; for ratios the denominator. One
        indicator serves all, or there are as many as in `estimates`. Totals need none.

    Returns
    -------
    Estimates
        Graded by the standard of its kind. A mean has no n_eff and no deff (NaN): its spread is not kept.

    Raises
    ------
    ValueError
        For a column that is no by-column; for sizes that are missing, no totals, or of other domains or
        units; for replicates of what is no total, whose quotient of each replicate is not kept.

    Notes
    -----
    With sizes X and scores z of the fine shares p and ζ of their sizes,

    .. math:: P = \sum_d X_d p_d / X, \quad X = \sum_d X_d, \quad
              Z = \sum_d [X_d z_d + (p_d - P) \zeta_d] / X

    which is the score of M1 (M10) for P, exactly. Source: Särndal, Swensson, Wretman (1992) §5.6.
    """
    kept = as_names(by)
    strange = [name for name in kept if name not in estimates.by]
    if strange:
        raise ValueError(f"{strange} are no by-columns; choose among {list(estimates.by)}")
    keys = estimates.frame[["indicator", *kept]]
    group, _ = pd.factorize(pd.MultiIndex.from_frame(keys))
    member = np.zeros((len(group), group.max(initial=-1) + 1))
    member[np.arange(len(group)), group] = (estimates.frame["n"] > 0).to_numpy(float)
    labels = keys.iloc[np.unique(group, return_index=True)[1]].reset_index(drop=True)
    kind = KINDS[estimates.kind]
    if kind is POPULATION_TOTAL:
        size = np.full(member.shape[1], np.nan)
        values, variation = _sums(estimates, member), estimates.variation.combined(member)
    else:
        values, size, variation = _quotients(estimates, member, sizes)
    pooled = Scored(
        estimate=values,
        variation=variation,
        n=(estimates.frame["n"].to_numpy(float) @ member).astype(np.intp),
        size=size,
        spread=values * (1 - values) if kind.is_share else np.full_like(values, np.nan),
    )
    frame = labels.assign(**measure(pooled, kind, estimates.limits))
    return replace(estimates, frame=frame, by=kept, variation=variation)


def _sums(estimates: Estimates, member: Floats) -> Floats:
    """Sum estimates over groups, NaN for a group without a member, shape (J,)."""
    total = np.nan_to_num(estimates.frame["estimate"].to_numpy(float)) @ member
    return np.where(member.any(axis=0), total, np.nan)


def _quotients(
    estimates: Estimates, member: Floats, sizes: Estimates | None
) -> tuple[Floats, Floats, Variation]:
    """Pool shares, means or ratios by their sizes: values and sizes (J,), and how the values vary."""
    rows, fine = _aligned(estimates, sizes)
    if not isinstance(estimates.variation, Linearised) or not isinstance(fine.variation, Linearised):
        raise ValueError(
            "replicates of shares, means and ratios cannot be pooled; estimate the persons by these domains"
        )
    below = np.nan_to_num(fine.frame["estimate"].to_numpy(float)[rows])
    share = np.nan_to_num(estimates.frame["estimate"].to_numpy(float))
    size = below @ member
    values = np.full(len(size), np.nan)
    np.divide((share * below) @ member, size, out=values, where=size != 0)
    whole = np.where(size != 0, size, 1.0)
    pooled = estimates.variation.combined(member * below[:, None] / whole)
    moved = np.zeros((len(fine.frame), len(size)))
    np.add.at(moved, rows, member * (share[:, None] - np.nan_to_num(values)) / whole)
    shifted = fine.variation.combined(moved)
    counts = estimates.variation.combined(member).counts
    return values, size, Linearised(pooled.scores + shifted.scores, counts, estimates.variation.units)


def _aligned(estimates: Estimates, sizes: Estimates | None) -> tuple[Ints, Estimates]:
    """Row of `sizes` for every estimate, after a look whether they belong together."""
    if sizes is None:
        raise ValueError(
            f"a {estimates.kind} of several domains is pooled by their sizes; give sizes=estimate_totals("
            f"persons, 'one', by={list(estimates.by)}, ...) of a column of 1"
        )
    ours, theirs = estimates.variation.units, sizes.variation.units
    fine = estimates.frame["indicator"].nunique(), sizes.frame["indicator"].nunique()
    if sizes.kind != "total" or sizes.by != estimates.by or fine[1] not in {1, fine[0]}:
        raise ValueError(
            f"sizes are {sizes.kind}s by {list(sizes.by)} of {fine[1]} indicators; they must be totals by "
            f"{list(estimates.by)}, of one indicator or of all {fine[0]}"
        )
    domains = len(estimates.frame) // fine[0]
    labels = [frame[list(estimates.by)].head(domains) for frame in (estimates.frame, sizes.frame)]
    if (
        len(sizes.frame) != domains * fine[1]
        or not labels[0].equals(labels[1])
        or not ours.psus.equals(theirs.psus)
    ):
        raise ValueError(
            "sizes are of other domains or other PSUs; estimate them of the same persons and levels"
        )
    rows = np.arange(len(estimates.frame))
    return (rows if fine[1] == fine[0] else rows % domains), sizes
