"""Audit of the draw within the household: whether chance drew the person, and that person was interviewed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from survey.fieldwork.lottery import Comparison, compare, uniform_p
from survey.fieldwork.sample_list import NO_LINE
from survey.fieldwork.settling import COMPLETE, PARTIAL
from survey.messages import Finding, finding
from survey.validation.evidence import Evidence
from survey.validation.households import draws, eligible_members, other_respondent
from survey.weights import age_groups

NEEDED = ("drawn_line", "respondent_line", "eligible_members", "member_eligible", "disposition", "household")
DRAWN, INTERVIEWED = "drawn", "interviewed"
FIRST, NOT_FIRST = "first", "not_first"
TRAITS = ("sex", "age_group", "place")
# A wave is tested at two stages by three traits; together they raise a false alarm once in a hundred waves.
ALARM = 0.01 / 6
# Stage of the selection -> the finding that chance did not decide there.
NOT_BY_CHANCE: Mapping[str, str] = {
    DRAWN: "selection_not_by_chance_drawn",
    INTERVIEWED: "selection_not_by_chance_interviewed",
}
FIGURES = ("households", "observed", "expected", "statistic", "df", "p")
# Trait -> how it is called in the finding about it.
NAMES: Mapping[str, Mapping[str, str]] = {
    "sex": {"vi": "giới tính", "en": "sex"},
    "age_group": {"vi": "nhóm tuổi", "en": "age group"},
    "place": {"vi": "vị trí trong danh sách hộ", "en": "place in the roster"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Whether the draw within the household was kept.

    Attributes
    ----------
    drawn : int
        Households in which a person was drawn.
    chosen : int
        Those with two or more eligible persons, in which chance had a choice.
    checked : int
        Those of which the random numbers are known.
    tests : DataFrame, one row a stage, trait and category
        ``stage`` (drawn, interviewed), ``trait`` (sex, age_group, place in the roster), ``category``,
        ``households``; persons ``observed``, and ``expected`` had one eligible person of each household been
        taken with equal chance; ``statistic``, ``df`` and ``p`` of the whole trait. For the place, p is the
        exact one-sided probability that chance takes the first person of the roster so often.
    uniform_p : float
        p of the random numbers being uniform (Kolmogorov–Smirnov), NaN without any.
    findings : tuple of Finding
        Draws not on the largest number, interviews with another person, rosters changed after the draw, and
        traits that chance does not explain.
    """

    drawn: int
    chosen: int
    checked: int
    tests: pd.DataFrame
    uniform_p: float
    findings: tuple[Finding, ...]

    def count(self, code: str) -> int:
        """Count the findings of one code."""
        return sum(found.code == code for found in self.findings)

    @property
    def is_suspect(self) -> bool:
        """Whether chance does not explain who was drawn or interviewed."""
        return any(found.code in NOT_BY_CHANCE.values() for found in self.findings)


def audit_selection(evidence: Evidence) -> Selection | None:
    """Audit the draw of the respondent in every household.

    No weights and no design enter: chance acted within the household alone; see
    :func:`survey.fieldwork.lottery.compare`.

    Parameters
    ----------
    evidence : Evidence
        Of the submissions that count, one a household.

    Returns
    -------
    Selection or None
        None where the form does not have the questions for it.
    """
    if not all(evidence.knows(role) for role in NEEDED):
        return None
    members = _traits(eligible_members(evidence))
    drawn = _lines_of(evidence, "drawn_line")
    talked = evidence.answers("disposition").isin([COMPLETE, PARTIAL])
    asked = _lines_of(evidence, "respondent_line").where(talked).dropna()
    lots = {DRAWN: lottery(members, drawn), INTERVIEWED: lottery(members, asked)}
    tests = pd.DataFrame(
        [row for stage, lot in lots.items() for row in _tested(stage, lot)],
        columns=["stage", "trait", "category", *FIGURES],
    )
    sizes = members.groupby("key").size().reindex(drawn.index, fill_value=0)
    numbered = members.dropna(subset=["draw"])
    return Selection(
        drawn=len(drawn),
        chosen=int((sizes > 1).sum()),
        checked=int(drawn.index.isin(numbered["key"]).sum()),
        tests=tests,
        uniform_p=uniform_p(numbered["draw"].to_numpy(dtype=float)),
        findings=(
            *(draws(evidence) if evidence.knows("member_draw") else ()),
            *other_respondent(evidence),
            *_changed_rosters(evidence, members, drawn),
            *_not_by_chance(tests),
        ),
    )


