"""The quality tables of a release: they add up, and say what the answers and the fieldwork say."""

import numpy as np
import pytest

from survey import pipeline
from survey.fieldwork.overview import overview
from survey.quality_tables import KINDS, TABLES


@pytest.fixture(scope="module")
def weighed(example_store):
    return pipeline.weigh(example_store, "2026")


@pytest.fixture(scope="module")
def release(example_store):
    return example_store.open_release(example_store.releases()[-1]["release_id"])


@pytest.fixture(scope="module")
def quality(release):
    return release.quality


def test_every_table_has_its_columns(quality):
    assert {name: tuple(table) for name, table in quality.frames().items()} == dict(TABLES)


def test_the_response_is_that_of_the_fieldwork(quality, release, example_store):
    seen = overview(example_store, "2026")
    for row in quality.response.itertuples():
        known = {"breakdown": row.breakdown, "unit": row.unit, "weighting": row.weighting}
        rate = seen.rate("RR2", **known)
        assert rate == pytest.approx(row.RR2, rel=1e-12)
    plain = quality.response.query("weighting == 'unweighted'").set_index(["breakdown", "unit"])
    published = release.response.set_index(["breakdown", "unit"])
    assert set(plain.index) == set(published.index)
    for name in ("issued", "I", "RR1", "RR4"):
        np.testing.assert_allclose(plain[name], published.loc[plain.index, name].astype(float), rtol=1e-12)
    assert set(quality.response["breakdown"]) == {"province", "originals", "district", "residence"}


def test_every_interview_is_counted_once_for_every_question(quality):
    assert (quality.items[list(KINDS)].sum(axis=1) == quality.items["interviews"]).all()
    assert set(quality.items["interviews"]) == {1508}
    assert quality.items["label_vi"].ne("").all()
    assert quality.items["label_vi"].ne(quality.items["label_en"]).all()


def test_questions_are_those_that_numbers_rest_on(quality):
    use = quality.items.set_index("question")["use"]
    assert use["e1_aware"] == use["e1_can_submit"] == use["e1_mode"] == "rule"
    assert use["c3_edu"] == use["wg_see"] == use["b3_poor"] == "group"
    assert use["g1_heard"] == "check"
    assert "e1_can_login" not in use.index  # asked, but no condition reads it


@pytest.mark.parametrize("question", ["e1_aware", "e1_can_submit", "c3_edu", "wg_walk"])
def test_the_counts_are_those_of_the_answers(quality, weighed, question):
    row = quality.items.set_index("question").loc[question]
    told = weighed.weights.persons[question].fillna("")
    assert row["dont_know"] == (told == "98").sum()
    states = weighed.microdata.household_states.loc[told.index, question]
    assert row["not_asked"] == (states == 0).sum()
    assert row["no_answer"] == ((told == "99") | (states == 1)).sum()


def test_undetermined_persons_are_those_outside_the_estimate(quality, release):
    row = quality.undetermined.query("indicator == 'headline' and base == 'age15plus'").iloc[0]
    share = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    ).iloc[0]
    assert row["undetermined"] == row["interviews"] - share["n"] == 16
    assert row["all_no"] < share["estimate"] < row["all_yes"]
    assert row["all_yes"] - row["all_no"] == pytest.approx(row["share"], rel=1e-12)
    assert (quality.undetermined["all_no"] <= quality.undetermined["all_yes"]).all()


def test_the_invented_name_is_weighed_and_split(quality, weighed, release):
    table = quality.overclaim.set_index(["indicator", "claimed"])
    persons = weighed.weights.persons
    told = persons["g1_heard"].fillna("")
    asked = (told != "") & (told != "99")
    claims = told.str.split().map(lambda codes: "6" in codes)
    share = np.average(claims[asked], weights=persons.loc[asked, "w_raked"])
    assert table.loc[("", ""), "estimate"] == pytest.approx(share, rel=1e-12)
    assert table.loc[("", ""), "n"] == asked.sum()
    parts = table.loc["headline"]
    assert list(parts.index) == ["yes", "no"]
    whole = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    ).iloc[0]
    assert parts["n"].sum() <= whole["n"]


def test_every_estimate_is_in_one_cell(quality, release):
    assert quality.cells["cells"].sum() == len(release.estimates)
    headline = release.estimates.query("indicator == 'headline' and base == 'age15plus'")
    assert quality.cells["headline"].sum() == len(headline)
    hidden = quality.cells[quality.cells["quality"] == "suppress"]
    assert hidden["headline"].sum() == (headline["quality"] == "suppress").sum() > 0
    assert (hidden["reason"] != "").all()


def test_an_older_release_opens_without_the_tables(own_store):
    frozen = own_store.releases()[-1]["release_id"]
    for path in (own_store.root / "releases" / frozen).glob("quality_*.parquet"):
        path.unlink()
    assert own_store.open_release(frozen).quality is None


def test_who_works_where_is_not_in_a_release(quality, example_store):
    interviewers = set(example_store.microdata("2026").households["interviewer_id"].dropna()) - {""}
    for table in quality.frames().values():
        assert not interviewers & set(table.astype("str").to_numpy().ravel())
