"""Tables for people: notation, what is hidden and why, accessible HTML with every word escaped."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from estimation.display.tables import caption, html, to_frame
from estimation.display.wording import WORDS, decimal, digits_of, say, short_number, short_percent
from estimation.publication import NCHS2017, NOT_ESTIMABLE, STATCAN
from estimation.targets import against

COLUMNS = ["district", "n", "df", "estimate", "se", "ci_low", "ci_high", "deff", "quality", "reason"]
ROWS = [
    ("Đồng Phú", 1283, 8, 0.412, 0.013, 0.386, 0.439, 1.04, "present", ""),
    ("Đồng Xoài", 272, 7, 0.826, 0.038, 0.719, 0.898, 2.68, "review", "df below 8"),
    ("Bù Đốp", 254, 6, 0.455, 0.082, 0.27, 0.654, 3.6, "suppress", "interval width 0.30 or more"),
    ("Hớn Quản", 0, 0, np.nan, np.nan, np.nan, np.nan, np.nan, "suppress", "no respondent"),
]


def estimates(rows: list[tuple[object, ...]] = ROWS) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS).assign(indicator="headline")


def shown(frame: pd.DataFrame, **options: object) -> pd.DataFrame:
    return to_frame(frame, ["district"], **{"kind": "proportion", "level": 0.95, **options})


def page(frame: pd.DataFrame, **options: object) -> str:
    return html(frame, ["district"], **{"kind": "proportion", "level": 0.95, **options})


def test_vietnamese_frame() -> None:
    frame = shown(estimates())
    assert frame.columns.tolist() == [
        "Chỉ tiêu",
        "district",
        "Ước lượng",
        "Khoảng tin cậy 95%",
        "Chất lượng",
        "Số người trả lời (n)",
        "Bậc tự do",
        "Hệ số thiết kế (deff)",
    ]
    first = ["headline", "Đồng Phú", "41,2%", "38,6–43,9%", "Đạt chuẩn công bố", "1.283", "8", "1,04"]
    assert frame.loc[0].tolist() == first
    assert frame.loc[1, "Chất lượng"] == "Cần thận trọng: dưới 8 bậc tự do (quá ít địa bàn)"


def test_english_frame() -> None:
    row = shown(estimates(), locale="en").loc[0]
    assert row.index.tolist()[2:4] == ["Estimate", "95% confidence interval"]
    assert row.tolist()[2:6] == ["41.2%", "38.6–43.9%", "Fit to publish", "1,283"]


def test_suppressed_rows_say_why_and_show_no_number() -> None:
    frame = shown(estimates())
    assert frame.loc[2].tolist()[2:] == [
        "–",
        "–",
        "Không công bố: khoảng tin cậy rộng từ 30 điểm phần trăm trở lên",
        "254",
        "6",
        "–",
    ]
    assert frame.loc[3, "Chất lượng"] == "Không công bố: không có người trả lời"
    for document in (frame.to_string(), page(estimates())):
        assert not any(number in document for number in ("45,5", "27,0", "65,4", "0.455", "3,60"))


def test_verdicts_of_a_judged_frame() -> None:
    frame = shown(against(estimates(), 0.60))
    assert frame.columns.tolist()[-3:] == [
        "Mục tiêu",
        "Kết luận riêng lẻ",
        "Kết luận khi xét nhiều đơn vị",
    ]
    assert frame["Mục tiêu"].unique().tolist() == ["60%"]
    assert frame["Kết luận riêng lẻ"].tolist() == ["Chưa đạt", "Đạt", "Không công bố", "Không công bố"]


def test_an_estimate_without_interval_says_so() -> None:
    bare = estimates([("A", 50, 0, 0.4, np.nan, np.nan, np.nan, np.nan, "present", "")])
    assert shown(bare).loc[0].tolist()[2:4] == ["40,0%", "không tính được khoảng tin cậy"]
    assert 'không tính được khoảng tin cậy<br><small lang="en"' in page(bare)


@pytest.mark.parametrize(
    ("side", "head", "limit"),
    [("lower", "Cận tin cậy dưới 90%", "38,6%"), ("upper", "Cận tin cậy trên 90%", "43,9%")],
)
def test_one_sided_intervals_show_their_limit(side: str, head: str, limit: str) -> None:
    assert shown(estimates(), side=side, level=0.9).loc[0, head] == limit


def test_means_show_two_digits_of_their_error() -> None:
    rows = [
        ("A", 50, 9, 1234.567, 12.3, 1206.7, 1262.4, 1.0, "present", ""),
        ("B", 50, 9, -3.14159, 0.021, -3.19, -3.09, 1.0, "present", ""),
        ("C", 50, 9, 5.0, 1.0, 3.0, np.inf, 1.0, "present", ""),
        ("D", 50, 9, 5.0, 1.0, -np.inf, 7.0, 1.0, "present", ""),
    ]
    frame = shown(estimates(rows), kind="mean")
    assert frame["Ước lượng"].tolist() == ["1.235", "−3,142", "5,0", "5,0"]
    assert frame["Khoảng tin cậy 95%"].tolist() == ["1.207–1.262", "−3,190 đến −3,090", "≥ 3,0", "≤ 7,0"]


def test_a_reason_of_a_declared_standard_stays_as_it_is() -> None:
    frame = estimates().assign(reason="dưới 50 người")
    assert shown(frame).loc[0, "Chất lượng"] == "Đạt chuẩn công bố: dưới 50 người"


@pytest.mark.parametrize("rule", [*NOT_ESTIMABLE, *NCHS2017.rules, *STATCAN.rules])
def test_every_reason_has_words(rule: object) -> None:
    assert f"reason.{rule.reason}" in WORDS


def test_words_have_the_same_placeholders_in_both_languages() -> None:
    marks = {
        key: [{word for word in ("{level}", "{target}", "{kind}") if word in one} for one in both]
        for key, both in WORDS.items()
    }
    assert [key for key, (vi, en) in marks.items() if vi != en] == []


class Table(HTMLParser):
    """Counts what a screen reader looks for."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(document: str) -> Table:
    table = Table()
    table.feed(document)
    assert table.open == []
    return table


