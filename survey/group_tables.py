"""Who is left behind: every group beside others of its kind, beside everybody else, and how large it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from estimation import Estimates, estimate_proportions
from estimation.targets import holm
from survey.scored import GROUP_UNITS, Scored

# Table -> its columns.
MEASURES = ("estimate", "se", "ci_low", "ci_high", "df", "t", "p_value", "quality", "holm_p", "found")
TABLES: Mapping[str, tuple[str, ...]] = {
    "sizes": (
        "breakdown", "unit", "n", "estimate", "se", "ci_low", "ci_high", "df", "deff", "quality", "reason",
    ),
    "pairs": ("breakdown", "a", "b", *MEASURES),
    "rest": ("breakdown", "unit", *MEASURES),
}  # fmt: skip
NOT_TOLD = ""
INSIDE, OUTSIDE, SIDE, SIZE = "inside", "outside", "group_side", "size_{}"
LOWER, HIGHER, UNDECIDED, NOT_PUBLISHED = "lower", "higher", "undecided", "none"
HIDDEN = "suppress"
ERROR = 0.05
TWO = 2  # groups, of which each is the rest of the other


@dataclass(frozen=True, slots=True, eq=False)
class GroupTables:
    """What a release says of groups beyond the share in each of them; the share is always the headline.

    Attributes
    ----------
    sizes : DataFrame, one row a group
        ``n`` respondents, and their share of the population with its interval; ``unit`` "" are those who did
        not tell. The groups of a breakdown and these are everybody.
    pairs : DataFrame, one row two groups of a breakdown
        ``estimate`` is the share in `a` less the share in `b` (M8); ``holm_p`` is corrected for all pairs of
        the breakdown.
    rest : DataFrame, one row a group
        ``estimate`` is the share in the group less the share among everybody else who told their group;
        ``holm_p`` is corrected for the groups of the breakdown. Of two groups each is the rest of the other:
        one question, and nothing to correct. A group is below the rest exactly where it is below the average
        of those who told.

    ``found``: `lower`, `higher` or `undecided` at an error of 5 %, and `none` where an estimate in it is not
    published.
    """

    sizes: pd.DataFrame
    pairs: pd.DataFrame
    rest: pd.DataFrame

    def frames(self) -> dict[str, pd.DataFrame]:
        """Give every table by its name."""
        return {name: getattr(self, name) for name in TABLES}


def from_frames(frames: Mapping[str, pd.DataFrame]) -> GroupTables:
    """Put the tables together again."""
    return GroupTables(**{name: frames[name] for name in TABLES})


def group_tables(scored: Scored, comparable: Mapping[str, Estimates]) -> GroupTables:
    """Compare the groups of a wave by the headline.

    Parameters
    ----------
    scored : Scored
    comparable : mapping of breakdown to Estimates
        The estimates of the release, whose scores tell the covariance of two groups.

    Returns
    -------
    GroupTables
    """
    known = [one for one in GROUP_UNITS if one in comparable]
    found = {
        "sizes": _sizes(scored, known),
        "pairs": pd.concat([_pairs(scored, comparable[one], one) for one in known]),
        "rest": pd.concat([_beside_the_rest(scored, one) for one in known]),
    }
    return from_frames(
        {name: table[list(TABLES[name])].reset_index(drop=True) for name, table in found.items()}
    )


def _pairs(scored: Scored, estimates: Estimates, breakdown: str) -> pd.DataFrame:
    """Compare every two groups of one breakdown."""
    headline = (scored.definition.headline.rule, scored.definition.headline.base, breakdown)
    rows = [
        estimates.difference((*headline, first), (*headline, second)).assign(
            breakdown=breakdown, a=first, b=second
        )
        for first, second in combinations(GROUP_UNITS[breakdown], 2)
    ]
    return _judged(pd.concat(rows), questions=len(rows))


def _beside_the_rest(scored: Scored, breakdown: str) -> pd.DataFrame:
    """Compare every group of one breakdown with everybody who told to be in another."""
    rule, group = scored.definition.headline.rule, scored.persons[breakdown]
    rows = []
    for unit in GROUP_UNITS[breakdown]:
        side = group.eq(unit).map({True: INSIDE, False: OUTSIDE}).where(group.notna())
        beside = estimate_proportions(
            scored.persons.assign(**{SIDE: side}),
            rule,
            design=scored.design,
            by=SIDE,
            levels=[INSIDE, OUTSIDE],
            interval=scored.interval,
        )
        rows.append(beside.difference(INSIDE, OUTSIDE).assign(breakdown=breakdown, unit=unit))
    return _judged(pd.concat(rows), questions=1 if len(rows) == TWO else len(rows))


def _judged(compared: pd.DataFrame, *, questions: int) -> pd.DataFrame:
    """Correct the tests of a family by Holm, unless it is one question, and say what each of them found."""
    tests = compared["p_value"]
    corrected = tests.to_numpy(float) if questions == 1 else holm(tests)
    certain = corrected < ERROR
    below = compared["estimate"].to_numpy(float) < 0
    found = np.select([certain & below, certain], [LOWER, HIGHER], UNDECIDED)
    hidden = compared["quality"].eq(HIDDEN).to_numpy()
    return compared.assign(holm_p=corrected, found=np.where(hidden, NOT_PUBLISHED, found))


def _sizes(scored: Scored, breakdowns: Sequence[str]) -> pd.DataFrame:
    """Estimate how large every group is, those who did not tell among them."""
    parts = [(one, unit) for one in breakdowns for unit in (*GROUP_UNITS[one], NOT_TOLD)]
    belongs = {
        SIZE.format(place): _is_in(scored.persons[breakdown], unit)
        for place, (breakdown, unit) in enumerate(parts)
    }
    persons = pd.concat([scored.persons, pd.DataFrame(belongs).astype(float)], axis=1)
    found = estimate_proportions(persons, list(belongs), design=scored.design, interval=scored.interval)
    counts = [int(column.sum()) for column in belongs.values()]
    named = pd.DataFrame(parts, columns=["breakdown", "unit"])
    return pd.concat([named, found.frame.drop(columns=["indicator", "n"])], axis=1).assign(n=counts)


def _is_in(group: pd.Series, unit: str) -> pd.Series:
    return group.isna() if unit == NOT_TOLD else group.eq(unit)
