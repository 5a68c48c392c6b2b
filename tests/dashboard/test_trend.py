"""The page of trends: one wave says so; two waves tell change, pace and projection with their intervals."""

import dataclasses
import re
import shutil

import pytest

from dashboard import access, trend_view
from dashboard.readings import HEADLINE, JUDGED, PROVINCE, readings
from dashboard.text import Text
from survey import pipeline
from survey.accounts import ROLES, give_role
from survey.publishing import keeping
from survey.store import Store
from survey.trend import trend

VI, EN = Text("vi"), Text("en")


def drawn(page):
    return "\n".join(chart.proto.alt for chart in page.get("vega_lite_chart"))


@pytest.fixture(scope="module")
def pair(two_waves):
    return [two_waves.open_release(two_waves.releases(wave)[0]["release_id"]) for wave in ("2026", "2027")]


def test_one_wave_says_so_and_stands_against_both_goals(open_page, said, release):
    words = said(page := open_page("trend"))
    assert VI("trend.alone", {"wave": "2026"}) in words
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    pace = (0.8 - reading.estimate) / 4
    assert f"tăng bình quân {VI.decimal(100 * pace)} điểm phần trăm mỗi năm" in words
    assert VI("trend.label") in words
    assert VI("trend.label_carried") not in words
    assert words.count("Chưa đạt</div>") == 2
    assert "đánh giá muộn, số liệu năm 2026" in words
    assert "Mục tiêu 2025: ít nhất 60%; Mục tiêu 2030: trên 80%" in drawn(page)
    assert VI("trend.changes") not in words
    assert "Ngoại suy, không phải dự báo chính thức: nếu" not in words


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_two_waves_tell_change_pace_and_projection(open_page, said, two_waves, pair, text):
    page = open_page("trend", store=two_waves, lang=text.language)
    words = said(page)
    found = trend(*pair, overlap="same_psus")
    row = trend_view.row_of(found.moves, HEADLINE)
    pace = trend_view.row_of(found.pace, HEADLINE)
    assert trend_view.signed_range(text, row["ci_low"], row["ci_high"]) in words
    assert trend_view.paced(text, pace) in words
    assert text("trend.legend_carried") in words
    assert text("overlap.same_psus") in words
    assert text("direction.up") in words
    for release in pair:
        reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
        assert text.range(reading.low, reading.high) in drawn(page)


@pytest.mark.parametrize("by", ["district", "residence"])
def test_units_hide_what_is_suppressed_and_say_why(open_page, said, two_waves, pair, by):
    words = said(open_page("trend", store=two_waves, by=by, indicator="strict"))
    found = trend(*pair, overlap="same_psus", by=by)
    table = found.moves[(found.moves["indicator"] == "strict") & (found.moves["base"] == "age15plus")]
    for _, row in table.iterrows():
        told = trend_view.signed_range(VI, row["ci_low"], row["ci_high"])
        assert (told in words) == (row["direction"] != "none")
    assert VI("goal.reference") in words


def test_a_breakdown_that_cannot_be_matched_is_refused_in_words(open_page, said, two_waves):
    words = said(open_page("trend", store=two_waves, by="sex"))
    assert VI("trend.refused") in words
    assert "để bảo mật" in words


def test_the_earlier_wave_still_stands_alone(open_page, said, two_waves, pair):
    words = said(open_page("trend", store=two_waves, release=pair[0].id))
    assert VI("trend.alone", {"wave": "2026"}) in words


@pytest.fixture
def undeclared(two_waves, tmp_path):
    """A third wave that says nothing of the ones before."""
    shutil.copytree(two_waves.root, tmp_path / "store")
    store = Store(tmp_path / "store")
    last = store.open_release(store.releases("2027")[0]["release_id"])
    design = {name: told for name, told in last.manifest["design"].items() if name != "follows"}
    named = {**last.manifest, "wave": "2028", "release_id": "2028-aaaaaaaaaaaa", "design": design}
    store.add_wave(dataclasses.replace(store.wave("2027"), name="2028", follows=None))
    store.freeze(dataclasses.replace(last, id="2028-aaaaaaaaaaaa", manifest=named))
    return store


