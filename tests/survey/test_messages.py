import dataclasses
import unicodedata

import pytest

from survey.messages import LANGUAGES, Refusal, catalogue, finding, message

PLACES = {"file": "ba.xlsx", "sheet": "member", "row": 14, "column": "c0_age", "value": "7"}


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_every_code_speaks_both_languages_with_all_placeholders_filled(code):
    entry = message(code)
    needed = set().union(*(entry.placeholders(language) for language in LANGUAGES)) - set(PLACES)
    found = finding(code, **PLACES, facts={name: f"<{name}>" for name in needed})
    assert entry.severity in {"error", "warning", "note"}
    for language in LANGUAGES:
        sentence = found.sentence(language)
        assert sentence[-1] in ".?!)'…”:" or needed, sentence
        assert unicodedata.is_normalized("NFC", sentence)
        assert all(f"<{name}>" in sentence for name in entry.placeholders(language) - set(PLACES))


def test_severity_comes_from_the_catalogue():
    assert finding("file_empty", file="a.xlsx").severity == "error"
    assert finding("time_without_zone", facts={"count": 3}).severity == "note"


def test_a_sentence_names_the_file():
    found = finding("file_empty", file="a.xlsx")
    assert found.sentence("vi").startswith("Tệp “a.xlsx” trống")
    assert found.sentence("en").startswith("The file “a.xlsx” is empty")


def test_json_holds_both_sentences_and_the_place():
    found = finding("answer_not_asked", sheet="member", row=14, column="m_school", value="1")
    record = found.to_json()
    assert (record["code"], record["severity"], record["row"]) == ("answer_not_asked", "warning", 14)
    assert record["vi"] == found.sentence("vi")
    assert record["en"] == found.sentence("en")


def test_a_long_value_is_shortened_and_line_breaks_are_removed():
    found = finding("answer_not_asked", value="một\nhai " + "x" * 500)
    assert found.value.startswith("một hai x")
    assert len(found.value) == 120


def test_a_value_with_braces_is_shown_as_it_is():
    assert "{secret}" in finding("answer_not_asked", value="{secret}").sentence()


def test_unknown_code_lists_neighbours():
    with pytest.raises(ValueError, match="file_empty"):
        finding("file_emty")


def test_a_missing_fact_is_named():
    with pytest.raises(ValueError, match="count"):
        finding("time_without_zone")


def test_unknown_language_lists_the_languages():
    with pytest.raises(ValueError, match="vi, en"):
        finding("file_empty").sentence("fr")


def test_a_finding_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding("file_empty").code = "other"


def test_a_refusal_speaks_one_line_a_finding():
    refusal = Refusal(finding("file_empty", file="a.xlsx"), finding("file_truncated", file="b.xlsx"))
    assert len(refusal.sentence("vi").splitlines()) == 2
    assert "a.xlsx" in str(refusal)
