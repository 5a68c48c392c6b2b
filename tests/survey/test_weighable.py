"""An interview that cannot be weighed is nonresponse with a finding, and the rest of the wave is weighed."""

import json
from pathlib import Path

import pandas as pd
import pytest

from survey.fieldwork import settle
from survey.weighable import REASON, set_aside
from survey.weights import weigh

AREA = "25245002"
HOUSEHOLD = f"{AREA}-01"
TRUTH = Path(__file__).parents[1] / "reference" / "wave_2026" / "truth.json"
INTERVIEWED = ("110", "120")


@pytest.fixture
def truth():
    return json.loads(TRUTH.read_text(encoding="utf-8"))["a_counts"]["aapor"]


@pytest.fixture
def settled(example_households, reference):
    """Settle the example wave with one answer of one household changed."""

    def changed(column, answer):
        households = example_households.copy()
        households.loc[households["hh_id"] == HOUSEHOLD, column] = answer
        return settle(households, reference("sample_eas"), reference("sample_households"))

    return changed


@pytest.mark.parametrize(
    ("column", "answer", "expected"),
    [
        ("c0_age", None, "c0_age ≥ 15"),
        ("c0_age", "14", "c0_age ≥ 15"),
        ("c0_sex", "3", "c0_sex 1 | 2"),
        ("n_eligible", "2.5", "n_eligible ≥ 1"),
    ],
)
def test_one_unfit_answer_costs_one_interview(
    settled, reference, binh_phuoc, column, answer, expected, truth
):
    fieldwork = settled(column, answer)
    row = fieldwork.households.set_index("hh_id").loc[HOUSEHOLD]
    assert (row["disposition"], row["reason"]) == ("239", REASON)
    assert len(fieldwork.interviews) == 1507
    assert fieldwork.response["province"]["province"]["O"] == truth["O"] + 1
    (said,) = [found for found in fieldwork.findings if found.code == "fieldwork_not_weighable"]
    assert HOUSEHOLD in said.sentence("vi")
    assert expected in said.sentence("vi")
    weights = weigh(fieldwork, reference("sample_eas"), binh_phuoc.raking_margins())
    assert len(weights.persons) == 1507
    assert weights.persons["w_raked"].sum() == pytest.approx(725_712)


def test_a_household_keeps_its_place_among_the_eligible(settled, reference, binh_phuoc):
    """Its area keeps the need, so that the others of the area carry it."""
    whole = weigh(settled("c0_age", "40"), reference("sample_eas"), binh_phuoc.raking_margins()).areas
    less = weigh(settled("c0_age", ""), reference("sample_eas"), binh_phuoc.raking_margins()).areas
    area = whole["ea_code"].eq(AREA)
    assert less["need"].tolist() == whole["need"].tolist()
    assert (whole["R"] - less["R"]).tolist() == area.astype(int).tolist()


def test_several_unfit_answers_are_one_finding():
    households = pd.DataFrame({"c0_sex": ["", "1"], "c0_age": ["x", "20"]}, index=["k1", "k2"])
    issued = pd.DataFrame(
        {
            "hh_id": ["a", "b", "c"],
            "disposition": ["110", "120", "310"],
            "reason": "",
            "key": ["k1", "k2", ""],
        }
    )
    after, found = set_aside(issued, households, INTERVIEWED)
    assert after["disposition"].tolist() == ["239", "120", "310"]
    assert [one.facts["expected"] for one in found] == ["c0_sex 1 | 2; c0_age ≥ 15"]
