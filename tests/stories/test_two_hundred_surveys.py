"""Two hundred surveys of one synthetic province: drawn, fielded, settled, weighed, estimated each time anew.

The province has four strata of 120 enumeration areas. The sizes by which areas are drawn are those of an old
census, members of large families have less skill, areas with skill answer more often and grew faster: shares
without weights are wrong by several points. Raking is to the true numbers by stratum, sex and age.
"""

import numpy as np
import pandas as pd
import pytest

from estimation import Calibration, Design, estimate_proportions
from estimation.sampling import draw_households, line, systematic
from estimation.weighting import Margin
from survey.fieldwork import settle
from survey.weights import AGE_BANDS, weigh

SURVEYS, FRAME, AREAS, TAKE, RESERVES = 200, 120, 30, 8, 4
STRATA = ("01-urban", "01-rural", "02-urban", "02-rural")
SKILL = dict(zip(STRATA, (0.7, -0.2, 0.3, -0.8), strict=True))
AGES = tuple(AGE_BANDS.values())
SEED = 20_261_128


@pytest.fixture(scope="module")
def province():
    """Every adult of the province: area, household, sex, age, skill; and the areas with their old sizes."""
    rng = np.random.default_rng(SEED)
    areas = pd.DataFrame(
        [
            {"ea_code": f"{place:02d}{number:04d}", "stratum": stratum, "district_code": stratum[:2],
             "residence": stratum[3:], "feeling": rng.normal(0, 0.6), "size": int(rng.integers(60, 180))}
            for place, stratum in enumerate(STRATA)
            for number in range(FRAME)
        ]
    )  # fmt: skip
    grown = areas["size"] * np.exp(0.15 * areas["feeling"] + rng.normal(0, 0.1, len(areas)))
    areas["households"] = grown.round().astype(int)
    homes = areas.loc[areas.index.repeat(areas["households"])].reset_index(drop=True)
    homes["adults"] = rng.integers(1, 5, len(homes))
    homes["home"] = homes.groupby("ea_code").cumcount()
    adults = homes.loc[homes.index.repeat(homes["adults"])].reset_index(drop=True)
    adults["sex"] = rng.integers(1, 3, len(adults)).astype(str)
    adults["age"] = rng.choice(AGES, len(adults), p=[0.35, 0.3, 0.2, 0.15]) + rng.integers(0, 14, len(adults))
    inclination = (
        adults["stratum"].map(SKILL) + adults["feeling"] - 0.03 * (adults["age"] - 40)
        - 0.25 * (adults["adults"] - 2.5)
    )  # fmt: skip
    adults["y"] = (rng.random(len(adults)) < 1 / (1 + np.exp(-inclination))).astype(float)
    return areas, adults


def margins_of(adults):
    """Margins with the true numbers, as a census would give them."""
    bands = pd.cut(adults["age"], [*AGES, np.inf], right=False, labels=list(AGE_BANDS)).astype(str)
    return (
        Margin("stratum", adults["stratum"].value_counts()),
        Margin("sex_age", (adults["sex"] + ":" + bands).value_counts()),
    )


def sample_of(areas, rng):
    """Sample files as ``kynangso sample draw`` writes them."""
    drawn, listed = [], {}
    for _, stratum in areas.groupby("stratum", sort=False):
        laid = line(stratum["size"].to_numpy(float), AREAS)
        chosen = stratum.iloc[systematic(laid, rng.random())]
        chances = laid.probability[stratum.index.get_indexer(chosen.index)]
        drawn.append(chosen.assign(prob_ea=chances, households_listed=chosen["households"]))
        for code, households in zip(chosen["ea_code"], chosen["households"], strict=True):
            listed[code] = draw_households(int(households), TAKE, RESERVES, rng)
    households = pd.concat(listed, names=["ea_code"]).reset_index("ea_code").reset_index(drop=True)
    households["hh_no"] = households["number"].astype(str)
    households["hh_id"] = households["ea_code"] + "-" + households["hh_no"].str.zfill(2)
    return pd.concat(drawn, ignore_index=True), households


def field(adults_of_home, feeling, households, rng):
    """One submission an original; a household that is lost is replaced by the next reserve of its area."""
    submissions = []
    for code, listed in households.groupby("ea_code", sort=False):
        response = 0.75 + 0.15 * np.tanh(feeling[code])
        told = [
            visit(adults_of_home[code, position - 1], household, response, rng)
            for position, household in zip(listed["position"], listed["hh_id"], strict=True)
        ]
        originals = int((listed["kind"] == "original").sum())
        lost = sum(one["disp_final"] != "110" for one in told[:originals])
        submissions += told[: originals + lost]
    table = pd.DataFrame(submissions)
    return table.assign(review="approved", submitted=[f"{n:06d}" for n in range(len(table))])


def visit(home, household, response, rng):
    """Ask one adult of the household by lot."""
    sex, age, y = home[int(rng.integers(len(home)))]
    told = {"hh_id": household, "resp_line": "1", "c0_line": "1", "n_eligible": str(len(home))}
    if rng.random() > response:
        return {**told, "disp_final": "211"}
    return {**told, "disp_final": "110", "c0_sex": sex, "c0_age": str(age), "c1_eth": "1", "y": y}


@pytest.fixture(scope="module")
def surveys(province):
    """Estimate, standard error, interval and naive share of every survey."""
    areas, adults = province
    homes = {}
    for code, home, *adult in adults[["ea_code", "home", "sex", "age", "y"]].itertuples(index=False):
        homes.setdefault((code, home), []).append(tuple(adult))
    margins = margins_of(adults)
    rng = np.random.default_rng(SEED + 1)
    return pd.DataFrame([one_survey(areas, homes, margins, rng) for _ in range(SURVEYS)])


def one_survey(areas, homes, margins, rng):
    sample_eas, sample_households = sample_of(areas, rng)
    submissions = field(
        homes, dict(zip(areas["ea_code"], areas["feeling"], strict=True)), sample_households, rng
    )
    submissions.index = pd.Index([f"key{n}" for n in range(len(submissions))], name="key")
    weights = weigh(settle(submissions, sample_eas, sample_households), sample_eas, margins)
    design = Design(
        weight="w_raked", strata="stratum", psu="ea_code", register=weights.register,
        calibration=Calibration(variables=("stratum", "sex_age"), initial_weight="w_nr"),
    )  # fmt: skip
    made = estimate_proportions(weights.persons, ["y"], design=design).frame.iloc[0]
    return {**made[["estimate", "se", "ci_low", "ci_high"]], "naive": weights.persons["y"].mean()}


@pytest.fixture(scope="module")
def truth(province):
    return province[1]["y"].mean()


def test_the_estimate_of_the_province_is_unbiased(surveys, truth):
    """Within three standard errors of the simulation, which are half a point."""
    error = surveys["estimate"].std() / np.sqrt(SURVEYS)
    assert 3 * error < 0.006
    assert abs(surveys["estimate"].mean() - truth) < 3 * error
    assert abs(surveys["naive"].mean() - truth) > 6 * error, "without weights the share would be wrong"


def test_the_intervals_cover(surveys, truth):
    """95 % nominal; 200 surveys tell it to 1.5 points, so that three of those are allowed."""
    covered = surveys["ci_low"].le(truth) & surveys["ci_high"].ge(truth)
    assert 0.905 <= covered.mean() <= 0.995


def test_the_standard_error_is_the_spread_of_the_surveys(surveys):
    assert surveys["se"].mean() == pytest.approx(surveys["estimate"].std(), rel=0.15)
