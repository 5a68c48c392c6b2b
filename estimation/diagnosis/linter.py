"""The design linter: what a statistician looks at before any number is made."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import fill

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame
from scipy import special

from estimation.design import Design, DesignError, as_names
from estimation.diagnosis.doubts import Evidence, find
from estimation.diagnosis.findings import SEVERITIES, as_table
from estimation.diagnosis.outlook import RESERVED, clustering, declared_df, foresee
from estimation.diagnosis.tallies import Tally, strata_columns, tally
from estimation.weighting import kish

FALSE_ALARM = 0.05
MOSTLY_ANSWERED = 0.5
ROWS_SHOWN = 30
WIDTH = 110
LEFT_TO_THE_FRAME = ("missing_weighted", "clustering", "p", "half_width")
TITLES = {"where": "where:", "expected": "expected:", "repair": "repair:", "r_equivalent": "in R:"}


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """What was seen of a design; nothing in it is an estimate to publish.

    Attributes
    ----------
    summary : Series
        rows, persons (with a positive weight), strata, psu_sampled (of the register), psu_seen (with a person
        that counts), weight_sum, weight_min, weight_median, weight_max, weight_ratio (max/min), kish (M5),
        df (of the whole, M4).
    strata : DataFrame, shape (H, ...)
        Strata columns, n_psu (sampled), n_psu_seen, n_rows, weight_sum, lonely, fraction
        (n_h/N_h; NaN without finite population correction).
    domains : DataFrame, shape (K, ...)
        One row an indicator and domain, in the order of the estimates: indicator, by-columns, n, n_psu, df
        (M4), missing and missing_weighted (share of persons without a value), kish, clustering (the design
        effect beside it, NaN where it could not be had and 1 was taken), n_eff and half_width_50 (predicted,
        at p = 0.5), p, half_width (predicted, at p), quality and reason (predicted, M9).
    nonresponse : DataFrame
        PSUs whose item nonresponse stands out: indicator, strata columns, PSU, n, missing, chance (of as many
        missing values, were they spread as over all PSUs: binomial), whole (nobody answered).
    findings : DataFrame
        severity (error: the estimators refuse it; warning; note), what (a stable code), where, seen,
        expected, repair, r_equivalent; errors first.
    """

    summary: pd.Series
    strata: pd.DataFrame
    domains: pd.DataFrame
    nonresponse: pd.DataFrame
    findings: pd.DataFrame

    @property
    def ok(self) -> bool:
        """Whether the estimators will take the design and the persons: no finding is an error."""
        return not bool((self.findings["severity"] == "error").any())

    def __str__(self) -> str:
        domains = self.domains.drop(columns=list(LEFT_TO_THE_FRAME))
        parts = [
            f"Design: {self._counted()}",
            _lines(self.summary),
            f"Domains (n_eff, half-width at p = 0.5 and quality are predicted)\n{_text(domains)}",
        ]
        if len(self.nonresponse):
            parts.append(f"PSUs whose item nonresponse stands out\n{_text(self.nonresponse)}")
        return "\n\n".join([*parts, *(_tell(row) for row in self.findings.to_dict("records"))])

    def _repr_html_(self) -> str:
        tables = (
            (f"Design: {self._counted()}", self.findings),
            ("Summary", self.summary.rename("value").to_frame().reset_index(names="")),
            ("Domains (n_eff, half-widths and quality are predicted)", self.domains),
            ("Strata", self.strata),
            ("PSUs whose item nonresponse stands out", self.nonresponse),
        )
        shown = [
            f"<h4>{escape(title)}</h4>"
            + table.to_html(index=False, na_rep="", max_rows=ROWS_SHOWN, float_format="{:,.3f}".format)
            for title, table in tables
            if len(table)
        ]
        return "".join(shown)

    def _counted(self) -> str:
        """Say how many findings there are: '1 error, 2 notes'."""
        counts = self.findings["severity"].value_counts()
        told = [
            f"{counts[name]} {name}{'s' * int(counts[name] > 1)}" for name in SEVERITIES if name in counts
        ]
        return ", ".join(told) or "nothing found"


def check(
    design: Design,
    frame: IntoFrame,
    *,
    indicators: str | Sequence[str] = (),
    by: str | Sequence[str] | None = None,
    deff: float | None = None,
) -> Diagnosis:
    """Look a design and its persons over before any number is made.

    Parameters
    ----------
    design : Design
    frame : pandas or Polars frame, DuckDB relation or PySpark frame
        One row a person, every usable interview.
    indicators : str or sequence of str
        Columns of 1, 0 and missing that will be estimated; without them domains count everyone.
    by : str or sequence of str, optional
        Columns whose crossed values will be the domains.
    deff : float, optional
        Design effect of clustering and stratification alone to predict with. None takes the realised one of
        each indicator over the whole sample, its deff (with replacement) over its Kish effect, and 1 where it
        cannot be had.

    Returns
    -------
    Diagnosis

    Raises
    ------
    DesignError
        An absent column, or text where a weight or population size is expected. Statistical doubt is a row of
        `findings`, never an error.

    Notes
    -----
    Predicted effective size n_eff = n / (Kish x deff), at most n (M5); half-widths are those of the logit
    interval at the df of the domain (M4, M6); quality is the standard of NCHS 2017 on n, n_eff, df and p
    (M9). One deff is used for all domains of an indicator, for that of a small domain is itself hardly known.

    Examples
    --------
    >>> print(check(design, persons, indicators=["headline"], by="district"))  # doctest: +SKIP
    """
    if deff is not None and not 0 < deff < np.inf:
        raise DesignError(f"deff is a design effect, a positive number such as 1.5; got {deff}")
    names, columns = as_names(indicators), as_names(by)
    _check_names(names, columns)
    counted = tally(frame, design, indicators=names, by=columns)
    strata = _strata(counted)
    effects = clustering(counted, frame, deff=deff)
    domains = foresee(counted, effects)
    nonresponse = _nonresponse(counted)
    return Diagnosis(
        summary=_summary(counted, strata),
        strata=strata,
        domains=domains,
        nonresponse=nonresponse,
        findings=as_table(find(Evidence(counted, strata, domains, nonresponse))),
    )


def _check_names(indicators: Sequence[str], by: Sequence[str]) -> None:
    """Refuse a name asked for twice, and a by-column named like a column of `domains`."""
    for names in (indicators, by):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise DesignError(f"asked for twice: {twice}")
    taken = [name for name in by if name in RESERVED]
    if taken:
        raise DesignError(f"the frame of domains has columns {taken} of its own; rename the by-columns")


def _summary(counted: Tally, strata: pd.DataFrame) -> pd.Series:
    """Give the counts and the spread of the weights of the whole sample."""
    whole, psus = counted.whole, counted.psus
    seen = strata["n_psu_seen"]
    declared = declared_df(counted.design)
    values = {
        "rows": int(whole["rows"]),
        "persons": int(whole["persons"]),
        "strata": len(strata),
        "psu_sampled": int(strata["n_psu"].sum()),
        "psu_seen": int(psus["held"].sum()),
        "weight_sum": whole["weight"],
        "weight_min": whole["low"],
        "weight_median": whole["middle"],
        "weight_max": whole["high"],
        "weight_ratio": whole["high"] / whole["low"],
        "kish": float(kish(*(np.array([whole[key]]) for key in ("persons", "weight", "square")))[0]),
        "df": int((seen - (seen > 0)).sum()) if declared is None else declared,
    }
    return pd.Series(values, dtype=object, name="summary")


def _strata(counted: Tally) -> pd.DataFrame:
    """List the strata with their PSUs, rows and weights."""
    psus, columns = counted.psus, strata_columns(counted.design)
    groups = psus[psus["registered"]].groupby("__stratum")
    strata = pd.DataFrame(
        {
            "n_psu": groups["units"].sum(),
            "n_psu_seen": groups["held"].sum(),
            "n_rows": groups["rows"].sum(),
            "weight_sum": groups["weight"].sum(),
        }
    )
    strata["fraction"] = np.nan
    if counted.design.pps is not None:
        strata["fraction"] = strata["n_psu"] / (psus["units"] / psus["high"]).groupby(psus["__stratum"]).sum()
    elif counted.design.population_sizes:
        strata["fraction"] = strata["n_psu"] / groups["high"].max()
    strata["fraction"] = strata["fraction"].where(strata["fraction"] <= 1)
    certain = strata["fraction"] == 1
    strata.insert(4, "lonely", (strata["n_psu"] == 1) & ~certain & bool(counted.design.psu_columns))
    first = psus[psus["registered"]].groupby("__stratum").head(1)
    names = first.index.to_frame()[list(columns)].set_axis(first["__stratum"])
    return names.join(strata).reset_index(drop=True)


def _nonresponse(counted: Tally) -> pd.DataFrame:
    """List PSUs in which far more persons than elsewhere, or all, have no value."""
    names = () if counted.design.psu is None else counted.indicators
    blocks = [_missing_by_psu(counted, name) for name in names]
    columns = {"indicator": str, **dict.fromkeys(counted.psus.index.names, object), "n": int}
    empty = pd.DataFrame(columns=[*columns, "missing", "chance", "whole"]).astype({"whole": bool})
    filled = [block for block in blocks if len(block)]
    return pd.concat(filled, ignore_index=True) if filled else empty


def _missing_by_psu(counted: Tally, name: str) -> pd.DataFrame:
    """List the PSUs in which one indicator misses more values than chance explains.

    Binomial at the share of all PSUs; Bonferroni over them, so that one list in twenty names one in error.
    """
    psus = counted.psus
    answers = np.bincount(counted.unit, counted.cells[f"count:{name}"].to_numpy(float), minlength=len(psus))
    n = psus["persons"].to_numpy(float)
    missing = n - answers
    share = missing.sum() / max(n.sum(), 1.0)
    chance = np.where(missing > 0, special.betainc(np.maximum(missing, 1), answers + 1, share), 1.0)
    whole = (n > 1) & (missing == n) & (share < MOSTLY_ANSWERED)
    table = psus.index.to_frame(index=False).assign(
        n=n.astype(int), missing=missing / np.maximum(n, 1), chance=chance, whole=whole
    )
    table.insert(0, "indicator", name)
    found: pd.DataFrame = table.loc[whole | (chance * len(psus) < FALSE_ALARM)]
    return found


def _tell(finding: Mapping[Hashable, str]) -> str:
    """Print a finding, one sentence a paragraph."""
    parts = [f"[{finding['severity']}] {finding['what']}: {finding['seen']}"]
    parts += [f"    {title:<10}{finding[name]}" for name, title in TITLES.items() if finding[name]]
    return "\n".join(fill(part, WIDTH, subsequent_indent=" " * 14) for part in parts)


def _lines(summary: pd.Series) -> str:
    """Print a summary, one value a line."""
    return "\n".join(
        f"{name:<14} {value:,.2f}" if isinstance(value, float) else f"{name:<14} {value:,}"
        for name, value in summary.items()
    )


def _text(table: pd.DataFrame) -> str:
    """Print a table, three decimals, without its index."""
    more = len(table) - ROWS_SHOWN
    shown = table.head(ROWS_SHOWN).to_string(index=False, float_format="{:.3f}".format, na_rep="-")
    return shown + (f"\n... and {more} rows more" if more > 0 else "")
