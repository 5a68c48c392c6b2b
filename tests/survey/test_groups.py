"""Groups of people: who belongs to which, how large they are, and whom they differ from."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from estimation import estimate_proportions
from survey import pipeline
from survey.estimates import release_tables
from survey.group_tables import NOT_TOLD, TABLES, group_tables
from survey.groups import GROUPS, WASHINGTON, group_columns
from survey.scored import GROUP_UNITS

CODES = st.sampled_from(["1", "2", "3", "4", "98", "99", ""])
CLOSE = 1e-10


@pytest.fixture(scope="module")
def scored(example_store):
    return pipeline.score(pipeline.weigh(example_store, "2026"))


@pytest.fixture(scope="module")
def release(example_store):
    return example_store.open_release(example_store.releases()[-1]["release_id"])


@pytest.fixture(scope="module")
def groups(release):
    return release.groups


@given(st.lists(CODES, min_size=6, max_size=6))
def test_disability_is_one_activity_that_is_hard(answers):
    told = group_columns(pd.DataFrame([dict(zip(WASHINGTON, answers, strict=True))]))["disability"].iloc[0]
    if {"3", "4"} & set(answers):
        assert told == "with"
    elif set(answers) <= {"1", "2"}:
        assert told == "without"
    else:
        assert pd.isna(told)


def test_schooling_and_poverty_by_code():
    asked = pd.DataFrame(
        {"c3_edu": ["0", "2", "3", "4", "5", "6", "7", "98", ""], "b3_poor": [*"123123", "99", "98", ""]}
    )
    told = group_columns(asked)
    assert told["education"].dropna().tolist() == [
        "primary", "primary", "lower_secondary", "upper_secondary", "upper_secondary", "college", "college",
    ]  # fmt: skip
    assert told["poverty"].dropna().tolist() == ["poor", "near_poor", "neither"] * 2
    assert told["education"].isna().sum() == 2
    assert told["poverty"].isna().sum() == 3


def test_a_form_without_the_questions_puts_nobody_in_a_group():
    told = group_columns(pd.DataFrame({"c0_age": ["30", "40"]}))
    assert list(told) == list(GROUPS)
    assert all(column.isna().all() for column in told.values())


def test_nobody_is_lost_between_the_groups(groups, scored):
    table = groups.sizes.groupby("breakdown")
    assert set(groups.sizes["breakdown"]) == set(GROUP_UNITS)
    assert (table["n"].sum() == len(scored.persons)).all()
    np.testing.assert_allclose(table["estimate"].sum(), 1, rtol=CLOSE)
    silent = groups.sizes[groups.sizes["unit"] == NOT_TOLD].set_index("breakdown")["n"]
    for breakdown in GROUP_UNITS:
        assert silent[breakdown] == scored.persons[breakdown].isna().sum()
    assert silent["sex"] == 0
    assert silent["ethnicity"] > 0


def test_a_pair_is_the_difference_of_two_published_shares(groups, release):
    shares = release.estimates.query("indicator == 'headline' and base == 'age15plus'")
    shares = shares.set_index(["breakdown", "unit"])["estimate"]
    for row in groups.pairs.itertuples():
        wanted = shares[row.breakdown, row.a] - shares[row.breakdown, row.b]
        assert row.estimate == pytest.approx(wanted, abs=1e-12)
    counts = groups.pairs.groupby("breakdown").size()
    sizes = {breakdown: len(units) for breakdown, units in GROUP_UNITS.items()}
    assert counts.to_dict() == {breakdown: size * (size - 1) // 2 for breakdown, size in sizes.items()}


def test_of_two_groups_that_are_everybody_each_is_the_rest_of_the_other(groups):
    rest = groups.rest.set_index(["breakdown", "unit"])
    for pair in groups.pairs[~groups.pairs["breakdown"].duplicated(keep=False)].itertuples():
        one, other = (rest.loc[(pair.breakdown, unit)] for unit in (pair.a, pair.b))
        for name in ("estimate", "se", "p_value", "holm_p"):
            assert one[name] == pytest.approx(getattr(pair, name), rel=1e-8)
        assert other["estimate"] == pytest.approx(-pair.estimate, rel=1e-8)
        assert (one["found"], other["found"]) in {
            (pair.found, pair.found),
            ("lower", "higher"),
            ("higher", "lower"),
        }


def test_below_everybody_else_is_below_the_average(groups, scored):
    persons, weight = scored.persons, scored.persons["w_raked"]
    for row in groups.rest.itertuples():
        told = persons["headline"].notna() & persons[row.breakdown].notna()
        inside = told & (persons[row.breakdown] == row.unit)
        share = weight[inside].sum() / weight[told].sum()
        own, whole = (np.average(persons.loc[who, "headline"], weights=weight[who]) for who in (inside, told))
        assert own - whole == pytest.approx((1 - share) * row.estimate, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("breakdown", list(GROUP_UNITS))
@pytest.mark.parametrize("table", ["pairs", "rest"])
def test_holm_is_that_of_statsmodels(groups, table, breakdown):
    family = groups.frames()[table].query("breakdown == @breakdown")
    known = family[family["p_value"].notna()]
    corrected = multipletests(known["p_value"], method="holm")[1]
    if len(GROUP_UNITS[breakdown]) == 2:  # one question, asked from both sides
        corrected = known["p_value"]
    np.testing.assert_allclose(known["holm_p"], corrected, rtol=1e-9)
    told = known[known["quality"] != "suppress"]
    certain = told["holm_p"] < 0.05
    assert (told.loc[~certain, "found"] == "undecided").all()
    assert (told.loc[certain & (told["estimate"] < 0), "found"] == "lower").all()
    assert (told.loc[certain & (told["estimate"] > 0), "found"] == "higher").all()
    assert set(family.loc[family["quality"] == "suppress", "found"]) <= {"none"}


def test_new_breakdowns_are_domains_on_the_unchanged_design(scored, release):
    for breakdown, units in GROUPS.items():
        kept = release.estimates.query(
            "indicator == 'headline' and base == 'age15plus' and breakdown == @breakdown"
        )
        assert kept["unit"].tolist() == list(units)
        for row in kept.itertuples():
            marked = scored.persons.assign(inside=(scored.persons[breakdown] == row.unit).astype(float))
            alone = estimate_proportions(marked, "headline", design=scored.design, where="inside").frame.iloc[
                0
            ]
            assert row.n == alone["n"]
            assert (row.estimate, row.se) == pytest.approx((alone["estimate"], alone["se"]), rel=1e-9)


def test_a_release_keeps_the_tables_and_an_older_one_opens_without(groups, own_store):
    frozen = own_store.releases()[-1]["release_id"]
    assert set(groups.frames()) == set(TABLES)
    for path in (own_store.root / "releases" / frozen).glob("groups_*.parquet"):
        path.unlink()
    assert own_store.open_release(frozen).groups is None


def test_the_tables_follow_from_the_persons(scored, groups):
    again = group_tables(scored, release_tables(scored).comparable)
    for name, table in again.frames().items():
        pd.testing.assert_frame_equal(table, groups.frames()[name], check_dtype=False, rtol=1e-9)
