"""Classes, propensities, persons in households, bounds, trimming and replicates: what each step keeps."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from estimation import Replicates
from estimation.weighting import (
    Margin,
    WeightingError,
    calibrate,
    class_factors,
    kish_effect,
    likely_eligible,
    nonresponse_factors,
    person_weights,
    poststratify,
    rake,
    trim,
)
from estimation.weighting.propensity import propensity_classes, response_propensity
from estimation.weighting.replicating import replicate_weights

CLOSE = 1e-10


@st.composite
def samples(draw):
    """Persons in every category of two margins, and totals that some weights near theirs meet."""
    n = draw(st.integers(12, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    persons = pd.DataFrame(
        {"w": rng.uniform(1, 9, n), "sex": rng.choice(["f", "m"], n), "place": rng.choice(list("abc"), n)}
    )
    met = persons["w"] * rng.uniform(0.7, 1.4, n)
    sums = {name: met.groupby(persons[name]).sum() for name in ("sex", "place")}
    assume([len(totals) for totals in sums.values()] == [2, 3])
    return persons, [Margin(name, totals) for name, totals in sums.items()]


def reached(persons, weight, margin):
    return weight.groupby(persons[margin.variable]).sum().reindex(margin.totals.index)


def fitted(persons, margins, method):
    bounds = (0.3, 3.0) if method == "logit" else None
    return calibrate(persons, "w", margins, method=method, bounds=bounds)


@settings(max_examples=40, deadline=None)
@given(samples(), st.sampled_from(["linear", "raking", "logit"]))
def test_every_method_hits_every_margin_in_any_order(sample, method):
    persons, margins = sample
    seen = fitted(persons, margins, method)
    for margin in margins:
        assert reached(persons, seen.weight, margin).tolist() == pytest.approx(
            margin.totals.tolist(), rel=CLOSE
        )
    again = fitted(persons.iloc[::-1], margins[::-1], method).weight.loc[persons.index]
    assert again.tolist() == pytest.approx(seen.weight.tolist(), rel=1e-8)
    if method != "linear":
        assert (seen.weight > 0).all()
    if method == "logit":
        assert seen.factor.between(0.3, 3.0).all()
    if method == "raking":
        assert seen.weight.tolist() == pytest.approx(rake(persons, "w", margins).weight.tolist(), rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(samples(), st.sampled_from(["linear", "raking", "logit"]))
def test_weights_that_hold_already_stay_as_they_are(sample, method):
    persons, margins = sample
    held = [Margin(margin.variable, persons.groupby(margin.variable)["w"].sum()) for margin in margins]
    assert fitted(persons, held, method).factor.tolist() == pytest.approx([1.0] * len(persons), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(samples(), st.floats(1.05, 4.0))
def test_trimming_keeps_the_sum_of_each_class_below_the_cap(sample, times):
    persons, _ = sample
    try:
        seen = trim(persons, "w", times_median=times, classes="sex")
    except WeightingError:
        assume(False)
    assert (seen.weight <= seen.cap * (1 + 1e-12)).all()
    assert (seen.weight > 0).all()
    sums = persons.groupby("sex")["w"].sum()
    assert seen.weight.groupby(persons["sex"]).sum().tolist() == pytest.approx(sums.tolist())
    assert (persons["w"] <= seen.cap).all() == (seen.moved < 1e-12)


def test_trimming_shares_the_excess_again_where_it_lifts_others_over_the_cap():
    persons = pd.DataFrame({"w": [1.0, 1.0, 1.9, 5.0]})
    seen = trim(persons, "w", times_median=1.8)
    assert seen.cap == pytest.approx(2.61)
    assert seen.weight.tolist() == pytest.approx([1.84, 1.84, 2.61, 2.61])
    assert (seen.rounds, seen.trimmed.tolist()) == (2, [False, False, True, True])
    assert seen.kish_after < seen.kish_before


def test_a_class_above_the_cap_is_named():
    persons = pd.DataFrame({"w": [1.0, 1.0, 1.0, 9.0], "stratum": ["a", "a", "a", "b"]})
    with pytest.raises(WeightingError, match=r"class 'b' has 1 weights.*raise the multiple"):
        trim(persons, "w", times_median=2.0, classes="stratum")


PERSONS = pd.DataFrame({"w": [1.0, 1.0, 2.0], "sex": ["f", "f", "m"]})
SEX = Margin("sex", pd.Series({"f": 6.0, "m": 2.0}))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"method": "logit", "bounds": (0.5, 2.0)},
            r"'sex', category 'f' needs the factor 3, the bounds are \(0.5, 2\)",
        ),
        ({"method": "linear", "bounds": (0.9, 4.0)}, None),
        ({"method": "logit", "bounds": (1.0, 2.0)}, "both sides of 1"),
        ({"method": "logit"}, "needs bounds"),
        ({"method": "raking", "bounds": (0.5, 2.0)}, "take 'logit'"),
        ({"method": "cube"}, "'linear', 'raking', 'logit'"),
        ({"numbers": {"w": 1e9}, "method": "logit", "bounds": (0.1, 9.0)}, "the number 'w' is missed by"),
    ],
)
def test_impossible_calibrations_name_the_cell(options, words):
    if words is None:
        assert calibrate(PERSONS, "w", [SEX], **options).factor.tolist() == pytest.approx([3.0, 3.0, 1.0])
        return
    with pytest.raises(WeightingError, match=words):
        calibrate(PERSONS, "w", [SEX], **options)


@pytest.mark.parametrize(
    "fit", [lambda m: calibrate(PERSONS, "w", [m]), lambda m: poststratify(PERSONS, "w", m)]
)
def test_a_category_without_sample_is_named(fit):
    with pytest.raises(WeightingError, match=r"'sex'.*without sample: x"):
        fit(Margin("sex", pd.Series({"f": 6.0, "m": 2.0, "x": 1.0})))


def test_calibration_tells_what_it_reached():
    seen = calibrate(PERSONS, "w", [SEX], numbers={"w": 10.0})
    assert seen.reached["variable"].tolist() == ["sex", "sex", "w"]
    assert seen.reached["before"].tolist() == pytest.approx([2.0, 2.0, 6.0])


def test_person_weight_is_the_household_weight_times_the_eligible():
    assert person_weights(pd.Series([10.0, 20.0]), pd.Series([3, 4]), 2).tolist() == [15.0, 40.0]
    with pytest.raises(WeightingError, match="hh-2"):
        person_weights(pd.Series([1.0], index=["hh-2"]), pd.Series([0], index=["hh-2"]))


def units(**columns):
    defaults = {
        "w": [1.0, 1.0, 2.0, 2.0, 3.0, 3.0],
        "yes": [True, True, False, True, True, True],
        "no": [False, False, True, False, False, False],
        "answered": [True, False, False, False, True, True],
        "cell": [1, 1, 2, 2, 3, 3],
    }
    return pd.DataFrame(defaults | columns)


def test_unknown_eligibility_has_the_share_of_its_class():
    known = units(yes=[True, False, False, False, True, True], no=[False, False, True, False, False, False])
    share = likely_eligible(known, "w", eligible="yes", ineligible="no", classes="cell")
    assert share.tolist() == [1.0, 1.0, 0.0, 0.0, 1.0, 1.0]


def test_a_class_without_respondents_is_merged_with_its_neighbour_and_reported():
    issued = units().assign(e=[1.0, 1.0, 0.0, 1.0, 1.0, 1.0])
    seen = class_factors(issued, "w", eligible="e", respondent="answered", classes="cell")
    assert seen.merged.to_dict("records") == [{"cell": "2", "into": "1"}]
    assert seen.factor.tolist() == [4.0, 4.0, 1.0]
    assert seen.weight.tolist() == [4.0, 0.0, 0.0, 0.0, 3.0, 3.0]
    assert seen.weight.sum() == pytest.approx((issued["w"] * issued["e"]).sum())


def test_a_class_is_not_merged_across_its_group():
    issued = units().assign(e=1.0, group=["n", "n", "s", "s", "t", "t"])
    with pytest.raises(WeightingError, match=r"no respondent in a whole group.*: s"):
        class_factors(issued, "w", eligible="e", respondent="answered", classes="cell", within="group")


def test_propensity_classes_have_like_sums_and_never_part_equals():
    rng = np.random.default_rng(3)
    propensity = pd.Series(rng.uniform(0.2, 0.9, 1000).round(3))
    weight = pd.Series(rng.uniform(1, 2, 1000))
    classes = propensity_classes(propensity, weight)
    assert sorted(classes.unique()) == [1, 2, 3, 4, 5]
    assert weight.groupby(classes).sum().tolist() == pytest.approx([weight.sum() / 5] * 5, rel=0.02)
    assert classes.groupby(propensity).nunique().max() == 1
    assert propensity.groupby(classes).max().is_monotonic_increasing


def test_a_category_with_one_answer_only_is_named():
    issued = units(cell=["a", "a", "b", "b", "c", "c"])
    with pytest.raises(WeightingError, match=r"'cell' = b, c"):
        response_propensity(issued, "w", respondent="answered", categories=["cell"])


def psus():
    return pd.DataFrame(
        {
            "stratum": ["s", "s", "s", "t", "t", "t"],
            "weight": [10.0, 12.0, 9.0, 20.0, 22.0, 21.0],
            "eligible": [8, 6, 7, 5, 6, 9],
            "ineligible": [1, 2, 0, 0, 1, 1],
            "unknown": [1, 0, 3, 2, 0, 0],
            "respondents": [4, 6, 5, 3, 5, 6],
        },
        index=list("abcdef"),
    )


def members(table):
    rows = [
        {"psu": code, "inside": 1 + place % 3, "sex": "fm"[place % 2]}
        for code, number in table["respondents"].items()
        for place in range(number)
    ]
    return pd.DataFrame(rows)


def test_replicates_repeat_every_step_of_the_full_sample():
    """A jackknife replicate is what the whole weighting gives when the PSU was never drawn."""
    table, sex = psus(), Margin("sex", pd.Series({"f": 600.0, "m": 500.0}))
    persons = members(table)
    seen = replicate_weights(
        table, persons, [sex], psu="psu", within="inside", replicates=Replicates(kind="jkn")
    )
    assert seen.calibrated.shape == (len(persons), 6)
    for place, left_out in enumerate(table.index):
        kept = table.drop(index=left_out)
        grown = np.where(kept["stratum"] == table.loc[left_out, "stratum"], 3 / 2, 1.0)
        kept = kept.assign(weight=kept["weight"] * grown)
        factor = kept["weight"] * nonresponse_factors(kept)["factor"]
        weight = (persons["psu"].map(factor) * persons["inside"]).fillna(0.0)
        raked = rake(persons.assign(w=weight), "w", [sex]).weight
        assert seen.nonresponse[:, place].tolist() == pytest.approx(weight.tolist(), rel=CLOSE)
        assert seen.calibrated[:, place].tolist() == pytest.approx(raked.tolist(), rel=1e-9)


def test_replicates_share_an_empty_psu_anew():
    table = psus()
    table.loc["a", ["eligible", "ineligible", "unknown", "respondents"]] = [0, 0, 9, 0]
    persons = members(table)
    bootstrap = Replicates(kind="bootstrap", number=50, seed=1)
    table = pd.concat([table, table.iloc[[1, 2]].set_axis(["g", "h"])])
    persons = members(table)
    sex = Margin("sex", pd.Series({"f": 600.0, "m": 500.0}))
    seen = replicate_weights(table, persons, [sex], psu="psu", within="inside", replicates=bootstrap)
    assert seen.calibrated.sum(axis=0).tolist() == pytest.approx([1100.0] * 50)
    assert (seen.calibrated >= 0).all()


def test_a_stratum_that_a_replicate_leaves_empty_is_named():
    table = psus()
    table.loc[["a", "b"], "respondents"] = 0
    jackknife = Replicates(kind="jkn")
    sex = Margin("sex", pd.Series({"f": 600.0, "m": 500.0}))
    with pytest.raises(WeightingError, match=r"1 of 6 replicates hold no interview of the strata s"):
        replicate_weights(table, members(table), [sex], psu="psu", within="inside", replicates=jackknife)


def test_unequal_weights_cost_precision():
    assert kish_effect(pd.Series([1.0, 3.0])) == pytest.approx(1.25)
