"""The instrument: what the form says, and the contract that carries it."""

import json
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from survey.forms.tables import read_form, split_type, walk
from survey.instrument import (
    Choice,
    Instrument,
    Question,
    changed_questions,
    instrument_from_json,
    instrument_to_json,
    load_instrument,
    read_contract,
    write_contract,
)
from survey.messages import Refusal
from survey.relevance import compile_expression

SOURCE = Path(__file__).parents[2] / "questionnaires" / "digiskill_hh.md"


@pytest.fixture(scope="module")
def instrument():
    return load_instrument(SOURCE)


def test_the_form_is_known(instrument):
    assert (instrument.form_id, instrument.version) == ("digiskill_hh", "2026092801")
    assert (instrument.default_language, instrument.languages) == ("vi", ("vi", "en"))
    assert instrument.repeats == ("member",)
    assert len(instrument.questions) == 135


def test_a_question_knows_its_place(instrument):
    age = instrument.question("m_age")
    assert (age.path, age.repeat, age.type) == (("b", "member"), "member", "integer")
    assert instrument.question("e1_aware").path == ("e", "e1")
    assert instrument.question("met").path == ()


def test_relevance_joins_the_groups(instrument):
    assert instrument.question("hh_no").relevance == ""
    assert instrument.question("m_age").relevance == "${a1_consent} = 1"
    assert instrument.question("e1_mode").relevance == (
        "(${ok_resp} = 1 and ${e0_go} = 1) and (${e1_last} = 1 or ${e1_last} = 2)"
    )


def test_every_relevance_and_constraint_is_evaluable(instrument):
    for question in instrument.questions:
        compile_expression(question.relevance)
        assert compile_expression(question.constraint).names <= {q.name for q in instrument.questions} | {"."}


def test_codes_and_keys(instrument):
    kinds = instrument.codes(instrument.question("hh_kind"))
    assert [(choice.name, choice.key) for choice in kinds] == [("1", "original"), ("2", "reserve")]
    assert kinds[1].labels == {"vi": "Hộ dự phòng", "en": "Reserve household"}
    assert instrument.codes(instrument.question("ea_code")) == ()
    assert instrument.question("ea_code").list_name == "sample_eas.csv"


def test_personal_questions(instrument):
    assert instrument.personal() == {"m_name", "name_sel", "resp_name", "h3_phone", "gps"}


def test_asked_leaves_out_what_no_person_answers(instrument):
    asked = {question.name for question in instrument.asked()}
    assert {"hh_no", "gps", "e1_aware"} <= asked
    assert not asked & {"start", "audit", "met", "a0_note", "m_age"}
    assert [q.name for q in instrument.asked("member")] == ["m_name", "m_rel", "m_sex", "m_age", "m_school"]


def test_unknown_question_lists_its_neighbours(instrument):
    with pytest.raises(ValueError, match="m_age"):
        instrument.question("m_agee")


def test_contract_holds_everything(instrument, tmp_path):
    path = tmp_path / "contract.json"
    write_contract(instrument, path)
    assert read_contract(path) == instrument
    assert path.read_bytes() == instrument_to_json(load_instrument(SOURCE)).encode()
    listed = {q["name"]: q for q in json.loads(path.read_text("utf-8"))["questions"]}
    assert listed["hh_kind"]["codes"] == ["1", "2"]
    assert listed["m_name"]["pii"] is True


def test_another_format_is_refused():
    with pytest.raises(ValueError, match="format 1"):
        instrument_from_json('{"format": 99}')
    with pytest.raises(ValueError, match="format 1"):
        instrument_from_json("[]")


def test_changed_questions_name_what_breaks_data():
    choices = {"yn": (Choice("1", {"vi": "Có"}), Choice("2", {"vi": "Không"}))}

    def form(*questions, **lists):
        return Instrument("f", "1", "F", "vi", ("vi",), questions, choices | lists, ())

    before = form(Question("a", type="select_one", list_name="yn"), Question("b"), Question("c"))
    after = form(
        Question("a", type="select_one", list_name="yn", labels={"vi": "khác"}),
        Question("b", type="integer"),
        Question("d"),
        yn=(Choice("1", {}), Choice("3", {})),
    )
    assert changed_questions(before, before) == ()
    assert changed_questions(before, after) == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("select_one yn", ("select_one", "yn")),
        ("select one yn", ("select_one", "yn")),
        ("begin group", ("begin_group", "")),
        ("end_repeat", ("end_repeat", "")),
        ("select_one_from_file a.csv", ("select_one_from_file", "a.csv")),
        ("", ("", "")),
    ],
)
def test_type_cell(cell, expected):
    assert split_type(cell) == expected


def test_markdown_cells(tmp_path):
    source = tmp_path / "form.md"
    source.write_text(
        "Mẫu thử\n\n| survey |\n| | Type | name | Label::Tiếng Việt (vi) | relevance |\n"
        "| | --- | --- | --- | --- |\n"
        "| | text | a | Tuổi \\| năm |  |\n"
        "| | text | b | Hoà | ${a} = 1 |\n",
        encoding="utf-8",
    )
    first, second = walk(read_form(source))
    assert first.row.cells == {"type": "text", "name": "a", "label::Tiếng Việt (vi)": "Tuổi | năm"}
    assert first.row.number == 2
    assert second.relevants == ("${a} = 1",)


def test_composed_letters(tmp_path):
    source = tmp_path / "form.md"
    source.write_text(
        "| survey |\n| | type | name | label |\n| | text | a | Tuo\u0302\u0309i |\n", encoding="utf-8"
    )
    assert next(walk(read_form(source))).row.text("label") == "Tuổi"


def test_what_is_no_form_is_refused(tmp_path):
    other = tmp_path / "form.docx"
    other.write_bytes(b"x")
    empty = tmp_path / "form.md"
    empty.write_text("no table here", encoding="utf-8")
    for source in (other, empty):
        with pytest.raises(Refusal):
            load_instrument(source)


def test_or_other_is_a_code_and_a_text_behind_it_as_pyxform_makes_them(tmp_path):
    source = tmp_path / "other.md"
    source.write_text(
        "| survey |\n| | type | name | label | relevant |\n| | integer | n | Mấy? | |\n"
        "| | select_one yn or_other | why | Vì sao? | ${n} > 1 |\n"
        "| choices |\n| | list_name | name | label |\n| | yn | 1 | Xa |\n"
        "| settings |\n| | form_id | version |\n| | kk | 3 |\n",
        encoding="utf-8",
    )
    form = load_instrument(source)
    assert [choice.name for choice in form.codes(form.question("why"))] == ["1", "other"]
    behind = form.question("why_other")
    assert (behind.type, behind.relevance) == ("text", "(${n} > 1) and (selected(${why}, 'other'))")
    assert instrument_from_json(instrument_to_json(form)) == form
    assert "<why_other/>" in convert(str(source), validate=False).xform
    assert form.title == "kk"
