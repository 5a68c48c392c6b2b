"""Other ways to weigh the same wave, each with the headline it would have given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation import Calibration, Replicates, estimate_proportions
from estimation.design import DesignError
from estimation.variance import LonelyPsuError
from estimation.weighting import (
    WeightingError,
    calibrate,
    class_factors,
    kish_effect,
    likely_eligible,
    rake,
    trim,
)
from estimation.weighting.propensity import propensity_classes, response_propensity
from estimation.weighting.replicating import ReplicateWeights, replicate_weights
from survey.fieldwork import outcome
from survey.frame_units import widest_units
from survey.scored import Scored
from survey.wave import WeighedWave

BOUNDS = (0.5, 2.0)
TIMES_MEDIAN = 3.5
TRIM_ROUNDS = 10
CLASSES = 5
KNOWN_OF_ALL = ("unit", "residence")
JACKKNIFE = Replicates(kind="jkn")  # no chance in it: a bootstrap of 500 would differ by 3 % from another
BEFORE, AFTER, REPLICATE = "choice_before", "choice_after", "choice_{}"


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Weights of one choice: before and after calibration, replicates of them, and cells that were merged.

    `start` are the weights that the factors are taken from, where they are not those before calibration.
    """

    before: pd.Series
    after: pd.Series
    replicates: ReplicateWeights | None = None
    start: pd.Series | None = None
    calibrated: bool = True
    merged: pd.DataFrame | None = None


