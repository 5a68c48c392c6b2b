"""Any other province: a pack built of plain lists, a wave on it, estimates by old and by new units."""

import json

import numpy as np
import pandas as pd
import pytest

from estimation import estimate_proportions
from survey import pipeline
from survey.store import Store

NEW = "2025-07-01"
SHARES = {"00903": {"00901": 0.6, "00904": 0.4}, "00911": {"00908": 0.3, "00906": 0.7}}


@pytest.fixture(scope="module")
def store(hong_lam_command):
    return Store(hong_lam_command.root)


@pytest.fixture(scope="module")
def release(store):
    return store.open_release(store.releases("2027")[-1]["release_id"])


@pytest.fixture(scope="module")
def headline(release):
    def rows(**which):
        found = release.estimates[
            (release.estimates["indicator"] == "headline") & (release.estimates["base"] == "age15plus")
        ]
        for column, value in which.items():
            found = found[found[column] == value]
        return found.set_index("unit")

    return rows


def test_a_release_holds_the_old_districts_and_the_new_communes(release, headline):
    assert list(headline(breakdown="district").index) == ["051", "052"]
    assert set(headline(breakdown="district")["method"]) == {"direct"}
    communes = headline(breakdown="commune", edition=NEW)
    assert communes["method"].to_dict() == {
        "00901": "apportioned", "00904": "apportioned", "00906": "apportioned", "00908": "apportioned",
        "00912": "recoded",
    }  # fmt: skip


def test_apportioned_units_have_no_verdict(release):
    judged = release.verdicts[release.verdicts["edition"] == NEW]
    shared = judged[judged["method"] == "apportioned"]
    assert len(shared) > 0
    assert set(shared[["verdict", "family_verdict", "shown_verdict"]].to_numpy().ravel()) == {"none"}
    assert shared[["confidence_met", "holm_p_met"]].isna().all(axis=None)
    assert "none" not in set(judged.loc[judged["method"] == "recoded", "verdict"])


def test_a_recoded_unit_is_the_domain_of_its_old_communes(store, headline):
    scored = pipeline.score(pipeline.weigh(store, "2027"))
    persons = scored.persons.assign(here=scored.persons["commune"].isin(["00912", "00913"]).astype(int))
    wanted = estimate_proportions(persons, "headline", design=scored.design, where="here").frame.iloc[0]
    found = headline(breakdown="commune", edition=NEW).loc["00912"]
    names = ["n", "n_psu", "estimate", "se", "ci_low", "ci_high", "df"]
    assert found[names].to_list() == pytest.approx(wanted[names].to_list(), rel=1e-10)


def test_a_divided_commune_counts_by_its_share(store, headline):
    """A share is the ratio of weighted sums in which a person of a divided commune counts partly."""
    scored = pipeline.score(pipeline.weigh(store, "2027"))
    persons = scored.persons.dropna(subset="headline")
    own = {"00901": ["00901", "00902"], "00904": ["00904", "00905"], "00908": ["00908", "00909", "00910"]}
    for unit, communes in own.items():
        part = persons["commune"].map(lambda code, unit=unit: SHARES.get(code, {}).get(unit, 0.0))
        weight = persons["w_raked"] * np.where(persons["commune"].isin(communes), 1.0, part)
        found = headline(breakdown="commune", edition=NEW).loc[unit]
        assert found["estimate"] == pytest.approx(
            (weight * persons["headline"]).sum() / weight.sum(), rel=1e-10
        )
        assert found["n"] == int((weight > 0).sum())


def test_the_variance_of_an_apportioned_unit_is_that_of_the_ratio_on_the_whole_design(store, headline):
    """Linearised by hand on base weights: one value a person, all sampled areas in the sum."""
    scored = pipeline.score(pipeline.weigh(store, "2027"), weighting="base")
    table = pipeline.estimate(store, "2027", by="commune", edition=NEW, weights="base")
    persons, register = scored.persons, scored.register
    counts = persons["commune"].isin(["00901", "00902"]) + 0.6 * persons["commune"].eq("00903")
    counts = counts.where(persons["headline"].notna(), 0.0) * persons["w_base"]
    ratio = (counts * persons["headline"].fillna(0)).sum() / counts.sum()
    scores = (
        (counts * (persons["headline"].fillna(ratio) - ratio) / counts.sum())
        .groupby(persons["ea_code"])
        .sum()
    )
    areas = register.assign(z=register["ea_code"].map(scores).fillna(0.0)).groupby("stratum")["z"]
    variance = sum(len(z) / (len(z) - 1) * ((z - z.mean()) ** 2).sum() for _, z in areas)
    found = table[(table["indicator"] == "headline") & (table["unit"] == "00901")].iloc[0]
    assert found["se"] == pytest.approx(np.sqrt(variance), rel=1e-8)


def test_parts_of_all_units_make_up_the_province(store):
    """Weights of shared interviews sum to those of the interviews: no person is lost or counted twice."""
    table = pipeline.estimate(store, "2027", by="commune", edition=NEW)
    scored = pipeline.score(pipeline.weigh(store, "2027"))
    to = scored.recoding("commune", NEW)
    persons = scored.persons.dropna(subset="headline")
    totals = persons.groupby("commune")["w_raked"].sum()
    sizes = (to.shares["known"].map(totals) * to.shares["share"]).groupby(to.shares["unit"]).sum()
    rows = table[(table["indicator"] == "headline") & (table["base"] == "age15plus")].set_index("unit")
    province = pipeline.estimate(store, "2027").query("indicator == 'headline' and base == 'age15plus'")
    assert (rows["estimate"] * sizes).sum() / sizes.sum() == pytest.approx(
        province["estimate"].iloc[0], rel=1e-10
    )


def test_the_command_line_estimates_by_any_edition(hong_lam_command, tmp_path):
    out = tmp_path / "communes.csv"
    hong_lam_command("estimate", "--wave", "2027", "--by", "commune", "--edition", NEW, "--out", out)
    written = pd.read_csv(out, dtype={"unit": "str"})
    assert set(written["edition"]) == {NEW}
    assert {*written["method"]} == {"recoded", "apportioned"}
    assert list(written["unit"].unique()) == ["00901", "00904", "00906", "00908", "00912"]


def test_a_release_is_read_without_its_pack(release):
    about = release.manifest["geography"]
    assert (about["pack"], about["edition"]) == ("hong_lam", "2020-01-01")
    assert about["level_names"]["commune"]["vi"] == "cấp xã"
    names = release.units.set_index(["edition", "unit"])["name_vi"]
    assert names["2020-01-01", "052"] == "Huyện Ba Lòng"
    assert names[NEW, "00904"] == "Phường Suối Tre"


def test_the_wave_is_the_same_wherever_its_pack_lies(store, release):
    assert store.wave("2027").geography.endswith("hong_lam")
    assert "/" not in json.dumps(release.manifest["geography"])
