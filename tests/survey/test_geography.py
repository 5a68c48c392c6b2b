"""Geography packs: Bình Phước by edition, an invented province, and packs that contradict themselves."""

from pathlib import Path

import pandas as pd
import pytest

from survey.geography import GeographyError, load_pack, open_geography
from survey.messages import Refusal

ROOT = Path(__file__).parents[2]
BINH_PHUOC = ROOT / "survey" / "reference" / "geography" / "binh_phuoc"
REFERENCE = ROOT / "tests" / "reference" / "wave_2026"

PACK = """
country = "vn"
province = "vn:01:2000"
default_edition = "2010-01-01"
name = { vi = "Tỉnh Thử", en = "Thu" }
editions = [
  { id = "2010-01-01", levels = ["province", "district"] },
  { id = "2020-01-01", levels = ["province", "commune"] },
]
level_names.province = { vi = "cấp tỉnh", en = "provinces" }
level_names.district = { vi = "cấp huyện", en = "districts" }
level_names.commune = { vi = "cấp xã", en = "communes" }
types_en = { "Tỉnh" = "province", "Huyện" = "district" }
sex_codes = { male = "1", female = "2" }
populations = { all_ages = ["population"], age15plus = ["district_residence_15plus", "sex_15plus"] }
raking = [
  { margin = "district_residence_15plus", variable = "stratum", category = "{code}-{residence}" },
  { margin = "sex_15plus", variable = "sex", category = "{sex}" },
]
share_15plus = { numerator = "district_residence_15plus", denominator = "population" }
"""
UNITS = """unit_id,code,level,parent_id,valid_from,valid_to
vn:01:2000,01,province,vn,2000-01-01,
vn:002:2000,002,district,vn:01:2000,2000-01-01,2020-01-01
vn:003:2000,003,district,vn:01:2000,2000-01-01,2020-01-01
vn:00004:2020,00004,commune,vn:01:2000,2020-01-01,
"""
NAMES = """unit_id,name_vi,name_short,type_vi,valid_from,valid_to
vn:01:2000,Tỉnh Thử,Thử,Tỉnh,2000-01-01,
vn:002:2000,Huyện Hai,Hai,Huyện,2000-01-01,2005-06-01
vn:002:2000,Huyện Hai Mới,Hai Mới,Huyện,2005-06-01,2020-01-01
vn:003:2000,Huyện Ba,Ba,Huyện,2000-01-01,2020-01-01
vn:00004:2020,Xã Bốn,Bốn,Xã,2020-01-01,
"""
CROSSWALK = """from_unit,to_unit,to_level,effective,relation,share_pop
vn:002:2000,vn:00004:2020,commune,2020-01-01,whole,1
vn:003:2000,vn:00004:2020,commune,2020-01-01,whole,1
"""
MARGINS = """margin,unit_id,residence,sex,age_group,value,kind,concept,ref_date,source
population,vn:002:2000,urban,,,100,published,usual_residents,2019-04-01,census
population,vn:003:2000,rural,,,300,published,usual_residents,2019-04-01,census
district_residence_15plus,vn:002:2000,urban,,15+,80,derived,usual_residents,2019-04-01,census
district_residence_15plus,vn:003:2000,rural,,15+,200,derived,usual_residents,2019-04-01,census
sex_15plus,vn:01:2000,,male,15+,140,modelled,usual_residents,2019-04-01,model
sex_15plus,vn:01:2000,,female,15+,140,modelled,usual_residents,2019-04-01,model
"""
FILES = {
    "pack.toml": PACK,
    "units.csv": UNITS,
    "unit_names.csv": NAMES,
    "crosswalk.csv": CROSSWALK,
    "margins.csv": MARGINS,
}


@pytest.fixture(scope="module")
def binh_phuoc():
    return load_pack(BINH_PHUOC)


@pytest.fixture
def write_pack(tmp_path):
    """Write the invented pack, with some of its text replaced; return its folder."""

    def write(file="pack.toml", old="", new=""):
        folder = tmp_path / "thu"
        folder.mkdir()
        for name, text in FILES.items():
            assert name != file or old in text
            (folder / name).write_text(text.replace(old, new) if name == file else text, encoding="utf-8")
        return folder

    return write