def test_html_has_caption_and_headers_of_columns_and_rows() -> None:
    tags = parsed(page(against(estimates(), 0.6), method="wilson")).tags
    scopes = [attributes.get("scope") for tag, attributes in tags if tag == "th"]
    assert scopes == ["col"] * 11 + ["row", "row"] * 4
    assert [tag for tag, _ in tags].count("caption") == 1
    assert tags[0][1]["tabindex"] == "0"
    assert [a["data-quality"] for _, a in tags if "data-quality" in a] == [row[8] for row in ROWS]


def test_html_is_vietnamese_with_english_beneath() -> None:
    document = page(estimates())
    assert 'lang="vi"' in document
    assert 'Ước lượng<br><small lang="en" style="font-weight:normal">Estimate</small>' in document
    assert document.count("41,2%") == 1
    assert "<small" not in page(estimates(), locale="vi")
    assert 'lang="vi"' not in page(estimates(), locale="en")


def test_html_escapes_every_word() -> None:
    bad = "<script>alert('x')</script>"
    frame = estimates().assign(indicator=bad, reason=f"{bad}&").rename(columns={"district": bad})
    frame[bad] = bad
    document = html(frame, [bad], kind="proportion", level=0.95)
    assert "<script" not in document
    assert "&lt;script&gt;" in document
    parsed(document)


def test_html_names_what_it_leaves_out() -> None:
    document = page(estimates(), most=1)
    assert "… và 3 dòng nữa" in document
    assert "Đồng Xoài" not in document


def test_caption_states_level_method_and_df() -> None:
    words = caption("en", kind="proportion", level=0.9, method="korn_graubard")
    assert words.startswith("Shares with 90% confidence intervals (Korn–Graubard method; t at the df of each")
    assert "estimate ± t × standard error" in caption("en", kind="mean", level=0.95)


@pytest.mark.parametrize("locale", ["fr", "vi-VN"])
def test_unknown_locale_lists_the_choices(locale: str) -> None:
    with pytest.raises(ValueError, match=r"choose one of \['vi', 'en'\]"):
        shown(estimates(), locale=locale)
    with pytest.raises(ValueError, match=r"choose one of \['vi', 'en', 'vi\+en'\]"):
        page(estimates(), locale=locale)


def test_unknown_side_and_method_list_the_choices() -> None:
    with pytest.raises(ValueError, match="unknown side 'left'"):
        shown(estimates(), side="left")
    with pytest.raises(ValueError, match="unknown interval 'exact'"):
        page(estimates(), method="exact")


def test_numbers() -> None:
    assert decimal(-1310.46, "vi", 1) == "−1.310,5"
    assert decimal(float("nan"), "en") == "–"
    assert [short_percent(share, "vi") for share in (0.95, 0.999, 0.6, 0.07)] == ["95%", "99,9%", "60%", "7%"]
    assert [short_number(value, "vi") for value in (9500.0, 12.5, np.nan)] == ["9.500", "12,5", "–"]
    assert [digits_of(error) for error in (0.012, 1.0, 250.0, 0.0, 1e-12)] == [3, 1, 0, 2, 6]
    assert say("quality.review", "en") == "Use with care"


def test_an_empty_frame_is_an_empty_table() -> None:
    empty = shown(estimates([]))
    assert (len(empty), len(empty.columns)) == (0, 8)
    parsed(page(estimates([])))
