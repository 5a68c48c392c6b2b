"""International levels of a wave: persons scored by the declared levels, shares with their intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from estimation import estimate_proportions
from survey.indicators.conditions import NO, UNKNOWN, YES, Condition, Joined, judge, variables_in
from survey.indicators.definition import Definition
from survey.international_levels import Area, Framework, Levels, done, levels_for, read_levels
from survey.scored import PROVINCE, WEIGHT_COLUMNS, Scored

COLUMNS = (
    "framework", "measure", "base", "n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df",
    "deff", "cv", "quality", "reason",
)  # fmt: skip
BOUNDED = ("estimate", "se", "ci_low", "ci_high")
SHARE, AT_LEAST_BASIC = "share", "at_least_basic"
STEPS: Mapping[str, int] = {"low": 4, "narrow": 3, "limited": 2}  # areas that are at least basic
RUNGS = ("above", "basic", *STEPS, "none", "not_assessed")
TABLES = ("shares",)
Answers = Callable[[str], pd.Series]
Verdicts = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class International:
    """What a release says of international levels.

    Attributes
    ----------
    levels : Levels
        As the file said when the release was frozen.
    table : DataFrame
        :data:`COLUMNS`: of the whole territory, shares in 0..1. A measure is ``share`` for a framework of one
        rule; else ``<area>_basic`` (basic or above) and ``<area>_above``, ``at_least_basic`` (in all five
        areas), and :data:`RUNGS`, which exclude each other and are missing unless all of them are determined.
    """

    levels: Levels
    table: pd.DataFrame

    @property
    def source(self) -> bytes:
        """Bytes of the file of declarations."""
        return self.levels.source

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {"shares": self.table}


def international(answers: pd.DataFrame, scored: Scored) -> International | None:
    """Estimate every level of every framework for the whole territory.

    Parameters
    ----------
    answers : DataFrame
        Answers as codes, on the index of ``scored.persons``.
    scored : Scored
        Persons with their weights, and the definition that tells who is usable.

    Returns
    -------
    International or None
        None where the levels are not about this definition, or the form does not ask what they need.
    """
    levels = levels_for(scored.definition)
    if levels is None or not _questions(levels, scored.definition) <= set(answers):
        return None
    scores = level_scores(answers, levels, scored.definition)
    names = {f"level_{place}": meaning for place, meaning in enumerate(scores.columns)}
    drawn = ["stratum", "ea_code", *WEIGHT_COLUMNS.values(), *scored.calibration.variables]
    kept = scored.persons[list(dict.fromkeys(drawn))]  # the other scores are of no use here
    persons = pd.concat([kept, scores.set_axis(list(names), axis=1)], axis=1)
    found = estimate_proportions(persons, list(names), design=scored.design, interval=scored.interval).frame
    meaning = pd.DataFrame([names[one] for one in found["indicator"]], columns=list(COLUMNS[:3]))
    table = pd.concat([meaning, found.reset_index(drop=True)], axis=1)[list(COLUMNS)]
    return International(levels, pd.concat([table, *_bounds(table, levels, scored)], ignore_index=True))


def level_scores(answers: pd.DataFrame, levels: Levels, definition: Definition) -> pd.DataFrame:
    """Score every person by every measure on every base of persons.

    Returns
    -------
    DataFrame of float on the index of `answers`
        Columns (framework, measure, base): 1 holds, 0 does not, missing = undetermined or outside the base.
    """
    read = _reader(answers, definition)
    usable = judge(definition.record_filter, read, {}) == YES
    belongs = {
        name: usable & (judge(one.where, read, {}) == YES)
        for name, one in levels.populations.items()
        if one.where is not None
    }
    judged: list[tuple[Framework, dict[str, Verdicts]]] = []
    for one in levels.frameworks:  # two of them count the same activities, of other people
        alike = [told for known, told in judged if one.areas and known.areas == one.areas]
        judged.append((one, alike[0] if alike else dict(_measures(one, levels.gate, read))))
    columns = {
        (framework.id, measure, base): np.where(belongs[base], _numbers(verdicts), np.nan)
        for framework, measures in judged
        for measure, verdicts in measures.items()
        for base in framework.bases
        if base in belongs and _applies(measure, base)
    }
    return pd.DataFrame(columns, index=answers.index)


def _applies(measure: str, base: str) -> bool:
    """Tell whether a measure can be seen in a base: nobody in that of the internet users was passed over."""
    return measure != "not_assessed" or base != "internet3m"


def _measures(framework: Framework, gate: Condition, read: Answers) -> Iterator[tuple[str, Verdicts]]:
    """Judge every measure of a framework for every person."""
    if framework.rule is not None:
        yield SHARE, judge(framework.rule, read, {})
        return
    basic = {area.id: judge(_reaches(area, 1, gate), read, {}) for area in framework.areas}
    above = {area.id: judge(_reaches(area, area.above, gate), read, {}) for area in framework.areas}
    for area in framework.areas:
        yield f"{area.id}_basic", basic[area.id]
        yield f"{area.id}_above", above[area.id]
    at_least, every = np.stack(list(basic.values())), np.stack(list(above.values()))
    yield AT_LEAST_BASIC, at_least.min(axis=0)
    yield from _rungs(judge(gate, read, {}), at_least, every).items()


def _reaches(area: Area, least: int, gate: Condition) -> Joined:
    """Return the condition that a person who was asked did at least so many activities of an area."""
    activities = tuple(done(one) for one in area.activities)
    return Joined("all", (gate, Joined("at_least", activities, least)))


def _rungs(asked: Verdicts, basic: Verdicts, above: Verdicts) -> dict[str, Verdicts]:
    """Judge the overall levels, of which everybody whose areas are all determined has exactly one.

    Parameters
    ----------
    asked : ndarray, shape (n,)
    basic, above : ndarray, shape (5, n)
    """
    known = (asked != UNKNOWN) & (basic != UNKNOWN).all(axis=0) & (above != UNKNOWN).all(axis=0)
    areas, whole = (basic == YES).sum(axis=0), len(basic)
    top = (above == YES).all(axis=0)
    held = {
        "above": top,
        "basic": (areas == whole) & ~top,
        **{name: areas == count for name, count in STEPS.items()},
        "none": (asked == YES) & (areas < min(STEPS.values())),
        "not_assessed": asked == NO,
    }
    return {name: np.where(known, np.where(held[name], YES, NO), UNKNOWN) for name in RUNGS}


def _bounds(table: pd.DataFrame, levels: Levels, scored: Scored) -> Iterator[pd.DataFrame]:
    """Lower bound on a base that also holds persons who were not asked, each counted as without the skill."""
    share = scored.gazetteer.share_15plus(PROVINCE)
    for framework in levels.frameworks:
        for base in framework.bases:
            asked = levels.populations[base].bound_of
            if asked and not share.empty:
                rows = table[(table["framework"] == framework.id) & (table["base"] == asked)]
                known = float(share[PROVINCE])
                yield rows.assign(base=base, **{name: rows[name] * known for name in BOUNDED})


def _reader(answers: pd.DataFrame, definition: Definition) -> Answers:
    """Find the answers to a question, also under the names that the definition derives."""
    return lambda name: answers[definition.aliases.get(name, name)]


def _questions(levels: Levels, definition: Definition) -> set[str]:
    """Name the questions that the levels read."""
    wheres = [one.where for one in levels.populations.values() if one.where is not None]
    rules = [one.rule for one in levels.frameworks if one.rule is not None]
    activities = {
        activity.question for one in levels.frameworks for area in one.areas for activity in area.activities
    }
    read = {name for condition in (*wheres, *rules, levels.gate) for name in variables_in(condition)}
    return {definition.aliases.get(name, name) for name in read | activities}


def _numbers(verdicts: Verdicts) -> np.ndarray:
    return np.asarray(np.array([0.0, np.nan, 1.0])[verdicts])


def from_frames(frames: Mapping[str, pd.DataFrame], source: bytes) -> International:
    """Put together what a release keeps: the table, and the declarations as they were."""
    return International(read_levels(source), frames["shares"])
