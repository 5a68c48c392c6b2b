"""The page of the fields of services: the weakest field is named only as far as the data tell."""

import dataclasses

import pandas as pd
import pytest

from dashboard import barriers_view, fields_view
from dashboard.fields_view import Here
from dashboard.readings import FIELDS, Reading, reading_from
from dashboard.text import Text, catalogue

VI, EN = Text("vi"), Text("en")
WHOLE = Here("province", "Tỉnh Bình Phước", "province", "2022-10-01")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def begin(key):
    return catalogue()[f"funnel.{key}"]["vi"].partition("{")[0]


def reading(estimate, quality="present"):
    return Reading(
        "province", 900, 100, 500.0, estimate, estimate - 0.03, estimate + 0.03, 90, 1.5, 0.1, quality,
        "" if quality == "present" else "interval width 0.30 or more",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_draws_four_steps_of_six_fields(open_page, release, language):
    text = Text(language)
    words = drawn(open_page("fields", lang=language))
    for row in release.fields.funnel.query("breakdown == 'province'").to_dict("records"):
        one = reading_from(row)
        if not one.hidden:
            assert f"{text.percent(one.estimate)} (" in words
            assert text.range(one.low, one.high) in words
    assert all(text(f"field.{field}") in words for field in FIELDS)
    for step in fields_view.steps_of(text, release.fields):
        assert fields_view.began(step.words) in words


def test_the_sentence_names_every_field_that_the_pairs_cannot_tell_from_the_lowest(open_page, said, release):
    pairs = release.fields.pairs.query("breakdown == 'province' and level == 'able'")
    able = release.fields.funnel.query("breakdown == 'province' and level == 'able'").set_index("field")
    lowest = able["estimate"].idxmin()
    near = [
        row.b if row.a == lowest else row.a
        for row in pairs.itertuples()
        if lowest in (row.a, row.b) and not row.apart
    ]
    words = said(open_page("fields"))
    key = "weakest_some" if near else "weakest_one"
    sentence = words[words.index(begin(key)) :].partition("</div>")[0]
    for field in near:
        assert VI.range(able.loc[field, "ci_low"], able.loc[field, "ci_high"]) in sentence
    assert VI(f"field.{lowest}") in sentence
    assert f"{5 - len(near)} lĩnh vực còn lại" in sentence


@pytest.mark.parametrize(
    ("apart", "key", "named"),
    [
        (("health", "education", "transport", "ps", "banking"), "weakest_one", ()),
        (("transport", "ps", "banking"), "weakest_some", ("health", "education")),
        ((), "weakest_all", ("health", "education", "transport", "ps", "banking")),
    ],
)
def test_fields_that_cannot_be_told_apart_are_named_together(release, apart, key, named):
    shares = dict(zip(FIELDS, (0.5, 0.312, 0.336, 0.4, 0.3, 0.7), strict=True))
    pairs = pd.DataFrame(
        [
            {"level": "able", "breakdown": "province", "unit": "province", "a": field, "b": "tourism",
             "apart": field in apart}
            for field in FIELDS if field != "tourism"
        ]
    )  # fmt: skip
    kept = dataclasses.replace(release.fields, pairs=pairs)
    found = {(field, "able"): reading(share) for field, share in shares.items()}
    sentence = fields_view.lead(VI, kept, found, WHOLE, level="95%")
    assert sentence.startswith(begin(key))
    assert "Du lịch" in sentence
    for field in FIELDS:
        if field != "tourism":
            assert (VI.percent(shares[field]) in sentence) == (field in named)


def test_no_field_is_called_weakest_where_one_is_hidden(release):
    found = {(field, "able"): reading(0.4) for field in FIELDS} | {("ps", "able"): reading(0.2, "suppress")}
    assert fields_view.lead(VI, release.fields, found, WHOLE, level="95%") == VI(
        "fields.lead_hidden", {"n": 1}
    )


def test_a_pair_with_a_hidden_share_has_no_figures(release):
    pairs = release.fields.pairs.query("breakdown == 'district' and unit == '691'")
    _, rows = fields_view.pair_table(VI, pairs)
    assert len(rows) == 15
    hidden = pairs[(pairs["level"] == "able")]["quality"].eq("suppress").tolist()
    assert [row.cells[:3] == ("–", "–", "–") for row in rows] == hidden
    assert any(hidden)


def test_barriers_say_of_whom_the_shares_are_taken(open_page, said, release):
    page = open_page("fields", field="tourism")
    words = said(page)
    asked, answered = release.fields.asked.query("field == 'tourism' and breakdown == 'province'")[
        ["asked", "answered"]
    ].iloc[0]
    assert "tỷ lệ trong số người được hỏi" in words
    assert f"{VI.count(asked)} người được hỏi, {VI.count(answered)} người nêu lý do" in words
    assert "Lĩnh vực Du lịch: theo ước lượng, lý do chính hay gặp nhất trong số người được hỏi" in words


def test_no_reason_is_called_most_frequent_where_a_hidden_one_may_be_above_it():
    few, many = reading(0.2), reading(0.3, "suppress")
    assert barriers_view.lead(
        VI, {"1": ("Không có nhu cầu", many), "2": ("Lý do khác", few)}, "health"
    ) == VI("barrier.lead_unsure", {"field": "Y tế"})
    assert barriers_view.lead(VI, {"1": ("Không có nhu cầu", many)}, "health") == VI(
        "barrier.lead_hidden", {"field": "Y tế"}
    )
    small = reading(0.1, "suppress")
    said = barriers_view.lead(VI, {"1": ("Không có nhu cầu", few), "2": ("Lý do khác", small)}, "health")
    assert "“Không có nhu cầu” (20,0%" in said


def test_hidden_reasons_are_named_without_figures(release):
    found = barriers_view.reasons_of(VI, release.fields, WHOLE, "banking")
    shown = [name for name, one in found.values() if not one.hidden]
    hidden = [name for name, one in found.values() if one.hidden]
    assert [dot.name for dot in barriers_view.dots(VI, found)] == sorted(
        shown, key=lambda name: -next(one.estimate for words, one in found.values() if words == name)
    )
    assert all(name in barriers_view.hidden_words(VI, found) for name in hidden)
    _, rows = barriers_view.reason_table(VI, found)
    assert {row.name: row.cells[0] == "–" for row in rows} == {
        name: one.hidden for name, one in found.values()
    }


def test_a_release_without_the_tables_says_so_and_shows_two_steps(open_page, said, own_store):
    folder = next((own_store.root / "releases").iterdir())
    for path in folder.glob("fields_*.parquet"):
        path.unlink()
    page = open_page("fields", store=own_store)
    assert VI("funnel.absent") in said(page)
    assert "biết đến" in drawn(page)
    assert VI("barrier.title") not in [header.value for header in page.header]
    assert "tự dùng" not in drawn(page)


def test_english_has_no_vietnamese_reasons(open_page, said):
    words = said(open_page("fields", lang="en"))
    assert "Does not know how" in words
    assert "Không biết cách làm" not in words