def test_the_frame_of_2026_has_the_11_districts_in_order(binh_phuoc):
    districts = binh_phuoc.units("district")
    assert binh_phuoc.default_edition == "2022-10-01"
    assert districts["code"].tolist() == [str(code) for code in range(688, 699)]
    assert districts["abbr"].tolist() == ["PL", "ĐX", "BL", "BGM", "LN", "BĐp", "HQ", "ĐP", "BĐg", "CT", "PR"]
    assert districts["name"].iloc[9] == "Thị xã Chơn Thành"


@pytest.mark.parametrize(
    ("edition", "level", "count"),
    [
        ("2022-10-01", "commune", 111),
        ("2022-10-01", "province", 1),
        ("2025-07-01", "commune", 40),
        ("2026-04-30", "commune", 40),
    ],
)
def test_units_of_an_edition(binh_phuoc, edition, level, count):
    assert len(binh_phuoc.units(level, edition)) == count


def test_a_code_means_another_unit_in_another_edition(binh_phuoc):
    assert binh_phuoc.unit_id("25210") == "vn:25210:2009"
    assert binh_phuoc.unit_id("25210", "2025-07-01") == "vn:25210:2025"
    assert binh_phuoc.name("25210") == "Phường Tiến Thành"
    assert binh_phuoc.name("25210", "2025-07-01") == "Phường Đồng Xoài"
    assert binh_phuoc.code("vn:25210:2025") == "25210"


def test_names_change_on_their_day(binh_phuoc):
    assert binh_phuoc.name("697", "2022-09-30") == "Huyện Chơn Thành"
    assert binh_phuoc.name("697", "2022-10-01") == "Thị xã Chơn Thành"
    assert binh_phuoc.name("vn:75:2025", "2026-04-29") == "Tỉnh Đồng Nai"
    assert binh_phuoc.name("vn:75:2025", "2026-04-30") == "Thành phố Đồng Nai"
    assert binh_phuoc.name("697", language="en") == "Chơn Thành town"
    assert binh_phuoc.short_name("697") == "Chơn Thành"


def test_code_of_another_edition_is_explained(binh_phuoc):
    with pytest.raises(
        GeographyError, match="'688' is not of edition 2025-07-01; it is of edition 2022-10-01"
    ):
        binh_phuoc.unit_id("688", "2025-07-01")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda pack: pack.units("district", "2025-07-01"), "has province, commune"),
        (lambda pack: pack.units("district", "2024-01-01"), "choose one of 2022-10-01, 2025-07-01"),
        (lambda pack: pack.unit_id("999"), "code '999' is not of edition 2022-10-01$"),
        (lambda pack: pack.name("688", "2025-07-01"), "no unit '688' on 2025-07-01"),
        (lambda pack: pack.name("688", language="fr"), "choose one of vi, en"),
        (lambda pack: pack.code("vn:1:1"), "no unit 'vn:1:1'"),
        (lambda pack: pack.share_15plus("sex"), "choose one of province, residence, district, commune"),
    ],
)
def test_unknown_words_list_the_choices(binh_phuoc, call, words):
    with pytest.raises(GeographyError, match=words):
        call(binh_phuoc)


def test_raking_margins_equal_the_reference(binh_phuoc):
    reference = pd.read_csv(REFERENCE / "margins_15plus.csv")
    district, sex_age = binh_phuoc.raking_margins()
    assert (district.variable, sex_age.variable) == ("stratum", "sex_age")
    seen = pd.concat([district.totals, sex_age.totals])
    assert seen.to_dict() == reference.set_index("category")["total"].to_dict()
    assert district.totals.sum() == sex_age.totals.sum() == 725_712


def test_margins_say_what_is_modelled(binh_phuoc):
    kinds = binh_phuoc.margins.groupby("kind")["margin"].unique().map(sorted).to_dict()
    assert kinds["derived"] == ["district_residence_15plus"]
    assert kinds["modelled"] == ["district_18plus", "population_sex_age5", "sex_age_15plus"]
    assert set(binh_phuoc.margins["concept"]) == {"usual_residents"}


