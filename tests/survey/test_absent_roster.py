"""The same interviews once with their rosters and once without: nothing is lost, nothing is claimed."""

import itertools
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from survey import pipeline
from survey.commands.show import example_files, example_wave
from survey.store import Store

ROOT = Path(__file__).parents[2]
SPSS = ROOT / "tests" / "data" / "wave_2026" / "digiskill_hh_691.sav"
KOBO = next(path for path in example_files() if path.stem.endswith("691"))
TRUTH = json.loads((ROOT / "tests/reference/wave_2026/truth.json").read_text(encoding="utf-8"))
COUNTS = TRUTH["a_counts"]["by_district"]["691"]
NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)
ROSTER_CODES = {
    "roster_absent", "roster_size", "draw_not_largest", "respondent_not_listed", "age_differs", "sex_differs",
    "member_orphan",
}  # fmt: skip


@pytest.fixture(scope="module")
def both_orders(tmp_path_factory):
    """Stores with both files, by the order of their coming: the receipts and what the wave says then."""
    stores = {}
    for order in itertools.permutations([SPSS, KOBO]):
        store = Store(tmp_path_factory.mktemp("store") / "store", clock=lambda: NOON)
        store.add_wave(example_wave())
        receipts = {path.suffix: pipeline.ingest(store, path, "2026") for path in order}
        stores[order[0].suffix] = (receipts, store.microdata("2026"))
    return stores


def test_the_receipt_counts_the_households_and_claims_no_members(both_orders):
    receipt = both_orders[".sav"][0][".sav"]
    assert (receipt.status, receipt.source) == ("accepted", "statistics")
    assert (receipt.households, receipt.members) == (COUNTS["unique_hh_id"], None)
    assert receipt.interviews == COUNTS["completes"] + COUNTS["partials"]
    assert receipt.comparison.counts() == {"new": COUNTS["rows"], "changed": 0, "unchanged": 0, "missing": 0}
    assert receipt.to_json()["members"] is None


def test_no_household_is_reproached_with_a_roster_that_the_file_cannot_hold(both_orders):
    codes = {found.code for found in both_orders[".sav"][0][".sav"].findings}
    assert "roster_not_in_file" in codes
    assert not codes & ROSTER_CODES


@pytest.mark.parametrize("first", [".sav", ".xlsx"])
def test_the_same_interviews_are_unchanged_in_either_order(both_orders, first):
    receipts, wave = both_orders[first]
    (second,) = receipts.keys() - {first}
    expected = {"new": 0, "changed": 0, "unchanged": COUNTS["rows"], "missing": 0}
    assert receipts[second].comparison.counts() == expected
    assert receipts[second].comparison.older == ()
    assert set(wave.households["source"]) == {"kobotoolbox"}
    assert len(wave.members) == COUNTS["members"]


def test_the_state_of_the_wave_does_not_depend_on_the_order(both_orders):
    ours, theirs = (wave for _, wave in both_orders.values())
    pd.testing.assert_frame_equal(ours.households, theirs.households)
    pd.testing.assert_frame_equal(ours.members, theirs.members)


@pytest.fixture(scope="module")
def corrected(tmp_path_factory):
    """A store with the Kobo file and after it the SPSS file with one age corrected: store, key, receipt."""
    folder = tmp_path_factory.mktemp("corrected")
    frame, about = pyreadstat.read_sav(SPSS, user_missing=True)
    row = frame.index[frame["c0_age"] == 40][0]
    frame.loc[row, "c0_age"] = 41
    path = folder / "sửa.sav"
    labels = about.variable_value_labels
    pyreadstat.write_sav(frame, path, variable_value_labels=labels, missing_ranges=about.missing_ranges)
    store = Store(folder / "store", clock=lambda: NOON)
    store.add_wave(example_wave())
    pipeline.ingest(store, KOBO, "2026")
    return store, frame.at[row, "key"], pipeline.ingest(store, path, "2026")


def test_an_answer_corrected_in_spss_is_a_change(corrected):
    store, key, receipt = corrected
    assert receipt.comparison.changed == (key,)
    assert store.microdata("2026").households.at[key, "c0_age"] == "41"


def test_a_submission_corrected_without_its_roster_keeps_the_rows_of_the_fuller_file(corrected, both_orders):
    store, key, _ = corrected
    wave = store.microdata("2026")
    before = both_orders[".xlsx"][1]
    pd.testing.assert_frame_equal(wave.members, before.members)
    pd.testing.assert_frame_equal(wave.member_states, before.member_states)
    assert wave.households.at[key, "source"] == "statistics"
    assert "m_age" not in wave.lacks(key)
    assert "max_draw" in wave.lacks(key)
    ages = wave.members[wave.members["key"] == key].set_index("position")["m_age"]
    assert ages[int(wave.households.at[key, "resp_line"])] == "40"  # so that the check of ages speaks again
