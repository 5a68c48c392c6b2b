"""The chart: valid by Vega-Lite's own schema, nothing suppressed in its data, every word finished."""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import pandas as pd
import pytest
from jsonschema import ValidationError

from estimation.display.plot import VegaLite, ranked_intervals
from estimation.display.wording import say
from estimation.targets import against

COLUMNS = ["district", "n", "df", "estimate", "se", "ci_low", "ci_high", "deff", "quality", "reason"]
ROWS = [
    ("Đồng Phú", 1283, 8, 0.412, 0.013, 0.386, 0.439, 1.04, "present", ""),
    ("Bù Đốp", 254, 6, 0.455, 0.082, 0.27, 0.654, 3.6, "suppress", "interval width 0.30 or more"),
    ("Đồng Xoài", 272, 7, 0.826, 0.038, 0.719, 0.898, 2.68, "review", "df below 8"),
    ("Hớn Quản", 0, 0, np.nan, np.nan, np.nan, np.nan, np.nan, "suppress", "no respondent"),
]


def estimates(rows: list[tuple[object, ...]] = ROWS, indicator: str = "headline") -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).assign(indicator=indicator)


def drawn(frame: pd.DataFrame, by: tuple[str, ...] = ("district",), **options: object) -> VegaLite:
    chart = ranked_intervals(frame, by, **{"kind": "proportion", "level": 0.95, **options})
    json.dumps(chart.to_dict(), allow_nan=False)
    return chart


def data(chart: VegaLite, panel: int = 0) -> list[dict[str, object]]:
    return chart.spec["vconcat"][panel]["data"]["values"]


def tooltips(chart: VegaLite) -> dict[str, str]:
    touch = chart.spec["vconcat"][0]["layer"][-1]
    return {tip["field"]: tip["title"] for tip in touch["encoding"]["tooltip"]}


@pytest.mark.parametrize(
    ("kind", "side", "target"),
    [("proportion", "two", 0.6), ("proportion", "two", None), ("total", "lower", 0.6)],
)
def test_specification_is_valid(kind: str, side: str, target: float | None) -> None:
    frame = estimates() if side == "two" else estimates().assign(ci_high=np.inf)
    alt.VConcatChart.validate(drawn(frame, kind=kind, side=side, target=target).to_dict())


def test_a_broken_specification_would_be_found() -> None:
    spec = drawn(estimates()).to_dict()
    spec["vconcat"][0]["layer"][-1]["mark"]["type"] = "dot"
    with pytest.raises(ValidationError, match="dot"):
        alt.VConcatChart.validate(spec)


@pytest.mark.parametrize("kind", ["proportion", "mean", "total", "ratio"])
@pytest.mark.parametrize(("locale", "interval"), [("vi", "khoảng tin cậy 95%"), ("en", "95% confidence")])
def test_title_names_kind_and_interval(kind: str, locale: str, interval: str) -> None:
    title = drawn(estimates(), locale=locale, kind=kind).spec["title"]["text"]
    assert interval in title
    assert title.startswith(say(f"kind.{kind}", locale))


