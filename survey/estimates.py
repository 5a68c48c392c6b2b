"""The tables that are published: every condition by every breakdown, its companions, and the verdicts."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from estimation import Estimates, estimate_proportions
from survey.comparable import BY
from survey.geography.recoding import APPORTIONED, DIRECT, TOO_WIDE, Recoding
from survey.groups import GROUPS
from survey.messages import Refusal, finding
from survey.scored import FIXED_UNITS, PROVINCE, WEIGHT_COLUMNS, Scored, sole_units

COLUMNS = (
    "indicator", "base", "breakdown", "unit", "n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high",
    "df", "deff", "cv", "quality", "reason", "edition", "method",
)  # fmt: skip
VERDICT_COLUMNS = (
    "indicator", "base", "breakdown", "unit", "year", "op", "target", "estimate", "ci_low", "ci_high",
    "quality", "gap", "confidence_met", "p_met", "p_not_met", "holm_p_met", "holm_p_not_met", "verdict",
    "family_verdict", "shown_verdict", "edition", "method",
)  # fmt: skip
BOUNDED = ("estimate", "se", "ci_low", "ci_high")
NO_VERDICT = "none"
JUDGED = ("gap", "confidence_met", "p_met", "p_not_met", "holm_p_met", "holm_p_not_met")
VERDICTS = ("verdict", "family_verdict", "shown_verdict")
WITHOUT_BOUND = ("sex", "age_group", "ethnicity", *GROUPS)
STRICT = "strict"
AT_ONCE = 40  # units in one call with all conditions: the scores of every estimate are held together
KEPT = COLUMNS[: COLUMNS.index("edition")]


def estimate_table(scored: Scored, breakdown: str, edition: str | None = None) -> pd.DataFrame:
    """Every condition by one breakdown, without the companions that only a release holds.

    Parameters
    ----------
    scored : Scored
    breakdown : str
        ``province``, ``residence``, ``sex``, ``age_group``, ``ethnicity``, ``education``,
        ``disability``, ``poverty``, or a level of the edition.
    edition : str, optional
        Day whose units are asked for, by default that of the frame.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`.

    Raises
    ------
    Refusal
        For a breakdown or edition that is not there, or that the records cannot tell.
    """
    day = _check(scored, breakdown, edition)
    asked = [
        column for column, (rule, _) in scored.published().items() if rule in scored.definition.conditions
    ]
    if breakdown in FIXED_UNITS:
        found = _estimates(scored, breakdown, asked)
        return _named(scored, found.frame, breakdown)[list(COLUMNS)]
    to = scored.recoding(breakdown, day)
    return _in_order((part for part, _ in _of_units(scored, to, asked)), to)


def published_table(scored: Scored, breakdown: str) -> pd.DataFrame:
    """Every published share by one breakdown as a release holds it, the lower bounds apart."""
    _check(scored, breakdown, None)
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
    """Estimate and judge every breakdown, companions included, and the widest units of other editions."""
    estimates: list[pd.DataFrame] = []
    verdicts: list[pd.DataFrame] = []
    comparable: dict[str, Estimates] = {}
    for breakdown in scored.breakdowns:
        found = _estimates(scored, breakdown, list(scored.published()))
        named = _named(scored, found.frame, breakdown)[list(COLUMNS)]
        comparable[breakdown] = replace(found, frame=named[list(KEPT)], by=BY)
        estimates.append(named)
        verdicts.extend(_verdicts(scored, found, breakdown))
        if breakdown not in WITHOUT_BOUND:
            estimates.extend(_lower_bounds(scored, named, breakdown))
    for other in _other_editions(scored):
        shares, judged = _other_tables(scored, other)
        estimates.append(shares)
        verdicts.append(judged)
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


def _of_units(
    scored: Scored, to: Recoding, columns: list[str], *, at_once: int = AT_ONCE
) -> Iterator[tuple[pd.DataFrame, Estimates]]:
    """Estimate the units of another level or edition as domains on the unchanged design (M16).

    Records of whole units are recoded; those of divided ones stand in each of their units with the share of
    their weight. All other rows stay, so strata, areas and calibration are those of the wave.
    """
    unit = scored.persons[to.known].map(sole_units(to))
    for start in range(0, len(whole := to.units(apportioned=False)), at_once):
        chosen = whole[start : start + at_once]
        rows = scored.persons.assign(**{to.level: unit.where(unit.isin(chosen))})
        yield _of_chosen(scored, rows, to, units=chosen, columns=columns)
    if divided := to.units(apportioned=True):
        yield _of_chosen(scored, _divided(scored.persons, to, divided), to, units=divided, columns=columns)


def _of_chosen(
    scored: Scored, rows: pd.DataFrame, to: Recoding, *, units: list[str], columns: list[str]
) -> tuple[pd.DataFrame, Estimates]:
    found = estimate_proportions(
        rows, columns, design=scored.design, by=to.level, levels=units, interval=scored.interval
    )
    return _named(scored, found.frame, to.level, to)[list(COLUMNS)], found


def _divided(persons: pd.DataFrame, to: Recoding, units: list[str]) -> pd.DataFrame:
    """Rows of persons, one for each unit in which a share of them stands, weights shared out."""
    shares = to.shares.rename(columns={"known": to.known, "unit": "into"})
    rows = persons.drop(columns=[to.level], errors="ignore") if to.level != to.known else persons
    rows = rows.merge(shares, on=to.known, how="left", validate="many_to_many")
    shared = {name: rows[name] * rows["share"] for name in WEIGHT_COLUMNS.values()}
    return rows.assign(**shared, **{to.level: rows["into"].where(rows["into"].isin(units))})


def _in_order(parts: Iterable[pd.DataFrame], to: Recoding) -> pd.DataFrame:
    """Put tables of several calls below each other as one call would: the units fastest, as in the pack."""
    table = pd.concat(parts, ignore_index=True)
    slow = [name for name in ("year", "indicator", "base") if name in table]
    units = {unit: number for number, unit in enumerate(to.methods)}
    block = pd.MultiIndex.from_frame(table[slow]).factorize()[0]
    order = pd.DataFrame({"block": block, "unit": table["unit"].map(units)})
    return table.loc[order.sort_values(["block", "unit"], kind="stable").index].reset_index(drop=True)


def _other_editions(scored: Scored) -> Iterator[Recoding]:
    """Ways to the widest units of other editions, but for those narrower than the records tell."""
    own = scored.gazetteer.default_edition
    for edition in scored.gazetteer.editions:
        if edition != own:
            try:
                yield scored.recoding(scored.gazetteer.main_level(edition), edition)
            except Refusal as refusal:
                if refusal.findings[0].code != TOO_WIDE:
                    raise


def _other_tables(scored: Scored, to: Recoding) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates of the units of another edition, and the verdicts of those that are not apportioned."""
    rules = (scored.definition.headline.rule, STRICT)
    meaning = scored.published()
    shares = _in_order((part for part, _ in _of_units(scored, to, list(meaning))), to)
    judged = [column for column, (rule, _) in meaning.items() if rule in rules]
    family = _of_units(scored, to, judged, at_once=len(to.methods))  # all units are one family (M7)
    verdicts = [table for _, found in family for table in _verdicts(scored, found, to.level, to)]
    return shares, _in_order(verdicts, to)


def _named(scored: Scored, frame: pd.DataFrame, breakdown: str, to: Recoding | None = None) -> pd.DataFrame:
    """Name condition, base, breakdown, unit, edition and method of every row of estimates."""
    meaning = scored.published()
    method = frame[to.level].astype("str").map(dict(to.methods)) if to else DIRECT
    return frame.assign(
        edition=to.edition if to else scored.gazetteer.default_edition,
        method=method,
        indicator=frame["indicator"].map({column: rule for column, (rule, _) in meaning.items()}),
        base=frame["indicator"].map({column: base for column, (_, base) in meaning.items()}),
        breakdown=breakdown,
        unit=PROVINCE if breakdown == PROVINCE else frame[breakdown].astype("str"),
    )


def _verdicts(
    scored: Scored, found: Estimates, breakdown: str, to: Recoding | None = None
) -> Iterator[pd.DataFrame]:
    """Judge the headline and its strict companion against every goal (M7); nothing that is apportioned."""
    rules = (scored.definition.headline.rule, STRICT)
    for goal in scored.definition.goals:
        judged = _named(scored, found.against(goal.target, op=goal.op), breakdown, to)
        judged = judged[judged["indicator"].isin(rules)].assign(year=goal.year, op=goal.op)
        read = judged["verdict"] if breakdown == PROVINCE else judged["family_verdict"]
        shown = read.astype("str").mask(judged["quality"] == "suppress", NO_VERDICT)
        apportioned = judged["method"] == APPORTIONED
        judged = judged.assign(shown_verdict=shown)
        if apportioned.any():  # a call holds apportioned units alone, or none
            judged = judged.assign(
                **dict.fromkeys(JUDGED, float("nan")), **dict.fromkeys(VERDICTS, NO_VERDICT)
            )
        yield judged[list(VERDICT_COLUMNS)]


def _lower_bounds(scored: Scored, estimates: pd.DataFrame, breakdown: str) -> Iterator[pd.DataFrame]:
    """Lower bound on a base that also holds persons who were not asked, each counted as unskilled."""
    first = scored.definition.headline.base
    share = scored.gazetteer.share_15plus(breakdown)
    for entry in scored.definition.publish:
        if scored.definition.bases[entry.base].factor is None or share.empty:
            continue
        asked = estimates[(estimates["indicator"] == entry.rule) & (estimates["base"] == first)]
        known = asked["unit"].map(share)
        yield asked.assign(base=entry.base, **{name: asked[name] * known for name in BOUNDED})


def _check(scored: Scored, breakdown: str, edition: str | None) -> str:
    """Return the edition that is asked for, or refuse what the geography does not have."""
    geography = scored.gazetteer
    day = edition or geography.default_edition
    if day not in geography.editions:
        facts = {"pack": geography.id, "known": ", ".join(geography.editions)}
        raise Refusal(finding("edition_unknown", value=day, facts=facts))
    own = FIXED_UNITS if day == geography.default_edition else ()
    known = list(dict.fromkeys([*own, *geography.levels_below(day)]))
    if breakdown not in known:
        facts = {"edition": day, "known": ", ".join(known)}
        raise Refusal(finding("breakdown_unknown", value=breakdown, facts=facts))
    return day
