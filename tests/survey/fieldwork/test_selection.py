"""The draw within the household: lotteries against exact enumeration, the example wave, planted cheating."""

import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, kstest

from survey.fieldwork.lottery import as_many_or_more, compare, uniform_p
from survey.fieldwork.selection import ALARM, audit_selection

REFERENCE = Path(__file__).parents[2] / "reference" / "wave_2026"
TRUTH = json.loads((REFERENCE / "truth.json").read_text(encoding="utf-8"))["a_counts"]


def households(sizes, taken):
    """Households of persons, one of each taken; a person's trait is the place in the household."""
    rows = [
        {"key": house, "trait": str(person), "taken": person == chosen}
        for house, (size, chosen) in enumerate(zip(sizes, taken, strict=True))
        for person in range(size)
    ]
    return pd.DataFrame(rows)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_exact_tail_is_that_of_every_outcome(chances, count):
    exact = sum(
        np.prod([p if happens else 1 - p for p, happens in zip(chances, outcome, strict=True)])
        for outcome in itertools.product([0, 1], repeat=len(chances))
        if sum(outcome) >= count
    )
    assert as_many_or_more(count, np.array(chances)) == pytest.approx(float(exact), abs=1e-12)


def test_equal_chances_are_the_binomial():
    assert as_many_or_more(30, np.full(60, 0.4)) == pytest.approx(binom.sf(29, 60, 0.4), rel=1e-10)


def test_moments_are_those_of_every_possible_draw():
    """Mean and covariance over all equally likely draws of four households, by enumeration."""
    sizes = (1, 2, 3, 3)
    draws = [compare(households(sizes, taken), "trait") for taken in itertools.product(*map(range, sizes))]
    observed = np.array([one.observed for one in draws])
    np.testing.assert_allclose(observed.mean(axis=0), draws[0].expected, rtol=1e-12)
    assert np.mean([one.statistic for one in draws]) == pytest.approx(draws[0].df)


def test_households_of_one_person_decide_nothing():
    found = compare(households([1, 1, 1], [0, 0, 0]), "trait")
    assert (found.df, found.statistic) == (0, 0.0)
    assert np.isnan(found.p)


def test_uniform_p_is_that_of_scipy():
    numbers = np.random.default_rng(7).uniform(size=400)
    assert uniform_p(numbers) == pytest.approx(kstest(numbers, "uniform", method="asymp").pvalue, rel=1e-9)
    assert uniform_p(numbers**2) < 1e-6
    assert np.isnan(uniform_p(np.array([])))


def test_example_wave_keeps_the_draw(found):
    audit = found.selection
    assert (audit.drawn, audit.checked, audit.count("draw_not_largest")) == (1642, 1642, 0)
    assert audit.count("selection_roster_changed") == 0
    wrong = [one.facts["household"] for one in audit.findings if one.code == "respondent_not_drawn"]
    assert sorted(wrong) == sorted(TRUTH["wrong_respondent"])
    assert not audit.is_suspect
    assert audit.tests["p"].min() > ALARM
    assert audit.uniform_p > 0.01


def test_persons_observed_and_expected_add_up_to_the_households(found):
    sums = found.selection.tests.groupby(["stage", "trait"])[["households", "observed", "expected"]]
    for (stage, _), part in sums:
        households_seen = part["households"].iloc[0]
        assert part["observed"].sum() == households_seen
        assert part["expected"].sum() == pytest.approx(households_seen)
        assert households_seen == {"drawn": 1642, "interviewed": 1517}[stage]


def test_a_wave_that_prefers_the_first_of_the_roster_is_flagged(evidence, first_lines):
    """In every eighth household the first person is interviewed, and passed off as drawn."""
    case = evidence()
    asked = case.households["c0_line"]
    keys = asked.dropna().index[::8]
    bent = asked.where(~asked.index.isin(keys), first_lines.reindex(asked.index))
    drawn = case.households["resp_line"].where(~asked.index.isin(keys), bent)
    audit = audit_selection(evidence(c0_line=bent, resp_line=drawn))
    assert audit.is_suspect
    codes = {one.code: one for one in audit.findings if one.code.startswith("selection_not_by_chance")}
    assert codes["selection_not_by_chance_interviewed"].value == "first"
    assert "vị trí trong danh sách hộ" in codes["selection_not_by_chance_interviewed"].sentence("vi")
    assert audit.count("draw_not_largest") > 50
    assert audit.count("respondent_not_drawn") == 5


def test_a_roster_changed_after_the_draw_is_found(evidence):
    case = evidence()
    drawn = case.households["resp_line"].dropna()
    key, other = drawn[drawn != "0"].index[:2]
    told = case.households["n_eligible"].copy()
    told[key] = str(int(told[key]) + 1)
    lines = case.households["resp_line"].copy()
    lines[other] = "19"
    audit = audit_selection(evidence(n_eligible=told, resp_line=lines))
    changed = {one.value for one in audit.findings if one.code == "selection_roster_changed"}
    assert changed == set(case.households.loc[[key, other], "hh_id"])
