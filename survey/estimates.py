"""The tables that are published: every condition by every breakdown, its companions, and the verdicts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from estimation import Calibration, Design, Estimates, Replicates, estimate_proportions
from survey.comparable import BY
from survey.geography import Gazetteer
from survey.indicators import score
from survey.indicators.definition import Definition
from survey.weights import AGE_BANDS, Weights

Weighting = Literal["base", "nonresponse", "raked"]
COLUMNS = (
    "indicator", "base", "breakdown", "unit", "n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high",
    "df", "deff", "cv", "quality", "reason",
)  # fmt: skip
VERDICT_COLUMNS = (
    "indicator", "base", "breakdown", "unit", "year", "op", "target", "estimate", "ci_low", "ci_high",
    "quality", "gap", "confidence_met", "p_met", "p_not_met", "holm_p_met", "holm_p_not_met", "verdict",
    "family_verdict", "shown_verdict",
)  # fmt: skip
BOUNDED = ("estimate", "se", "ci_low", "ci_high")
PROVINCE = "province"
BREAKDOWNS = (PROVINCE, "district", "residence", "sex", "age_group", "ethnicity")
WITH_BOUND = (PROVINCE, "district", "residence")
STRICT = "strict"
FIXED_UNITS: Mapping[str, tuple[str, ...]] = {
    PROVINCE: (PROVINCE,),
    "residence": ("urban", "rural"),
    "sex": ("1", "2"),
    "age_group": tuple(AGE_BANDS),
    "ethnicity": ("kinh", "other"),
}
WEIGHT_COLUMNS: Mapping[str, str] = {"base": "w_base", "nonresponse": "w_nr", "raked": "w_raked"}


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Weighted and scored persons of a wave, ready for any table.

    Attributes
    ----------
    persons : DataFrame
        One row a usable interview: breakdowns, design, weights, and every score of the definition.
    register : DataFrame
        ``stratum, ea_code`` of every sampled area.
    calibration : Calibration
        Margins that the raked weights meet, as the geography pack declares them.
    interval : str
        Method of the confidence intervals.
    weighting : {"base", "nonresponse", "raked"}
    """

    persons: pd.DataFrame
    register: pd.DataFrame
    definition: Definition
    gazetteer: Gazetteer
    calibration: Calibration
    weighting: Weighting = "raked"
    interval: str = "logit"

    @property
    def design(self) -> Design:
        """Stratified sample of areas; raked weights carry their calibration into the variance (M10)."""
        return self.design_of(
            WEIGHT_COLUMNS[self.weighting],
            calibration=self.calibration if self.weighting == "raked" else None,
        )

    def design_of(
        self, weight: str, *, calibration: Calibration | None, replicates: Replicates | None = None
    ) -> Design:
        """Give the same sample under a column of other weights."""
        return Design(
            weight=weight,
            strata="stratum",
            psu="ea_code",
            register=self.register,
            calibration=calibration,
            replicates=replicates,
        )

    def units(self, breakdown: str) -> list[str]:
        """Units that must appear in a breakdown, in the order in which they are shown."""
        if breakdown == "district":
            return list(self.gazetteer.districts()["code"])
        return list(FIXED_UNITS[breakdown])

    def published(self) -> dict[str, tuple[str, str]]:
        """Columns of `persons` that are published, each with its condition and its base."""
        return published(self.definition)


def published(definition: Definition) -> dict[str, tuple[str, str]]:
    """Name a column for every published share: all conditions on the first base, the headline on others.

    Returns
    -------
    dict
        Column -> (condition, base); ``headline`` -> (headline, age15plus), ``headline_working`` -> (headline,
        working), ``fields_0`` -> (fields_0, age15plus).
    """
    first = definition.headline.base
    counts = [f"fields_{count}" for count in range(len(definition.domains) + 1)]
    columns = {name: (name, first) for name in (*definition.conditions, *counts)}
    for entry in definition.publish:
        if entry.base != first and definition.bases[entry.base].where is not None:
            columns[f"{entry.rule}_{entry.base}"] = (entry.rule, entry.base)
    return columns


def scored(
    weights: Weights,
    definition: Definition,
    gazetteer: Gazetteer,
    *,
    year: int,
    weighting: Weighting = "raked",
    interval: str = "logit",
) -> Scored:
    """Score the weighted persons; a score outside its base is missing, so outside every domain."""
    needed = ["stratum", "ea_code", *weights.calibration.variables, *WEIGHT_COLUMNS.values(), *BREAKDOWNS[1:]]
    persons = weights.persons[list(dict.fromkeys(needed))]
    scores = score(weights.persons, definition, year)
    shares = {
        column: scores[rule].where(scores[f"base_{base}"] == 1)
        for column, (rule, base) in published(definition).items()
    }
    return Scored(
        pd.concat([persons, pd.DataFrame(shares)], axis=1),
        weights.register,
        definition,
        gazetteer,
        weights.calibration,
        weighting,
        interval,
    )


