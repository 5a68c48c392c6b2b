"""A plan from a frame, a territory or an earlier release: what it counts, says and refuses."""

import io
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from estimation import Assumptions, plan_sample
from estimation.planning.plan import TOTAL
from survey import planning
from survey.__main__ import app
from survey.commands.plan_settings import settings
from survey.frame import clean_areas
from survey.messages import Refusal

# The first areas of each stratum of three districts in the frame of the simulated wave of 2026.
FRAME = Path(__file__).parents[1] / "data" / "wave_2026" / "frame_small.csv"


def run(*words, store=None):
    before = ["--store", str(store)] if store else []
    return CliRunner().invoke(
        app, [*before, "sample", "plan", *map(str, words)], catch_exceptions=False, env={"COLUMNS": "200"}
    )


@pytest.fixture(scope="module")
def frame():
    return clean_areas(FRAME)


def test_a_frame_is_counted_by_district(frame):
    told = planning.districts_of_frame(frame).set_index("domain")
    assert list(told.index) == ["688", "689", "690"]
    for code, rows in frame.groupby("district_code"):
        assert told.loc[code, "population"] == rows["households_frame"].sum()
        assert told.loc[code, "areas_in_frame"] == len(rows)
        assert told.loc[code, "strata"] == 2


def test_a_territory_is_counted_by_district(binh_phuoc):
    told = planning.districts_of_territory(binh_phuoc)
    assert len(told) == 11
    assert told["population"].sum() == binh_phuoc.raking_margins()[0].totals.sum()
    assert set(told["strata"]) == {1, 2}


@pytest.mark.parametrize(
    ("old", "new", "code", "named"),
    [
        (r"^25245002,", "25245001,", "frame_code_repeated", "25245001"),
        (r",249$", ",0", "frame_size_wrong", "dòng 3"),
        (r",249$", ",24.5", "frame_size_wrong", "dòng 3"),
        (r",249$", ",nhiều", "frame_size_wrong", "dòng 3"),
        (r"stratum", "tang", "sample_lacks_columns", "stratum"),
    ],
)
def test_a_frame_that_cannot_be_is_refused_by_its_area(tmp_path, old, new, code, named):
    text = FRAME.read_text(encoding="utf-8")
    changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert changed != text
    path = tmp_path / "dàn mẫu.csv"
    path.write_text(changed, encoding="utf-8")
    with pytest.raises(Refusal) as refused:
        clean_areas(path)
    (found,) = refused.value.findings
    assert found.code == code
    assert named in found.sentence("vi")
    assert "dàn mẫu.csv" in found.sentence("vi")


