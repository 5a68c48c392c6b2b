import dataclasses

import pytest

from survey.exports import headers
from survey.exports.headers import group_separator, is_tool_column, map_headers


def test_a_full_path_a_bare_name_and_an_earlier_group_mean_the_same_question(instrument):
    for header in ("c/c0_age", "c0_age", "phần_cũ/c0_age"):
        meaning = map_headers(["cover/hh_no", header], instrument)
        assert meaning.questions[header].name == "c0_age"


@pytest.mark.parametrize("separator", ["/", "_", "-", ".", "::", " > "])
def test_the_group_separator_is_found(instrument, separator):
    written = [separator.join((*q.path, q.name)) for q in instrument.level()]
    assert group_separator(written, instrument.level()) == separator
    assert len(map_headers(written, instrument).questions) == len(written)


def test_choice_columns_are_read_with_the_longest_fitting_code(instrument):
    written = ["f/f3_act", "f/f3_act/1", "f/f3_act/10", "f/f3_act/0", "f/f3_act/other"]
    meaning = map_headers(written, instrument)
    codes = [code for _, code in meaning.split_columns(instrument.question("f3_act"))]
    assert codes == ["1", "10", "0", "other"]


def test_parts_of_a_position_belong_to_its_question(instrument):
    written = ["z/_gps_latitude", "z-gps-Longitude", "_gps_precision"]
    meaning = map_headers(written, instrument)
    assert {meaning.questions[h].name for h in written if h in meaning.questions} == {"gps"}


def test_members_are_read_with_and_without_the_path_of_the_repeat(instrument):
    for header in ("b/member/m_age", "m_age"):
        assert map_headers([header], instrument, "member").questions[header].name == "m_age"


def test_what_nobody_declared_is_listed(instrument):
    meaning = map_headers(["c/c0_age", "_uuid", "ghi chú"], instrument)
    assert meaning.undeclared == ("_uuid", "ghi chú")
    assert [is_tool_column(header) for header in meaning.undeclared] == [True, False]


def test_a_tool_column_is_never_taken_for_a_question(instrument):
    assert not map_headers(["meta/start_uuid", "_submission__id", "_index"], instrument).questions


def test_the_address_of_a_photo_belongs_to_its_question(instrument):
    note = instrument.question("z_note")
    photo = dataclasses.replace(note, name="photo", type="image")
    form = dataclasses.replace(instrument, questions=(*instrument.questions, photo))
    meaning = map_headers(["z/photo", "z/photo_URL", "z/z_note_URL"], form)
    assert [meaning.questions[h].name for h in ("z/photo", "z/photo_URL")] == ["photo", "photo"]
    assert meaning.undeclared == ("z/z_note_URL",)


def test_a_header_of_a_hundred_thousand_letters_is_looked_at_once(instrument, monkeypatch):
    """A slip of a quotation mark makes a header of half a file; it took nine seconds, and now none."""
    looked_up = []

    class Declared(dict):
        def get(self, key, default=None):
            looked_up.append(len(key))
            return super().get(key, default)

    declared = headers._declared
    monkeypatch.setattr(headers, "_declared", lambda *words: Declared(declared(*words)))
    header = "x" * 100_000
    assert map_headers([header, "cover/hh_no"], instrument).undeclared == (header,)
    assert len(looked_up) < 1_000
