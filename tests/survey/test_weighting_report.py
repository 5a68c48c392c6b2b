"""The report of the weighting of the example wave: it adds up, it is what is published, it can be read."""

import io
import json
import shutil

import pandas as pd
import pytest

from estimation import Replicates, estimate_proportions
from survey import pipeline, weighting_choices
from survey.release import read_release
from survey.weighting_report import TABLES
from survey.weighting_steps import weighting_report
from survey.weighting_words import finished, sentences, words

CLOSE = 1e-9


@pytest.fixture(scope="module")
def weighed(example_store):
    return pipeline.weigh(example_store, "2026")


@pytest.fixture(scope="module")
def scored(weighed):
    return pipeline.score(weighed)


@pytest.fixture(scope="module")
def report(weighed):
    return pipeline.report(weighed)


@pytest.fixture(scope="module")
def release(example_store):
    return example_store.open_release(example_store.releases()[-1]["release_id"])


def test_the_last_step_is_the_published_headline(report, release):
    published = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    ).iloc[0]
    last = report.headline.iloc[-1]
    for name in ("n", "estimate", "se", "ci_low", "ci_high", "deff", "n_eff", "df"):
        assert last[name] == pytest.approx(published[name], rel=1e-12), name
    assert last["quality"] == published["quality"]


def test_movements_and_costs_add_up(report):
    table = report.headline.set_index("step")
    assert list(table.index) == ["unweighted", "person", "nonresponse", "calibrated"]
    whole = table.loc["calibrated", "estimate"] - table.loc["unweighted", "estimate"]
    assert table["moved"].sum() == pytest.approx(whole)
    variance = (1 + table["cost"].iloc[1:]).prod()
    assert variance == pytest.approx((table["se"].iloc[-1] / table["se"].iloc[0]) ** 2)
    assert report.steps["sum"].tolist() == pytest.approx(
        [232_415.164224, 623_316.572715, 730_878.994853, 725_712.0]
    )
    factors = report.steps.set_index("step")
    assert factors.loc["person", ["factor_min", "factor_max"]].tolist() == [1.0, 8.0]


def test_households_and_margins_add_up(report):
    households = report.households.set_index("group")["households"]
    assert households["issued"] == households[["eligible", "ineligible", "unknown"]].sum() == 1853
    assert households["respondents"] == 1508
    assert (report.margins["after"] / report.margins["target"]).tolist() == pytest.approx([1.0] * 28)
    assert report.margins.groupby("variable")["target"].sum().tolist() == pytest.approx([725_712] * 2)


def test_the_area_without_interview_is_told_with_its_reason(report):
    (row,) = report.merged.to_dict("records")
    assert (row["kind"], row["cell"], row["into"]) == ("area", "25232006", "691-rural")
    assert row["factor"] == pytest.approx(1.1479340199030248)


def test_distribution_counts_every_interview_once(report):
    assert report.distribution.groupby("step")["interviews"].sum().tolist() == [1508, 1508]


def test_repeated_steps_agree_with_the_recalibrated_jackknife(report, scored):
    """Raking to the strata undoes what is carried within a stratum, so both ways must meet."""
    design = scored.design_of(
        "w_raked", calibration=scored.calibration, replicates=Replicates(kind="jkn", recalibrate=True)
    )
    expected = estimate_proportions(scored.persons, ["headline"], design=design).frame["se"].iloc[0]
    seen = report.choices.set_index("choice")
    assert seen.loc["repeated", "se"] == pytest.approx(expected, rel=CLOSE)
    fixed = estimate_proportions(
        scored.persons, ["headline"], design=scored.design_of("w_raked", calibration=None)
    )
    assert seen.loc["fixed", "se"] == pytest.approx(fixed.frame["se"].iloc[0], rel=CLOSE)


