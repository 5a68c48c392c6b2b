"""A KoboToolbox file with labels gives the microdata of the one with names, or is refused with the remedy."""

import dataclasses
import itertools
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.exports import read_export
from survey.exports.kobo_labels import codes_of_labels, names_of_labels, uniquely_joined
from survey.harmonise import harmonise
from survey.messages import Refusal

WAVE = Path(__file__).parents[2] / "data" / "wave_2026"
REVIEW = {"approved": "Approved", "not_approved": "Not Approved", "on_hold": "On Hold"}
STATUS = "_validation_status"


@pytest.fixture(scope="module")
def expected(small_export, instrument):
    return harmonise(small_export, instrument)


@pytest.fixture
def reread(write_workbook, instrument):
    return lambda sheets: harmonise(read_export(write_workbook(sheets), instrument), instrument)


def assert_same(found, expected):
    for name in ("households", "members", "household_states", "member_states"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))


def label_of(thing, language):
    return thing.labels.get(language) or thing.name


def with_labels(sheets, instrument, language, *, groups=True, separator="/", summary=True, splits=True):
    """Write the sheets as the exporter does in one language; groups have labels with a slash in them."""
    return {
        name: labelled(rows, instrument, language, "" if place == 0 else "member", groups, separator)
        if summary and splits
        else without(labelled(rows, instrument, language, "" if place == 0 else "member", groups, separator),
                     rows[0], instrument, summary)
        for place, (name, rows) in enumerate(sheets.items())
    }  # fmt: skip


def labelled(rows, instrument, language, repeat, groups, separator):
    """One sheet in labels."""
    known = {"/".join((*q.path, q.name)): q for q in instrument.level(repeat)}
    header, *records = rows
    titles, translations = [], []
    for written in header:
        stem, _, code = written.rpartition("/")
        question = known.get(written) or (known.get(stem) if stem in known else None)
        split = written not in known and question is not None
        titles.append(
            title(question, code if split else "", instrument, language, groups, separator)
            if question
            else position_title(written, instrument, language)
        )
        translations.append(answers(question, instrument, language) if question and not split else {})
        if written.endswith(STATUS):
            translations[-1] = {f"validation_status_{state}": word for state, word in REVIEW.items()}
    body = [
        [translate(cell, known) for cell, known in zip(record, translations, strict=True)]
        for record in records
    ]
    return [titles, *body]


def title(question, code, instrument, language, groups, separator):
    parts = [f"Phần {group}: chung / riêng" for group in question.path] if groups else []
    parts.append(label_of(question, language))
    if code:
        labels = {choice.name: label_of(choice, language) for choice in instrument.codes(question)}
        parts.append(labels[code])
    return separator.join(parts)


def position_title(written, instrument, language):
    """Write "gps" and "z/_gps_latitude" as the exporter does: the label stands for the name."""
    return written.replace("gps", label_of(instrument.question("gps"), language))


def answers(question, instrument, language):
    if not question.type.startswith("select"):
        return {}
    return {choice.name: label_of(choice, language) for choice in instrument.codes(question)}


def translate(cell, known):
    return " ".join(known.get(code, code) for code in str(cell).split(" ")) if known and cell != "" else cell


def without(rows, written, instrument, summary):
    """Leave out the choice columns, or the summary columns."""
    multiple = {"/".join((*q.path, q.name)) for q in instrument.questions if q.type == "select_multiple"}
    kept = [
        place
        for place, header in enumerate(written)
        if (header.rpartition("/")[0] not in multiple if summary else header not in multiple)
    ]
    return [[row[place] for place in kept] for row in rows]