@pytest.fixture
def with_accounts(own_store):
    """The example wave, published, with an account of every role."""
    name = own_store.releases()[-1]["release_id"]
    keeping.move(own_store.catalogue, name, "check", who="TK01", why="đã soát")
    keeping.move(own_store.catalogue, name, "official", who="PCT01", why="đã duyệt")
    for number, role in enumerate(ROLES):
        give_role(
            own_store.catalogue, f"{role}@tinh.vn", role, code=f"M{number}", who="QT01", why="phân công"
        )
    return own_store


@pytest.mark.parametrize("role", [access.PUBLIC, *ROLES])
def test_what_to_do_is_told_to_those_who_may_and_the_others_are_told_to_wait(
    open_page, said, with_accounts, role
):
    words = said(open_page("trend", store=with_accounts, email=f"{role}@tinh.vn"))
    may = "drafts" in access.RIGHTS[role]
    assert VI("trend.alone", {"wave": "2026"}) in words
    assert ("kynangso wave add" in words) == may
    assert (VI("trend.wait") in words) != may


def test_at_this_machine_the_command_is_told(open_page, said):
    assert "--overlap same_psus" in said(open_page("trend"))


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
@pytest.mark.parametrize("key", ["trend.alone", "trend.undeclared", "trend.no_earlier", "trend.wait"])
def test_what_everybody_reads_gives_no_orders(text, key):
    facts = {"wave": "2027", "before": "2026"}
    assert not re.search(r"Hãy|kynangso|Make|--", text(key, facts))


def test_a_wave_that_declares_nothing_has_no_change(open_page, said, undeclared):
    words = said(page := open_page("trend", store=undeclared))
    assert VI("trend.undeclared", {"wave": "2028"}) in words
    assert VI("trend.changes") not in words
    assert drawn(page).count("; ") >= 2  # all three waves are drawn


def test_a_wave_whose_predecessor_has_no_release_says_what_is_missing(open_page, said, two_waves, tmp_path):
    shutil.copytree(two_waves.root, tmp_path / "store")
    store = Store(tmp_path / "store")
    last = store.open_release(store.releases("2027")[0]["release_id"])
    follows = {**last.manifest["design"]["follows"], "wave": "2025"}
    design = {**last.manifest["design"], "follows": follows}
    named = {**last.manifest, "release_id": "2027-bbbbbbbbbbbb", "design": design}
    store.freeze(dataclasses.replace(last, id="2027-bbbbbbbbbbbb", manifest=named))
    words = said(open_page("trend", store=store, release="2027-bbbbbbbbbbbb"))
    facts = {"wave": "2027", "before": "2025"}
    assert VI("trend.no_earlier", facts) in words
    assert VI("trend.no_earlier_how", facts) in words


def test_a_change_that_is_not_published_has_no_pace(pair):
    found = trend(*pair, overlap="same_psus")
    assert trend_view.pace_of(found, HEADLINE, 2030) is not None
    hidden = dataclasses.replace(found, moves=found.moves.assign(direction="none"))
    assert trend_view.pace_of(hidden, HEADLINE, 2030) is None
    assert trend_view.pace_of(None, HEADLINE, 2030) is None


def test_a_change_that_rounds_to_nothing_has_no_sign():
    assert trend_view.signed(VI, 0.0004) == "0,0"
    assert trend_view.signed(VI, -0.0004) == "0,0"
    assert trend_view.signed(EN, -0.0123) == "−1.2"


def test_every_measure_can_be_shown(open_page, two_waves):
    for name in JUDGED:
        assert VI(f"indicator.{name}") in drawn_or_said(open_page("trend", store=two_waves, indicator=name))


def drawn_or_said(page):
    return drawn(page) + "".join(block.proto.body for block in page.get("html"))


def test_what_is_computed_is_what_the_pipeline_computes(two_waves, pair):
    plain = pipeline.change(two_waves, pair[0].id, pair[1].id, overlap="same_psus")
    assert plain.joined.frame.equals(trend(*pair, overlap="same_psus").change.joined.frame)
