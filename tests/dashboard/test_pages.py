"""The pages on a real release: what they say is what the release holds."""

from pathlib import Path

import pytest

from dashboard import weights_view
from dashboard.readings import HEADLINE, JUDGED, PROVINCE, judgements, readings
from dashboard.text import Text
from survey.publishing import keeping
from survey.store import Store

PAGES = (
    "province", "districts", "groups", "fields", "definition", "quality", "trend", "international", "methods",
    "weights", "upload", "fieldwork",
)  # fmt: skip
VI, EN = Text("vi"), Text("en")


def drawn(page):
    """What the charts of a page draw, in the words of their text alternatives."""
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_opens_and_says_that_the_data_are_simulated(open_page, said, name, language):
    words = said(open_page(name, lang=language))
    assert Text(language)("app.synthetic") in words


@pytest.mark.parametrize("name", ["province", "districts", "groups", "fields", "quality", "weights"])
def test_page_names_state_boundaries_and_release(open_page, said, release, name):
    words = said(open_page(name))
    assert "Trạng thái: nháp" in words
    assert VI("app.draft") in words
    assert "Định nghĩa đề xuất, chưa được phê duyệt" in words
    assert "1.508 phỏng vấn dùng được" in words
    assert "16 người chưa xác định được kết quả" in words
    assert "Theo địa giới trước 01/7/2025" in words
    assert release.id in words


@pytest.mark.parametrize("name", PAGES)
def test_page_without_a_release_says_what_to_do(open_page, said, tmp_path, name):
    words = said(open_page(name, store=Store(tmp_path / "store")))
    wanted = "upload.no_wave" if name in {"upload", "fieldwork"} else "app.no_release_how"
    assert VI(wanted) in words


def test_province_says_number_interval_and_verdicts(open_page, said, release):
    words = said(open_page("province"))
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    assert f"<b>{VI.percent(reading.estimate)}</b>" in words
    assert "ước tính 40,5% (khoảng tin cậy 95%: 36,9–44,1%)" in words
    assert words.count("Chưa đạt</div>") == 2
    assert "Mục tiêu 2025: ít nhất 60% (đánh giá muộn, số liệu năm 2026)" in words
    assert "1.492 người trả lời, 129 địa bàn; cỡ mẫu hiệu quả 730; hệ số thiết kế 2,05" in words
    assert "dân số từ 15 tuổi trở lên của tỉnh Bình Phước" in words


def test_province_shows_the_companions(open_page, said):
    page = open_page("province")
    for key in ("headline_working", "headline_all_ages", "lenient", "strict", "know_all", "use12_ps_self"):
        assert VI(f"indicator.{key}") in drawn(page)
        assert VI(f"indicator.{key}") in said(page)
    assert VI("province.lower_bound") in said(page)


def test_definition_is_proposed_and_has_examples(open_page, said, release):
    words = said(open_page("province"))
    assert "Đề xuất, chưa được phê duyệt" in words
    assert release.manifest["definition"]["sha256"] in words
    assert "ít nhất 3 trong 5 lĩnh vực" in words
    assert "Kết luận 371-KL/TU ngày 25/6/2022" in words
    assert "Biết hết nhưng con làm hộ mọi việc" in words


def test_the_definition_shown_is_the_one_the_release_keeps(open_page, said, release, monkeypatch):
    monkeypatch.setattr("survey.places.definition", lambda name: Path(f"there is no {name}"))
    assert release.definition.label["vi"] in said(open_page("province"))


@pytest.mark.parametrize("year", [2025, 2030])
@pytest.mark.parametrize("name", list(JUDGED))
def test_districts_count_family_verdicts(open_page, said, release, name, year):
    page = open_page("districts", goal=str(year), indicator=name)
    shown = [one.shown for one in judgements(release.verdicts, JUDGED[name], "district", year).values()]
    words = said(page)
    counts = f"{shown.count('met')} đơn vị cấp huyện đạt; {shown.count('not_met')} chưa đạt; "
    rest = f"{shown.count('undecided')} chưa đủ căn cứ kết luận; {shown.count('none')} không công bố"
    assert counts + rest in words
    assert f"{VI(f'indicator.{name}')}, so với mục tiêu năm {year}" in words
    assert (VI("goal.reference") in words) == (name != "headline")
    assert ("đánh giá muộn, số liệu năm 2026" in drawn(page)) == (year == 2025)