def test_the_label_file_of_the_wave_gives_the_microdata_of_the_name_files(instrument, district_microdata):
    found = harmonise(read_export(WAVE / "kobo_label_vi_groups.xlsx", instrument), instrument)
    keys = found.households.index
    for name in ("households", "household_states"):
        every = pd.concat([getattr(one, name) for one in district_microdata.values()])
        left, right = getattr(found, name), every.loc[keys]
        pd.testing.assert_frame_equal(left.drop(columns="row", errors="ignore"),
                                      right.drop(columns="row", errors="ignore"))  # fmt: skip
    members = pd.concat([one.members for one in district_microdata.values()])
    wanted = members[members["key"].isin(keys)].drop(columns="row").sort_values(["key", "position"])
    seen = found.members.drop(columns="row").sort_values(["key", "position"])
    pd.testing.assert_frame_equal(seen.reset_index(drop=True), wanted.reset_index(drop=True))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("groups", "separator"), [(True, "/"), (True, " > "), (True, "_"), (False, "/")])
def test_labels_in_every_language_with_and_without_groups(
    kobo, reread, instrument, expected, language, groups, separator
):
    sheets = with_labels(kobo, instrument, language, groups=groups, separator=separator)
    found = reread(sheets)
    assert_same(found, expected)
    assert not found.findings


def test_personal_answers_are_withheld_under_their_labels(kobo, write_workbook, instrument):
    sheets = with_labels(kobo, instrument, "vi")
    export = read_export(write_workbook(sheets), instrument)
    columns = " ".join(header for table in export.tables.values() for header in table.columns)
    for name in ("m_name", "h3_phone", "gps", "resp_name"):
        label = label_of(instrument.question(name), "vi")
        assert any(label in header for rows in sheets.values() for header in rows[0])
        assert label not in columns
    assert {"b/member/m_name", "h/h3_phone"} <= set(export.withheld)


def test_labels_in_other_letters_blanks_and_tone_places(kobo, reread, instrument, expected):
    def disfigured(text):
        moved = text.replace("òa", "oà").replace("óa", "oá").replace("ỏe", "oẻ").replace("úy", "uý")
        return unicodedata.normalize("NFD", moved).replace(" ", "  ").upper()

    sheets = with_labels(kobo, instrument, "vi", groups=False)
    labels = {
        label_of(thing, "vi")
        for thing in (*instrument.questions, *itertools.chain.from_iterable(instrument.choices.values()))
    }
    for rows in sheets.values():
        rows[:] = [[disfigured(cell) if cell in labels else cell for cell in row] for row in rows]
    assert_same(reread(sheets), expected)


def test_choice_columns_decide_over_joined_labels(kobo, reread, instrument, expected):
    sheets = with_labels(kobo, instrument, "vi")
    main = next(iter(sheets.values()))
    place = main[0].index(title(instrument.question("b5_dev"), "", instrument, "vi", True, "/"))
    for row in main[1:]:
        row[place] = "Không biết" if row[place] else ""
    assert_same(reread(sheets), expected)


@pytest.mark.parametrize(("summary", "splits"), [(True, False), (False, True)])
def test_select_multiple_as_one_column_or_as_separate_columns(
    kobo, reread, instrument, expected, summary, splits
):
    sheets = with_labels(kobo, instrument, "vi", summary=summary, splits=splits)
    assert_same(reread(sheets), expected)


def relabelled(instrument, labels):
    questions = tuple(
        dataclasses.replace(q, labels={"vi": labels[q.name]}) if q.name in labels else q
        for q in instrument.questions
    )
    return dataclasses.replace(instrument, questions=questions)


def refusal(path, instrument):
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument)
    return refused.value.findings[0]


def test_one_label_in_two_groups_is_told_apart_by_the_group(kobo, write_workbook, instrument, expected):
    twice = relabelled(instrument, {"c4_act": "Ghi rõ", "d1_phone": "Ghi rõ"})
    sheets = with_labels(kobo, twice, "vi")
    found = harmonise(read_export(write_workbook(sheets), twice), twice)
    assert_same(found, expected)


def test_one_label_for_two_questions_is_refused_where_no_group_tells_them_apart(
    kobo, write_workbook, instrument
):
    twice = relabelled(instrument, {"c4_act": "Ghi rõ", "d1_phone": "Ghi rõ"})
    found = refusal(write_workbook(with_labels(kobo, twice, "vi", groups=False)), twice)
    assert (found.code, found.facts["label"]) == ("export_labels_collide", "Ghi rõ")
    assert found.facts["names"] == "c/c4_act, d/d1_phone"


