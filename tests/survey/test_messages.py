"""Every sentence a person may read: used, in both languages, and as it stands in the snapshot.

``UPDATE_SNAPSHOTS=1 pytest tests/survey/test_messages.py`` writes the snapshots again; read what changed as
the person will to whom it is said.
"""

import ast
import dataclasses
import os
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest

from survey.messages import LANGUAGES, Refusal, catalogue, finding, message

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).with_name("snapshots")
PLACES = {"file": "ba.xlsx", "sheet": "member", "row": 14, "column": "c0_age", "value": "7"}
# Functions whose first argument is a code.
SPEAKERS = frozenset({"finding", "Unreadable", "at_main", "say", "_of_names"})
# What a fact looks like in a sentence; a fact that is not here stands under its name.
EXAMPLES = {
    "address": "http://127.0.0.1:8501", "after": "g3_fraud", "answered": "40", "area": "25232006",
    "areas": "129", "arrived": "08:12 05/10/2026", "asked": "120", "before": "g3_scam", "both": "129",
    "by": "district", "changed": "g3_scam", "character": "5", "clock": "23:15", "code": "25232",
    "columns": "ea_code, hh_no", "count": "3", "counted": "4", "drawn": "2", "due": "3", "early": "16",
    "edition": "2019", "expected": "14", "extension": ".xlsx", "files": "phieu.docx", "first": "2",
    "first_wave": "2026", "folder": "/kho/releases/2026-abc", "form": "digiskill_hh", "found": "2",
    "function": "count-selected", "hours_en": "26.5", "hours_vi": "26,5", "household": "25232006-05",
    "households": "25232006-05, 25232006-07", "interviewer": "BP012", "interviews": "1508",
    "is_en": "a web page (html)", "is_vi": "trang web (html)", "iterations": "6", "known": "2026, 2027",
    "label": "Ghi rõ", "language": "English", "last": "wg_comm", "last_wave": "2027", "length": "35",
    "limit": "60", "line": "2", "list": "yesno", "listed": "46", "members": "7", "minutes_en": "3.8",
    "minutes_vi": "3,8", "missing": "1", "name": "hh_no", "names": "g3_scam, g2_train",
    "near": "hh_no, hh_id",
    "needed_en": "9.8", "needed_vi": "9,8", "new": "12", "numbers": "13, 14", "old": "2026092801",
    "other": "25232006-07", "other_row": "9", "part": "xl/worksheets/sheet1.xml", "places": "4, 9, 12",
    "question": "d7_acct", "questions": "146", "reason": "raking did not converge", "release": "2026-abc",
    "repair": "not(selected(., '98') and count-selected(.) > 1)", "repeat": "member",
    "roles": "area, disposition", "rows": "4, 9", "sampled": "130", "seen": "Ph??ng", "sentence": "…",
    "size": "75", "started": "09:30 05/10/2026", "store": "/kho", "stratum": "691-1", "submissions": "2",
    "tool": "CSPro", "total": "1855", "unchanged": "190", "until": "09:45 05/10/2026", "usual": "12",
    "version": "2027101001", "wave": "2026", "where_en": " (file “ba.xlsx”, row 14)",
    "where_vi": " (tệp “ba.xlsx”, dòng 14)", "target": "experts", "record": "12", "denominator": "40",
    "document": "45/BC-SKHCN", "today": "28/11/2026", "state_vi": "nháp", "state_en": "draft",
    "do_vi": "duyệt", "do_en": "accept", "day": "2026-06-30", "added": "2", "revised": "1",
    "repeated": "3", "errors": "1",
}  # fmt: skip
# What must not stand in a sentence for an official.
WOODEN = re.compile("lỗi không xác định|exception|traceback|null|undefined|vui lòng", re.IGNORECASE)


@cache
def spoken():
    """Texts of the program: every literal, the beginnings of composed ones, and codes that are spoken."""
    literals, beginnings, codes = set(), set(), set()
    for path in (*(ROOT / "survey").rglob("*.py"), *(ROOT / "dashboard").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)):
                    literals.add(text)
                case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                    beginnings.add(text)
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name),
                    args=[ast.Constant(value=str(code)), *_],
                ) if name in SPEAKERS and "_" in code:
                    codes.add(code)
    return literals, beginnings, codes


def test_every_code_is_spoken_somewhere():
    literals, beginnings, _ = spoken()
    composed = tuple(text for text in beginnings if text.endswith("_"))
    silent = {code for code in catalogue() if code not in literals and not code.startswith(composed)}
    assert silent == set()


def test_every_code_that_is_spoken_exists():
    _, _, codes = spoken()
    assert len(codes) > 100
    assert codes - catalogue().keys() == set()


def _facts(entry):
    return frozenset().union(*(entry.placeholders(language) for language in LANGUAGES))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_stands_as_it_was_read(language):
    """A changed sentence shows here, with facts as a person would see them."""
    facts = {
        code: {
            name: EXAMPLES.get(name, f"‹{name}›") for lang in LANGUAGES for name in entry.placeholders(lang)
        }
        for code, entry in catalogue().items()
    }
    told = "".join(
        f"[{code}] {entry.severity}\n{finding(code, **PLACES, facts=facts[code]).sentence(language)}\n\n"
        for code, entry in sorted(catalogue().items())
    )
    path = SNAPSHOTS / f"messages_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.write_text(told, encoding="utf-8")
    assert told == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_sentence_is_for_an_official(code):
    entry = message(code)
    for language in LANGUAGES:
        assert not WOODEN.search(entry.texts[language])
        assert "  " not in entry.texts[language].strip()
    decimal = re.search(r"\d\.\d", entry.texts["vi"].replace("0.5", "").replace("127.0.0.1", ""))
    assert decimal is None, "a decimal point in Vietnamese"


TOOLS = ("kobo_", "odk_", "suso_", "surveycto_", "export_labels")
# Files that a tool can write rightly: the sentence says what to click there to get it.
REFUSALS_OF_A_TOOL = sorted(
    code
    for code, entry in catalogue().items()
    if entry.severity == "error"
    and code.startswith(("kobo_", "odk_", "suso_", "surveycto_", "export_labels"))
)
MENUS = (
    "Downloads", "DATA", "Submissions", "Data Export", "Export", "Xuất lại từ KoboToolbox", "xuất lại",
    "data.json",
)  # fmt: skip


@pytest.mark.parametrize("code", REFUSALS_OF_A_TOOL)
def test_a_refusal_says_what_to_click(code):
    assert any(menu in message(code).texts["vi"] for menu in MENUS)
    assert any(word in message(code).texts["vi"] for word in ("hãy", "Hãy", "Trong", "chọn"))


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
