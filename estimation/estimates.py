"""Estimates of one call: the tidy frame that people read, and what answers later comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from estimation import publication, targets
from estimation.arrays import Floats
from estimation.comparing import comparisons
from estimation.comparing.keys import Key
from estimation.design import Overlap
from estimation.display import plot, tables
from estimation.display.plot import VegaLite
from estimation.measuring import KINDS, Limits, graded
from estimation.publication import Standard
from estimation.variation import Variation, covariance


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """K estimates of one kind, indicators slowest, domains within.

    Attributes
    ----------
    frame : DataFrame, shape (K, ...)
        indicator, the by-columns, n (members with a value), n_psu (PSUs that hold one; 0 where the persons do
        not name their PSU), n_eff, estimate, se, ci_low, ci_high, df, deff (without replacement, as R prints
        it), cv (se/estimate), quality, reason. Shares are in 0..1.
    kind : {"proportion", "mean", "total", "ratio"}
    by : tuple of str
        By-columns of the frame.
    variation : Variation
        Scores of sampled units, or replicates: covariances without persons (M2, M11).
    interval : str
        Method of ci_low and ci_high (M6); "wald", estimate ± t se, for what is no share.
    level : float
        Confidence of ci_low and ci_high.
    side : {"two", "lower", "upper"}
        Whether both limits bound, or one of them with all the error on its side.
    overlap : Overlap, optional
        How waves hang together, as the design declares it (M8).
    """

    frame: pd.DataFrame
    kind: str
    by: tuple[str, ...]
    variation: Variation = field(repr=False)
    interval: str = "logit"
    level: float = 0.95
    side: str = "two"
    overlap: Overlap | None = None

    @property
    def limits(self) -> Limits:
        """How ci_low and ci_high were made (M6)."""
        return Limits(self.interval, self.level, self.side, shares=KINDS[self.kind].is_share)

    def covariance(self) -> Floats:
        """Covariance matrix of the K estimates in the order of the frame (M2).

        Returns
        -------
        ndarray, shape (K, K)
            The roots of its diagonal are `se`; rows and columns of an estimate without members are NaN. With
            the rule `average` for lonely PSUs two domains share the geometric mean of their inflation
            factors.
        """
        return covariance(self.variation)

    def contrast(self, coefficients: Mapping[Key, float] | Iterable[tuple[Key, float]]) -> pd.Series:
        """Linear combination of estimates, for example the difference of two districts (M8).

        Parameters
        ----------
        coefficients : mapping or pairs of key and number
            A key is (indicator, value of each by-column); without by-columns the indicator alone will do.

        Returns
        -------
        Series
            estimate, se, ci_low, ci_high, df, t, p_value (two-sided, of the claim that the combination is 0).
            df counts the strata and PSUs that hold a member of any domain named.

        Raises
        ------
        ValueError
            For a key that is not in the frame, with the nearest ones; for no key at all.

        Examples
        --------
        >>> districts.contrast({("headline", "689"): 1, ("headline", "693"): -1})  # doctest: +SKIP
        """
        return comparisons.contrast(self, coefficients)

    def difference(self, a: Key, b: Key) -> pd.DataFrame:
        """Difference a - b of two domains (M8).

        Parameters
        ----------
        a, b : key
            Values of the by-columns, compared for every indicator; or (indicator, by-values) for one.

        Returns
        -------
        DataFrame
            One row an indicator: indicator, a, b, estimate, se, ci_low, ci_high, df, t, p_value, quality.
        """
        return comparisons.difference(self, a, b)

    def change(self, from_: object, to: object) -> pd.DataFrame:
        """Change of every estimate from one wave to another; the design declares the overlap (M8).

        Parameters
        ----------
        from_, to : values of the wave column
            It must be one of the by-columns.

        Returns
        -------
        DataFrame
            indicator, the other by-columns, from, to, estimate (to - from), se, ci_low, ci_high, df, t,
            p_value, quality.
        """
        return comparisons.change(self, from_, to)

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
        return targets.against(
            self.frame,
            target,
            op=op,
            level=self.level,
            shares=KINDS[self.kind].is_share,
            method=self.interval,
            side=self.side,
        )

    def grade(self, standard: str | Standard) -> Estimates:
        """Give quality and reason anew by a publication standard (M9).

        Parameters
        ----------
        standard : {"nchs2017", "statcan"} or Standard

        Returns
        -------
        Estimates
            The same but for quality and reason.

        Raises
        ------
        ValueError
            For an unknown standard, with the choices; for a measure of shares where there are none.
        """
        chosen = publication.choose_standard(standard)
        return replace(self, frame=graded(self.frame, KINDS[self.kind], chosen))

    def conf_int(self, level: float | None = None) -> pd.DataFrame:
        """Confidence limits at any level by the method of the estimates, as statsmodels names it (M6).

        Parameters
        ----------
        level : float, optional
            Confidence; None = that of the estimates.

        Returns
        -------
        DataFrame, shape (K, 2)
            lower, upper; the index names the estimates.
        """
        limits = self.limits if level is None else replace(self.limits, level=level)
        low, high = limits.of(*(self.frame[name].to_numpy(float) for name in ("estimate", "se", "n", "df")))
        return pd.DataFrame({"lower": low, "upper": high}, index=self._labels())

    def cov_params(self) -> pd.DataFrame:
        """Covariance matrix with the names of the estimates, as statsmodels names it (M2).

        Returns
        -------
        DataFrame, shape (K, K)
            :meth:`covariance`; both indices name the estimates.
        """
        labels = self._labels()
        return pd.DataFrame(self.covariance(), index=labels, columns=labels)

    def to_frame(self, locale: str = "vi") -> pd.DataFrame:
        """Table for people in their language: what is suppressed is hidden with its reason (M9).

        Parameters
        ----------
        locale : {"vi", "en"}

        Returns
        -------
        DataFrame of str, shape (K, ...)
            indicator, the by-columns, estimate, interval, quality, n, df, deff, headed in the language.
        """
        return tables.to_frame(
            self.frame, self.by, kind=self.kind, level=self.level, locale=locale, side=self.side
        )

    def plot(self, target: float | None = None, locale: str = "vi") -> VegaLite:
        """Ranked dots with whiskers, one panel an indicator, as a Vega-Lite chart.

        Parameters
        ----------
        target : float, optional
            Drawn as a line.
        locale : {"vi", "en"}

        Returns
        -------
        VegaLite
            What is suppressed has neither mark nor number, but its reason (M9).
        """
        return plot.ranked_intervals(
            self.frame,
            self.by,
            kind=self.kind,
            level=self.level,
            target=target,
            locale=locale,
            side=self.side,
        )

    def _repr_html_(self) -> str:
        return tables.html(
            self.frame, self.by, kind=self.kind, level=self.level, method=self.interval, side=self.side
        )

    def _labels(self) -> pd.Index:
        """Index of indicator and by-values."""
        labels: pd.Index = pd.MultiIndex.from_frame(self.frame[["indicator", *self.by]])
        return labels if self.by else labels.get_level_values(0)