def test_an_empty_frame_is_refused(tmp_path):
    path = tmp_path / "frame.csv"
    path.write_text(FRAME.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")
    with pytest.raises(Refusal, match="has no area"):
        clean_areas(path)


def test_the_command_gives_the_plan_of_the_library(frame):
    told = json.loads(
        run("--from", FRAME, "--areas", 40, "--share", "0,5", "--target", "0,6", "--json").stdout
    )
    districts = planning.districts_of_frame(frame).assign(share=0.5)
    plan = plan_sample(districts, 40, [0.6], Assumptions(side_by_side=True))
    pd.testing.assert_frame_equal(pd.DataFrame(told["districts"]), plan.frame, check_dtype=False, rtol=1e-12)
    pd.testing.assert_frame_equal(pd.DataFrame(told["targets"]), plan.targets, check_dtype=False, rtol=1e-12)
    assert told["cost"] is None


def test_the_goals_of_the_definition_are_the_usual_targets():
    told = json.loads(run("--areas", 130, "--json").stdout)
    assert [row["target"] for row in told["expected"]] == [0.6, 0.8]


def test_most_districts_undecided_is_said_with_the_areas_that_would_do(frame):
    result = run("--areas", 130, "--share", "0.55", "--target", "0.6")
    assert result.exit_code == 0
    assert "Phần lớn các huyện (11/11) sẽ chưa kết luận được so với mục tiêu 60%" in result.stdout
    told = json.loads(run("--areas", 130, "--share", "0.55", "--target", "0.6", "--json").stdout)
    needed = sum(row["areas_needed"] for row in told["targets"] if row["domain"] != TOTAL)
    assert f"{needed:,.0f}".replace(",", ".") in result.stdout


def test_a_sample_too_small_to_publish_shows_no_verdict_and_is_enlarged(binh_phuoc):
    districts = planning.districts_of_territory(binh_phuoc).assign(share=0.2)
    plan = planning.draw_up(districts, 50, [0.8], Assumptions(), rule="equal")
    told = planning.against(plan, 0.8)
    small = (plan.frame["quality"] == "suppress").to_numpy()
    assert small[:-1].all()
    assert (told.loc[small, "shown"] == "none").all()
    assert planning.expected(plan, 0.8)["none"] == 11
    assert planning.mostly_undecided(plan, 0.8)
    areas, never = planning.areas_to_decide(plan, 0.8)
    assert never == 0
    assert areas > told["areas_needed"].iloc[:-1].sum()
    enlarged = planning.draw_up(districts, areas, [0.8], Assumptions(), rule="equal")
    assert planning.expected(enlarged, 0.8)["not_met"] == 11


@pytest.mark.parametrize(("areas", "few"), [(planning.FEW_AREAS - 1, True), (planning.FEW_AREAS, False)])
def test_few_areas_are_said_to_state_too_small_an_error(areas, few):
    for language, words in (("vi", "sai số chuẩn tính được nhỏ hơn thực tế 8–16%"), ("en", "8–16% below")):
        result = run("--areas", areas, "--share", "0.5", "--target", "0.6", "--language", language)
        assert (words in " ".join(result.stdout.split())) == few


def test_a_share_at_the_target_is_not_promised_a_size():
    result = run("--areas", 130, "--share", "0.6", "--target", "0.6", "--language", "en")
    assert "11 are assumed to lie at the target itself" in result.stdout


def test_no_warning_where_the_districts_are_decided():
    assert "Most districts" not in run("--areas", 130, "--share", "0.2", "--language", "en").stdout


def test_a_budget_buys_areas_and_the_cost_stays_within():
    prices = [
        "--set",
        "cost_area=2",
        "--set",
        "cost_interview=0,2",
        "--set",
        "cost_fixed=50",
        "--set",
        "budget=700",
    ]
    told = json.loads(run(*prices, "--json").stdout)
    assert told["districts"][-1]["areas"] == (700 - 50) // (2 + 12 * 0.2)
    assert 700 - (2 + 12 * 0.2) < told["cost"] <= 700
    said = {remark["code"]: remark["vi"] for remark in told["remarks"]}
    assert "14 phỏng vấn mỗi địa bàn" in said["said_plan_take"]


def test_csv_is_for_machines(tmp_path):
    out = tmp_path / "kế hoạch.csv"
    assert run("--areas", 130, "--csv", out).exit_code == 0
    told = pd.read_csv(io.BytesIO(out.read_bytes()), encoding="utf-8-sig", dtype={"domain": str})
    assert len(told) == 12 * 2
    assert told["domain"].iloc[-1] == TOTAL
    assert {"areas", "n_eff", "power", "show_met", "show_not_met", "expected"} <= set(told.columns)


def test_vietnamese_has_decimal_commas_and_english_points():
    words = ["--areas", 130, "--share", "0.425"]
    assert "42,5%" in run(*words).stdout
    assert "42.5%" in run(*words, "--language", "en").stdout


def test_an_earlier_release_gives_shares_and_design_effect(example_store):
    release = example_store.releases("2026")[0]["release_id"]
    result = run("--areas", 130, "--share", release, "--json", store=example_store.root)
    told = pd.DataFrame(json.loads(result.stdout)["districts"]).set_index("domain")
    known = example_store.open_release(release).estimates.query(
        "indicator == 'headline' and base == 'age15plus'"
    )
    districts = known.query("breakdown == 'district'").set_index("unit")
    province = known.query("breakdown == 'province'")["estimate"].item()
    shown = districts["quality"] != "suppress"
    for code in districts.index:
        expected = districts.loc[code, "estimate"] if shown[code] else province
        assert told.loc[code, "share"] == pytest.approx(expected)
    assert told["deff"].iloc[0] == pytest.approx(districts.loc[shown, "deff"].median())


def test_shares_of_a_file_must_name_every_district(tmp_path):
    path = tmp_path / "tỷ lệ.csv"
    path.write_text('district_code,share\n688,"0,45"\n689,0.5\n', encoding="utf-8")
    result = run("--from", FRAME, "--areas", 40, "--share", path)
    assert result.exit_code == 1
    assert "690" in result.stderr
    path.write_text('district_code,share\n688,"0,45"\n689,0.5\n690,0.6\n', encoding="utf-8")
    told = json.loads(run("--from", FRAME, "--areas", 40, "--share", path, "--json").stdout)
    assert [row["share"] for row in told["districts"][:-1]] == [0.45, 0.5, 0.6]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--areas", "20"], "plan_areas_few"),
        (["--set", "budget=1", "--set", "cost_area=1", "--set", "cost_interview=1"], "plan_areas_few"),
        (["--from", FRAME, "--areas", "5000"], "plan_areas_many"),
        (["--from", FRAME, "--areas", "90", "--set", "floor=12"], "plan_frame_small"),
        ([], "plan_size_open"),
        (["--areas", "130", "--set", "budget=100"], "plan_size_open"),
        (["--set", "budget=100"], "plan_prices_lack"),
        (["--areas", "130", "--set", "take=ba"], "plan_setting_unfit"),
        (["--areas", "130", "--set", "take=12.5"], "plan_setting_unfit"),
        (["--areas", "130", "--set", "icc=2"], "plan_setting_unfit"),
        (["--areas", "130", "--set", "ice=0.1"], "plan_setting_unknown"),
        (["--areas", "130", "--share", "45"], "plan_share_unfit"),
        (["--areas", "130", "--share", "45%"], "plan_share_unfit"),
        (["--areas", "130", "--share", "khong_co.csv"], "plan_share_unfit"),
        (["--areas", "130", "--target", "60%"], "plan_share_unfit"),
        (["--areas", "130", "--from", "khong_co.csv"], "plan_source_unknown"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_sentences(words, code):
    result = run(*words, "--json")
    assert result.exit_code == 1
    assert [found["code"] for found in json.loads(result.stdout)["findings"]] == [code]


def test_settings_have_their_usual_numbers_and_take_commas():
    told = settings(["icc=0,08"])
    assert told["icc"] == 0.08
    assert told["take"] == 12
    assert "budget" not in told