def test_margins_of_the_census_sum_to_its_totals(binh_phuoc):
    totals = binh_phuoc.margins.groupby("margin")["value"].sum()
    population = totals[[name for name in totals.index if name.startswith("population")]]
    assert population.to_list() == pytest.approx([994_679] * len(population))
    households = totals[[name for name in totals.index if name.startswith("households")]]
    assert households.to_list() == [273_399] * 3
    communes = binh_phuoc.margins[binh_phuoc.margins["margin"] == "population_commune_residence"]
    assert set(communes["unit_id"]) == set(binh_phuoc.units("commune")["unit_id"])


def test_share_of_15plus_for_the_lower_bound(binh_phuoc):
    assert binh_phuoc.share_15plus("province").to_dict() == {"province": pytest.approx(725_712 / 994_679)}
    district = binh_phuoc.share_15plus("district")
    assert district.index.tolist() == binh_phuoc.units("district")["code"].tolist()
    assert district["688"] == pytest.approx(39_288 / 53_992)
    assert {*binh_phuoc.share_15plus("residence").index} == {"urban", "rural"}


def test_tiles_place_every_district_once(binh_phuoc):
    tiles = binh_phuoc.tiles()
    assert tiles["code"].tolist() == binh_phuoc.units("district")["code"].tolist()
    assert tiles["square_row"].dtype == "int64"


def test_old_communes_go_whole_into_new_ones(binh_phuoc):
    crosswalk = binh_phuoc.crosswalk
    communes = crosswalk[crosswalk["from_level"].eq("commune") & crosswalk["to_level"].eq("commune")]
    assert communes["relation"].value_counts().to_dict() == {"whole": 111}
    assert {*communes["to_unit"]} == {*binh_phuoc.units("commune", "2025-07-01")["unit_id"]}


def test_another_province_is_another_folder(write_pack):
    pack = load_pack(write_pack())
    assert pack.units("district")["code"].tolist() == ["002", "003"]
    assert pack.units("district")["abbr"].tolist() == ["Hai Mới", "Ba"]
    assert pack.units("commune", "2020-01-01")["name"].tolist() == ["Xã Bốn"]
    assert pack.name("01", language="en") == "Thử province"
    assert [margin.totals.to_dict() for margin in pack.raking_margins()] == [
        {"002-urban": 80.0, "003-rural": 200.0},
        {"1": 140.0, "2": 140.0},
    ]
    assert pack.share_15plus("province").to_dict() == {"province": 0.7}
    assert pack.share_15plus("residence").to_dict() == pytest.approx({"urban": 0.8, "rural": 2 / 3})
    assert pack.tiles().empty


