"""The rules of a form: the real one passes, and one broken form shows each rule."""

from pathlib import Path

import pytest

from survey.forms import lint
from survey.forms.convert import java_is_here
from survey.forms.lint import check_form
from survey.instrument import load_instrument, write_contract
from survey.messages import Refusal

SOURCE = Path(__file__).parents[3] / "questionnaires" / "digiskill_hh.md"

SURVEY_HEADERS = (
    "type", "name", "label::Tiếng Việt (vi)", "label::English (en)", "hint::Tiếng Việt (vi)",
    "hint::English (en)", "required", "relevant", "constraint", "calculation", "x_pii",
)  # fmt: skip
CHOICES = """
| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) | x_key |
| | yn | 1 | Có | Yes | |
| | yn | 2 | Không | No | |
| | dev | 1 | Điện thoại | Phone | |
| | dev | 2 | Máy tính | Computer | |
| | dev | 0 | Không có | None | |
| | dev | 98 | Không biết | Don't know | dk |
"""
SETTINGS = """
| settings |
| | form_title | form_id | version | default_language |
| | Thử | thu | 2026092801 | Tiếng Việt (vi) |
"""
SOUND = "not((selected(., '0') or selected(., '98')) and count-selected(.) > 1)"


def question(kind, name, vi="Hỏi", en="Ask", **cells):
    values = {"type": kind, "name": name, SURVEY_HEADERS[2]: vi, SURVEY_HEADERS[3]: en, **cells}
    return "| | " + " | ".join(values.get(header, "") for header in SURVEY_HEADERS) + " |\n"


ASKED = question("select_one yn", "ask", "Có hỏi không?", "Asked?")


def form(*rows, choices=CHOICES, settings=SETTINGS, headers=SURVEY_HEADERS):
    return "| survey |\n| | " + " | ".join(headers) + " |\n" + ASKED + "".join(rows) + choices + settings


@pytest.fixture
def problems(tmp_path):
    def found(text, **options):
        source = tmp_path / "form.md"
        source.write_text(text, encoding="utf-8")
        return check_form(source, **{"odk_validate": False, **options})

    return found


def codes(findings):
    return [found.code for found in findings if found.severity != "note"]


def test_the_real_form_has_no_problem():
    assert codes(check_form(SOURCE, odk_validate=False)) == []


@pytest.mark.skipif(not java_is_here(), reason="ODK Validate needs Java")
def test_the_real_form_passes_odk_validate():
    assert check_form(SOURCE, odk_validate=True) == ()


def test_a_small_sound_form_has_no_problem(problems):
    sound = form(
        question("begin_group", "g", "Nhóm", "Group", relevant="${ask} = 1"),
        question("select_multiple dev", "dev", "Thiết bị", "Devices", constraint=SOUND, required="yes"),
        question("end_group", "", "", ""),
        question("calculate", "n", "", "", calculation="round(count-selected(${dev}), 2)"),
    )
    assert codes(problems(sound)) == []


