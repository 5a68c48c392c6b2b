"""Response rates: the reference unweighted, an independent computation weighted, identities everywhere."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from estimation.weighting import WeightingError
from survey.fieldwork import rates_table, sample_list, settle
from survey.fieldwork.rates import UNWEIGHTED, WEIGHTED

REFERENCE = Path(__file__).parents[2] / "reference" / "wave_2026"
TRUTH = json.loads((REFERENCE / "truth.json").read_text(encoding="utf-8"))["a_counts"]
LETTERS = ["I", "P", "R", "NC", "O", "UH", "NE"]


@pytest.mark.parametrize(("breakdown", "truth"), [("province", "aapor"), ("originals", "aapor_originals")])
def test_unweighted_rates_are_those_of_the_reference(found, breakdown, truth):
    for name, value in TRUTH[truth].items():
        assert found.rate(name, weighting=UNWEIGHTED, breakdown=breakdown) == value


def test_weighted_rates_by_hand(found):
    """Weights of the areas from the reference of R, results from the second implementation of the rules."""
    households = pd.read_csv(REFERENCE / "households_final.csv", dtype="str")
    weight = pd.read_csv(REFERENCE / "ea_weights.csv", dtype={"ea_code": "str"}).set_index("ea_code")["a"]
    w = households["ea_code"].map(weight)
    result = households["disposition"]

    def total(*codes):
        return w[result.isin(codes)].sum()

    eligible = total("110", "120", "211", "212", "221", "222", "231", "232", "239")
    unknown, out = total("310"), total("410", "420", "430")
    e = eligible / (eligible + out)
    by_hand = {
        "e": e,
        "RR1": total("110") / (eligible + unknown),
        "RR2": total("110", "120") / (eligible + unknown),
        "RR3": total("110") / (eligible + e * unknown),
        "RR4": total("110", "120") / (eligible + e * unknown),
        "RR6": total("110", "120") / eligible,
        "COOP1": total("110") / (eligible - total("221", "222")),
        "REF1": total("211", "212") / (eligible + unknown),
        "CON1": (eligible - total("221", "222")) / (eligible + unknown),
    }
    for name, value in by_hand.items():
        assert found.rate(name, weighting=WEIGHTED) == pytest.approx(value, rel=1e-12), name
    assert found.rate("RR1", weighting=WEIGHTED) != found.rate("RR1", weighting=UNWEIGHTED)


def test_weighted_counts_of_an_area_are_its_listed_addresses_over_its_chance(found):
    rates = found.rates.query("breakdown == 'area' and weighting == 'weighted'").set_index("unit")
    areas = found.wave.sample_eas.set_index("ea_code")
    listed = areas["households_listed"].astype(float) / areas["prob_ea"].astype(float)
    pd.testing.assert_series_equal(
        rates["issued"], listed.loc[rates.index], check_names=False, rtol=1e-12, check_index_type=False
    )


def test_response_is_the_household_rate_times_the_person_rate(found):
    rates = found.rates[found.rates["drawn"] > 0]
    for household, response in (("household_rate", "RR2"), ("household_rate_e", "RR4")):
        product = rates[household] * rates["person_rate"]
        np.testing.assert_allclose(product, rates[response], rtol=1e-12)
    assert found.rate("drawn", weighting=UNWEIGHTED) == 1642


@pytest.mark.parametrize("breakdown", ["district", "residence", "area", "interviewer"])
@pytest.mark.parametrize("weighting", [UNWEIGHTED, WEIGHTED])
def test_parts_add_up_to_the_whole(found, breakdown, weighting):
    own = found.rates[found.rates["weighting"] == weighting].set_index("breakdown")
    whole = own.loc["province", LETTERS].astype(float)
    np.testing.assert_allclose(own.loc[breakdown, LETTERS].sum().astype(float), whole, rtol=1e-12)


def test_a_household_without_submission_is_of_the_interviewer_who_worked_its_area_alone(found):
    silent = found.sample[found.sample["reason"] == "no submission"]
    assert sorted(silent["hh_id"]) == sorted(TRUTH["originals_without_submission"])
    assert (silent["interviewer"] != "").all()


def test_the_sample_list_holds_every_address_once(found):
    sample = found.sample
    assert sample["hh_id"].tolist() == found.wave.sample_households["hh_id"].tolist()
    assert (len(sample), int(sample["issued"].sum()), sample["kind"].eq("original").sum()) == (
        2080,
        1853,
        1560,
    )
    assert set(sample.loc[~sample["issued"], "kind"]) == {"reserve"}
    assert set(sample.loc[~sample["issued"], "outcome"]) == {""}


def test_without_chances_of_selection_rates_stay_unweighted(found):
    eas = found.wave.sample_eas.assign(prob_ea="")
    unweighted = rates_table(found.sample, eas, weighted=False)
    known = found.rates[found.rates["weighting"] == UNWEIGHTED].reset_index(drop=True)
    pd.testing.assert_frame_equal(unweighted, known, check_dtype=False)
    with pytest.raises(WeightingError):
        rates_table(found.sample, eas)


def test_two_interviewers_in_an_area_leave_a_silent_household_to_nobody():
    eas = pd.DataFrame({"ea_code": ["11"], "stratum": ["s"], "district_code": ["1"], "residence": ["rural"]})
    sample = pd.DataFrame(
        {"ea_code": "11", "hh_no": ["1", "2", "3"], "hh_id": ["a", "b", "c"], "kind": "original"}
    )
    sent = pd.DataFrame(
        {
            "hh_id": ["a", "b"], "disp_final": ["110", "211"], "resp_line": ["1", None],
            "c0_line": ["1", None], "review": "received", "submitted": "2026-10-05T01:00:00Z",
            "interviewer_id": ["BP001", "BP002"],
        },
        index=["k1", "k2"],
    )  # fmt: skip
    listed = sample_list(settle(sent, eas, sample), sent, sample_eas=eas, sample_households=sample)
    assert listed["interviewer"].tolist() == ["BP001", "BP002", ""]
    assert listed["outcome"].tolist() == ["I", "R", "UH"]
    assert listed["drawn"].tolist() == [True, False, False]
