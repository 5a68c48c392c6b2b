"""Geography packs: Bình Phước by edition, an invented province, and packs that contradict themselves."""

from pathlib import Path

import pandas as pd
import pytest

from survey.geography import GeographyError, load_pack

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
    districts = binh_phuoc.districts()
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
        (lambda pack: pack.share_15plus("sex"), "choose one of province, district, residence"),
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
    kinds = binh_phuoc.margins.groupby("margin")["kind"].unique().map(list).to_dict()
    assert kinds == {
        "population": ["published"],
        "population_district_residence": ["published"],
        "district_residence_15plus": ["derived"],
        "sex_age_15plus": ["modelled"],
    }


def test_share_of_15plus_for_the_lower_bound(binh_phuoc):
    assert binh_phuoc.share_15plus("province").to_dict() == {"province": pytest.approx(725_712 / 994_679)}
    district = binh_phuoc.share_15plus("district")
    assert district.index.tolist() == binh_phuoc.districts()["code"].tolist()
    assert district["688"] == pytest.approx(39_288 / 53_992)
    assert {*binh_phuoc.share_15plus("residence").index} == {"urban", "rural"}


def test_tiles_place_every_district_once(binh_phuoc):
    tiles = binh_phuoc.tiles()
    assert tiles["code"].tolist() == binh_phuoc.districts()["code"].tolist()
    assert tiles["square_row"].dtype == "int64"


def test_old_communes_go_whole_into_new_ones(binh_phuoc):
    crosswalk = binh_phuoc.crosswalk
    communes = crosswalk[crosswalk["from_level"].eq("commune") & crosswalk["to_level"].eq("commune")]
    assert communes["relation"].value_counts().to_dict() == {"whole": 111}
    assert {*communes["to_unit"]} == {*binh_phuoc.units("commune", "2025-07-01")["unit_id"]}


def test_another_province_is_another_folder(write_pack):
    pack = load_pack(write_pack())
    assert pack.districts()["code"].tolist() == ["002", "003"]
    assert pack.districts()["abbr"].tolist() == ["Hai Mới", "Ba"]
    assert pack.units("commune", "2020-01-01")["name"].tolist() == ["Xã Bốn"]
    assert pack.name("01", language="en") == "Thử province"
    assert [margin.totals.to_dict() for margin in pack.raking_margins()] == [
        {"002-urban": 80.0, "003-rural": 200.0},
        {"1": 140.0, "2": 140.0},
    ]
    assert pack.share_15plus("province").to_dict() == {"province": 0.7}
    assert pack.share_15plus("residence").to_dict() == pytest.approx({"urban": 0.8, "rural": 2 / 3})
    assert pack.tiles().empty


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("units.csv", ",valid_to\n", ",end\n", "units.csv lacks the columns valid_to"),
        ("units.csv", "vn:003:2000,003", "vn:002:2000,002", "vn:002:2000 stands twice"),
        ("units.csv", "vn:003:2000,003", "vn:003:1999,003", "should be vn:003:2000"),
        ("units.csv", "2000-01-01,2020-01-01", "2000-01-01,1990-01-01", "which is no interval"),
        ("units.csv", "2000-01-01,2020-01-01", "2000-01-01,1/1/2020", "which is no interval"),
        ("units.csv", "commune,vn:01:2000", "commune,vn:09:2000", "parent 'vn:09:2000' .* is not in"),
        ("units.csv", "commune,vn:01:2000", "commune,vn:002:2000", "its parent vn:002:2000 does not"),
        ("units.csv", "province,vn,", "province,vn:002:2000,", "is its own ancestor"),
        ("units.csv", ",003,", ",002,", "code 002 means two units in edition 2010-01-01"),
        ("unit_names.csv", "2005-06-01,2020", "2006-06-01,2020", "do not cover 2000-01-01 to 2020-01-01"),
        ("unit_names.csv", "2005-06-01,2020", "2004-06-01,2020", "exactly once"),
        ("unit_names.csv", "vn:003", "vn:008", "vn:003:2000 has no name"),
        ("unit_names.csv", "vn:003", "vn:008", "vn:008:2000 is not in units.csv"),
        ("unit_names.csv", "Thử", "Thu\u031b\u0309", "is not in Unicode form NFC"),
        ("crosswalk.csv", "whole,1\n", "whole,0.9\n", "sum to 0.900000, not 1"),
        ("crosswalk.csv", "whole", "entire", "'entire' is none of whole, nested, part, split"),
        ("crosswalk.csv", "vn:002:2000", "vn:009:2000", "crosswalk.csv: vn:009:2000 is not in units.csv"),
        ("margins.csv", ",80,", ",81,", "different totals: district_residence_15plus 281, sex_15plus 280"),
        ("margins.csv", ",80,", ",8o,", "holds '8o', which is no count"),
        ("margins.csv", "modelled", "guessed", "'guessed' is none of published, derived, modelled"),
        ("margins.csv", ",male,", ",female,", "sex_15plus holds a category twice"),
        ("margins.csv", "modelled,usual_residents", "modelled,registered", "mix several concept"),
        ("margins.csv", "sex_15plus", "sexes", "'sex_15plus' is none of"),
        ("pack.toml", '= "2010-01-01"\n', '= "2011-01-01"\n', "default_edition is none of"),
        ("pack.toml", '["province", "commune"]', '["province", "village"]', "has no unit of level village"),
    ],
)
def test_contradictions_are_refused_in_words(write_pack, file, old, new, words):
    with pytest.raises(GeographyError, match=words):
        load_pack(write_pack(file, old, new))


def test_tiles_do_not_overlap(write_pack):
    folder = write_pack()
    (folder / "tiles.csv").write_text(
        "unit_id,abbr,square_row,square_col,hex_row,hex_col\nvn:002:2000,H,0,0,0,0\nvn:003:2000,B,0,0,0,1\n",
        encoding="utf-8",
    )
    with pytest.raises(GeographyError, match="vn:003:2000 shares its square_row and square_col"):
        load_pack(folder)


def test_missing_files_are_listed(tmp_path):
    (tmp_path / "units.csv").write_text(UNITS, encoding="utf-8")
    with pytest.raises(GeographyError, match=r"lacks pack.toml, unit_names.csv, margins.csv"):
        load_pack(tmp_path)
