"""Conditions as an interviewer reads them; what has no plain words is written out, its questions named."""

from pathlib import Path

import pytest

from survey.forms.words import Reader, text_in
from survey.instrument import load_instrument

FORM = load_instrument(Path(__file__).parents[3] / "questionnaires" / "digiskill_hh.md")
VI, EN = Reader(FORM, "vi", {"d2_net": "D2", "c4_act": "C6"}), Reader(FORM, "en")


@pytest.mark.parametrize(
    ("expression", "vi"),
    [
        ("${d2_net} = 1", "câu D2 là “Trong 3 tháng qua”"),
        ("1 = ${d2_net}", "câu D2 là “Trong 3 tháng qua”"),
        ("${d2_net} != 1", "câu D2 khác “Trong 3 tháng qua”"),
        ("${m_age} >= 3 and ${m_age} <= 25", "câu m_age từ 3 trở lên và câu m_age không quá 25"),
        ("${ea_code} != ''", "câu ea_code đã có trả lời"),
        ("selected(${b5_dev}, '0')", "câu b5_dev có chọn “Không có thiết bị nào”"),
        ("count-selected(${b5_dev}) > 1", "số mục đã chọn ở câu b5_dev lớn hơn 1"),
        ("not(${d2_net} = 1)", "không phải (câu D2 là “Trong 3 tháng qua”)"),
        (
            "${a1_consent} = 1 and (${d2_net} = 1 or ${m_age} > 5)",
            "câu a1_consent là “Đồng ý tham gia” và (câu D2 là “Trong 3 tháng qua” hoặc câu m_age lớn hơn 5)",
        ),
    ],
)
def test_simple_conditions_are_said(expression, vi):
    assert VI.words(expression) == vi


def test_an_order_of_codes_is_said_by_their_labels():
    said = EN.words("${c4_act} <= 4")
    assert said.startswith("question c4_act is one of: Employee; ")
    assert said.count(";") == 3


def test_a_calculation_of_one_and_nought_is_said_by_its_condition():
    assert VI.words("${met} = 1").startswith("câu v1_result là “Gặp được người của hộ” hoặc")


@pytest.mark.parametrize("expression", ["sum(${m_elig}) > 1", "(${d2_net} = ", "${d2_net} = 777"])
def test_what_is_not_simple_has_no_words_and_is_written_out(expression):
    assert VI.words(expression) == ""
    assert VI.told(expression) == expression.replace("${d2_net}", "[câu D2]").replace("${m_elig}", "[m_elig]")


def test_every_condition_of_our_form_has_words_in_both_languages():
    relevants = {question.relevant for question in FORM.questions if question.relevant}
    assert all(VI.words(one) and EN.words(one) for one in relevants)


def test_a_constant_of_the_form_stands_in_its_texts():
    assert VI.filled("Do ${p_owner} thực hiện") == "Do [TÊN CƠ QUAN] thực hiện"


def test_a_text_falls_back_to_what_there_is():
    assert text_in({"": "Chung", "en": "Common"}, "vi") == "Chung"
    assert text_in({"en": "Common"}, "vi") == "Common"
    assert text_in({}, "vi") == ""
