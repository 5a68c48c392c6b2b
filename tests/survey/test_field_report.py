"""The fields of the example wave in its release: they agree with what is published, and add up."""

import shutil

import numpy as np
import pandas as pd
import pytest

from survey import pipeline
from survey.field_report import TABLES
from survey.release import read_release

FIGURES = ["n", "n_psu", "n_eff", "estimate", "se", "ci_low", "ci_high", "df", "deff", "cv"]
ORDER = {"aware": "know", "able": "skill"}


@pytest.fixture(scope="module")
def release(example_store):
    return example_store.open_release(example_store.releases()[-1]["release_id"])


@pytest.fixture(scope="module")
def weighed(example_store):
    return pipeline.weigh(example_store, "2026")


@pytest.fixture(scope="module")
def report(release):
    return release.fields


def published(release, indicator, breakdown):
    rows = release.estimates.query(
        "indicator == @indicator and base == 'age15plus' and breakdown == @breakdown"
    )
    return rows[rows["edition"] == "2022-10-01"].set_index("unit")


@pytest.mark.parametrize("breakdown", ["province", "district"])
@pytest.mark.parametrize(
    ("field", "level", "indicator"),
    [
        *((field, level, f"{ORDER[level]}_{field}") for field in ("ps", "tourism") for level in ORDER),
        ("ps", "self", "use12_ps_self"),
    ],
)
def test_a_step_that_is_published_has_the_published_number(
    release, report, breakdown, field, level, indicator
):
    seen = report.funnel.query("field == @field and level == @level and breakdown == @breakdown").set_index(
        "unit"
    )
    wanted = published(release, indicator, breakdown)
    assert len(seen) == len(wanted) == (11 if breakdown == "district" else 1)
    pd.testing.assert_frame_equal(
        seen.loc[wanted.index, FIGURES], wanted[FIGURES], rtol=1e-12, check_dtype=False, check_names=False
    )
    assert seen.loc[wanted.index, "quality"].tolist() == wanted["quality"].tolist()


def test_a_use_is_weighed_by_hand(weighed, report):
    """Share of those with a settled answer: nobody who was silent counts as No."""
    persons = weighed.weights.persons
    known = persons["e2_aware"].isin(["1", "2", "98"])
    last, aware = persons["e2_last"], persons["e2_aware"] == "1"
    settled = known & (~aware | last.isin(["1", "2", "3", "4"]))
    used = (aware & last.isin(["1", "2"]))[settled]
    weight = persons.loc[settled, "w_raked"]
    row = report.funnel.query("field == 'health' and level == 'used' and breakdown == 'province'").iloc[0]
    assert row["n"] == settled.sum() < len(persons)
    assert row["estimate"] == pytest.approx(np.average(used, weights=weight), rel=1e-12)


def test_steps_go_down_where_one_contains_the_other(report):
    whole = report.funnel.query("breakdown == 'province'").pivot(
        index="field", columns="level", values="estimate"
    )
    assert (whole["able"] < whole["aware"]).all()
    assert (whole["used"] < whole["aware"]).all()
    assert (whole["self"] < whole["used"]).all()


def test_every_two_fields_are_compared_at_every_step_in_every_unit(report):
    counted = report.pairs.groupby(["level", "breakdown", "unit"]).size()
    assert set(counted) == {15}
    assert len(counted) == 4 * 12
    shares = report.funnel.set_index(["field", "level", "breakdown", "unit"])["estimate"]
    for row in report.pairs.sample(40, random_state=1).itertuples():
        place = (row.level, row.breakdown, row.unit)
        assert row.estimate == pytest.approx(shares[(row.a, *place)] - shares[(row.b, *place)], abs=1e-12)
    assert (report.pairs["holm_p"] >= report.pairs["p_value"] - 1e-15).all()


def test_reasons_add_up_to_one_among_those_who_answered(report):
    sums = report.barriers.groupby(["field", "breakdown", "unit"])["estimate"].sum()
    assert sums.to_numpy() == pytest.approx(np.ones(len(sums)))
    n = report.barriers.groupby(["field", "breakdown", "unit"])["n"].agg(["min", "max"])
    asked = report.asked.set_index(["field", "breakdown", "unit"]).loc[n.index]
    assert (n["min"] == n["max"]).all()
    assert n["min"].tolist() == asked["answered"].tolist()
    assert not (report.barriers["code"] == "99").any()
    assert (report.barriers["code"] == "98").any()


def test_those_who_were_asked_know_of_it_and_did_not_use_it_alone(weighed, report):
    persons = weighed.weights.persons
    rows = report.asked[report.asked["breakdown"] == "province"].set_index("field")
    for number, field in enumerate(rows.index, start=1):
        aware, last, mode, reason = (
            persons[f"e{number}_{name}"] for name in ("aware", "last", "mode", "barr")
        )
        asked = (aware == "1") & ~(last.isin(["1", "2"]) & (mode == "3"))
        row = rows.loc[field]
        assert row["asked"] == asked.sum()
        assert row["answered"] == (asked & reason.notna() & (reason != "99")).sum()


def test_a_reason_is_weighed_by_hand(weighed, report):
    persons = weighed.weights.persons
    answered = persons["e6_barr"].notna() & (persons["e6_barr"] != "99")
    share = np.average(persons.loc[answered, "e6_barr"] == "2", weights=persons.loc[answered, "w_raked"])
    row = report.barriers.query("field == 'banking' and code == '2' and breakdown == 'province'").iloc[0]
    assert row["estimate"] == pytest.approx(share, rel=1e-12)
    assert (row["vi"], row["en"]) == ("Không biết cách làm", "Does not know how")


def test_the_release_keeps_the_tables_and_opens_without_them(release, example_store, tmp_path):
    assert set(release.fields.frames()) == set(TABLES)
    assert b"service_funnel" in release.fields.source
    assert release.manifest["beside_definition"]["funnel"]["version"] == "1.0.0"
    folder = tmp_path / release.id
    shutil.copytree(example_store.root / "releases" / release.id, folder)
    for path in folder.glob("fields_*.parquet"):
        path.unlink()
    assert read_release(folder).fields is None
    assert read_release(folder).defined is not None


def test_a_release_made_before_the_funnel_is_not_current(example_store, release, monkeypatch):
    assert pipeline.current_release(example_store, "2026") == release.id
    monkeypatch.setattr("survey.manifest._beside_definition", lambda: {"funnel": "another"})
    assert pipeline.current_release(example_store, "2026") is None