BROKEN = {
    "form_bare_name": question("integer", "a", relevant="ask = 1"),
    "form_decimal_comma": question("integer", "a", constraint=". > 0,5"),
    "form_expression_syntax": question("integer", "a", relevant="(${ask} = 1"),
    "form_expression_deep": question("integer", "a", relevant="(" * 60 + "1" + ")" * 60),
    "form_expression_unsupported": question("integer", "a", relevant="position(..) = 1"),
    "form_function_unknown": question("calculate", "a", "", "", calculation="summ(${ask})"),
    "form_function_arguments": question("calculate", "a", "", "", calculation="substr(${ask})"),
    "form_reference_unknown": question("integer", "a", relevant="${asks} = 1"),
    "form_literal_unknown": question("integer", "a", relevant="${ask} = 'co'"),
    "form_selected_unquoted": question("integer", "a", relevant="selected(${ask}, 1)"),
    "form_smart_quote": question("integer", "a", relevant="${ask} = ‘1’"),
    "form_required_word": question("integer", "a", required="Có"),
    "form_exclusive_missing": question("select_multiple dev", "a"),
    "form_exclusive_refused": question("select_multiple dev", "a", constraint=f"{SOUND} and . != '98'"),
    "form_name_characters": question("integer", "chi_phí"),
    "form_name_long": question("integer", "a" * 33),
    "form_name_twice": question("integer", "ASK"),
    "form_text_missing": question("integer", "a", en=""),
    "form_label_missing": question("integer", "a", "", ""),
    "form_label_twice": question("integer", "a", "Có hỏi không?", "Other"),
    "form_group_label_slash": question("begin_group", "g", "Xã/phường", "Commune")
    + question("integer", "a")
    + question("end_group", "", "", ""),
    "form_pii_missing": question("text", "a", "Số điện thoại", "Number to call"),
    "form_pii_derived": question("text", "who", "Họ tên", "Name", x_pii="yes")
    + question("calculate", "copy", "", "", calculation="concat(${who}, '')"),
    "form_group_not_closed": question("begin_group", "g", "Nhóm", "Group") + question("integer", "a"),
    "form_group_not_opened": question("end_group", "", "", ""),
    "form_list_unknown": question("select_one other", "a"),
    "form_type_unknown": question("number", "a"),
    "form_name_missing": question("integer", ""),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_question_shows_its_rule(problems, code):
    found = problems(form(BROKEN[code]))
    assert set(codes(found)) == {code}
    assert found[0].sheet == "survey"
    assert found[0].row is not None
    assert found[0].row >= 3
    assert "{" not in found[0].sentence("vi").replace("${", "")
    assert "{" not in found[0].sentence("en").replace("${", "")


def test_labels_that_differ_only_in_capitals_or_the_place_of_a_tone_collide(problems):
    rows = question("integer", "a", "Hoà Bình", "One") + question("integer", "b", "hòa  bình", "Two")
    found = problems(form(rows))
    assert [(f.code, f.facts["other_row"]) for f in found if f.severity != "note"] == [
        ("form_label_twice", "3")
    ]


def test_a_role_must_be_known_and_have_one_holder(problems):
    headers = (*SURVEY_HEADERS[:-1], "x_role")
    held = (("a", "household"), ("b", "household"), ("c", "house"))
    rows = [question("integer", name, f"Hỏi {name}", f"Ask {name}", x_pii=role) for name, role in held]
    found = problems(form(*rows, headers=headers))
    told = [(f.code, f.row, f.column) for f in found if f.severity == "error"]
    assert told == [("form_role_twice", 4, "x_role"), ("form_role_unknown", 5, "x_role")]
    assert "household" in found[1].sentence("vi")


def test_one_language_has_one_spelling(problems):
    headers = tuple(header.replace("hint::English (en)", "hint::english (en)") for header in SURVEY_HEADERS)
    found = problems(form(headers=headers))
    assert ("form_language_spelling", "hint::english (en)") in [(f.code, f.column) for f in found]


def test_a_name_is_measured_in_bytes(problems):
    found = problems(form(question("integer", "ầ" * 11)))
    assert {f.code: f.facts.get("length") for f in found if f.severity == "error"} == {
        "form_name_characters": None, "form_name_long": "33",
    }  # fmt: skip


@pytest.mark.parametrize("sentence", ["yes", "no", "true()", "${ask} = 1", ""])
def test_required_takes_yes_no_or_an_expression(problems, sentence):
    assert codes(problems(form(question("integer", "a", required=sentence)))) == []


BROKEN_CHOICES = {
    "form_choice_label_twice": "| | yn | 3 | không | Neither | |",
    "form_code_not_numeric": "| | yn | khac | Khác | Other | |",
    "form_code_twice": "| | yn | 1 | Khác | Other | |",
    "form_code_convention": "| | yn | 9 | Không trả lời | Refused | refused |",
    "form_text_missing": "| | yn | 3 | Khác |  | |",
    "form_label_missing": "| | yn | 3 |  |  | |",
}


@pytest.mark.parametrize("code", BROKEN_CHOICES)
def test_a_broken_choice_shows_its_rule(problems, code):
    found = problems(form(choices=CHOICES + BROKEN_CHOICES[code] + "\n"))
    assert codes(found)[0] == code
    assert (found[0].sheet, found[0].row) == ("choices", 8)


@pytest.mark.parametrize(
    "row",
    [
        "| | yn | 98 | Từ chối | Refuses | |",
        "| | yn | 3 | Không biết | Unsure | |",
        "| | yn | 3 | Chịu | Unsure | dk |",
        "| | yn | 99 | Không biết | Don't know | dk |",
    ],
)
def test_98_and_99_have_one_meaning(problems, row):
    assert codes(problems(form(choices=CHOICES + row + "\n"))) == ["form_code_convention"]


BROKEN_SETTINGS = {
    "form_setting_missing": SETTINGS.replace("| thu |", "|  |"),
    "form_version_shape": SETTINGS.replace("2026092801", "2026139901"),
    "form_default_language_unknown": SETTINGS.replace("Tiếng Việt (vi)", "Tieng Viet (vi)"),
}


@pytest.mark.parametrize("code", BROKEN_SETTINGS)
def test_a_broken_setting_shows_its_rule(problems, code):
    found = problems(form(settings=BROKEN_SETTINGS[code]))
    assert codes(found)[0] == code
    assert found[0].sheet == "settings"


def test_languages_need_their_code(problems):
    headers = tuple(header.replace("English (en)", "English") for header in SURVEY_HEADERS)
    assert "form_language_code" in codes(problems(form(headers=headers)))


def test_one_column_without_language_is_found(problems):
    headers = tuple(header.replace("hint::English (en)", "hint") for header in SURVEY_HEADERS)
    assert "form_language_mixed" in codes(problems(form(headers=headers)))


def test_a_hint_in_one_language_only(problems):
    row = question("integer", "a", **{"hint::Tiếng Việt (vi)": "Đọc chậm"})
    found = problems(form(row))
    assert [(f.code, f.column, f.facts["language"]) for f in found if f.severity == "error"] == [
        ("form_text_missing", "hint", "en")
    ]


def test_an_instance_name_may_not_hold_a_name(problems):
    settings = SETTINGS.replace("default_language |", "default_language | instance_name |").replace(
        "Tiếng Việt (vi) |", "Tiếng Việt (vi) | ${who} |"
    )
    found = problems(form(question("text", "who", "Họ tên", "Name", x_pii="yes"), settings=settings))
    assert [(f.code, f.sheet) for f in found if f.severity == "error"] == [("form_pii_derived", "settings")]


@pytest.mark.parametrize(
    ("kind", "name", "vi", "flagged"),
    [
        ("text", "m_name", "Gọi là gì?", True),
        ("text", "a", "Địa chỉ của hộ", True),
        ("text", "z_note", "Ghi chú (không ghi tên, số điện thoại)", False),
        ("integer", "phones", "Hộ có mấy điện thoại?", False),
        ("geopoint", "gps", "Vị trí", True),
    ],
)
def test_what_seems_personal(problems, kind, name, vi, flagged):
    assert ("form_pii_missing" in codes(problems(form(question(kind, name, vi))))) is flagged


def test_saying_no_settles_what_seems_personal(problems):
    assert codes(problems(form(question("text", "a", "Tên gọi của chợ", x_pii="no")))) == []


@pytest.mark.parametrize(
    "expression",
    [
        "${ask} = 1 or ${ask} = '2'",
        "${ask} != ''",
        "selected(${ask}, '1')",
        "${ask} <= 5",
        "if(${ask} = 1, 1,2) = 1",
        "not(1 = ${ask}) and regex(${ask}, '^[0-9],[0-9]$')",
    ],
)
def test_sound_conditions_pass(problems, expression):
    assert codes(problems(form(question("integer", "a", relevant=expression)))) == []


def test_codes_are_checked_wherever_they_stand(problems):
    for expression in ("if(7 = ${ask}, 1, 0)", "selected(${ask}, '7')", "${ask} = 1 and not(${ask} = 7)"):
        found = problems(form(question("calculate", "a", "", "", calculation=expression)))
        assert [(f.code, f.value) for f in found if f.severity == "error"] == [("form_literal_unknown", "7")]


def test_a_released_version_keeps_its_data(problems, tmp_path):
    release = tmp_path / "releases" / "2026092801"
    release.mkdir(parents=True)
    source = tmp_path / "released.md"
    source.write_text(form(question("integer", "a")), encoding="utf-8")
    write_contract(load_instrument(source), release / "contract.json")
    assert codes(problems(form(question("integer", "a", "Hỏi lại", "Ask again")))) == []
    found = problems(form(question("integer", "b")))
    assert codes(found) == ["form_version_reused"]
    assert found[0].facts["changed"] == "a, b"


def test_what_would_break_the_last_release_is_a_warning(problems, tmp_path):
    for version, rows in (("2025092801", ""), ("2026092701", question("integer", "a"))):
        release = tmp_path / "releases" / version
        release.mkdir(parents=True)
        source = tmp_path / "released.md"
        source.write_text(form(rows, settings=SETTINGS.replace("2026092801", version)), encoding="utf-8")
        write_contract(load_instrument(source), release / "contract.json")
    assert codes(problems(form(question("integer", "a"), question("integer", "b", "Nữa", "More")))) == []
    found = problems(form(question("decimal", "a")))
    assert [(f.code, f.severity, f.column) for f in found if f.severity != "note"] == [
        ("form_change_type", "warning", "a")
    ]


def test_odk_validate_left_out_is_said(problems, monkeypatch):
    assert [f.code for f in problems(form())] == ["form_odk_validate_not_asked"]
    monkeypatch.setattr(lint, "java_is_here", lambda: False)
    assert [f.code for f in problems(form(), odk_validate=None)] == ["form_odk_validate_no_java"]
    demanded = problems(form(), odk_validate=True)
    assert [(f.code, f.severity) for f in demanded] == [("form_odk_validate_needs_java", "error")]


@pytest.mark.skipif(not java_is_here(), reason="ODK Validate needs Java")
def test_odk_validate_sees_a_calculation_of_itself(problems):
    itself = question("calculate", "a", "", "", calculation="${a} + 1")
    found = problems(form(itself), odk_validate=None)
    assert [f.code for f in found] == ["form_odk_validate_error"]
    assert "Cycle detected" in found[0].sentence("vi")
    waiting = problems(form(itself, question("integer", "c", relevant="${zz} = 1")), odk_validate=None)
    assert "form_odk_validate_waits" in [f.code for f in waiting]


@pytest.mark.parametrize(
    ("rows", "circle"),
    [
        (
            question("calculate", "a", "", "", calculation="${b} + 1")
            + question("calculate", "b", "", "", calculation="${ask} + ${a}"),
            {"a", "b"},
        ),
        (
            question("begin_group", "g", "Nhóm", "Group", relevant="${c} = 1")
            + question("integer", "x")
            + question("end_group", "", "", "")
            + question("calculate", "c", "", "", calculation="if(${x} > 0, 1, 0)"),
            {"x", "c"},
        ),
    ],
    ids=["calculations", "condition of a group"],
)
def test_rows_that_need_each_other_are_found_without_java(problems, rows, circle):
    (found,) = (f for f in problems(form(rows)) if f.severity == "error")
    assert found.code == "form_cycle"
    assert set(found.facts["circle"].split(" → ")) == circle


def test_other_sentences_of_pyxform_are_passed_on(problems):
    repeat = question("begin_repeat", "data", "Người", "Person") + question("integer", "a")
    found = problems(form(repeat, question("end_repeat", "", "", "")))
    errors = [f for f in found if f.severity == "error"]
    assert [(f.code, f.sheet, f.row) for f in errors] == [("form_pyxform_error", "survey", 3)]
    assert errors[0].sentence("vi").startswith("Công cụ pyxform báo: [row : 3]")


@pytest.mark.parametrize(
    ("name", "content"), [("a.xlsx", b""), ("a.xlsx", b"PK\x03\x04half"), ("a.md", b"\xff\xfe\x00")]
)
def test_a_damaged_file_is_refused_with_the_way_out(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Refusal, match=r"save it as \.xlsx"):
        check_form(tmp_path / name)


def test_a_table_on_which_pyxform_breaks_off_is_a_finding(problems):
    found = problems(form(question("integer", "a")) + "| | a | b | c | d | e | f |\n")
    assert [(f.code, f.severity) for f in found if f.severity != "note"] == [("form_pyxform_failed", "error")]


def test_what_is_no_form_is_refused(tmp_path):
    other = tmp_path / "form.txt"
    other.write_text("x", encoding="utf-8")
    with pytest.raises(Refusal):
        check_form(other)
