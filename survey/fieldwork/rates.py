"""Response rates of AAPOR by district, residence, area and interviewer, unweighted and by design weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd

from estimation.weighting import base_weights
from survey.fieldwork.sample_list import ORIGINAL
from survey.fieldwork.settling import response_rates

Breakdown = Literal["province", "district", "residence", "area", "interviewer"]
COLUMN_OF: Mapping[str, str] = {
    "district": "district",
    "residence": "residence",
    "area": "ea_code",
    "interviewer": "interviewer",
}
UNWEIGHTED, WEIGHTED = "unweighted", "weighted"
WHOLE = "province"
STAGES = ("drawn", "household_rate", "household_rate_e", "person_rate")


def rates_table(
    sample: pd.DataFrame,
    sample_eas: pd.DataFrame,
    *,
    weighted: bool = True,
    breakdowns: Sequence[str] = tuple(COLUMN_OF),
) -> pd.DataFrame:
    """Compute the rates of the whole, of the original sample, and of every unit of the breakdowns.

    Weighted, each household counts with its base weight a = listed / (P(area) issued) of M10, the inverse of
    its chance to be selected; ``originals`` are weighted as if no reserve had been issued. e is the share of
    eligible households among those of known eligibility in the same unit, with the same weight.

    Parameters
    ----------
    sample : DataFrame
        From :func:`survey.fieldwork.sample_list.sample_list`.
    sample_eas : DataFrame
        ``ea_code, prob_ea, households_listed``.
    weighted : bool
        Whether the weighted rates are wanted, too.
    breakdowns : sequence of str
        By what beside the whole: names in :data:`COLUMN_OF`.

    Returns
    -------
    DataFrame, one row a unit and weighting
        ``breakdown, unit, weighting``; the counts (weighted: estimated numbers of households) and rates of
        :func:`survey.fieldwork.settling.response_rates`; ``drawn``, the households that let a respondent be
        drawn; ``household_rate`` = drawn / (eligible + unknown), ``household_rate_e`` = drawn / (eligible +
        e unknown) and ``person_rate`` = (I + P) / drawn, so that RR2 and RR4 are the household rate times
        the person rate.

    Raises
    ------
    estimation.weighting.WeightingError
        When an area has no selection probability or no listed address.
    """
    issued = sample[sample["issued"]]
    originals = issued[issued["kind"] == ORIGINAL]
    rows: list[dict[str, object]] = []
    for weighting in (UNWEIGHTED, WEIGHTED) if weighted else (UNWEIGHTED,):
        whole, own = (_weighed(part, sample_eas, weighting) for part in (issued, originals))
        parts = [
            (breakdown, str(unit), part)
            for breakdown in breakdowns
            for unit, part in whole.groupby(COLUMN_OF[breakdown])
        ]
        rows += [
            {"breakdown": breakdown, "unit": unit, "weighting": weighting, **_figures(part)}
            for breakdown, unit, part in [(WHOLE, WHOLE, whole), ("originals", WHOLE, own), *parts]
        ]
    return pd.DataFrame(rows)


def household_weights(issued: pd.DataFrame, sample_eas: pd.DataFrame) -> pd.Series:
    """Give each issued household the inverse of its chance of selection (M10).

    Parameters
    ----------
    issued : DataFrame, shape (n, ...)
        ``ea_code`` of the issued households.
    sample_eas : DataFrame
        ``ea_code, prob_ea, households_listed``.

    Returns
    -------
    Series of float, shape (n,)
    """
    count = issued.groupby("ea_code").size()
    areas = sample_eas.drop_duplicates("ea_code").set_index("ea_code").loc[count.index]
    numbers = areas[["prob_ea", "households_listed"]].apply(pd.to_numeric, errors="coerce")
    return issued["ea_code"].map(base_weights(numbers["prob_ea"], numbers["households_listed"], count))


def _weighed(issued: pd.DataFrame, sample_eas: pd.DataFrame, weighting: str) -> pd.DataFrame:
    """Add the weight with which each household counts."""
    weight = household_weights(issued, sample_eas) if weighting == WEIGHTED else 1
    return issued.assign(weight=weight)


def _figures(part: pd.DataFrame) -> dict[str, float]:
    rates = response_rates(part["outcome"], weight=part["weight"])
    return {**rates, **_stages(rates, part.loc[part["drawn"], "weight"].sum())}


def _stages(rates: Mapping[str, float], drawn: float) -> dict[str, float]:
    """Split the response into that of the household and that of the person drawn in it."""
    eligible = rates["issued"] - rates["NE"] - rates["UH"]
    likely = eligible + rates["e"] * rates["UH"] if rates["UH"] else eligible
    shares = (
        (drawn, eligible + rates["UH"]),
        (drawn, likely),
        (rates["I"] + rates["P"], drawn),
    )
    found = (part / whole if whole > 0 else float("nan") for part, whole in shares)
    return dict(zip(STAGES, (drawn, *found), strict=True))
