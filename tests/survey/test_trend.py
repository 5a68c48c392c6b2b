"""Two waves: what the later one declares, the direction of a change, and the pace to the goals."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import special
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.change import change_between, refusal_of
from survey.indicators.definition import Goal
from survey.messages import Refusal
from survey.store import Store
from survey.trend import declared, needs, trend, year_of
from survey.wave import Follows

HEADLINE = ("headline", "age15plus", "province", "province")
KEYS = ["indicator", "base", "breakdown", "unit"]


@pytest.fixture(scope="module")
def pair(two_waves):
    """The releases of both waves."""
    return [two_waves.open_release(two_waves.releases(wave)[0]["release_id"]) for wave in ("2026", "2027")]


@pytest.fixture(scope="module")
def found(pair):
    return trend(*pair, overlap="same_psus")


def test_the_later_wave_declares_its_overlap_in_the_manifest(two_waves, pair):
    assert declared(pair[0]) is None
    assert declared(pair[1]) == Follows("2026", "same_psus")
    assert [year_of(release) for release in pair] == [2026, 2027]
    assert Store(two_waves.root).wave("2027").follows == Follows("2026", "same_psus")
    assert Store(two_waves.root).wave("2026").follows is None


def test_a_declaration_is_part_of_the_wave(two_waves):
    wave = two_waves.wave("2027")
    assert dataclasses.replace(wave, follows=None).fingerprint != wave.fingerprint
    with pytest.raises(Refusal) as told:
        two_waves.add_wave(dataclasses.replace(wave, follows=None))
    assert told.value.findings[0].code == "wave_differs"


@pytest.mark.parametrize("before", ["2027", "2028"])
def test_a_wave_does_not_follow_itself_or_a_later_one(two_waves, before):
    wave = dataclasses.replace(two_waves.wave("2027"), follows=Follows(before, "panel"))
    with pytest.raises(Refusal) as told:
        two_waves.add_wave(wave)
    assert told.value.findings[0].code == "wave_follows_later"


def announce(store, *words):
    samples = places.example_wave()
    return CliRunner().invoke(
        app,
        [
            "wave", "add", *words, "--form", "digiskill_hh", "--synthetic", "--json",
            "--store", str(store.root),
            "--sample-eas", str(samples / "sample_eas.csv"),
            "--sample-households", str(samples / "sample_households.csv"),
        ],
    )  # fmt: skip


def test_the_command_line_declares_both_halves_or_neither(own_store):
    half = announce(own_store, "2028", "--after", "2026")
    assert (half.exit_code, "wave_follows_half" in half.stdout) == (1, True)
    unknown = announce(own_store, "2028", "--after", "2019", "--overlap", "panel")
    assert (unknown.exit_code, "wave_unknown" in unknown.stdout) == (1, True)
    assert announce(own_store, "2028", "--after", "2026", "--overlap", "panel").exit_code == 0
    assert Store(own_store.root).wave("2028").follows == Follows("2026", "panel")
    own_store.verify()


def test_a_declared_wave_lies_in_the_store_whole(two_waves):
    assert two_waves.verify() == []


@pytest.mark.parametrize("by", ["province", "district", "residence"])
def test_the_change_is_that_of_the_two_releases(pair, by):
    found = trend(*pair, overlap="same_psus", by=by)
    plain = change_between(*pair, overlap="same_psus", by=by).table
    pd.testing.assert_frame_equal(found.moves[list(plain.columns)], plain, check_exact=True)


def test_the_direction_of_the_whole_is_read_off_its_interval(found):
    for _, row in found.moves.iterrows():
        expected = "unclear"
        if row["quality"] == "suppress":
            expected = "none"
        elif row["ci_low"] > 0:
            expected = "up"
        elif row["ci_high"] < 0:
            expected = "down"
        assert row["direction"] == expected
    assert found.moves.set_index(KEYS).at[HEADLINE, "direction"] == "up"


def test_the_direction_of_units_is_corrected_for_their_number(pair):
    moves = trend(*pair, overlap="same_psus", by="district").moves
    headline = moves[(moves["indicator"] == "headline") & (moves["base"] == "age15plus")]
    p_values = headline["p_value"].to_numpy()
    order = np.argsort(p_values)
    adjusted = np.empty(len(order))
    adjusted[order] = np.maximum.accumulate(p_values[order] * np.arange(len(order), 0, -1))
    told = (adjusted <= 0.05) & (headline["quality"] != "suppress")
    assert headline["direction"].isin(["up", "down"]).to_list() == told.to_list()
    assert (headline.loc[headline["quality"] == "suppress", "direction"] == "none").all()


def test_the_pace_is_observed_needed_and_carried_on_the_logit(found, pair):
    row = found.pace[found.pace["year"] == 2030].set_index(KEYS).loc[HEADLINE]
    first, last = (
        release.estimates.query(
            "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
        )["estimate"].iloc[0]
        for release in pair
    )
    assert row["observed_per_year"] == pytest.approx(last - first)
    assert row["needed_per_year"] == pytest.approx((0.8 - last) / 3)
    assert row["projection"] == pytest.approx(
        special.expit(4 * special.logit(last) - 3 * special.logit(first))
    )
    moved = found.moves.set_index(KEYS).loc[HEADLINE]
    assert [row["observed_low"], row["observed_high"]] == pytest.approx([moved["ci_low"], moved["ci_high"]])
    assert row["ci_low"] < row["projection"] < row["ci_high"]
    assert set(found.pace["year"]) == {2030}  # 2025 lies behind both waves


def test_two_waves_of_one_year_have_a_change_and_no_pace(pair):
    named = {**pair[1].manifest, "wave": "2026-b"}
    found = trend(pair[0], dataclasses.replace(pair[1], manifest=named), overlap="same_psus")
    assert found.pace.empty
    assert len(found.moves) == 25


def test_other_boundaries_are_refused_in_words(pair):
    moved = {**pair[1].manifest, "geography": {"pack": "binh_phuoc", "edition": "2025-07-01"}}
    elsewhere = dataclasses.replace(pair[1], manifest=moved)
    assert refusal_of(*pair) is None
    assert refusal_of(pair[0], elsewhere).findings[0].code == "change_other_geography"
    with pytest.raises(Refusal):
        trend(pair[0], elsewhere, overlap="same_psus")


def test_one_wave_needs_a_pace_between_those_of_the_ends_of_its_interval():
    goals = (Goal(2025, ">=", 60), Goal(2030, ">", 80))
    (need,) = needs(goals, 2026, 0.4, (0.36, 0.44))
    assert (need.year, need.op, need.years_left) == (2030, ">", 4)
    assert (need.low, need.per_year, need.high) == pytest.approx((0.09, 0.1, 0.11))
