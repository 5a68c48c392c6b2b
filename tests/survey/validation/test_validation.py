"""Every planted problem of the example wave is found, and nothing else is."""

import dataclasses
import json
from pathlib import Path

import pandas as pd
import pytest

from survey.validation import RULES, coverage, validate

ROOT = Path(__file__).parents[3]
TRUTH = json.loads((ROOT / "tests" / "reference" / "wave_2026" / "truth.json").read_text(encoding="utf-8"))
PLANTED = TRUTH["a_counts"]
EXPECTED_NOTES = {"reserve_used"}


@pytest.fixture(scope="module")
def found(district_microdata, instrument, sample):
    return {
        district: validate(microdata, instrument, **sample)
        for district, microdata in district_microdata.items()
    }


def households(found, code):
    return sorted(f.facts["household"] for part in found.values() for f in part if f.code == code)


@pytest.mark.parametrize(
    ("code", "planted"),
    [
        ("respondent_not_drawn", PLANTED["wrong_respondent"]),
        ("interview_short", PLANTED["too_short"]),
        ("interview_long", PLANTED["longer_than_a_day"]),
        ("interview_late", PLANTED["started_after_23h"]),
        ("age_differs", PLANTED["respondent_age_differs_from_roster"]),
    ],
)
def test_planted_problems_are_found_exactly(found, code, planted):
    assert households(found, code) == sorted(planted)


def test_planted_duplicates_are_found_exactly(found):
    doubles = [f.value for part in found.values() for f in part if f.code == "household_repeated"]
    assert sorted(doubles) == sorted(pair["hh_id"] for pair in PLANTED["duplicates"])


def test_rejected_submissions_are_found_exactly(found, example_households):
    rejected = example_households[example_households["review"] == "rejected"]["hh_id"]
    assert households(found, "interview_rejected") == sorted(rejected)
    assert set(PLANTED["rejected_not_duplicate"]) <= set(rejected)


def test_no_other_rule_speaks(found):
    codes = {f.code for part in found.values() for f in part}
    assert codes == EXPECTED_NOTES | {
        "respondent_not_drawn",
        "interview_short",
        "interview_long",
        "interview_late",
        "age_differs",
        "household_repeated",
        "interview_rejected",
    }


def test_reserves_are_counted_by_area(found):
    used = [f for part in found.values() for f in part if f.code == "reserve_used"]
    doubles = sum(pair["hh_id"][-2:] > "12" for pair in PLANTED["duplicates"])
    rows = PLANTED["all_submissions"]["reserve_rows"]
    assert sum(int(f.facts["count"]) for f in used) == rows - doubles


def test_row_numbers_are_those_that_excel_shows(found, district_microdata):
    for district, part in found.items():
        table = district_microdata[district].households.set_index("row")
        for problem in part:
            if problem.row and "household" in problem.facts:
                assert table.at[problem.row, "hh_id"] == problem.facts["household"]
                assert problem.file == f"kobo_xml_{district}.xlsx"


def test_what_is_missing_from_the_wave(example_households, sample):
    missing = coverage(example_households, **sample)
    by_code = {code: [f.value for f in missing if f.code == code] for code in {f.code for f in missing}}
    assert by_code == {
        "household_without_submission": PLANTED["originals_without_submission"],
        "area_without_interview": [PLANTED["ea_without_interview"]],
    }


def test_nothing_is_altered(sound, instrument, sample):
    before = sound.households.copy()
    validate(sound, instrument, **sample)
    pd.testing.assert_frame_equal(sound.households, before)


def test_sound_interviews_give_no_finding(sound, instrument, sample, binh_phuoc):
    assert validate(sound, instrument, **sample, gazetteer=binh_phuoc) == ()


def test_an_empty_upload_gives_no_finding(sound, instrument, sample, binh_phuoc):
    roster = dataclasses.replace(
        sound.first, rows=sound.first.rows.iloc[:0], states=sound.first.states.iloc[:0]
    )
    empty = dataclasses.replace(
        sound,
        households=sound.households.iloc[:0],
        household_states=sound.household_states.iloc[:0],
        rosters={"member": roster},
    )
    assert validate(empty, instrument, **sample, gazetteer=binh_phuoc) == ()


def test_every_rule_has_a_file_of_tests():
    """A module of rules without tests named after it would be trusted for nothing."""
    modules = {rule.check.__module__.rsplit(".", 1)[-1] for rule in RULES}
    assert modules <= {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
