"""Chart specifications, held as snapshots; UPDATE_SNAPSHOTS=1 writes them anew after a wanted change."""

import json
import os
from pathlib import Path

import pytest

from dashboard.chart_rows import Dot, chart_dots, chart_pairs
from dashboard.chart_style import COLOUR, SHAPE
from dashboard.charts import Tile, chart_counts, chart_goals, chart_tiles
from dashboard.groups_chart import chart_groups
from dashboard.lanes_chart import Group, Lane, chart_lanes
from dashboard.quality_chart import Item, chart_items
from dashboard.readings import Judgement, Reading
from dashboard.text import Text
from dashboard.trend_chart import Carried, Point, chart_trend

SNAPSHOTS = Path(__file__).with_name("snapshots")
VI, EN = Text("vi"), Text("en")


def reading(estimate, low, high, quality="present", reason=""):
    return Reading("689", 144, 13, 64.5, estimate, low, high, 11, 2.2, 0.13, quality, reason)


GOALS = [
    Judgement(2025, ">=", 0.6, -0.2, "not_met", "undecided", "undecided"),
    Judgement(2030, ">", 0.8, -0.4, "not_met", "not_met", "not_met"),
]
PLAIN = reading(0.405, 0.369, 0.441)
CARE = reading(0.72, 0.61, 0.81, "review", "df below 8")
HIDDEN = reading(0.45, 0.23, 0.7, "suppress", "interval width 0.30 or more")
TIPS = (("Đơn vị", "Huyện Bù Đốp"),)
DOTS = [
    Dot("Huyện Bù Đăng", PLAIN, "not_met", TIPS),
    Dot("Huyện Lộc Ninh", CARE, "undecided", TIPS),
    Dot("Huyện Bù Đốp", HIDDEN, "none", TIPS),
]
ITEMS = [
    Item("e1_can_submit", "Nộp hồ sơ", "rule", 1508, 940, 12, 9, 547),
    Item("wg_see", "Nhìn", "group", 1508, 1490, 0, 18, 0),
]
GROUPS = [
    Group("Y tế", (Lane("aware", "Biết đến", PLAIN), Lane("able", "Tự làm được", CARE))),
    Group("Du lịch", (Lane("used", "Đã dùng", HIDDEN), Lane("self", "Tự dùng", HIDDEN))),
]
CHARTS = {
    "goals_vi": lambda: chart_goals(VI, PLAIN, GOALS, "alt"),
    "goals_en": lambda: chart_goals(EN, PLAIN, GOALS, "alt"),
    "dots_vi": lambda: chart_dots(VI, DOTS, GOALS, "alt"),
    "pairs_vi": lambda: chart_pairs(VI, [("Y tế", CARE, PLAIN), ("Du lịch", HIDDEN, PLAIN)], "alt"),
    "groups_vi": lambda: chart_groups(VI, DOTS, GOALS, province=PLAIN, alt="alt"),
    "items_vi": lambda: chart_items(VI, ITEMS, "alt"),
    "lanes_vi": lambda: chart_lanes(VI, GROUPS, ("Lĩnh vực", "Nội dung"), "alt"),
    "lanes_en": lambda: chart_lanes(EN, GROUPS[:1], ("Field", "Measure"), "alt"),
    "counts_vi": lambda: chart_counts(VI, [("0", PLAIN), ("1", HIDDEN)], "alt"),
    "trend_vi": lambda: chart_trend(VI, [Point("2026", 2026, PLAIN)], GOALS, carried=None, alt="alt"),
    "trend_en": lambda: chart_trend(
        EN,
        [Point("2026", 2026, PLAIN), Point("2027", 2027, CARE)],
        GOALS,
        carried=Carried(2030, 0.9, 0.7, 0.97),
        alt="alt",
    ),
    "tiles_vi": lambda: chart_tiles(
        VI, [Tile("Bù Đăng", 1, 3, DOTS[0]), Tile("Bù Đốp", 0, 1, DOTS[2])], "alt"
    ),
}


@pytest.mark.parametrize("name", CHARTS)
def test_chart_is_as_it_was(name):
    spec = CHARTS[name]().spec
    path = SNAPSHOTS / f"{name}.json"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(json.dumps(spec, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    assert spec == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", CHARTS)
def test_chart_writes_decimals_in_the_language_and_asks_no_other_host(name):
    spec = CHARTS[name]().spec
    decimal = {"vi": ",", "en": "."}[name[-2:]]
    assert spec["config"]["locale"]["number"]["decimal"] == decimal
    assert "\u00a0" not in json.dumps(spec, ensure_ascii=False)
    assert '"url"' not in json.dumps(spec)
    assert spec["$schema"].endswith("/v6.json")


@pytest.mark.parametrize("name", ["dots_vi", "tiles_vi", "counts_vi", "pairs_vi", "groups_vi", "lanes_vi"])
def test_a_hidden_number_is_not_in_the_chart(name):
    written = json.dumps(CHARTS[name]().spec["data"], ensure_ascii=False)
    assert "0.45" not in written
    assert "45,0" not in written


def marks(layers, inherited=None):
    """Every mark of a specification with its own encoding."""
    for layer in layers:
        encoding = {**(inherited or {}), **layer.get("encoding", {})}
        if "layer" in layer:
            yield from marks(layer["layer"], encoding)
        else:
            yield layer["mark"], encoding


@pytest.mark.parametrize("name", CHARTS)
def test_a_tooltip_holds_finished_words_or_there_is_none(name):
    spec = CHARTS[name]().spec
    assert spec["config"]["mark"]["tooltip"] is None
    assert spec["config"]["aria"] is False
    drawn = list(marks(spec["layer"]))
    assert all("tooltip" in encoding or mark["tooltip"] is None for mark, encoding in drawn)
    tooltips = [encoding["tooltip"] for _, encoding in drawn if "tooltip" in encoding]
    assert len(tooltips) == 1
    words = [row[tip["field"]] for tip in tooltips[0] for row in spec["data"]["values"]]
    assert words
    assert all(isinstance(word, str) for word in words)


def test_a_row_that_is_not_judged_has_no_goal():
    judged, alone = Dot("a", PLAIN), Dot("b", PLAIN, judged=False)
    spec = chart_dots(VI, [judged, alone], GOALS, "alt").spec
    ticks = next(layer["data"]["values"] for layer in spec["layer"] if "data" in layer)
    assert [tick["row"] for tick in ticks] == [0, 0]


def test_a_verdict_differs_in_shape_and_colour():
    assert len(set(COLOUR.values())) == len(set(SHAPE.values())) == 4
    rows = CHARTS["dots_vi"]().spec["data"]["values"]
    assert [(row["word"], row["colour"], row["shape"]) for row in rows] == [
        ("Chưa đạt", "#D55E00", "square"),
        ("Chưa đủ căn cứ kết luận", "#767676", "diamond"),
        ("Không công bố", "#b9c2c9", "cross"),
    ]
