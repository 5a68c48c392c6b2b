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


def test_an_answer_corrected_in_spss_is_a_change(both_orders, tmp_path):
    frame, about = pyreadstat.read_sav(SPSS, user_missing=True)
    corrected = frame.index[frame["c0_age"] == 40][0]
    frame.loc[corrected, "c0_age"] = 41
    path = tmp_path / "sửa.sav"
    labels = about.variable_value_labels
    pyreadstat.write_sav(frame, path, variable_value_labels=labels, missing_ranges=about.missing_ranges)
    store = Store(tmp_path / "store", clock=lambda: NOON)
    store.add_wave(example_wave())
    pipeline.ingest(store, KOBO, "2026")
    receipt = pipeline.ingest(store, path, "2026")
    assert receipt.comparison.changed == (frame.at[corrected, "key"],)
    assert store.microdata("2026").households.at[frame.at[corrected, "key"], "c0_age"] == "41"