def estimate_table(scored: Scored, breakdown: str) -> pd.DataFrame:
    """Every condition by one breakdown, without the companions that only a release holds."""
    _check(breakdown)
    asked = [
        column for column, (rule, _) in scored.published().items() if rule in scored.definition.conditions
    ]
    return _named(scored, _estimates(scored, breakdown, asked).frame, breakdown)[list(COLUMNS)]


def published_table(scored: Scored, breakdown: str) -> pd.DataFrame:
    """Every published share by one breakdown as a release holds it, the lower bounds apart."""
    _check(breakdown)
    found = _estimates(scored, breakdown, list(scored.published()))
    return _named(scored, found.frame, breakdown)[list(COLUMNS)]


@dataclass(frozen=True, slots=True, eq=False)
class ReleaseTables:
    """What a release says of one wave.

    Attributes
    ----------
    estimates, verdicts : DataFrame
        All breakdowns, companions included.
    comparable : mapping of breakdown to Estimates
        The same estimates, lower bounds apart, with what a comparison with a later wave needs.
    """

    estimates: pd.DataFrame
    verdicts: pd.DataFrame
    comparable: Mapping[str, Estimates]


def release_tables(scored: Scored) -> ReleaseTables:
    """Estimate and judge every breakdown, companions included."""
    estimates: list[pd.DataFrame] = []
    verdicts: list[pd.DataFrame] = []
    comparable: dict[str, Estimates] = {}
    for breakdown in BREAKDOWNS:
        found = _estimates(scored, breakdown, list(scored.published()))
        named = _named(scored, found.frame, breakdown)[list(COLUMNS)]
        comparable[breakdown] = replace(found, frame=named, by=BY)
        estimates.append(named)
        verdicts.extend(_verdicts(scored, found, breakdown))
        if breakdown in WITH_BOUND:
            estimates.extend(_lower_bounds(scored, named, breakdown))
    return ReleaseTables(
        pd.concat(estimates, ignore_index=True), pd.concat(verdicts, ignore_index=True), comparable
    )


def _estimates(scored: Scored, breakdown: str, columns: list[str]) -> Estimates:
    return estimate_proportions(
        scored.persons,
        columns,
        design=scored.design,
        by=None if breakdown == PROVINCE else breakdown,
        levels=None if breakdown == PROVINCE else scored.units(breakdown),
        interval=scored.interval,
    )


def _named(scored: Scored, frame: pd.DataFrame, breakdown: str) -> pd.DataFrame:
    """Name condition, base, breakdown and unit of every row of estimates."""
    meaning = scored.published()
    return frame.assign(
        indicator=frame["indicator"].map({column: rule for column, (rule, _) in meaning.items()}),
        base=frame["indicator"].map({column: base for column, (_, base) in meaning.items()}),
        breakdown=breakdown,
        unit=PROVINCE if breakdown == PROVINCE else frame[breakdown].astype("str"),
    )


def _verdicts(scored: Scored, found: Estimates, breakdown: str) -> Iterator[pd.DataFrame]:
    """Judge the headline and its strict companion against every goal (M7)."""
    rules = (scored.definition.headline.rule, STRICT)
    for goal in scored.definition.goals:
        judged = _named(scored, found.against(goal.target, op=goal.op), breakdown)
        judged = judged[judged["indicator"].isin(rules)].assign(year=goal.year, op=goal.op)
        read = judged["verdict"] if breakdown == PROVINCE else judged["family_verdict"]
        shown = read.astype("str").mask(judged["quality"] == "suppress", "none")
        yield judged.assign(shown_verdict=shown)[list(VERDICT_COLUMNS)]


def _lower_bounds(scored: Scored, estimates: pd.DataFrame, breakdown: str) -> Iterator[pd.DataFrame]:
    """Lower bound on a base that also holds persons who were not asked, each counted as unskilled."""
    first = scored.definition.headline.base
    share = scored.gazetteer.share_15plus(breakdown)
    for entry in scored.definition.publish:
        if scored.definition.bases[entry.base].factor is None:
            continue
        asked = estimates[(estimates["indicator"] == entry.rule) & (estimates["base"] == first)]
        known = asked["unit"].map(share)
        yield asked.assign(base=entry.base, **{name: asked[name] * known for name in BOUNDED})


def _check(breakdown: str) -> None:
    if breakdown not in BREAKDOWNS:
        raise ValueError(f"unknown breakdown {breakdown!r}; choose one of {', '.join(BREAKDOWNS)}")