def lottery(members: pd.DataFrame, lines: pd.Series) -> pd.DataFrame:
    """List the eligible persons of the households in which one of them was taken.

    Parameters
    ----------
    members : DataFrame
        ``key, line`` and traits of the eligible persons.
    lines : Series of str
        Line taken, by key.

    Returns
    -------
    DataFrame
        The same columns and ``taken`` (bool), exactly one a household.
    """
    marked = members.assign(taken=members["line"] == members["key"].map(lines))
    return marked[marked.groupby("key")["taken"].transform("sum") == 1]


def first_persons(evidence: Evidence) -> pd.DataFrame:
    """Tell, for each interview, whether its respondent is the first eligible person of the roster.

    Returns
    -------
    DataFrame, one row an interview of a household with two or more eligible persons
        Index the key; ``first`` (bool) and the ``chance`` of it.
    """
    if not all(evidence.knows(role) for role in NEEDED):
        return pd.DataFrame({"first": pd.Series([], dtype=bool), "chance": pd.Series([], dtype=float)})
    lot = lottery(_traits(eligible_members(evidence)), _lines_of(evidence, "respondent_line"))
    lot = lot.assign(chance=1 / lot.groupby("key")["key"].transform("size"), first=lot["place"] == FIRST)
    taken = lot[lot["taken"] & (lot["chance"] < 1)]
    return taken.set_index("key")[["first", "chance"]]


def _traits(members: pd.DataFrame) -> pd.DataFrame:
    """Add age group and place to the eligible persons, which stand in the order of the roster."""
    bands = age_groups(members["age"])
    place = members["key"].duplicated().map({False: FIRST, True: NOT_FIRST})
    return members.assign(age_group=bands.where(members["age"].notna()), place=place)


def _lines_of(evidence: Evidence, role: str) -> pd.Series:
    lines = evidence.answers(role).dropna()
    return lines[~lines.isin(NO_LINE)]


def _tested(stage: str, lot: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Lay out the comparisons of one stage, a row a category."""
    for trait in TRAITS:
        found = compare(lot, trait)
        for place, category in enumerate(found.categories if found else ()):
            assert found is not None
            yield {
                "stage": stage,
                "trait": trait,
                "category": category,
                "households": found.households,
                "observed": int(found.observed[place]),
                "expected": float(found.expected[place]),
                "statistic": found.statistic,
                "df": found.df,
                "p": _p_value(trait, found),
            }


def _p_value(trait: str, found: Comparison) -> float:
    """Both sides count, but for the first of the roster: who takes it easy takes that one too often."""
    if trait == "place" and FIRST in found.categories and found.df:
        return float(found.excess_p[found.categories.index(FIRST)])
    return found.p


def _changed_rosters(evidence: Evidence, members: pd.DataFrame, drawn: pd.Series) -> Iterator[Finding]:
    """Report rosters that are no longer those of which the person was drawn."""
    counted = members.groupby("key").size().reindex(drawn.index, fill_value=0)
    told = pd.to_numeric(evidence.answers("eligible_members"), errors="coerce").reindex(drawn.index)
    listed = pd.MultiIndex.from_frame(members[["key", "line"]])
    absent = ~pd.MultiIndex.from_arrays([drawn.index, drawn]).isin(listed)
    households = evidence.answers("household")
    for key in drawn.index[(told.notna() & (told != counted)) | absent]:
        facts = {"line": drawn[key], "counted": counted[key], "told": f"{told[key]:.0f}"}
        yield finding("selection_roster_changed", value=str(households[key]), facts=facts)


def _not_by_chance(tests: pd.DataFrame) -> Iterator[Finding]:
    """Report the traits whose numbers chance does not explain, with the category furthest off."""
    rare = tests[(tests["p"] < ALARM) & (tests["category"] != NOT_FIRST)]
    rare = rare.assign(off=(rare["observed"] - rare["expected"]).abs()).sort_values("off", ascending=False)
    for row in rare.drop_duplicates(["stage", "trait"]).sort_index().to_dict("records"):
        yield finding(
            NOT_BY_CHANCE[row["stage"]],
            value=row["category"],
            facts={
                **{f"trait_{language}": name for language, name in NAMES[row["trait"]].items()},
                "observed": row["observed"],
                "expected": round(row["expected"]),
                "households": row["households"],
            },
        )