def test_one_label_for_two_codes_is_refused(kobo, write_workbook, instrument):
    first, second, *others = instrument.choices["sex"]
    alike = dataclasses.replace(second, labels=first.labels)
    twice = dataclasses.replace(instrument, choices={**instrument.choices, "sex": (first, alike, *others)})
    found = refusal(write_workbook(with_labels(kobo, twice, "vi")), twice)
    assert found.code == "export_labels_collide"
    assert found.facts["names"].endswith(f"={first.name}, {found.facts['names'].split('=')[0]}={second.name}")


def test_joined_labels_that_cannot_be_taken_apart_are_refused(kobo, write_workbook, instrument):
    texts = {"1": "Y tế", "2": "Giao thông", "3": "Y tế Giao thông"}
    choices = tuple(
        dataclasses.replace(choice, labels={"vi": texts.get(choice.name, label_of(choice, "vi"))})
        for choice in instrument.choices["dev"]
    )
    unclear = dataclasses.replace(instrument, choices={**instrument.choices, "dev": choices})
    joined = with_labels(kobo, unclear, "vi", splits=False)
    assert refusal(write_workbook(joined), unclear).code == "export_labels_summary"
    apart = read_export(write_workbook(with_labels(kobo, unclear, "vi")), unclear)
    assert harmonise(apart, unclear).households["b5_dev"].notna().any()


def test_labels_of_another_form_are_refused(kobo, write_workbook, instrument):
    other = {q.name: f"Câu hỏi khác {n}" for n, q in enumerate(instrument.questions)}
    sheets = with_labels(kobo, relabelled(instrument, other), "vi")
    assert refusal(write_workbook(sheets), instrument).code == "export_foreign"


def test_an_unknown_answer_stays_to_be_reported(instrument):
    table = pd.DataFrame({"c/c0_sex": ["Nam", "Nữ", "nữ", "giới khác", ""]}, dtype="str")
    found = codes_of_labels(table, instrument, "")
    codes = {label_of(choice, "vi"): choice.name for choice in instrument.choices["sex"]}
    wanted = [codes["Nam"], codes["Nữ"], codes["Nữ"], "giới khác", ""]
    assert found["c/c0_sex"].tolist() == wanted


def test_a_table_of_codes_and_names_stays_as_it_is(instrument):
    table = pd.DataFrame({"c/c0_sex": ["1", "2"], "b/b5_dev": ["1 2", "98"]}, dtype="str")
    assert codes_of_labels(table, instrument, "") is table
    assert names_of_labels(list(table.columns), instrument, "") == {}


@pytest.mark.parametrize(
    ("texts", "clear"),
    [
        (("a", "b"), True),
        (("không biết", "không biết cách dùng"), True),
        (("a", "ab", "b"), False),
        (("car", "carpet", "pet"), False),
        (("01", "1", "011"), False),
        (("0", "01", "11"), True),
        ((), True),
    ],
)
def test_texts_are_taken_apart_in_one_way_only(texts, clear):
    assert uniquely_joined(texts) is clear


@settings(max_examples=60, deadline=None)
@given(st.sets(st.text("ab", min_size=1, max_size=3), min_size=1, max_size=4))
def test_clear_texts_have_no_two_sequences_that_read_alike(texts):
    sequences = [s for n in range(1, 5) for s in itertools.product(sorted(texts), repeat=n)]
    alike = len({"".join(sequence) for sequence in sequences}) < len(sequences)
    assert not (alike and uniquely_joined(texts))


def test_labels_of_an_earlier_version_reach_the_renamed_question(kobo, write_workbook, instrument, expected):
    questions = tuple(
        dataclasses.replace(q, name="g3_fraud", synonym="g3_scam") if q.name == "g3_scam" else q
        for q in instrument.questions
    )
    later = dataclasses.replace(instrument, version="2027101001", questions=questions)
    export = read_export(write_workbook(with_labels(kobo, instrument, "vi")), later)
    found = harmonise(export, later, [instrument])
    assert found.households["g3_fraud"].equals(expected.households["g3_scam"])
    assert [f.code for f in found.findings] == ["version_known"]
