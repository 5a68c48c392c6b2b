"""What the upload page says of a movement, in words and cells."""

import dataclasses

import pytest

from dashboard import data, movement_view
from dashboard.text import Text
from survey import pipeline, places
from survey.commands.show import example_wave
from survey.indicators.definition import load_definition
from survey.movement import movement

VI, EN = Text("vi"), Text("en")
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"


@pytest.fixture(scope="module")
def correction(example_store):
    """What the corrected file of one district moves."""
    return movement(example_store, "2026", [pipeline.preview(example_store, CORRECTED, "2026")])


@pytest.fixture(scope="module")
def definition():
    return load_definition(places.definition("digital_service_skill"))


def said(text, found, definition):
    return movement_view.sentence(text, found, definition, data.wave_places(example_wave(), text.language))


def changed(found, **cells):
    """The same movement with other figures of the province."""
    shares = found.shares.copy()
    for name, cell in cells.items():
        shares[name] = shares[name].astype(object)
        shares.loc[0, name] = cell
    return dataclasses.replace(found, shares=shares.infer_objects())


def test_a_small_correction_leaves_the_province_where_it_is(correction, definition):
    assert said(VI, correction, definition) == (
        "Biết và có kỹ năng (dịch vụ công và ít nhất 3 trong 5 lĩnh vực), tỉnh Bình Phước: "
        "nếu nhận 1 tệp mới, ước lượng vẫn là 40,5% (khoảng tin cậy trước 36,9–44,1%, sau 36,9–44,1%). "
        "Số đơn vị cấp huyện có thay đổi: 1."
    )
    assert "the estimate stays 40.5%" in said(EN, correction, definition)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"estimate_after": 0.42, "difference": 0.0153}, "tăng từ 40,5% (36,9–44,1%) lên 42,0%"),
        ({"estimate_after": 0.39, "difference": -0.0147}, "giảm từ 40,5% (36,9–44,1%) xuống 39,0%"),
        ({"difference": -0.0004}, "ước lượng vẫn là 40,5%"),
        ({"estimate_now": float("nan"), "difference": float("nan")}, "lần đầu tính được tỷ lệ, 40,5%"),
        ({"quality_after": "suppress"}, "chưa đạt chuẩn công bố"),
    ],
)
def test_the_sentence_says_which_way_the_province_goes(correction, definition, cells, words):
    assert words in said(VI, changed(correction, **cells), definition)


def test_cells_show_both_sides_and_hide_what_is_not_published(correction):
    rows = correction.shares.query("indicator == 'headline' and base == 'age15plus'").set_index("unit")
    assert movement_view.share_cells(VI, rows.loc["692"]) == (
        "40,7% (29,0–53,6%)", "40,7% (29,0–53,5%)", "0,0", "172 → 174", "Đạt chuẩn công bố"
    )  # fmt: skip
    assert movement_view.share_cells(VI, rows.loc["688"]) == ("–", "–", "–", "107", VI("quality.suppress"))


@pytest.mark.parametrize(("share", "words"), [(0.0123, "+1,2"), (-0.0123, "−1,2"), (-0.0001, "0,0")])
def test_points_carry_their_sign(share, words):
    assert movement_view.signed_points(VI, share) == words


def test_response_cells_count_households_and_areas(correction):
    rows = correction.response.set_index(["breakdown", "unit"])
    assert movement_view.response_cells(VI, rows.loc[("district", "692")]) == (
        "203 → 205", "203 → 205", "173 → 175", "15/15", "15/15"
    )  # fmt: skip
    assert movement_view.area_cells(VI, rows.loc[("area", "25270004")]) == (
        "13 → 14", "13 → 14", "12 → 13", "Đủ phiếu"
    )  # fmt: skip
