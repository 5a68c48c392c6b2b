"""Which indicators of the same persons can be told apart: all pairs of them, within each domain."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from estimation.comparing.comparisons import MEASURES, measured
from estimation.comparing.keys import rows_of
from estimation.comparing.waves import Comparable
from estimation.targets import holm

__all__ = ["between_indicators"]


def between_indicators(estimates: Comparable, names: Sequence[str]) -> pd.DataFrame:
    """Measure the difference of every two indicators within each domain (M8).

    Parameters
    ----------
    estimates : Comparable
        K estimates; their test is two-sided whatever the side of their limits.
    names : sequence of str, length m >= 2
        Indicators to compare; the pairs of one domain are one family.

    Returns
    -------
    DataFrame, one row a domain and pair
        The by-columns, a, b (a before b in `names`), :data:`MEASURES` of a - b, holm_p (p_value adjusted by
        Holm over the pairs of the domain that have one), quality, and apart: whether holm_p is at most
        1 - level and neither share is suppressed.

    Raises
    ------
    ValueError
        For fewer than two indicators, or one that is not in the frame, with the nearest ones.

    Notes
    -----
    The same persons answer both questions, so the covariance of the two shares counts (M2). Two indicators
    that are not apart may still differ: the sample does not tell.
    """
    if len(names) < 2:
        raise ValueError(f"a pair needs two indicators; got {list(names)}")
    frame, by = estimates.frame, list(estimates.by)
    domains = list(frame[by].drop_duplicates().itertuples(index=False, name=None)) if by else [()]
    pairs = [(domain, a, b) for domain in domains for a, b in combinations(names, 2)]
    first = rows_of(frame, by, [(a, *domain) for domain, a, _ in pairs])
    second = rows_of(frame, by, [(b, *domain) for domain, _, b in pairs])
    place = np.arange(len(pairs))
    factors = np.zeros((len(frame), len(pairs)))
    factors[first, place], factors[second, place] = 1.0, -1.0
    found = measured(estimates, factors, mentioned=factors != 0)
    labels = pd.DataFrame([domain for domain, _, _ in pairs], columns=by, index=found.index)
    labels = labels.assign(a=[a for _, a, _ in pairs], b=[b for _, _, b in pairs])
    family = np.repeat(np.arange(len(domains)), len(pairs) // len(domains))
    found["holm_p"] = found["p_value"].groupby(family).transform(holm)
    found["apart"] = (found["holm_p"] <= 1 - estimates.level) & (found["quality"] != "suppress")
    return pd.concat([labels, found[[*MEASURES, "holm_p", "quality", "apart"]]], axis="columns")