# Rule of the design -> what breaks it: file, text, its replacement, the finding, the row it names.
BROKEN = {
    "1_an_identifier_stands_once": ("units.csv", "vn:003:2000,003", "vn:002:2000,002", "geo_unit_twice", 4),
    "1_an_identifier_tells_code_and_year": (
        "units.csv",
        "vn:003:2000,003",
        "vn:003:1999,003",
        "geo_unit_id",
        4,
    ),
    "2_an_interval_has_a_length": (
        "units.csv",
        "2000-01-01,2020-01-01",
        "2000-01-01,1990-01-01",
        "geo_interval",
        3,
    ),
    "2_an_interval_is_of_days": (
        "units.csv",
        "2000-01-01,2020-01-01",
        "2000-01-01,1/1/2020",
        "geo_interval",
        3,
    ),
    "2_a_day_is_on_the_calendar": (
        "units.csv",
        "2000-01-01,2020-01-01",
        "2000-01-01,2020-02-30",
        "geo_interval",
        3,
    ),
    "3_an_edition_is_a_day": ("pack.toml", 'id = "2020-01-01"', 'id = "2020"', "geo_edition_day", None),
    "3_the_default_edition_is_declared": (
        "pack.toml",
        'edition = "2010-01-01"',
        'edition = "2011-01-01"',
        "geo_default_edition",
        None,
    ),
    "3_a_level_has_units": (
        "pack.toml",
        '["province", "district"]',
        '["province", "district", "commune"]',
        "geo_level_empty",
        None,
    ),
    "3_a_level_has_words": ("pack.toml", "commune = { vi", "hamlet = { vi", "geo_declaration_missing", None),
    "3_a_code_has_one_meaning_in_an_edition": ("units.csv", ",003,", ",002,", "geo_code_twice", 4),
    "3_the_whole_is_a_unit": ("pack.toml", '"vn:01:2000"', '"vn:99:2000"', "geo_province_unknown", None),
    "7_names_have_no_gap": ("unit_names.csv", "2005-06-01,2020", "2006-06-01,2020", "geo_name_gap", 3),
    "7_names_do_not_overlap": ("unit_names.csv", "2005-06-01,2020", "2004-06-01,2020", "geo_name_gap", 3),
    "7_every_unit_has_a_name": ("unit_names.csv", "vn:003", "vn:002", "geo_name_missing", None),
    "7_names_are_of_units": ("unit_names.csv", "vn:003", "vn:008", "geo_unit_unknown", 5),
    "7_parents_exist": ("units.csv", "commune,vn:01:2000", "commune,vn:09:2000", "geo_parent_unknown", 5),
    "7_parents_exist_as_long_as_the_child": (
        "units.csv",
        "commune,vn:01:2000",
        "commune,vn:002:2000",
        "geo_parent_gone",
        5,
    ),
    "7_nobody_is_an_own_ancestor": (
        "units.csv",
        "province,vn,",
        "province,vn:002:2000,",
        "geo_parent_circle",
        2,
    ),
    "7_shares_sum_to_1": (
        "crosswalk.csv",
        "whole,1\nvn:003:2000,vn:00004:2020,commune,2020-01-01,whole,1\n",
        "part,0.9\n",
        "geo_shares_sum",
        2,
    ),
    "7_whole_means_1": ("crosswalk.csv", "whole,1\n", "whole,0.9\n", "geo_share_unfit", 2),
    "7_a_share_is_a_number": ("crosswalk.csv", "whole,1\n", "part,\n", "geo_share_unfit", 2),
    "7_relations_are_known": ("crosswalk.csv", "whole", "entire", "geo_word_unknown", 2),
    "7_mergers_are_of_units": ("crosswalk.csv", "vn:002:2000", "vn:009:2000", "geo_unit_unknown", 2),
    "7_a_merger_leads_forward_on_its_day": ("crosswalk.csv", "2020-01-01", "2019-01-01", "geo_merger_day", 2),
    "7_no_unit_comes_back_to_itself": (
        "crosswalk.csv",
        "vn:002:2000,vn:00004:2020,commune",
        "vn:002:2000,vn:002:2000,district",
        "geo_merger_day",
        2,
    ),
    "7_a_merger_names_the_level_of_its_end": (
        "crosswalk.csv",
        ",commune,",
        ",district,",
        "geo_merger_level",
        2,
    ),
    "7_margins_of_one_population_agree": ("margins.csv", ",80,", ",81,", "geo_totals_differ", None),
    "7_margins_are_counts": ("margins.csv", ",80,", ",8.0.0,", "geo_margin_count", 4),
    "7_margins_say_how_they_are_known": ("margins.csv", "modelled", "guessed", "geo_word_unknown", 6),
    "7_margins_say_whom_they_count": ("margins.csv", "usual_residents", "everybody", "geo_word_unknown", 2),
    "7_a_category_stands_once": ("margins.csv", ",male,", ",female,", "geo_margin_twice", 7),
    "7_concepts_are_not_mixed": (
        "margins.csv",
        "modelled,usual_residents",
        "modelled,registered",
        "geo_population_mixed",
        None,
    ),
    "7_margins_in_use_are_there": ("margins.csv", "sex_15plus", "sexes", "geo_margin_unknown", None),
    "7_text_is_composed": ("unit_names.csv", "Thử", "Thu\u031b\u0309", "geo_text_not_nfc", 2),
    "7_codes_keep_their_zeros": ("units.csv", "vn:003:2000,003", "vn:3:2000,3", "geo_code_short", 4),
    "7_columns_are_there": ("units.csv", ",valid_to\n", ",end\n", "geo_columns_missing", None),
    "7_declarations_are_there": ("pack.toml", "sex_codes =", "sexes =", "geo_declaration_missing", None),
    "7_declarations_can_be_read": ("pack.toml", "country =", "country", "geo_file_unreadable", None),
}


@pytest.mark.parametrize(("file", "old", "new", "code", "row"), BROKEN.values(), ids=BROKEN)
def test_rule(write_pack, file, old, new, code, row):
    with pytest.raises(Refusal) as refused:
        load_pack(write_pack(file, old, new))
    told = [found for found in refused.value.findings if found.code == code]
    assert told, [found.code for found in refused.value.findings]
    assert (told[0].file, told[0].row) in {(file, row), ("pack.toml", row)}
    for language in ("vi", "en"):
        assert told[0].file in told[0].sentence(language)
        assert row is None or str(row) in told[0].sentence(language)


