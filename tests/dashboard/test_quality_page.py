"""The page of quality: one sentence on how sure we are, and behind it the tables of the release."""

import pytest

from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.text import Text

VI, EN = Text("vi"), Text("en")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


def test_the_first_sentence_says_how_sure_we_are(open_page, said, release):
    words = said(open_page("quality"))
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    assert f"tỷ lệ của tỉnh Bình Phước nằm trong khoảng {VI.range(reading.low, reading.high)}" in words
    assert f"(ước tính {VI.percent(reading.estimate)}), {VI('sure.decides_all')}; 6 trong 11 đơn vị" in words
    assert "mẫu ngẫu nhiên đơn giản 730 người" in words
    assert "16 người (" in words


def test_rates_stand_without_and_with_weights(open_page, said, release):
    words = said(open_page("quality"))
    rates = release.quality.response.set_index(["breakdown", "unit", "weighting"])
    for weighting in ("unweighted", "weighted"):
        row = rates.loc[(PROVINCE, PROVINCE, weighting)]
        assert f"<b>{VI.percent(row['RR2'])}</b>" in words
        assert VI(f"sure.response_{weighting}_means", {"rr4": VI.percent(row["RR4"])}) in words


def test_weights_and_design_effect(open_page, said, release):
    words = said(open_page("quality"))
    weight = release.weights["weights"]["w_raked"]
    assert f"<b>{VI.decimal(weight['kish'], 2)}</b>" in words
    assert f"<b>{VI.count(weight['min'])}–{VI.count(weight['max'])}</b>" in words
    assert "<b>2,05</b>" in words


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_every_question_is_in_the_table_in_the_language(open_page, said, release, text):
    page = open_page("quality", lang=text.language)
    words = said(page)
    for row in release.quality.items.itertuples():
        assert f'<th scope="row">{row.question}</th>' in words
    assert text("sure.items_table", {"count": len(release.quality.items)}) in [
        one.label for one in page.expander
    ]
    most = release.quality.items.assign(asked=lambda table: table["interviews"] - table["not_asked"])
    open_share = (most["dont_know"] + most["no_answer"]) / most["asked"]
    first = most.loc[open_share.idxmax()]
    shares = {kind: text.percent(first[kind] / first["asked"]) for kind in ("dont_know", "no_answer")}
    words = {"question": first[f"label_{text.language}"], "shares": text("sure.item_shares", shares)}
    assert text("sure.item_row", words) in drawn(page)


def test_over_claiming_is_told_with_its_interval(open_page, release):
    alternatives = drawn(open_page("quality"))
    share = release.quality.overclaim.iloc[0]
    interval = VI.range(share["ci_low"], share["ci_high"])
    assert f"{VI('sure.claim_share')}: {VI.percent(share['estimate'])} ({interval})" in alternatives


def test_hidden_cells_are_counted_and_named_with_their_reason(open_page, said, release):
    page = open_page("quality")
    headline = release.estimates.query("indicator == 'headline' and base == 'age15plus'")
    open_cells = int((headline["quality"] != "present").sum())
    assert VI("sure.cells_why", {"count": VI.count(open_cells)}) in [one.label for one in page.expander]
    assert "khoảng tin cậy rộng từ 30 điểm phần trăm trở lên: Thị xã Bình Long" in said(page)


def test_the_state_and_the_policy_are_said(open_page, said, release):
    words = said(open_page("quality"))
    assert f"<dd>{release.id}</dd>" in words
    assert f"<dt>{VI('sure.state')}</dt><dd>{VI('state.draft')}</dd>" in words
    assert VI("sure.counted") in words


def test_an_older_release_says_what_is_lacking(open_page, said, own_store):
    folder = next((own_store.root / "releases").iterdir())
    for path in folder.glob("quality_*.parquet"):
        path.unlink()
    page = open_page("quality", store=own_store)
    assert VI("sure.absent") in said(page)
    assert VI("sure.decides_all") in said(page)
    assert len(page.get("vega_lite_chart")) == 1
