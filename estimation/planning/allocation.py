"""Where to ask: a number of interviews or areas shared out over the domains (M13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import numpy as np
import pandas as pd

from estimation.arrays import Floats

Rule = Literal["proportional", "equal", "power", "optimal"]


def allocate(
    sizes: pd.Series,
    total: int,
    *,
    rule: Rule = "proportional",
    exponent: float = 0.5,
    spread: pd.Series | None = None,
    cost: pd.Series | None = None,
    floor: int = 0,
    cap: pd.Series | None = None,
) -> pd.Series:
    """Share a total out over domains in whole numbers that add up (M13).

    =============  =============================  ======================================================
    rule           in proportion to               good for
    =============  =============================  ======================================================
    proportional   N                              the whole
    equal          1                              domains of equal precision
    power          N^exponent                     both (Bankier): 0 is equal, 1 proportional
    optimal        N S / √c                       the whole, where spread or cost differ (Neyman)
    =============  =============================  ======================================================

    Shares are rounded by largest remainders, ties by the order of the domains. A domain below `floor` gets
    `floor`, one above its `cap` its cap, and the others share the rest.

    Parameters
    ----------
    sizes : Series of float, shape (D,)
        Population N of each domain, positive.
    total : int
        What is shared out.
    rule : {"proportional", "equal", "power", "optimal"}
    exponent : float
        Of the rule power, 0..1.
    spread, cost : Series of float, optional
        Of the rule optimal: standard deviation S of the indicator, √(p(1-p)) of a share, and the cost of
        one unit; 1 where not given.
    floor : int
        The least that a domain gets.
    cap : Series of int, optional
        The most that a domain can take.

    Returns
    -------
    Series of int, shape (D,)
        On the index of `sizes`; the sum is `total`.

    Raises
    ------
    ValueError
        For an unknown rule, with the choices; when floors or caps cannot be kept; for a size or a
        cost that is not positive.

    References
    ----------
    Bankier (1988) Journal of the American Statistical Association 83, 174-177; Cochran (1977) Sampling
    Techniques, section 5.5.
    """
    if rule not in RULES:
        raise ValueError(f"unknown rule {rule!r} of allocation; choose one of {list(RULES)}")
    N = sizes.to_numpy(float)
    S, c = (_over(sizes, values) for values in (spread, cost))
    if not ((N > 0) & (c > 0)).all():
        raise ValueError(f"sizes and costs are positive: {list(sizes.index[~((N > 0) & (c > 0))])}")
    most = np.full(len(N), total) if cap is None else cap.reindex(sizes.index).to_numpy(int)
    if floor * len(N) > total or (most < floor).any() or most.sum() < total:
        raise ValueError(f"a total of {total} cannot be shared out with a floor of {floor} and these caps")
    importance = RULES[rule](N, S, c, exponent)
    shared = _within(importance, total, np.full(len(N), floor), most)
    return pd.Series(_whole(shared, total), index=sizes.index, name="allocated")


def _within(importance: Floats, total: int, least: np.ndarray, most: np.ndarray) -> Floats:
    """Share out in proportion; who falls below the least or above the most is fixed there."""
    fixed = np.full(len(importance), np.nan)
    while True:
        free = np.isnan(fixed)
        left = total - np.nansum(fixed)
        weight = importance.sum(where=free)
        shared = np.where(
            free, left * importance / weight if weight > 0 else left / max(free.sum(), 1), fixed
        )
        below, above = free & (shared < least), free & (shared > most)
        if not (below | above).any():
            return shared
        short, over = (least - shared).sum(where=below), (shared - most).sum(where=above)
        fixed = np.where(below & (short >= over), least, np.where(above & (over >= short), most, fixed))


def _whole(shared: Floats, total: int) -> np.ndarray:
    """Round to whole numbers of the same sum by the largest remainders."""
    down = np.floor(shared + 1e-9).astype(int)
    order = np.argsort(-(shared - down), kind="stable")
    down[order[: total - down.sum()]] += 1
    return down


def _over(sizes: pd.Series, values: pd.Series | None) -> Floats:
    return np.ones(len(sizes)) if values is None else values.reindex(sizes.index).to_numpy(float)


RULES: Mapping[str, Callable[[Floats, Floats, Floats, float], Floats]] = {
    "proportional": lambda N, _S, _c, _q: N,
    "equal": lambda N, _S, _c, _q: np.ones_like(N),
    "power": lambda N, _S, _c, q: N**q,
    "optimal": lambda N, S, c, _q: N * S / np.sqrt(c),
}
