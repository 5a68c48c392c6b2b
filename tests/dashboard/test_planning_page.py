"""The page of planning says what its plan says, and keeps every choice in the address."""

import json

import pandas as pd
import pytest

from dashboard.planning_chart import Band, chart_plan
from dashboard.text import Text
from estimation import Assumptions
from survey import places, planning
from survey.geography import load_pack
from survey.store import Store

VI, EN = Text("vi"), Text("en")


@pytest.fixture
def empty_store(tmp_path):
    return Store(tmp_path / "store")


def spec(page):
    (chart,) = page.get("vega_lite_chart")
    return json.loads(chart.proto.spec)


def test_page_says_the_plan_of_the_last_survey(open_page, said, release):
    page = open_page("planning")
    words = said(page)
    districts = planning.districts_of_territory(load_pack(places.geography("binh_phuoc")))
    shares = districts["domain"].map(planning.earlier(release).shares)
    plan = planning.draw_up(districts.assign(share=shares), 130, [0.6], Assumptions(side_by_side=True))
    counted = planning.expected(plan, 0.6)
    assert f"{counted['met']} huyện sẽ được kết luận đạt, {counted['not_met']} huyện chưa đạt" in words
    assert "130 địa bàn và 1.560 phỏng vấn" in words
    needed, _ = planning.areas_to_decide(plan, 0.6)
    assert f"({counted['undecided'] + counted['none']}/11)" in words
    assert f"khoảng {VI.count(needed)} địa bàn" in words
    assert "<b>572</b>" in words  # 130 areas at 2 and 1,560 interviews at 0.2 million
    for row in planning.against(plan, 0.6).itertuples():
        assert VI.percent(row.show_not_met) in words
    assert VI("app.synthetic") in words


def test_hidden_estimates_stay_hidden(open_page, said, release):
    headline = release.estimates.query("indicator == 'headline' and base == 'age15plus'")
    told = headline.query("breakdown == 'district' and quality == 'suppress'")
    page = open_page("planning")
    everything = said(page) + json.dumps(spec(page), ensure_ascii=False)
    assert len(told)
    for share in told["estimate"]:
        assert f"Giả định {VI.percent(share)}" not in everything
        assert str(share) not in everything


def test_page_without_a_release_plans_for_the_territory(open_page, said, empty_store):
    words = said(open_page("planning", store=empty_store))
    assert "Tỉnh Bình Phước" in words
    assert VI("app.synthetic") not in words
    assert VI("planning.state") in words


def test_choices_come_from_the_address_and_go_back_to_it(open_page, said, empty_store):
    chosen = {"plan_areas": "500", "plan_take": "10", "plan_share": "0.4", "goal": "2030", "lang": "en"}
    page = open_page("planning", store=empty_store, **chosen)
    words = said(page)
    assert "With 500 areas and 5,000 interviews" in words
    assert "2030 goal of over 80%: 0 districts will be shown to meet it, 11 not to meet it" in words
    assert "Most districts" not in words
    page.selectbox(key="plan_icc").set_value("0.10").run()
    assert page.query_params["plan_icc"] in ("0.10", ["0.10"])
    page.selectbox(key="plan_areas").set_value("130").run()
    assert "plan_areas" not in page.query_params


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize(("areas", "few"), [("60", True), ("90", True), ("130", False)])
def test_few_areas_are_said_to_state_too_small_an_error(open_page, said, empty_store, text, areas, few):
    words = said(open_page("planning", store=empty_store, plan_areas=areas, lang=text.language))
    told = text("planning.few_areas", {"enough": text.count(planning.FEW_AREAS)})
    assert (told in words) == few
    assert "48" in told
    assert "8–16%" in told


def test_an_unknown_choice_falls_back(open_page, said, empty_store):
    words = said(open_page("planning", store=empty_store, plan_areas="-1", plan_share="<b>"))
    assert "130 địa bàn và 1.560 phỏng vấn" in words


def test_inputs_are_written_with_a_decimal_comma(open_page, empty_store):
    page = open_page("planning", store=empty_store)
    written = page.selectbox(key="plan_icc").options
    assert written == ["0,02", "0,05", "0,10"]
    assert open_page("planning", store=empty_store, lang="en").selectbox(key="plan_icc").options[0] == "0.02"


def test_the_chart_tells_every_row_in_words(open_page, empty_store):
    (chart,) = open_page("planning", store=empty_store).get("vega_lite_chart")
    assert chart.proto.alt.count("dự kiến:") == 12


def test_a_share_that_is_never_shown_has_no_band():
    nan = float("nan")
    bands = [
        Band("A", 0.4, nan, 0.5, "undecided", "w", (("t", "x"),)),
        Band("B", nan, 0.9, 0.5, "none", "w", (("t", "x"),)),
    ]
    rows = pd.DataFrame(chart_plan(EN, bands, 0.6, "alt").spec["data"]["values"])
    assert list(rows["low"]) == [0.4, 0]
    assert list(rows["high"]) == [1, 0.9]
    assert list(rows["verdict"]) == [EN("verdict.undecided"), EN("verdict.none")]
