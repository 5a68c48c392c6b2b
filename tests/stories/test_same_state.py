"""The same files bring a store to the same state: twice, at once, in any order, in another tool's format."""

import csv
import io
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey import pipeline, places
from survey.commands.show import example_wave
from survey.contents import data_fingerprint
from survey.exports import read_export
from survey.store import Store

HERE = Path(__file__).parents[1] / "data" / "wave_2026"
WAVE = "2026"
ON_HOLD = places.example_wave() / "kobo" / "kobo_xml_698.xlsx"
DISTRICT = places.example_wave() / "kobo" / "kobo_xml_691.xlsx"
ORIGINAL = places.example_wave() / "kobo" / "kobo_xml_692.xlsx"
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
LABELS = HERE / "kobo_label_vi_groups.xlsx"
SURVEY_SOLUTIONS = [HERE / "digiskill_hh_1_Tabular_All.zip", HERE / "digiskill_hh_1_STATA_All.zip"]
FILES = [DISTRICT, ORIGINAL, CORRECTED, LABELS, SURVEY_SOLUTIONS[0]]
OF_THE_FILE = ["source", "row"]


@pytest.fixture(scope="module")
def exports():
    """Every file, read once."""
    form = example_wave().instrument
    return {path: read_export(path, form) for path in (*FILES, ON_HOLD, SURVEY_SOLUTIONS[1])}


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Make stores with the example wave that share what they have read: uploads never change."""
    shared = {}

    def make():
        store = Store(tmp_path_factory.mktemp("same") / "store")
        store.add_wave(example_wave())
        object.__setattr__(store, "_microdata", shared)
        return store

    return make


@pytest.fixture(scope="module")
def filled(stores, exports):
    """Fill a store with files in an order."""

    def fill(paths):
        store = stores()
        for path in paths:
            store.accept(exports[path], WAVE)
        return store

    return fill


def state(store):
    """All that a wave says, but from which file it is known."""
    wave = store.microdata(WAVE)
    return {
        "households": wave.households.drop(columns=OF_THE_FILE),
        "household_states": wave.household_states,
        "members": wave.members.drop(columns="row"),
        "member_states": wave.member_states,
    }


def assert_same_state(one, other):
    left, right = state(one), state(other)
    for name, table in left.items():
        pd.testing.assert_frame_equal(table, right[name], obj=name)
    form = one.form(WAVE).joined
    assert data_fingerprint(one.microdata(WAVE), form) == data_fingerprint(other.microdata(WAVE), form)


@pytest.fixture(scope="module")
def in_turn(filled):
    return filled(FILES)


@settings(max_examples=8, deadline=None)
@given(st.permutations(FILES), st.lists(st.sampled_from(FILES), max_size=3))
def test_any_order_and_any_repetition(filled, in_turn, order, again):
    assert_same_state(filled([*order, *again]), in_turn)


def assert_stands(filled, district, archive, first):
    """What the file of a district says stays as it is beside an archive, whichever came first."""
    both = filled([district, archive] if first == "district" else [archive, district])
    households, alone = (store.microdata(WAVE).households for store in (both, filled([district])))
    pd.testing.assert_frame_equal(households.loc[alone.index], alone)
    return alone.index, households


@pytest.mark.parametrize("archive", SURVEY_SOLUTIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("first", ["district", "archive"])
def test_another_tool_that_keeps_less_takes_nothing_away(filled, exports, archive, first):
    """Survey Solutions exports no calculations of the tablet and no time of arrival: those known stay."""
    keys, households = assert_stands(filled, DISTRICT, archive, first)
    assert len(households) > len(keys)
    assert exports[archive].source == "survey_solutions"


def test_the_same_interviews_from_another_tool_are_unchanged(filled):
    receipt = pipeline.preview(filled([DISTRICT]), SURVEY_SOLUTIONS[0], WAVE).receipt()
    known = len(filled([DISTRICT]).microdata(WAVE).households)
    counts = receipt.comparison.counts()
    assert counts == {"new": counts["new"], "changed": 0, "unchanged": known, "missing": 0}
    assert receipt.form_versions == ()


@pytest.fixture(scope="module")
def on_hold(filled):
    """Interviews that stand on hold in KoboToolbox, a state that Survey Solutions does not have."""
    households = filled([ON_HOLD]).microdata(WAVE).households
    held = households.index[households["review"] == "has_issues"]
    assert len(held) > 0
    return held


@pytest.mark.parametrize("archive", SURVEY_SOLUTIONS, ids=lambda path: path.stem)
@pytest.mark.parametrize("first", ["district", "archive"])
def test_a_state_for_which_a_tool_has_no_word_stands(filled, on_hold, archive, first):
    keys, households = assert_stands(filled, ON_HOLD, archive, first)
    assert set(households.loc[keys].loc[on_hold, "review"]) == {"has_issues"}


def test_a_state_for_which_a_tool_has_no_word_is_no_change_and_said(filled, on_hold):
    receipt = pipeline.preview(filled([ON_HOLD]), SURVEY_SOLUTIONS[0], WAVE).receipt()
    assert receipt.comparison.changed == receipt.comparison.older == ()
    assert set(receipt.comparison.untold) == set(on_hold)
    (told,) = (found for found in receipt.findings if found.code == "states_untold")
    assert told.facts["count"] == f"{len(on_hold)}"
    assert "Survey Solutions" in told.sentence("vi")


def decided(archive, folder, *, keys, status):
    """The archive of Survey Solutions with some interviews in another state."""
    target = folder / archive.name
    with zipfile.ZipFile(archive) as whole, zipfile.ZipFile(target, "w") as made:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "digiskill_hh.tab":
                rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t"))
                key, state = (rows[0].index(f"interview__{column}") for column in ("id", "status"))
                for row in rows[1:]:
                    row[state] = status if row[key] in keys else row[state]
                text = io.StringIO(newline="")
                csv.writer(text, delimiter="\t", lineterminator="\r\n").writerows(rows)
                content = text.getvalue().encode("utf-8-sig")
            made.writestr(name, content)
    return target


@pytest.mark.parametrize(("status", "state"), [("120", "approved"), ("65", "rejected")])
def test_what_the_other_tool_decides_is_a_change(filled, on_hold, tmp_path, status, state):
    """On hold in KoboToolbox, then approved or rejected in Survey Solutions."""
    keys = {key.replace("-", "") for key in on_hold}
    path = decided(SURVEY_SOLUTIONS[0], tmp_path, keys=keys, status=status)
    store = filled([ON_HOLD, SURVEY_SOLUTIONS[0]])
    receipt = pipeline.ingest(store, path, WAVE)
    assert set(receipt.comparison.changed) == set(on_hold)
    assert receipt.comparison.untold == ()
    assert set(store.microdata(WAVE).households.loc[on_hold, "review"]) == {state}


def test_two_sessions_at_once(stores, exports):
    """Both look at their file before either is kept; whoever is first, the state is the same."""
    ends = []
    for order in ((0, 1), (1, 0)):
        root = stores().root
        sessions = [Store(root), Store(root)]
        seen = [
            pipeline.preview(s, path, WAVE) for s, path in zip(sessions, (ORIGINAL, CORRECTED), strict=True)
        ]
        receipts = [pipeline.accept(sessions[place], seen[place]) for place in order]
        assert [receipt.status for receipt in receipts] == ["accepted"] * 2
        again = [pipeline.accept(sessions[1 - place], seen[place]).status for place in order]
        assert again == ["duplicate"] * 2
        ends.append(Store(root))
    assert_same_state(*ends)


def test_the_release_does_not_know_the_order(example_store, stores):
    """Eleven districts and a corrected one: one release, whichever came first."""
    names = []
    sent = [example_store.export(upload.upload_id) for upload in example_store.uploads(WAVE)]
    corrected = read_export(CORRECTED, example_wave().instrument)
    for order in ([*sent, corrected], [corrected, *sent[::-1]]):
        store = stores()
        store._microdata.update(example_store._microdata)
        for export in order:
            store.accept(export, WAVE)
        names.append(pipeline.release(store, WAVE).id)
    assert names[0] == names[1] != example_store.releases(WAVE)[0]["release_id"]
