"""The page of the units by other boundaries: old districts, new communes, apportioned districts."""

from dataclasses import replace

import pytest

from dashboard.chart_rows import Dot
from dashboard.charts import Tile, chart_tiles
from dashboard.readings import HEADLINE, judgements, readings
from dashboard.text import Text
from survey import places
from survey.estimates import release_tables
from survey.geography import open_geography
from survey.indicators.definition import load_definition
from survey.pipeline import weigh
from survey.scored import scored
from survey.store import Store
from survey.unit_table import unit_table

VI, EN = Text("vi"), Text("en")
NEW, LATEST = "commune@2025-07-01", "commune@2026-04-30"
APPORTIONED = "2026-apportioned"


@pytest.fixture(scope="module")
def apportioned_store(example_store, release, tmp_path_factory):
    """A release of the example wave as if its frame named the communes of 2025 alone."""
    weights = weigh(example_store, "2026").weights
    sample = example_store.wave("2026").sample_eas.set_index("ea_code")
    persons = weights.persons.drop(columns="district")
    persons = persons.assign(commune=persons["ea_code"].map(sample["commune_code_2025"]))
    frame = open_geography("binh_phuoc@2025-07-01")
    definition = load_definition(places.definition("digital_service_skill"))
    tables = release_tables(scored(replace(weights, persons=persons), definition, frame, year=2026))
    store = Store(tmp_path_factory.mktemp("apportioned") / "store")
    store.add_wave(example_store.wave("2026"))
    store.freeze(
        replace(
            release,
            id=APPORTIONED,
            manifest={**release.manifest, "release_id": APPORTIONED, "geography": frame.about()},
            estimates=tables.estimates,
            verdicts=tables.verdicts,
            comparable=tables.comparable,
            units=unit_table(frame),
        )
    )
    return store


def alts(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def test_a_reader_chooses_between_old_districts_and_new_communes(open_page, said):
    page = open_page("districts")
    (division,) = [one for one in page.get("button_group") if one.proto.label == VI("districts.division")]
    assert [option.content for option in division.proto.options] == [
        "Cấp huyện, trước 01/7/2025", "Cấp xã, từ 01/7/2025", "Cấp xã, từ 30/4/2026",
    ]  # fmt: skip
    assert page.title[0].value == "Cấp huyện và mục tiêu"
    assert "Theo địa giới trước 01/7/2025" in said(page)


@pytest.mark.parametrize(("text", "title"), [(VI, "Cấp xã và mục tiêu"), (EN, "Communes and goals")])
def test_communes_speak_with_the_words_of_their_edition(open_page, said, text, title):
    page = open_page("districts", units=LATEST, lang=text.language)
    words = said(page)
    assert page.title[0].value == title
    wanted = {"vi": ("Theo địa giới từ 30/4/2026", "Phường Lộc Ninh", "39 không công bố"),
              "en": ("Boundaries since 30 April 2026", "Lộc Ninh ward", "39 not published")}  # fmt: skip
    assert all(word in words for word in wanted[text.language])
    assert "Xã Lộc Ninh" in said(open_page("districts", units=NEW))


def test_communes_have_no_tiles_and_most_are_set_apart(open_page, said):
    page = open_page("districts", units=NEW)
    assert len(page.get("vega_lite_chart")) == 1
    assert VI("districts.hidden_rows", {"count": "39"}) in said(page)
    assert page.get("expander")[0].label == VI("districts.hidden_table", {"count": "39"})
    assert VI("districts.recoded", {"edition": "từ 01/7/2025", "own": "trước 01/7/2025"}) in said(page)


def test_an_unknown_division_is_the_first(open_page):
    assert open_page("districts", units="village@1").title[0].value == "Cấp huyện và mục tiêu"


def test_apportioned_districts_show_a_number_and_no_verdict(open_page, said, apportioned_store):
    page = open_page("districts", store=apportioned_store, units="district@2022-10-01", goal="2030")
    kept = apportioned_store.open_release(APPORTIONED)
    found = readings(kept.estimates, HEADLINE, "district", edition="2022-10-01")
    shared = [unit for unit, reading in found.items() if reading.apportioned and not reading.hidden]
    assert shared
    judged = judgements(kept.verdicts, HEADLINE, "district", 2030, edition="2022-10-01")
    assert {judged[unit].shown for unit in shared} == {"none"}
    assert VI("districts.apportioned") in said(page)
    assert alts(page).count(VI("verdict.apportioned")) == 2 * len(shared)  # the dots and the tiles
    first = found[shared[0]]
    (tile,) = chart_tiles(VI, [Tile("X", 0, 0, Dot("X", first, "apportioned"))], "").spec["data"]["values"]
    assert not tile["shown"]  # hatched
    assert VI("districts.summary_apportioned", {"count": str(len(shared))}) in said(page)
    assert (tile["line"], tile["paper"]) == (f"{VI.percent(first.estimate)}\nphân bổ", "#ffffff")


def test_a_frame_of_the_new_communes_opens_with_them(open_page, said, apportioned_store):
    page = open_page("districts", store=apportioned_store)
    assert page.title[0].value == "Cấp xã và mục tiêu"
    assert "Bình Phước (địa bàn trước ngày 01/07/2025)" in said(page)
    assert open_page("fields", store=apportioned_store, unit="25432").title


def test_the_invented_province_needs_no_pack_to_be_read(open_page, said, hong_lam_command, monkeypatch):
    monkeypatch.setattr("survey.places.geography", lambda name: pytest.fail(f"opened the pack {name}"))
    page = open_page("districts", store=Store(hong_lam_command.root), units=NEW)
    assert "Tỉnh Hồng Lam" in said(page)
    assert "Phường Suối Tre" in said(page)
    assert len(page.get("vega_lite_chart")) == 1  # its tiles; no unit can be published


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "name",
    ["province", "districts", "groups", "fields", "definition", "quality", "upload", "fieldwork", "planning"],
)
def test_no_page_of_another_province_speaks_of_this_one(open_page, said, hong_lam_command, name, language):
    page = open_page(name, store=Store(hong_lam_command.root), lang=language)
    everything = said(page) + alts(page)
    assert "Hồng Lam" in everything or name in {"upload", "fieldwork"}
    for word in ("Bình Phước", "Đồng Nai", "Phước Long"):
        assert word not in everything


def test_a_release_without_names_and_pack_says_so(
    open_page, said, example_store, release, tmp_path, monkeypatch
):
    store = Store(tmp_path / "store")
    store.add_wave(example_store.wave("2026"))
    old = {"pack": "long_gone", "edition": "2022-10-01"}
    manifest = {**release.manifest, "release_id": "2026-old", "geography": old}
    store.freeze(replace(release, id="2026-old", manifest=manifest, units=release.units.head(0)))
    assert "Không tìm thấy bộ địa giới “long_gone”" in said(open_page("districts", store=store))
