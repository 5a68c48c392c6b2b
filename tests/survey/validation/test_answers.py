"""What the form decides by expressions, constraints and required answers; fonts from before Unicode."""

import dataclasses

import pytest

from survey.validation import validate


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("b5_dev", "0 1"),
        ("g2_train", "1 98"),
        ("interviewer_id", "dtv1"),
        ("c0_line", "24"),
    ],
)
def test_a_constraint_that_is_broken(case, told, column, value):
    (found,) = told(case.put(column, value, 4), "constraint_broken")
    assert (found.column, found.value) == (column, value)
    assert "." in found.facts["expected"]


@pytest.mark.parametrize(
    ("column", "value"), [("b5_dev", "0"), ("g2_train", "98"), ("interviewer_id", "BP001"), ("c0_line", "1")]
)
def test_a_constraint_that_holds(case, told, column, value):
    assert told(case.put(column, value, 4), "constraint_broken") == []


def test_a_constraint_that_cannot_be_evaluated_here_is_passed_over(case, sample, instrument):
    questions = tuple(
        dataclasses.replace(q, constraint="unknown-function(.) = 1") if q.name == "b4_net" else q
        for q in instrument.questions
    )
    other = dataclasses.replace(instrument, questions=questions)
    assert validate(case.microdata, other, **sample) == ()


@pytest.mark.parametrize(("column", "level"), [("b4_net", "household"), ("m_rel", "member")])
def test_a_required_answer_that_is_missing(case, told, column, level):
    (found,) = told(case.put(column, None, 4, level=level), "answer_missing")
    assert found.column == column
    assert found.facts["household"]


def test_an_answer_that_may_be_left_out_is_not_missed(case, told):
    assert told(case.put("z_note", None, 4), "answer_missing") == []


def test_a_question_that_was_not_asked_is_not_missed(case, told):
    """Originals replace nobody: state 0, no finding."""
    assert (case.microdata.household_states["hh_replaces"] == 0).all()
    assert told(case, "answer_missing") == []


@pytest.mark.parametrize("text", ["Nhµ khãa cæng", "ViÖt Nam", "Ñoàng Xoaøi", "x· Léc Hoµ"])
def test_fonts_from_before_unicode_are_told_once_a_question(case, told, text):
    (found,) = told(case.put("z_note", text, 2, 3), "text_legacy_font")
    assert (found.column, found.facts["count"]) == ("z_note", "2")


@pytest.mark.parametrize(
    "text", ["Nhà khóa cổng; hẹn lại buổi tối", "giá 20 000 ₫ ± 5 §", "Café Trung Nguyên®", "10 m²", "A – B"]
)
def test_unicode_is_no_old_font(case, told, text):
    assert told(case.put("z_note", text, 2), "text_legacy_font") == []
