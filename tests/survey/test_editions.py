"""Units of other editions: which records count for them, and which codes mean two things."""

import pandas as pd
import pytest

from survey.estimates import estimate_table
from survey.frame_units import check_units, unit_columns, widest_units
from survey.geography import open_geography
from survey.geography.recoding import recoding
from survey.geography.upload_units import conflicts, reused_codes
from survey.messages import Refusal
from survey.pipeline import score, weigh
from survey.unit_table import unit_table

NEW = "2025-07-01"


@pytest.fixture(scope="module")
def scored(example_store):
    return score(weigh(example_store, "2026"))


def test_all_111_old_communes_go_whole_into_the_40_new_ones(binh_phuoc):
    for edition in (NEW, "2026-04-30"):
        to = recoding(binh_phuoc, "commune", "commune", edition)
        assert list(to.methods) == binh_phuoc.units("commune", edition)["code"].tolist()
        assert set(to.methods.values()) == {"recoded"}
        assert (len(to.shares), set(to.shares["share"])) == (111, {1.0})


def test_rule_4_the_finest_unit_leads_to_any_level(binh_phuoc):
    to = recoding(binh_phuoc, "commune", "district", "2022-10-01")
    assert set(to.methods.values()) == {"direct"}
    parents = binh_phuoc.units("commune").set_index("code")["parent_id"].map(binh_phuoc.code)
    assert to.shares.set_index("known")["unit"].to_dict() == parents.to_dict()


def test_rule_5_districts_out_of_new_communes_are_exact_or_apportioned():
    """Four new communes lie in two old districts each; shares are those of the census."""
    frame = open_geography(f"binh_phuoc@{NEW}")
    to = recoding(frame, "commune", "district", "2022-10-01")
    assert {unit for unit, method in to.methods.items() if method == "recoded"} == {
        "689",
        "691",
        "695",
        "696",
    }
    shares = to.shares.set_index(["known", "unit"])["share"]
    assert shares["25220", "698"] == pytest.approx(4007 / (27857 + 4007), abs=1e-8)
    assert (shares < 1).sum() == 8


@pytest.mark.parametrize("language", ["vi", "en"])
def test_rule_6_a_district_is_never_shared_out_to_communes(binh_phuoc, language):
    with pytest.raises(Refusal) as refused:
        recoding(binh_phuoc, "district", "commune", NEW)
    said = refused.value.sentence(language)
    assert {"vi": "mẫu của đợt chỉ ghi đơn vị cấp huyện", "en": "only names districts"}[language] in said
    assert "commune_code" in said


def test_no_way_back_without_a_row_of_the_crosswalk():
    with pytest.raises(Refusal, match="There is no way from vn:25195:2025"):
        recoding(open_geography(f"binh_phuoc@{NEW}"), "commune", "commune", "2022-10-01")


def test_new_communes_are_estimated_on_the_unchanged_design(scored):
    """The same as recoding by hand: the old communes of sample_eas.csv are those of the crosswalk."""
    table = estimate_table(scored, "commune", NEW)
    headline = table[(table["indicator"] == "headline") & (table["base"] == "age15plus")].set_index("unit")
    assert len(headline) == 40
    assert headline["n"].sum() == 1492
    assert (headline["quality"] == "suppress").sum() == 39
    assert headline.loc["25432", ["n", "n_psu", "df"]].tolist() == [72, 6, 4]
    assert headline.loc["25378", "reason"] == "no respondent"


def test_districts_stay_as_they_are(scored):
    table = estimate_table(scored, "district")
    assert set(table["edition"]) == {"2022-10-01"}
    assert set(table["method"]) == {"direct"}


@pytest.mark.parametrize(
    ("by", "edition", "words"),
    [
        ("district", NEW, "no breakdown “district” for the edition 2025-07-01. Choose one of commune"),
        ("sex", NEW, "Choose one of commune"),
        (
            "village",
            None,
            "age_group, ethnicity, education, disability, poverty, district, commune",
        ),
        ("commune", "2024-01-01", "has no edition “2024-01-01”"),
    ],
)
def test_what_cannot_be_estimated_lists_what_can(scored, by, edition, words):
    with pytest.raises(Refusal, match=words):
        estimate_table(scored, by, edition)


