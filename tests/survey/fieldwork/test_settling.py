"""Final results of households: each rule on a small sample, and the example wave exactly."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from survey.fieldwork import outcome, response_rates, response_table, settle

TRUTH = Path(__file__).parents[2] / "reference" / "wave_2026" / "truth.json"

EAS = pd.DataFrame(
    {
        "ea_code": ["11", "22"],
        "stratum": ["688-urban", "689-rural"],
        "district_code": ["688", "689"],
        "residence": ["urban", "rural"],
    }
)
SAMPLE = pd.DataFrame(
    {
        "ea_code": ["11", "11", "11", "22", "22"],
        "hh_no": ["1", "2", "13", "1", "13"],
        "hh_id": ["11-01", "11-02", "11-13", "22-01", "22-13"],
        "kind": ["original", "original", "reserve", "original", "reserve"],
    }
)


def submission(key, hh_id, disp_final="110", **changes):
    row = {
        "key": key,
        "hh_id": hh_id,
        "ea_code": hh_id[:2],
        "hh_no": hh_id[3:],
        "disp_final": disp_final,
        "resp_line": "2",
        "c0_line": "2",
        "review": "approved",
        "submitted": "2026-10-05T01:00:00Z",
        "row": 2,
        "e1_aware": "1",
    }
    return row | changes


def settled(*submissions):
    return settle(pd.DataFrame(submissions).set_index("key"), EAS, SAMPLE)


def results(fieldwork):
    frame = fieldwork.households
    return dict(zip(frame["hh_id"], zip(frame["disposition"], frame["key"], strict=True), strict=True))


def test_originals_are_issued_and_reserves_only_when_used():
    fieldwork = settled(submission("a", "11-01"), submission("b", "11-13", "211"))
    assert results(fieldwork) == {
        "11-01": ("110", "a"),
        "11-02": ("310", ""),
        "11-13": ("211", "b"),
        "22-01": ("310", ""),
    }
    assert fieldwork.households["reason"].tolist() == ["", "no submission", "", "no submission"]


def test_earliest_copy_that_was_not_rejected_is_kept():
    fieldwork = settled(
        submission("late", "11-01", submitted="2026-10-06T01:00:00Z"),
        submission("early", "11-01", "120", submitted="2026-10-05T02:00:00Z", review="has_issues"),
        submission("rejected", "11-01", "211", review="rejected"),
    )
    assert results(fieldwork)["11-01"] == ("120", "early")
    assert Counter(found.code for found in fieldwork.findings)["fieldwork_copy_dropped"] == 2


def test_order_of_submissions_does_not_matter():
    rows = [
        submission("late", "11-01", submitted="2026-10-06T01:00:00Z"),
        submission("early", "11-01", "120"),
        submission("other", "11-02", "211"),
    ]
    assert results(settled(*rows)) == results(settled(*reversed(rows)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("110", "")),
        ({"review": "rejected"}, ("239", "interview rejected")),
        ({"c0_line": "3"}, ("222", "wrong respondent")),
        ({"c0_line": "3", "review": "rejected"}, ("239", "interview rejected")),
        ({"disp_final": "211", "review": "rejected"}, ("211", "")),
        ({"disp_final": "211", "c0_line": None, "resp_line": "2"}, ("211", "")),
        ({"review": "has_issues"}, ("110", "")),
        ({"review": "received"}, ("110", "")),
    ],
    ids=str,
)
def test_final_result(changes, expected):
    fieldwork = settled(submission("a", "11-01", **changes))
    assert tuple(fieldwork.households.loc[0, ["disposition", "reason"]]) == expected
    assert fieldwork.interviews.index.tolist() == (["a"] if expected[0] == "110" else [])


def test_interviews_keep_every_answer_and_the_final_result():
    interviews = settled(submission("a", "11-01", "120"), submission("b", "22-01", "211")).interviews
    assert interviews.loc["a", ["hh_id", "ea_code", "disposition", "e1_aware"]].tolist() == [
        "11-01",
        "11",
        "120",
        "1",
    ]
    assert len(interviews) == 1


def test_household_outside_the_sample_is_reported_and_not_counted():
    fieldwork = settled(submission("a", "11-01"), submission("b", "99-01", row=7))
    assert "99-01" not in results(fieldwork)
    stranger = next(found for found in fieldwork.findings if found.code == "fieldwork_not_sampled")
    assert (stranger.severity, stranger.value, stranger.row) == ("error", "99-01", 7)


def test_result_outside_the_list_counts_as_other():
    fieldwork = settled(submission("a", "11-01", "777"))
    assert fieldwork.response["province"]["province"]["O"] == 1
    assert "fieldwork_result_unknown" in {found.code for found in fieldwork.findings}


def test_nothing_collected_yet():
    empty = pd.DataFrame([submission("a", "11-01")]).set_index("key").iloc[:0]
    fieldwork = settle(empty, EAS, SAMPLE)
    rates = fieldwork.response["province"]["province"]
    assert (rates["issued"], rates["UH"], rates["RR1"]) == (3, 3, 0.0)
    assert np.isnan(rates["e"])
    assert fieldwork.interviews.empty


def test_every_finding_speaks_both_languages():
    rows = [
        submission("a", "11-01"),
        submission("b", "11-01"),
        submission("c", "11-02", review="rejected"),
        submission("d", "11-13", c0_line="1"),
        submission("e", "99-01"),
        submission("f", "22-13", "777"),
    ]
    fieldwork = settled(*rows)
    assert len({found.code for found in fieldwork.findings}) == 7
    assert all(found.sentence("vi") and found.sentence("en") for found in fieldwork.findings)


def test_rates_of_a_small_sample():
    """Four complete, one each of partial, refusal, not at home, other, unknown, not eligible."""
    letters = pd.Series([*"IIIIPROU", "NC", "NE"]).replace({"U": "UH"})
    rates = response_rates(letters)
    e = 8 / 9
    assert rates["e"] == e
    assert rates["RR1"] == 4 / 9
    assert rates["RR2"] == 5 / 9
    assert rates["RR3"] == pytest.approx(4 / (8 + e))
    assert rates["RR6"] == 5 / 8
    assert rates["COOP1"] == 4 / 7
    assert rates["REF1"] == 1 / 9
    assert rates["CON1"] == 7 / 9


def test_outcomes_cover_the_results_of_the_form():
    assert outcome(pd.Series(["110", "120", "212", "221", "239", "310", "430"])).tolist() == [
        "I",
        "P",
        "R",
        "NC",
        "O",
        "UH",
        "NE",
    ]


@pytest.fixture(scope="module")
def example(example_households, reference):
    return settle(example_households, reference("sample_eas"), reference("sample_households"))


def test_example_wave_settles_as_the_reference(example, reference):
    expected = reference("households_final")
    pd.testing.assert_frame_equal(example.households[expected.columns], expected)
    assert {*example.interviews["hh_id"]} == {*reference("clean_microdata")["hh_id"]}


def test_example_wave_has_the_reference_rates(example):
    truth = json.loads(TRUTH.read_text(encoding="utf-8"))["a_counts"]
    assert example.response["province"]["province"] == truth["aapor"]
    assert example.response["originals"]["province"] == truth["aapor_originals"]


def test_rates_of_parts_add_up(example):
    table = response_table(example).set_index("breakdown")
    assert table.index.value_counts().to_dict() == {
        "district": 11,
        "residence": 2,
        "province": 1,
        "originals": 1,
    }
    counts = ["issued", "I", "P", "R", "NC", "O", "UH", "NE"]
    for breakdown in ("district", "residence"):
        assert table.loc[breakdown, counts].sum().tolist() == table.loc["province", counts].tolist()


def test_planted_problems_are_reported(example):
    codes = Counter(found.code for found in example.findings)
    assert codes == {
        "fieldwork_copy_dropped": 5,
        "fieldwork_wrong_respondent": 5,
        "fieldwork_rejected": 4,
        "fieldwork_no_submission": 3,
        "fieldwork_area_empty": 1,
    }
