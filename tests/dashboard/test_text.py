"""Every word a person sees lies in the catalogue, in both languages, and pages hold none of their own."""

import ast
import re
import unicodedata
from pathlib import Path

import pytest

from dashboard.text import LANGUAGES, Text, catalogue, placeholders
from dashboard.upload_view import OTHER_SOURCES
from survey.exports.recognition import ADAPTERS

DASHBOARD = Path(__file__).parents[2] / "dashboard"
SOURCES = sorted(DASHBOARD.rglob("*.py"))
PAGES = sorted((DASHBOARD / "pages").glob("*.py"))
KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")
SAME_IN_BOTH = {
    "language.vi",
    "language.en",
    "upload.how_kobo",
    "upload.how_central",
    "number.row",
    "goal.short",
}
SAME_IN_BOTH |= {
    "number.labelled",
    "table.reason_row",
    "source.kobotoolbox",
    "source.odk_central",
    "source.odk_briefcase",
    "source.cspro",
    "source.limesurvey",
    "source.survey_solutions",
    "source.surveycto",
    "districts.table_caption",
    "districts.chart_row",
    "groups.named",
    "groups.panel",
    "sure.item_row",
    "fieldwork.pattern",
    "fieldwork.case",
    "fieldwork.stages_value",
    "targets.all",
    "targets.counted",
    "targets.figure",
    "targets.document",
    "targets.goal_label",
}
SAME_IN_BOTH |= {
    "funnel.lane",
    "funnel.row",
    "defined.named",
    "defined.quoted",
    "defined.example_title",
    "defined.example_answer",
    "defined.field_step",
    "defined.outcome",
    "sensitivity.goal",
    "sensitivity.name",
}


def literals(path):
    """Texts of a module, without docstrings and without the pieces of f-strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    holders = (ast.Module, ast.FunctionDef, ast.ClassDef)
    documented = [
        node.body[0].value for node in ast.walk(tree) if isinstance(node, holders) and ast.get_docstring(node)
    ]
    pieces = [part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values]
    skipped = {id(node) for node in (*documented, *pieces)}
    constants = (
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return [node.value for node in constants if id(node) not in skipped]


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_entry_is_complete_in_both_languages(key):
    entry = catalogue()[key]
    assert set(entry) == set(LANGUAGES)
    assert all(words.strip() for words in entry.values())
    assert placeholders(entry["vi"]) == placeholders(entry["en"])
    assert all(words == unicodedata.normalize("NFC", words) for words in entry.values())
    assert key in SAME_IN_BOTH or entry["vi"] != entry["en"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page_holds_no_words(path):
    for text in literals(path):
        assert text.isascii(), text
        assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text), text
        assert not re.fullmatch(r"[A-Z][a-z]+", text), text


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_module_holds_vietnamese_words(path):
    letters = [text for text in literals(path) if re.search(r"[À-ỹ]", text)]
    assert letters == []


def test_every_key_in_the_code_is_known_and_every_entry_is_used():
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    sections = {key.split(".")[0] for key in catalogue()}
    named = {key for path in SOURCES for key in literals(path) if KEY.fullmatch(key)}
    assert {key for key in named if key.split(".")[0] in sections} <= set(catalogue())
    made = [re.escape(start) for start in re.findall(r'text\(\s*f"([a-z_]+\.[a-z_]*)\{', code)]
    unused = [
        key for key in catalogue() if key not in named and not any(re.match(start, key) for start in made)
    ]
    assert unused == []


def test_no_sentence_reads_overlapping_intervals_as_no_difference():
    """Two intervals may overlap while their difference is certain; only its own interval tells."""
    told = {
        (key, language): words
        for key, entry in catalogue().items()
        for language, words in entry.items()
        if re.search(r"chồng lên nhau|intervals? (that )?overlap", words)
    }
    assert len(told) >= 2 * len({key for key, _ in told}) > 0
    careful = re.compile(r"không cho biết|chưa kết luận|do not tell|nothing is concluded")
    assert [place for place, words in told.items() if not careful.search(words)] == []


def test_every_source_has_a_name():
    assert {key for key in catalogue() if key.startswith("source.")} == {
        f"source.{name}" for name in ADAPTERS
    }


def test_the_upload_page_tells_of_every_tool_what_to_choose():
    in_steps = {source for source in ADAPTERS if source.startswith(("kobotoolbox", "odk_"))}
    assert in_steps | set(OTHER_SOURCES) == set(ADAPTERS)
    assert {key for key in catalogue() if key.startswith("choose.")} == {
        f"choose.{source}" for source in OTHER_SOURCES
    }


def test_an_unknown_key_names_its_neighbours():
    with pytest.raises(ValueError, match=r"province\.title"):
        Text("vi")("province.titel")


def test_words_are_filled_in():
    assert Text("vi")("number.interval", {"level": "95%", "range": "1–2%"}) == (
        "Ước tính · khoảng tin cậy 95%: 1–2%"
    )


def test_a_place_inside_a_sentence_names_its_kind_in_lower_case():
    assert Text("vi").inside("Tỉnh Bình Phước") == "tỉnh Bình Phước"
    assert Text("en").inside("Binh Phuoc Province") == "Binh Phuoc Province"


def test_percentages_stand_without_a_space():
    assert [
        key for key, entry in catalogue().items() if re.search(r"[0-9}][ \u00a0]%", "".join(entry.values()))
    ] == []


def test_target_words():
    assert Text("vi").target(">", 0.8) == "trên 80%"
    assert Text("en").target(">=", 0.6) == "at least 60%"
