"""The page of the definition: the words of the form, worked examples, readings without verdicts."""

import dataclasses

import pytest

from dashboard import condition_words, sensitivity_view
from dashboard.condition_words import Line, outline, outline_html
from dashboard.example_words import worked_examples
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.text import Text
from survey.durable import read_frame, write_frame

VI, EN = Text("vi"), Text("en")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def lines(line):
    """All words of an outline."""
    yield line.words
    for part in line.parts:
        yield from lines(part)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_opens_with_state_and_version(open_page, said, release, language):
    text = Text(language)
    words = said(open_page("definition", lang=language))
    assert text("app.synthetic") in words
    assert text("definition.status_proposed") in words
    assert release.manifest["definition"]["sha256"] in words
    assert text("sensitivity.no_verdict") in words
    assert text("defined.versions_caption") in words
    for point in release.defined.open[language]:
        assert point.replace("'", "&#x27;") in words


def test_the_headline_is_written_in_the_words_of_the_form(release):
    words = condition_words.wording(VI, release)
    head = outline(words, release.definition.conditions["headline"])
    assert head.words == "Có đủ các điều kiện sau:"
    first, others = head.parts
    assert first.words == "Biết và tự nộp được hồ sơ dịch vụ công trực tuyến: có đủ các điều kiện sau:"
    assert first.parts[1] == Line(
        "Câu “Điền tờ khai, chụp ảnh giấy tờ đính kèm và gửi một hồ sơ qua mạng: nếu cần, Ông (Bà) làm "
        "được đến mức nào?” trả lời “Tự làm được, không cần ai giúp”"
    )
    assert others.words == "Có ít nhất 3 trong 5 điều kiện sau:"
    assert [len(part.parts) for part in others.parts] == [2] * 5
    asked = {f"e{field}_{name}" for field in range(1, 7) for name in ("aware",)}
    everything = "\n".join(lines(head))
    assert all(words.question(name) in everything for name in asked)


def test_every_condition_and_base_can_be_written(release):
    for text in (VI, EN):
        words = condition_words.wording(text, release)
        for condition in release.definition.conditions.values():
            assert all(lines(outline(words, condition)))
        said = [condition_words.base_words(words, base) for base in release.definition.bases.values()]
        assert len(set(said)) == len(said)
    assert said[1] == "Of working age in 2026, in completed years: men 15–61, women 15–56"
    assert said[2] == "Age of the respondent in completed years: 15 to 64"


def test_an_outline_escapes_every_word():
    html = outline_html((Line("<b>", (Line("<i>"),)),))
    assert "<b>" not in html
    assert html.count("<li>") == 2


def test_examples_say_what_each_step_says_and_why(release):
    words = condition_words.wording(VI, release)
    first, second, third, fourth, *_ = worked_examples(words, release.defined)
    assert first.outcome == "Được tính"
    assert first.steps[0].words.startswith(
        "Dịch vụ công trực tuyến: tự làm được (Biết đến: “Có”; Điền tờ khai"
    )
    assert first.steps[6].words.startswith("Các lĩnh vực khác: 3 lĩnh vực đạt, 0 chưa xác định, trong 5")
    assert "chưa tự làm được" in second.steps[0].words
    assert "không đạt điều kiện bắt buộc “Biết và tự nộp được hồ sơ" in second.steps[7].words
    assert third.outcome == "Chưa xác định"
    assert "nằm ngoài mẫu số, không bị tính là “không”" in third.steps[7].words
    assert "không có câu trả lời" in fourth.steps[2].words


def test_the_page_shows_the_published_number_with_its_verdicts(open_page, said, release):
    words = said(open_page("definition"))
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    assert (
        f"Số công bố: {VI.percent(reading.estimate)} (khoảng tin cậy {VI.range(reading.low, reading.high)}"
        in words
    )
    published = words[words.index("Số công bố") :].partition("</div>")[0]
    assert published.count("Chưa đạt") == 2
    assert "16 trong 1.508 người trả lời chưa xác định được" in words


def test_other_readings_are_drawn_with_intervals_and_without_verdicts(open_page, release):
    words = drawn(open_page("definition"))
    found = sensitivity_view.variants_of(release.defined)
    own = sensitivity_view.published(release.defined)
    assert own == ("compulsory", 4, "age15plus")
    for (rule, fields, base), one in found.items():
        if base == "age15plus" or (rule, fields) == own[:2]:
            assert VI.range(one.low, one.high) in words
    assert VI("verdict.not_met") not in words
    assert VI("sensitivity.fields_own", {"n": 4}) in words


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_the_share_with_help_stands_beside_the_published_one(open_page, said, release, text):
    words = said(open_page("definition", lang=text.language))
    found = sensitivity_view.variants_of(release.defined)
    helped = found["with_help", 4, "age15plus"]
    told = text("sensitivity.with_help_said", {
        "estimate": text.percent(helped.estimate), "range": text.range(helped.low, helped.high),
        "published": text.percent(found["compulsory", 4, "age15plus"].estimate),
    })  # fmt: skip
    assert told in words
    assert text("sensitivity.with_help_note") in words
    hidden = dict(found) | {("with_help", 4, "age15plus"): dataclasses.replace(helped, quality="suppress")}
    assert sensitivity_view.with_help(text, hidden, ("compulsory", 4, "age15plus")) == ""


def test_a_release_that_was_frozen_before_says_nothing_of_help(open_page, said, own_store):
    path = next(own_store.root.glob("releases/*/defined_variants.parquet"))
    rows = read_frame(path)
    path.unlink()
    write_frame(path, rows[rows["rule"] != "with_help"].reset_index(drop=True))
    page = open_page("definition", store=own_store)
    assert VI("sensitivity.with_help") not in said(page) + drawn(page)
    assert VI("sensitivity.any") in said(page)


def test_hidden_readings_leave_the_grid_empty(release):
    found = sensitivity_view.variants_of(release.defined)
    own = sensitivity_view.published(release.defined)
    key = ("compulsory", 6, "internet3m")
    hidden = dict(found) | {key: dataclasses.replace(found[key], quality="suppress")}
    columns, rows = sensitivity_view.grid(VI, hidden, own, release.definition)
    assert len(columns) == 7
    assert rows[5].cells[4] == "–"
    assert [row.strong for row in rows] == [False, False, False, True, False, False]


def test_a_release_without_the_tables_says_so(open_page, said, own_store):
    folder = next((own_store.root / "releases").iterdir())
    for path in folder.glob("defined_*.parquet"):
        path.unlink()
    page = open_page("definition", store=own_store)
    assert VI("defined.absent") in said(page)
    assert "Biết hết nhưng con làm hộ mọi việc" in said(page)
    assert not page.get("vega_lite_chart")