def test_districts_hide_what_is_not_published(open_page, said, release):
    page = open_page("districts")
    everything = said(page) + drawn(page)
    found = readings(release.estimates, HEADLINE, "district")
    hidden = [reading for reading in found.values() if reading.hidden]
    assert len(hidden) == 5
    for reading in hidden:
        assert VI.range(reading.low, reading.high) not in everything
    assert "Không công bố, khoảng tin cậy rộng từ 30 điểm phần trăm trở lên: Thị xã Bình Long" in everything
    assert VI("districts.why_title") in everything


def test_an_unknown_choice_in_the_address_falls_back(open_page, said):
    words = said(open_page("districts", goal="1999", indicator="<b>", lang="fr"))
    assert "so với mục tiêu năm 2025" in words


def test_an_unknown_release_in_the_address_is_said(open_page, said):
    assert VI("app.release_gone") in said(open_page("province", release="2020-none"))


def test_choices_live_in_the_address(open_page):
    page = open_page("districts")
    page.segmented_control(key="goal").set_value("2030").run()
    assert page.query_params["goal"] in ("2030", ["2030"])


def test_fields_of_a_district(open_page, said, release):
    page = open_page("fields", unit="696")
    row = release.estimates.query(
        "indicator == 'skill_banking' and breakdown == 'district' and unit == '696'"
    )
    assert "Huyện Bù Đăng" in said(page)
    share, low, high = row[["estimate", "ci_low", "ci_high"]].iloc[0]
    assert f"tự làm được {VI.percent(share)} (khoảng tin cậy {VI.range(low, high)}; " in drawn(page)


def test_fields_name_no_lowest_where_some_are_not_published(open_page, said):
    assert VI("fields.lead_hidden", {"n": 2}) in said(open_page("fields", unit="691"))


def test_english_definition_holds_no_vietnamese_notes(open_page, said):
    words = said(open_page("province", lang="en"))
    assert "Conclusion 371-KL/TU of 25 June 2022: goals 60% (2025), over 80% (2030)" in words
    assert "mục tiêu 60%" not in words


def test_no_page_states_an_effective_sample_beyond_the_sample(release):
    for measure in JUDGED.values():
        for reading in readings(release.estimates, measure, "district").values():
            assert reading.n_eff_shown <= reading.n


def test_charts_carry_a_text_alternative(open_page):
    for name in ("province", "districts", "groups", "fields", "quality", "weights"):
        alternatives = [chart.proto.alt for chart in open_page(name).get("vega_lite_chart")]
        assert alternatives
        assert min(map(len, alternatives)) > 40


def test_a_reader_from_elsewhere_cannot_upload(open_page, said):
    page = open_page("upload", local=False)
    assert VI("access.refused") in said(page)
    assert not page.get("file_uploader")


def test_english_page_has_decimal_points(open_page, said):
    assert "an estimated 40.5% (95% confidence interval: 36.9–44.1%)" in said(
        open_page("province", lang="en")
    )


def test_weights_say_what_each_step_moved_and_cost(open_page, said, release):
    page = open_page("weights")
    words = said(page)
    assert "Điều chỉnh không trả lời làm chỉ tiêu chính thay đổi −0,21 điểm phần trăm" in words
    assert "Sau hiệu chỉnh theo tổng thể (công bố): 40,5% (36,9–44,1%)" in drawn(page)
    assert "Từ 0 đến dưới 200 người: 291 phỏng vấn" in drawn(page)
    assert ", nông thôn mang quyền số của địa bàn này (nhân 1,148)" in words
    assert "Huyện Bù Đăng, nông thôn" in words
    assert "1 địa bàn không có phỏng vấn nào" in words
    assert "Capped at 3.5 medians" in said(open_page("weights", lang="en"))


def test_only_the_office_reads_which_area_was_not_met(open_page, said, release, own_store):
    (area,) = release.weighting.merged["cell"]
    assert area in said(open_page("weights"))
    for action, who in (("check", "TK01"), ("official", "PCT01")):
        keeping.move(own_store.catalogue, release.id, action, who=who, why="đã soát")
    words = said(open_page("weights", store=own_store, local=False))
    assert "1 địa bàn không có phỏng vấn nào" in words
    assert area not in words
    assert area not in weights_view.report_csv(release, release.weighting).decode()


def test_weights_of_an_older_release_say_why_there_is_no_report(open_page, said, own_store):
    folder = next((own_store.root / "releases").iterdir())
    for path in folder.glob("weighting_*.parquet"):
        path.unlink()
    words = said(open_page("weights", store=own_store))
    assert VI("weights.absent") in words