def test_a_release_holds_every_edition(example_store):
    release = example_store.open_release(example_store.releases("2026")[-1]["release_id"])
    communes = release.estimates[release.estimates["breakdown"] == "commune"]
    assert communes.groupby("edition")["unit"].nunique().to_dict() == {NEW: 40, "2026-04-30": 40}
    assert set(communes["method"]) == {"recoded"}
    assert set(release.comparable) == {
        "province", "district", "residence", "sex", "age_group", "ethnicity", "education", "disability",
        "poverty",
    }  # fmt: skip
    judged = release.verdicts[release.verdicts["edition"] == NEW]
    hidden = judged["quality"] == "suppress"
    assert set(judged.loc[hidden, "shown_verdict"]) == {"none"}
    assert 0 < hidden.sum() < len(hidden)


def test_units_of_a_release_carry_the_names_of_their_days(binh_phuoc):
    units = unit_table(binh_phuoc).set_index(["edition", "unit"])
    assert units.loc[("2022-10-01", "25270"), "name_vi"] == "Thị trấn Lộc Ninh"
    assert units.loc[(NEW, "25270"), "name_vi"] == "Xã Lộc Ninh"
    assert units.loc[("2026-04-30", "25270"), "name_vi"] == "Phường Lộc Ninh"
    assert units.iloc[0]["name_vi"] == "Tỉnh Bình Phước"
    later = unit_table(open_geography(f"binh_phuoc@{NEW}"))
    assert later.iloc[0]["name_en"] == "Bình Phước (territory before 1 July 2025)"


def test_rule_8_a_code_that_was_given_again_is_told_with_both_readings(binh_phuoc):
    reused = reused_codes(binh_phuoc, "2022-10-01", NEW)
    assert len(reused) == 21  # 20 names, and Đak Ơ spelt Đăk Ơ
    told = reused.rename(columns={"second": "name"}).assign(row=range(2, 23))[["row", "code", "name"]]
    found = list(conflicts(told, binh_phuoc))
    assert len(found) == 21
    assert {one.kind for one in found} == {"unit_code_reused"}
    first = next(one for one in found if one.code == "25220")
    assert (first.expected, first.other, first.other_edition) == (
        "Phường Long Phước",
        "Phường Phước Bình",
        NEW,
    )


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("25220", "Phường Long Phước", None),
        ("25220", "phường long phước", None),
        ("25432", "Thị trấn Chơn Thành", None),
        ("693", "Bú Đốp", None),
        ("689", "TP ĐX", None),
        ("25220", "Xã Khác", "unit_name_differs"),
        ("99999", "Xã Khác", None),
    ],
)
def test_rule_8_a_name_is_known_in_all_its_spellings(binh_phuoc, code, name, kind):
    told = pd.DataFrame({"row": [2], "code": [code], "name": [name]})
    assert [one.kind for one in conflicts(told, binh_phuoc)] == ([kind] if kind else [])


def test_rule_8_a_code_of_another_edition_alone_is_told(hong_lam):
    told = pd.DataFrame({"row": [7, 8], "code": ["051", "051"], "name": ["Thị xã An Khê Hạ"] * 2})
    (found,) = conflicts(told, open_geography(f"{hong_lam}@2025-07-01"))
    assert (found.kind, found.row, found.count, found.other_edition) == (
        "unit_other_edition",
        7,
        2,
        "2020-01-01",
    )


def areas(**columns):
    return pd.DataFrame({"ea_code": ["1", "2"], **columns})


def test_a_sample_names_its_levels():
    sample = areas(commune_code=["25245", "25216"], district_code=["688", "688"], commune_code_2019=["", ""])
    assert unit_columns(sample) == {"commune": "commune_code", "district": "district_code"}
    assert widest_units(sample) == ("district", "district_code")


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (areas(), "has no column .* Add at least one of district_code, commune_code"),
        (areas(commune_code=["25245", "5216"]), "row 3, column commune_code: the code “5216” is not of"),
        (
            areas(commune_code=["25245", "25216"], district_code=["688", "689"]),
            "row 3: district_code says 689, but by the geography pack the area belongs to Thị xã Phước Long",
        ),
    ],
)
def test_a_sample_that_does_not_fit_the_pack_is_refused(binh_phuoc, sample, words):
    with pytest.raises(Refusal, match=words):
        check_units(sample, binh_phuoc, file="sample_eas.csv")


def test_the_sample_of_the_example_fits(binh_phuoc, sample):
    check_units(sample["sample_eas"], binh_phuoc, file="sample_eas.csv")