def test_ranked_from_high_to_low_and_hidden_rows_below() -> None:
    chart = drawn(estimates())
    names = ["Đồng Xoài", "Đồng Phú", "Bù Đốp", "Hớn Quản"]
    assert [row["name"] for row in data(chart)] == names
    assert chart.spec["vconcat"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"] == names


def test_suppressed_rows_carry_their_reason_and_no_number() -> None:
    hidden = data(drawn(estimates()))[2]
    assert hidden["words"] == "Không công bố: khoảng tin cậy rộng từ 30 điểm phần trăm trở lên"
    assert not {"value", "low", "high"} & set(hidden)
    written = json.dumps(drawn(estimates()).to_dict(), ensure_ascii=False)
    assert not any(number in written for number in ("0.455", "0.27,", "0.654", "45,5", "3,6"))


def test_review_rows_are_hollow_and_dashed_and_explained() -> None:
    chart = drawn(estimates())
    assert [row["review"] for row in data(chart)] == [True, False, False, False]
    rules = [layer["mark"]["strokeDash"] for layer in chart.spec["vconcat"][0]["layer"][:2]]
    assert rules == [[5, 4], []]
    assert chart.spec["title"]["subtitle"] == ["Chấm rỗng, vạch đứt: cần thận trọng."]
    assert drawn(estimates(ROWS[:1])).spec["title"]["subtitle"] == []


def test_one_panel_an_indicator_and_one_panel_without_domains() -> None:
    both = pd.concat([estimates(), estimates(indicator="strict")], ignore_index=True)
    panels = drawn(both).spec["vconcat"]
    assert [panel["title"]["text"] for panel in panels] == ["headline", "strict"]
    alone = drawn(both.iloc[[0, 4]], by=())
    assert [row["name"] for row in data(alone)] == ["headline", "strict"]
    assert "title" not in alone.spec["vconcat"][0]


def test_target_is_a_line_with_its_words() -> None:
    lines = drawn(estimates(), target=0.625).spec["vconcat"][0]["layer"][:2]
    assert {line["data"]["values"][0]["label"] for line in lines} == {"Mục tiêu: 62,5%"}
    assert lines[0]["mark"]["type"] == "rule"


def test_a_judged_frame_shows_its_target_and_the_family_verdict() -> None:
    chart = drawn(against(estimates(), 0.60), locale="en")
    assert "Target: 60%" in chart.spec["description"]
    first, second, hidden, _ = data(chart)
    assert (first["words"], first["colour"], first["shape"]) == ("82.6% · Met", "#0072B2", "circle")
    assert (second["words"], second["colour"], second["shape"]) == ("41.2% · Not met", "#D55E00", "square")
    assert hidden["word"] == ""
    assert tooltips(chart)["word"] == "Verdict among all domains"
    assert "Holm" in chart.spec["title"]["subtitle"][-1]
    alone = drawn(against(estimates(ROWS[:1]), 0.60), by=(), locale="en")
    assert tooltips(alone)["word"] == "Verdict taken alone"


def test_tooltips_are_finished_words() -> None:
    chart = drawn(estimates())
    row = data(chart)[1]
    assert (row["estimate"], row["interval"], row["n"]) == ("41,2%", "38,6–43,9%", "1.283")
    assert tooltips(chart) == {
        "name": "district",
        "estimate": "Ước lượng",
        "interval": "Khoảng tin cậy 95%",
        "n": "Số người trả lời (n)",
        "df": "Bậc tự do",
        "quality": "Chất lượng",
    }


def test_description_says_what_the_picture_shows() -> None:
    description = drawn(estimates(), target=0.6).spec["description"]
    assert "Mục tiêu: 60%." in description
    assert "headline, Đồng Xoài: 82,6% (71,9–89,8%); Cần thận trọng." in description
    assert "headline, Hớn Quản: Không công bố: không có người trả lời." in description


@pytest.mark.parametrize(("locale", "sign"), [("vi", ","), ("en", ".")])
def test_decimal_sign_of_the_axis(locale: str, sign: str) -> None:
    assert drawn(estimates(), locale=locale).spec["config"]["locale"]["number"]["decimal"] == sign


@pytest.mark.parametrize(
    ("limits", "ends"),
    [
        ((3.0, 7.0), "closed"),
        ((3.0, np.inf), "open above"),
        ((-np.inf, 7.0), "open below"),
        ((np.nan, np.nan), ""),
    ],
)
def test_limits_of_means_are_drawn_as_far_as_they_exist(limits: tuple[float, float], ends: str) -> None:
    chart = drawn(estimates([("A", 50, 9, 5.0, 1.0, *limits, 1.0, "present", "")]), kind="mean")
    assert data(chart)[0]["ends"] == ends


def test_a_notebook_gets_the_chart_and_words() -> None:
    chart = drawn(estimates())
    bundle = chart._repr_mimebundle_()
    assert bundle["application/vnd.vegalite.v6+json"]["$schema"].endswith("v6.json")
    assert bundle["application/vnd.vegalite.v5+json"]["$schema"].endswith("v5.json")
    assert bundle["text/plain"] == chart.spec["description"]
    assert repr(chart).startswith("VegaLite('Biểu đồ điểm")


def test_the_copy_is_free() -> None:
    chart = drawn(estimates())
    chart.to_dict()["vconcat"].clear()
    assert len(chart.spec["vconcat"]) == 1


@pytest.mark.parametrize("choice", [{"locale": "fr"}, {"side": "left"}])
def test_unknown_choices_are_listed(choice: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="choose one of"):
        drawn(estimates(), **choice)


def test_an_empty_frame_is_an_empty_chart() -> None:
    assert drawn(estimates([])).spec["vconcat"] == []