def test_every_other_choice_meets_the_margins_too(weighed):
    for name in ("propensity", "linear", "logit", "trimmed"):
        weight = weighting_choices.CHOICES[name](weighed).after
        assert weight.min() > 0
        for margin in weighed.weights.margins:
            sums = weight.groupby(weighed.weights.persons[margin.variable]).sum()
            assert sums.to_dict() == pytest.approx(margin.totals.to_dict(), rel=CLOSE)


def test_trimming_ends_at_the_cap(report):
    choices = report.choices.set_index("choice")
    assert choices.loc["trimmed", "spread"] == pytest.approx(3.5, rel=1e-3)
    assert choices.loc["trimmed", "kish"] < choices.loc["published", "kish"]
    assert choices["difference"].abs().max() < choices.loc["published", "se"]
    assert (choices["problem"] == "").all()


def test_a_choice_that_the_sample_does_not_allow_says_why(weighed, scored, monkeypatch):
    monkeypatch.setattr(weighting_choices, "BOUNDS", (0.99, 1.01))
    found = weighting_report(weighed, scored)
    row = found.choices.set_index("choice").loc["logit"]
    assert "margin 'sex_age', category '1:60+' needs the factor 1.251" in row["problem"]
    assert pd.isna(row["estimate"])
    table = next(made for made in finished(found.frames(), "vi") if made.name == "choices")
    assert any("Không thực hiện được: margin 'sex_age'" in cell for line in table.rows for cell in line)


def test_a_wave_without_definition_has_a_report_without_headline(weighed):
    found = weighting_report(weighed, None)
    assert found.headline.empty
    assert found.choices.empty
    assert len(found.steps) == 4
    assert len(sentences(found.frames(), "vi")) == 1


def test_sentences_say_how_much_each_step_moved_and_cost(report):
    vietnamese, english = (" ".join(sentences(report.frames(), language)) for language in ("vi", "en"))
    assert "thay đổi −0,21 điểm phần trăm; hiệu chỉnh theo tổng thể đã biết làm thay đổi −0,17" in vietnamese
    assert "đi từ 40,9% đến 40,5%" in vietnamese
    assert "calibration changed the variance of the headline by −12%" in english
    assert "1,508 interviews stand for 725,712 people" in english


def test_figures_of_a_suppressed_headline_stay_hidden(report):
    frames = report.frames()
    hidden = {name: frames[name].assign(quality="suppress") for name in ("headline", "choices")}
    shown = finished({**frames, **hidden}, "vi")
    written = "".join("".join(map("".join, made.rows)) for made in shown if made.name in hidden)
    assert "40,47%" not in written
    assert len(sentences({**frames, **hidden}, "vi")) == 1


def test_notebook_shows_both_languages(report):
    shown = report._repr_html_()
    assert "Quyền số qua từng bước" in shown
    assert "The weights step by step" in shown
    assert "Nam, 60+" in shown


def test_words_are_the_same_in_both_languages_but_for_the_language():
    for key, entry in words().items():
        assert set(entry) == {"vi", "en"}, key
        assert entry["vi"].count("{") == entry["en"].count("{"), key


def test_the_release_keeps_the_report(report, release, example_store, tmp_path):
    for name, frame in report.frames().items():
        pd.testing.assert_frame_equal(release.weighting.frames()[name], frame, check_dtype=False)
    folder = tmp_path / release.id
    shutil.copytree(example_store.root / "releases" / release.id, folder)
    for name in TABLES:
        (folder / f"weighting_{name}.parquet").unlink()
    assert read_release(folder).weighting is None


def test_command_line_tells_tables_csv_and_json(example_command, example_receipts, report):
    told = example_command("weigh", "--wave", "2026")
    assert "Chỉ tiêu chính qua từng bước" in told
    assert "25232006" in told
    csv = pd.read_csv(io.StringIO(example_command("weigh", "--wave", "2026", "--csv", "headline")))
    assert csv["estimate"].tolist() == pytest.approx(report.headline["estimate"].tolist())
    made = json.loads(example_command("weigh", "--wave", "2026", "--json"))["report"]
    assert set(made) == set(TABLES)
    assert made["headline"][0]["moved"] is None
