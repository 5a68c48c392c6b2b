"""Before a survey: the districts of a frame or a territory, what is assumed of them, and the plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from estimation import Assumptions, Plan, plan_of_areas, plan_sample
from estimation.planning.allocation import Rule
from survey.geography import Gazetteer
from survey.messages import Refusal, finding
from survey.release import Release
from survey.unit_table import release_geography
from survey.wave import read_sample

SHARE_COLUMNS = ("district_code", "share")
NAMED = 10
NEAREST_SHARE = 0.01
# Simulated (tests/stories/test_two_hundred_surveys.py; 8 households an area, 11 calibration variables): with
# 48 areas the stated standard error was 8 to 16 % below the spread of 200 surveys, with this many right.
FEW_AREAS = 120
VERDICTS = ("met", "not_met", "undecided", "none")


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What an earlier survey says about the next one.

    Attributes
    ----------
    shares : Series of float in (0, 1)
        By district code; of a district that is not published, the share of the province.
    deff : float
        Median design effect of the districts that are published.
    """

    shares: pd.Series
    deff: float


def districts_of_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the districts of a frame.

    Parameters
    ----------
    frame : DataFrame
        As :func:`survey.frame.clean_areas` gives it.

    Returns
    -------
    DataFrame
        ``domain`` (code), ``population`` (households), ``strata``, ``areas_in_frame``, in the order of the
        frame.
    """
    groups = frame.groupby("district_code", sort=False)
    counted = groups.agg(
        population=("households_frame", "sum"),
        strata=("stratum", "nunique"),
        areas_in_frame=("ea_code", "size"),
    )
    return counted.rename_axis("domain").reset_index()


def districts_of_territory(gazetteer: Gazetteer) -> pd.DataFrame:
    """Count the districts of a territory, urban and rural parts as strata.

    Parameters
    ----------
    gazetteer : Gazetteer

    Returns
    -------
    DataFrame
        ``domain`` (code), ``population`` (persons aged 15+), ``strata``, in the order of the pack.
    """
    margins = gazetteer.margins
    rows = margins[
        (margins["margin"] == gazetteer.pack.declared["share_15plus"]["numerator"]) & (margins["value"] > 0)
    ]
    counted = rows.groupby("unit_id").agg(population=("value", "sum"), strata=("residence", "nunique"))
    districts = gazetteer.main_units()[["unit_id", "code"]]
    told = districts.join(counted, on="unit_id").rename(columns={"code": "domain"})
    return told[["domain", "population", "strata"]].reset_index(drop=True)


def read_shares(path: Path, districts: Sequence[str]) -> pd.Series:
    """Read the assumed share of every district.

    Parameters
    ----------
    path : Path
        CSV with ``district_code, share``; shares between 0 and 1, with a point or a comma.
    districts : sequence of str
        Codes that must be there.

    Returns
    -------
    Series of float
        By district code.

    Raises
    ------
    Refusal
        When it cannot be read, lacks a district, or a share is none.
    """
    rows = read_sample(path, SHARE_COLUMNS)
    told = dict(zip(rows["district_code"], rows["share"], strict=True))
    if lacking := [code for code in districts if code not in told]:
        raise Refusal(finding("plan_share_lacks", file=path.name, facts={"districts": some(lacking)}))
    return pd.Series({code: share(told[code]) for code in districts}, dtype=float)


def share(words: str) -> float:
    """Read a share between 0 and 1, written with a point or a comma.

    Raises
    ------
    Refusal
        When it is none.
    """
    try:
        value = float(words.strip().replace(",", "."))
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise Refusal(finding("plan_share_unfit", value=words))
    return value


def earlier(release: Release) -> Earlier:
    """Take what the headline of a release assumes for the next survey; nothing hidden can be read off it."""
    headline = release.definition.headline
    told = release.estimates[
        (release.estimates["indicator"] == headline.rule) & (release.estimates["base"] == headline.base)
    ]
    province = told[told["breakdown"] == "province"].iloc[0]
    frame = release.manifest["geography"]["edition"]
    levels = next(one["levels"] for one in release_geography(release)["editions"] if one["id"] == frame)
    districts = told[(told["breakdown"] == levels[1]) & (told["edition"] == frame)].set_index("unit")
    shown = districts["quality"] != "suppress"
    shares = districts["estimate"].where(shown, province["estimate"]).clip(NEAREST_SHARE, 1 - NEAREST_SHARE)
    deff = districts.loc[shown, "deff"].median() if shown.any() else province["deff"]
    return Earlier(shares, float(deff))


def draw_up(
    districts: pd.DataFrame,
    areas: int,
    targets: Sequence[float],
    assumptions: Assumptions,
    *,
    rule: Rule = "power",
    floor: int = 2,
) -> Plan:
    """Draw up the plan of a survey (M13).

    Parameters
    ----------
    districts : DataFrame
        Of a frame or a territory, with ``share`` in (0, 1).
    areas : int
    targets : sequence of float
    assumptions : Assumptions
    rule, floor
        As in :func:`estimation.plan_sample`.

    Raises
    ------
    Refusal
        When the areas are too few for the floor or more than the frame holds.
    """
    each = floor * int(districts["strata"].max())
    most = districts.get("areas_in_frame", pd.Series(np.inf, index=districts.index))
    if (most < each).any():
        small = some(districts.loc[most < each, "domain"])
        raise Refusal(finding("plan_frame_small", facts={"districts": small, "each": each}))
    facts = {"areas": areas, "each": each, "least": each * len(districts), "most": f"{most.sum():.0f}"}
    if areas < each * len(districts):
        raise Refusal(finding("plan_areas_few", facts=facts))
    if areas > most.sum():
        raise Refusal(finding("plan_areas_many", facts=facts))
    return plan_sample(districts, areas, targets, assumptions, rule=rule, floor=floor)


def expected(plan: Plan, target: float) -> Mapping[str, int]:
    """Count the districts by what will be shown of them: met, not_met, undecided, or none (unpublished)."""
    found = against(plan, target)["shown"].iloc[:-1].value_counts()
    return {verdict: int(found.get(verdict, 0)) for verdict in VERDICTS}


def mostly_undecided(plan: Plan, target: float) -> bool:
    """Whether more than half of the districts will show neither met nor not met."""
    found = expected(plan, target)
    return found["undecided"] + found["none"] > sum(found.values()) / 2


def has_few_areas(plan: Plan) -> bool:
    """Whether a survey by this plan may state too small a standard error, for it has few areas."""
    return int(plan.frame["areas"].iloc[-1]) < FEW_AREAS


def areas_to_decide(plan: Plan, target: float) -> tuple[int, int]:
    """Count the areas with which every district is published and decided at its assumed share.

    Returns
    -------
    areas, never : int
        Sum over the districts, none with fewer than it has; 0 where `never`, how many districts are assumed
        to lie at the target itself, which no sample decides, is above 0.
    """
    districts, told = plan.frame.iloc[:-1], against(plan, target).iloc[:-1]
    if never := int(told["areas_needed"].isna().sum()):
        return 0, never
    areas = np.maximum(districts["areas"].to_numpy(), told["areas_needed"].to_numpy()).astype(int)
    while True:
        enlarged = plan_of_areas(districts.assign(areas=areas), [target], plan.assumptions)
        small = (enlarged.frame["quality"].iloc[:-1] == "suppress").to_numpy()
        if not small.any():
            return int(areas.sum()), 0
        areas = areas + np.where(small, np.maximum(1, areas // 10), 0)


def against(plan: Plan, target: float) -> pd.DataFrame:
    """Return the rows of a plan about one target, in the order of its frame.

    The column ``shown`` is the verdict to expect, "none" where the estimate would not be published (M9).
    """
    told = plan.targets[plan.targets["target"] == target].reset_index(drop=True)
    return told.assign(shown=told["expected"].mask(plan.frame["quality"] == "suppress", "none"))


def machine_rows(plan: Plan) -> pd.DataFrame:
    """Return a plan as one table for machines: a row a district and target, the total last."""
    return plan.targets.merge(plan.frame, on="domain", how="left", validate="many_to_one")


def some(codes: Iterable[object]) -> str:
    """Name the first few codes."""
    listed = list(map(str, codes))
    return ", ".join(listed[:NAMED]) + (" …" if len(listed) > NAMED else "")