def choices_table(weighed: WeighedWave, scored: Scored) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate the headline under every choice.

    Parameters
    ----------
    weighed : WeighedWave
    scored : Scored
        Its scored persons.

    Returns
    -------
    choices, merged : DataFrame
        As :class:`survey.weighting_report.WeightingReport` describes them; a choice that the sample does not
        allow has a row that says why.
    """
    rows, merged = [], []
    for name, weigh in CHOICES.items():
        try:
            chosen = weigh(weighed)
            found = headline(scored, chosen)
            rows.append({"choice": name, **found, **_shape(chosen), "problem": ""})
            if chosen.merged is not None:
                merged.append(chosen.merged.assign(kind="propensity_class", factor=np.nan))
        except (WeightingError, LonelyPsuError, DesignError) as problem:
            rows.append({"choice": name, "quality": "", "problem": str(problem)})
    table = pd.DataFrame(rows)
    published = table.iloc[0]
    compared = table.assign(
        difference=table["estimate"] - published["estimate"], se_ratio=table["se"] / published["se"]
    )
    return compared, pd.concat(merged) if merged else pd.DataFrame(columns=["kind", "cell", "into", "factor"])


def headline(scored: Scored, chosen: Chosen) -> dict[str, object]:
    """Estimate the headline of the province under some weights."""
    given = _columns(chosen.replicates)
    columns = {BEFORE: chosen.before, AFTER: chosen.after, **given}
    rule = scored.definition.headline.rule
    known = scored.persons[list(dict.fromkeys(("stratum", "ea_code", rule, *scored.calibration.variables)))]
    persons = pd.concat([known, pd.DataFrame(columns, index=known.index)], axis=1)
    calibration = Calibration(variables=scored.calibration.variables, initial_weight=BEFORE)
    design = scored.design_of(
        AFTER,
        calibration=calibration if chosen.calibrated and not given else None,
        replicates=Replicates(kind="jkn", columns=list(given), rscales=chosen.replicates.rscales.tolist())
        if chosen.replicates
        else None,
    )
    found = estimate_proportions(persons, [rule], design=design, interval=scored.interval).frame.iloc[0]
    wanted = ("n", "estimate", "se", "ci_low", "ci_high", "deff", "n_eff", "df", "quality", "reason")
    return {name: found[name] for name in wanted}


def _columns(replicates: ReplicateWeights | None) -> dict[str, np.ndarray]:
    if replicates is None:
        return {}
    return {REPLICATE.format(place): column for place, column in enumerate(replicates.calibrated.T)}


def _shape(chosen: Chosen) -> dict[str, float]:
    """How unequal the weights are, and by how much calibration changed them."""
    factor = chosen.after / (chosen.before if chosen.start is None else chosen.start)
    return {
        "kish": kish_effect(chosen.after),
        "spread": float(chosen.after.max() / chosen.after.median()),
        "factor_min": float(factor.min()) if chosen.calibrated else np.nan,
        "factor_max": float(factor.max()) if chosen.calibrated else np.nan,
    }


def _published(weighed: WeighedWave) -> Chosen:
    persons = weighed.weights.persons
    return Chosen(persons["w_nr"], persons["w_raked"])


def _as_if_fixed(weighed: WeighedWave) -> Chosen:
    """Take the published weights, and leave their calibration out of the variance."""
    persons = weighed.weights.persons
    return Chosen(persons["w_nr"], persons["w_raked"], calibrated=False)


def _repeated(weighed: WeighedWave) -> Chosen:
    """Repeat nonresponse and raking of the published weights in every jackknife replicate."""
    names = {
        "a": "weight", "E": "eligible", "NE": "ineligible", "U": "unknown", "R": "respondents",
    }  # fmt: skip
    persons, areas = weighed.weights.persons, weighed.weights.areas
    psus = areas.rename(columns=names).set_index("ea_code")[["stratum", *names.values()]]
    made = replicate_weights(
        psus, persons, weighed.weights.margins, psu="ea_code", within="n_eligible", replicates=JACKKNIFE
    )
    return Chosen(persons["w_nr"], persons["w_raked"], replicates=made)


def _linear(weighed: WeighedWave) -> Chosen:
    return _calibrated(weighed, "linear", None)


def _bounded(weighed: WeighedWave) -> Chosen:
    return _calibrated(weighed, "logit", BOUNDS)


def _calibrated(weighed: WeighedWave, method: str, bounds: tuple[float, float] | None) -> Chosen:
    persons = weighed.weights.persons
    fitted = calibrate(persons, "w_nr", weighed.weights.margins, method=method, bounds=bounds)
    return Chosen(persons["w_nr"], fitted.weight)


def _trimmed(weighed: WeighedWave) -> Chosen:
    """Cap at a multiple of the median and rake again, in turn, until raking lifts nothing over the cap."""
    persons, margins = weighed.weights.persons, weighed.weights.margins
    before, after = persons["w_nr"], persons["w_raked"]
    for _ in range(TRIM_ROUNDS):
        cut = trim(persons.assign(**{AFTER: after}), AFTER, times_median=TIMES_MEDIAN)
        if not cut.moved > 0:
            break
        before = cut.weight
        after = rake(persons.assign(**{BEFORE: before}), BEFORE, margins).weight
    return Chosen(before, after, start=persons["w_nr"])


def _by_propensity(weighed: WeighedWave) -> Chosen:
    """Nonresponse by classes of response propensity in place of enumeration areas; then raking."""
    persons, issued = weighed.weights.persons, _issued(weighed)
    eligible = issued[~issued["unknown"] & ~issued["ineligible"]]
    fitted = response_propensity(eligible, "a", respondent="answered", categories=KNOWN_OF_ALL)
    cells = issued[list(KNOWN_OF_ALL)].apply(tuple, axis=1)
    by_cell = fitted.propensity.groupby(cells[eligible.index]).first()
    propensity = cells.map(by_cell).fillna(fitted.propensity.mean())
    issued = issued.assign(propensity_class=propensity_classes(propensity, issued["a"], CLASSES))
    issued = issued.assign(
        likely=likely_eligible(
            issued, "a", eligible="known", ineligible="ineligible", classes="propensity_class"
        )
    )
    adjusted = class_factors(
        issued, "a", eligible="likely", respondent="answered", classes="propensity_class"
    )
    household = adjusted.weight.set_axis(issued["hh_id"])
    before = persons["hh_id"].map(household).astype(float) * persons["n_eligible"]
    raked = rake(persons.assign(**{BEFORE: before}), BEFORE, weighed.weights.margins).weight
    return Chosen(before, raked, merged=adjusted.merged)


def _issued(weighed: WeighedWave) -> pd.DataFrame:
    """Issued households with their base weight and what is known of all of them."""
    households, place = weighed.fieldwork.households, weighed.wave.sample_eas.set_index("ea_code")
    letter, area = outcome(households["disposition"]), households["ea_code"]
    return pd.DataFrame(
        {
            "hh_id": households["hh_id"],
            "a": area.map(weighed.weights.areas.set_index("ea_code")["a"]).astype(float),
            "unit": area.map(place[widest_units(weighed.wave.sample_eas)[1]]),
            "residence": area.map(place["residence"]),
            "answered": letter.isin(["I", "P"]),
            "ineligible": letter.eq("NE"),
            "unknown": letter.eq("UH"),
            "known": ~letter.isin(["NE", "UH"]),
        }
    )


CHOICES: Mapping[str, Callable[[WeighedWave], Chosen]] = {
    "published": _published,
    "repeated": _repeated,
    "fixed": _as_if_fixed,
    "propensity": _by_propensity,
    "linear": _linear,
    "logit": _bounded,
    "trimmed": _trimmed,
}
