"""Estimates of one call: the tidy frame that people read, and the scores that answer later comparisons."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

import numpy as np
import pandas as pd

from estimation import publication, targets
from estimation.arrays import Flags, Floats, Ints
from estimation.intervals import student
from estimation.publication import Standard
from estimation.variance import Units, degrees_of_freedom, deviations

Key = Hashable | tuple[Hashable, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """K estimates of one kind, indicators slowest, domains within.

    Attributes
    ----------
    frame : DataFrame, shape (K, ...)
        indicator, the by-columns, n (members with a value), n_psu (PSUs that hold one), n_eff, estimate, se,
        ci_low, ci_high, df, deff (without replacement, as R prints it), cv (se/estimate), quality, reason.
        Shares are in 0..1.
    level : float
        Confidence of ci_low and ci_high.
    kind : {"proportion", "mean", "total", "ratio"}
    by : tuple of str
        By-columns of the frame.
    scores : ndarray, shape (u, K)
        Score of every innermost sampled unit for every estimate (M1, M10).
    holds : ndarray of bool, shape (n_psu, K)
        PSUs that hold a member of the domain.
    units : Units
        The sampled units.
    """

    frame: pd.DataFrame
    level: float
    kind: str
    by: tuple[str, ...]
    scores: Floats = field(repr=False)
    holds: Flags = field(repr=False)
    units: Units = field(repr=False)

    def covariance(self) -> Floats:
        """Covariance matrix of the K estimates in the order of the frame (M2), shape (K, K).

        The roots of its diagonal are `se`; rows and columns of an estimate without members are NaN. With the
        rule `average` for lonely PSUs two domains share the geometric mean of their inflation factors.
        """
        spread = deviations(self.scores, self.units, self.holds)
        return np.asarray(spread.T @ spread)

    def contrast(self, coefficients: Mapping[Key, float] | Iterable[tuple[Key, float]]) -> pd.Series:
        """Linear combination of estimates, for example the difference of two districts (M8).

        Parameters
        ----------
        coefficients : mapping or pairs of key and number
            A key is (indicator, value of each by-column); without by-columns the indicator alone will do.

        Returns
        -------
        Series
            estimate, se, ci_low, ci_high, df. df counts the strata and PSUs that hold a member of any domain
            named.

        Raises
        ------
        ValueError
            For a key that is not in the frame, with the nearest ones.

        Examples
        --------
        >>> districts.contrast({("headline", "689"): 1, ("headline", "693"): -1})  # doctest: +SKIP
        """
        pairs = list(coefficients.items() if isinstance(coefficients, Mapping) else coefficients)
        rows = self._rows([key for key, _ in pairs])
        factors = np.array([factor for _, factor in pairs], dtype=float)
        score = self.scores[:, rows] @ factors[:, None]
        held: Flags = np.logical_or.reduce(self.holds[:, rows], axis=1, keepdims=True)
        estimate = self.frame["estimate"].to_numpy(float)[rows] @ factors[:, None]
        df = degrees_of_freedom(held, self.units)
        se = standard_errors(score, self.units, held)
        se = np.where(df > 0, se, np.nan)
        low, high = student(estimate, se, df.astype(float), level=self.level)
        values = [estimate[0], se[0], low[0], high[0], float(df[0])]
        return pd.Series(values, index=["estimate", "se", "ci_low", "ci_high", "df"], name="contrast")

    def against(self, target: float, op: str = ">=") -> pd.DataFrame:
        """Judge every estimate against a target (M7); rows of one indicator are a family.

        Parameters
        ----------
        target : float
            T, in the unit of the estimates: 0.60 for sixty percent.
        op : {">=", ">"}
            "at least T" or "over T".

        Returns
        -------
        DataFrame, shape (K, ...)
            `frame` with target, gap, confidence_met, p_met, p_not_met, holm_p_met, holm_p_not_met, verdict
            and family_verdict. Numbers of suppressed rows stay: whoever renders them hides them.
        """
        return targets.against(self.frame, target, op=op, level=self.level, shares=self.kind == "proportion")

    def grade(self, standard: str | Standard) -> Estimates:
        """Give quality and reason anew by a publication standard (M9).

        Parameters
        ----------
        standard : {"nchs2017", "statcan"} or Standard
        """
        chosen = publication.choose_standard(standard)
        graded = publication.grade(self.frame, chosen, shares=self.kind == "proportion")
        return replace(self, frame=self.frame.assign(quality=graded["quality"], reason=graded["reason"]))

    def _rows(self, keys: list[Key]) -> Ints:
        """Positions in the frame of (indicator, by-values) keys."""
        columns = [self.frame[name] for name in ("indicator", *self.by)]
        there = {key: row for row, key in enumerate(zip(*columns, strict=True))}
        tuples = [key if isinstance(key, tuple) else (key,) for key in keys]
        for key in tuples:
            if key not in there:
                names = {str(known): known for known in there}
                near = get_close_matches(str(key), names, n=3, cutoff=0.3) or list(names)[:3]
                raise ValueError(f"no estimate {key} of (indicator, {', '.join(self.by)}); near: {near}")
        return np.array([there[key] for key in tuples], dtype=np.intp)


def standard_errors(scores: Floats, units: Units, holds: Flags) -> Floats:
    """Roots of the variances of K score columns (M2), shape (K,)."""
    spread = deviations(scores, units, holds)
    return np.asarray(np.sqrt(np.einsum("ik,ik->k", spread, spread)))