ALIASES = "unit_id,scheme,value,valid_from,valid_to\n"
TILES = "unit_id,abbr,square_row,square_col,hex_row,hex_col\n"
SHAPE = '{{"type": "FeatureCollection", "features": [{{"type": "Feature", "id": "{}"}}]}}'
ADDED = {
    "7_tiles_do_not_overlap": (
        "tiles.csv",
        f"{TILES}vn:002:2000,H,0,0,0,0\nvn:003:2000,B,0,0,0,1\n",
        "geo_tile_twice",
    ),
    "7_labels_differ": (
        "tiles.csv",
        f"{TILES}vn:002:2000,H,0,0,0,0\nvn:003:2000,H,0,1,0,1\n",
        "geo_tile_twice",
    ),
    "7_tiles_are_numbered": ("tiles.csv", f"{TILES}vn:002:2000,H,0,-1,0,0\n", "geo_tile_unfit"),
    "7_an_alias_means_one_unit": (
        "aliases.csv",
        f"{ALIASES}vn:002:2000,spelling,H,2000-01-01,2020-01-01\nvn:003:2000,spelling,H,2000-01-01,2020-01-01\n",
        "geo_alias_twice",
    ),
    "7_shapes_are_of_units_of_the_edition": (
        "boundaries_2020-01-01.geojson",
        SHAPE.format("vn:002:2000"),
        "geo_boundary_unknown",
    ),
    "7_shapes_are_of_an_edition": (
        "boundaries_1999-01-01.geojson",
        SHAPE.format("vn:002:2000"),
        "geo_boundary_edition",
    ),
    "7_shapes_can_be_read": ("boundaries_2020-01-01.geojson", "{", "geo_file_unreadable"),
}


@pytest.mark.parametrize(("file", "text", "code"), ADDED.values(), ids=ADDED)
def test_rule_of_an_optional_file(write_pack, file, text, code):
    folder = write_pack()
    (folder / file).write_text(text, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        load_pack(folder)
    assert [(found.code, found.file) for found in refused.value.findings] == [(code, file)]


def test_tiles_of_two_editions_may_share_a_place(write_pack):
    folder = write_pack()
    rows = "vn:002:2000,H,0,0,0,0\nvn:00004:2020,B,0,0,0,0\n"
    (folder / "tiles.csv").write_text(TILES + rows, encoding="utf-8")
    (folder / "boundaries_2010-01-01.geojson").write_text(SHAPE.format("vn:002:2000"), encoding="utf-8")
    assert load_pack(folder).tiles("2020-01-01")["code"].tolist() == ["00004"]


def test_missing_files_are_listed(tmp_path):
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    with pytest.raises(Refusal, match=r"lacks the files pack.toml, unit_names.csv, margins.csv"):
        load_pack(tmp_path)


def test_a_pack_outside_the_package_is_found_by_its_folder_and_by_the_environment(
    write_pack, monkeypatch, tmp_path
):
    folder = write_pack()
    assert open_geography(str(folder)).id == "thu"
    with pytest.raises(Refusal, match="There is no geography pack “thu”"):
        open_geography("thu")
    monkeypatch.setenv("KYNANGSO_GEOGRAPHY", str(tmp_path))
    assert open_geography("thu@2020-01-01").default_edition == "2020-01-01"
    assert open_geography("/moved/away/thu").id == "thu"
    with pytest.raises(Refusal, match=r"has no edition “2021-01-01”\. Choose one of 2010-01-01, 2020-01-01"):
        open_geography("thu@2021-01-01")


def test_a_pack_is_read_once_until_one_of_its_files_changes(write_pack):
    folder = write_pack()
    first = open_geography(str(folder))
    assert open_geography(str(folder)) is first
    changed = first.main_units()
    changed["name"] = "?"
    assert "?" not in set(first.main_units()["name"])
    declared = folder / "pack.toml"
    declared.write_text(declared.read_text(encoding="utf-8") + "\n# mended\n", encoding="utf-8")
    assert open_geography(str(folder)) is not first
