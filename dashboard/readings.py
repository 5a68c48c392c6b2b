"""What a release says of one place: an estimate with its quality, and its verdicts against the goals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from dashboard.kept import kept

PROVINCE = "province"
DIRECT, APPORTIONED = "direct", "apportioned"
FIELDS = ("ps", "health", "education", "transport", "tourism", "banking")
FIELD_COUNTS = tuple(f"fields_{count}" for count in range(7))


@dataclass(frozen=True, slots=True)
class Measure:
    """An indicator on a base, under the name the app has for it.

    Attributes
    ----------
    name : str
        Key of its words, and its name in the address of a page.
    indicator, base : str
        As in the tables of the release.
    """

    name: str
    indicator: str
    base: str


LEAST_RESPONDENTS = 30
HEADLINE = Measure("headline", "headline", "age15plus")
COMPANIONS = (
    HEADLINE,
    Measure("headline_working", "headline", "working"),
    Measure("headline_all_ages", "headline", "all_ages"),
    Measure("lenient", "lenient", "age15plus"),
    Measure("strict", "strict", "age15plus"),
    Measure("know_all", "know_all", "age15plus"),
    Measure("use12_ps_self", "use12_ps_self", "age15plus"),
)
JUDGED = {measure.name: measure for measure in (COMPANIONS[0], COMPANIONS[1], COMPANIONS[4])}


@dataclass(frozen=True, slots=True)
class Reading:
    """One estimate; shares are in 0..1, `low` and `high` bound the confidence interval.

    `method` says how the unit was made of those of the sample: direct, recoded or apportioned.
    """

    unit: str
    n: int
    n_psu: int
    n_eff: float
    estimate: float
    low: float
    high: float
    df: float
    deff: float
    cv: float
    quality: str
    reason: str
    method: str = DIRECT

    @property
    def n_eff_shown(self) -> float:
        """Effective sample size as pages state it: no larger than the sample."""
        return min(self.n_eff, float(self.n))

    @property
    def hidden(self) -> bool:
        """Whether the publication standard keeps the number off the screen."""
        return self.quality == "suppress"

    @property
    def apportioned(self) -> bool:
        """Whether interviews were shared out between units, so that no verdict is taken."""
        return self.method == APPORTIONED


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of one estimate against one goal.

    Attributes
    ----------
    verdict, family : {"met", "not_met", "undecided"}
        Taken alone, and among all units of the breakdown.
    shown : str
        What a page may say: one of these, or "none".
    """

    year: int
    op: str
    target: float
    gap: float
    verdict: str
    family: str
    shown: str


def readings(
    estimates: pd.DataFrame, measure: Measure, breakdown: str, *, edition: str | None = None
) -> dict[str, Reading]:
    """Return the estimates of one measure by unit, in the order of the release.

    `edition` is needed for territorial units.
    """
    asked = (measure.indicator, measure.base, breakdown, edition)
    return dict(kept(estimates, asked, lambda: _read(_rows(estimates, measure, breakdown, edition))))


def _read(wanted: pd.DataFrame) -> dict[str, Reading]:
    rows = wanted.to_dict("records")
    return {str(row["unit"]): replace(reading_from(row), method=str(row["method"])) for row in rows}


def judgements(
    verdicts: pd.DataFrame, measure: Measure, breakdown: str, year: int, *, edition: str | None = None
) -> dict[str, Judgement]:
    """Return the verdicts of one measure against the goal of `year`, by unit."""
    asked = (measure.indicator, measure.base, breakdown, edition, year)
    return dict(kept(verdicts, asked, lambda: _judge(_rows(verdicts, measure, breakdown, edition), year)))


def _judge(wanted: pd.DataFrame, year: int) -> dict[str, Judgement]:
    return {
        str(row.unit): Judgement(
            year=int(row.year),
            op=str(row.op),
            target=float(row.target),
            gap=float(row.gap),
            verdict=_text(row.verdict),
            family=_text(row.family_verdict),
            shown=_text(row.shown_verdict) or "none",
        )
        for row in wanted[wanted["year"].astype(int) == year].itertuples()
    }


def goal_years(verdicts: pd.DataFrame) -> tuple[int, ...]:
    """Return the years that carry a goal, earliest first."""
    return tuple(sorted(int(year) for year in verdicts["year"].unique()))


REASONS: Mapping[str, str] = {
    "no respondent": "empty",
    "no degrees of freedom: one PSU a stratum": "undetermined",
    "standard error not estimable": "undetermined",
    "n or effective n below 30": "small",
    "interval width 0.30 or more": "wide",
    "interval wider than 130 % of the estimate": "relative",
    "df below 8": "freedom",
    "no event, or only events": "extreme",
    "standard error is 0": "flat",
    "interval wider than 130 % of the complement": "complement",
}


def reason_word(reading: Reading) -> str:
    """Return the name of the reason why an estimate is hidden or flagged, as the catalogue knows it."""
    word = REASONS.get(reading.reason, "other")
    return "few" if word == "small" and reading.n < LEAST_RESPONDENTS else word


def _rows(frame: pd.DataFrame, measure: Measure, breakdown: str, edition: str | None) -> pd.DataFrame:
    rows = frame[
        (frame["indicator"] == measure.indicator)
        & (frame["base"] == measure.base)
        & (frame["breakdown"] == breakdown)
    ]
    return rows if edition is None else rows[rows["edition"] == edition]


def _text(value: object) -> str:
    return "" if pd.isna(value) else str(value)


def reading_from(row: Mapping[Any, Any]) -> Reading:
    """Read an estimate off a row of a table that a release holds beside its published shares."""
    return Reading(
        unit=str(row.get("unit", PROVINCE)),
        n=int(row["n"]),
        n_psu=int(row["n_psu"]),
        n_eff=float(row["n_eff"]),
        estimate=float(row["estimate"]),
        low=float(row["ci_low"]),
        high=float(row["ci_high"]),
        df=float(row["df"]),
        deff=float(row["deff"]),
        cv=float(row["cv"]),
        quality=str(row["quality"]),
        reason=_text(row["reason"]),
    )
