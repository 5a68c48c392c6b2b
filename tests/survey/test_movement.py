"""What files would move is what releases made before and after them say."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from survey import pipeline, places
from survey.__main__ import app
from survey.commands.movement_table import show_movement
from survey.commands.show import example_files, example_wave
from survey.movement import FIGURES, KEYS, SIDES, movement, standing
from survey.store import Store
from survey.wave import EA_COLUMNS, HOUSEHOLD_COLUMNS, no_sample

CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
LAST = example_files()[-1]


def content(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def published(store):
    """The headline and its companions in a release that is made now, as the movement orders them."""
    release = pipeline.release(store, "2026")
    table = release.estimates[release.estimates["breakdown"].isin(("province", "district"))]
    pairs = [(entry.rule, entry.base) for entry in release.definition.publish]
    tables = [
        table[(table["indicator"] == rule) & (table["base"] == base)]
        for rule, base in pairs
        if base != "all_ages"  # a lower bound is a fixed share of the headline
    ]
    return pd.concat(tables, ignore_index=True)[[*KEYS, *FIGURES]]


def side_of(found, side):
    figures = found.shares[[*KEYS, *(f"{name}_{side}" for name in FIGURES)]]
    return figures.set_axis([*KEYS, *FIGURES], axis=1)


@pytest.fixture(scope="module")
def partial_store(example_store, tmp_path_factory):
    """Make a store of the example wave with its first district files accepted."""

    def made(count):
        store = Store(tmp_path_factory.mktemp("partial") / "store")
        store.add_wave(example_wave())
        for upload in example_store.uploads("2026")[:count]:
            store.accept(example_store.export(upload.upload_id), "2026")
        store._microdata.update(example_store._microdata)
        return store

    return made


@pytest.fixture(scope="module")
def correction(example_store):
    """What the corrected file of one district moves."""
    return movement(example_store, "2026", [pipeline.preview(example_store, CORRECTED, "2026")])


def test_both_sides_of_a_correction_are_the_releases_before_and_after_it(own_store):
    before, standing_before = published(own_store), standing(own_store, "2026")
    seen = pipeline.preview(own_store, CORRECTED, "2026")
    found = movement(own_store, "2026", [seen])
    assert found.now is standing_before  # computed once for what the store holds
    pipeline.accept(own_store, seen)
    assert standing(own_store, "2026") is not standing_before
    pd.testing.assert_frame_equal(side_of(found, "now"), before, check_exact=True, check_dtype=False)
    pd.testing.assert_frame_equal(
        side_of(found, "after"), published(own_store), check_exact=True, check_dtype=False
    )
    assert (found.shares["difference"] == found.shares["estimate_after"] - found.shares["estimate_now"]).all()
    assert found.files == ("kobo_xml_692.xlsx",)
    moved = found.telling().query("breakdown == 'district'")
    assert list(moved["unit"]) == ["692"]  # the raking touches all others, too, below what is shown


def test_the_last_district_and_a_correction_together_complete_the_wave(partial_store):
    store = partial_store(10)
    seen = [pipeline.preview(store, path, "2026") for path in (LAST, CORRECTED)]
    found = movement(store, "2026", seen)
    assert found.now.shares.empty
    assert [why.code for why in found.now.why] == ["movement_strata_empty"]
    assert "1 trong 20 tầng" in found.now.why[0].sentence("vi")
    assert found.shares["estimate_now"].isna().all()
    assert found.shares["difference"].isna().all()
    for one in seen:
        pipeline.accept(store, one)
    pd.testing.assert_frame_equal(
        side_of(found, "after"), published(store), check_exact=True, check_dtype=False
    )


def test_early_in_the_fieldwork_the_response_is_told_alone(partial_store):
    store = partial_store(0)
    found = movement(store, "2026", [pipeline.preview(store, path, "2026") for path in example_files()[:2]])
    assert found.shares.empty
    assert [dict(side.why[0].facts)["count"] for side in (found.now, found.after)] == ["20", "16"]
    response = found.response.set_index(["breakdown", "unit"])
    province = response.loc[("province", "province")]
    originals = example_wave().sample_households["kind"].eq("original").sum()
    assert province[["issued_now", "returned_now", "interviewed_now", "begun_now"]].to_list() == [
        originals, 0, 0, 0
    ]  # fmt: skip
    assert response.at[("district", "688"), "returned_after"] == 126
    assert response.at[("district", "690"), "returned_after"] == 0
    assert json.dumps(found.to_json(), allow_nan=False)


def test_counts_of_the_response_are_those_of_the_release(example_store):
    found = movement(example_store, "2026", []).response
    release = example_store.open_release(example_store.releases("2026")[0]["release_id"]).response
    for breakdown in ("province", "district"):
        own = found[found["breakdown"] == breakdown].set_index("unit")
        known = release[release["breakdown"] == breakdown].set_index("unit").loc[own.index]
        assert own["issued_now"].to_list() == known["issued"].to_list()
        assert own["interviewed_now"].to_list() == (known["I"] + known["P"]).to_list()
    areas = found[found["breakdown"] == "area"]
    assert len(areas) == 130
    assert (areas["done_now"] == (areas["returned_now"] == areas["issued_now"])).all()
    assert areas["returned_now"].sum() == 1850  # households of the reference that have a submission


def test_a_file_accepted_before_moves_nothing(example_store):
    found = movement(example_store, "2026", [pipeline.preview(example_store, LAST, "2026")])
    assert found.files == ()
    assert found.after is found.now
    assert (found.shares["difference"] == 0).all()
    assert set(found.telling()["breakdown"]) == {"province"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"sample_eas": no_sample(EA_COLUMNS), "sample_households": no_sample(HOUSEHOLD_COLUMNS)},
            "wave_without_sample",
        ),
        ({"definition": ""}, "wave_without_definition"),
    ],
)
def test_a_wave_that_cannot_be_estimated_says_why(example_store, tmp_path, changes, code):
    store = Store(tmp_path / "store")
    store.add_wave(dataclasses.replace(example_wave(), **changes))
    for upload in example_store.uploads("2026"):
        store.accept(example_store.export(upload.upload_id), "2026")
    store._microdata.update(example_store._microdata)
    found = movement(store, "2026", [])
    assert [why.code for why in found.now.why] == [code]
    assert found.response.empty == (code == "wave_without_sample")


def test_sides_are_told_as_they_begin(example_store):
    told = []
    movement(example_store, "2026", [], progress=told.append)
    assert tuple(told) == SIDES


def run(*words, store):
    return CliRunner().invoke(app, ["--store", str(store.root), *map(str, words)], catch_exceptions=False)


def test_a_dry_run_tells_all_and_stores_nothing(own_store, tmp_path):
    broken = tmp_path / "hỏng.xlsx"
    broken.write_bytes(CORRECTED.read_bytes()[:20_000])
    before, head = content(own_store.root), own_store.catalogue.sealed()["head"]
    listed = tmp_path / "vấn đề.csv"
    words = ["ingest", CORRECTED, LAST, broken, "--wave", "2026", "--dry-run", "--findings", listed]
    told = run(*words, "--json", store=own_store)
    assert told.exit_code == 1  # one file would be refused
    looked = json.loads(told.stdout)
    assert looked["dry_run"] is True
    assert [one["status"] for one in looked["files"]] == ["would_accept", "duplicate", "refused"]
    assert looked["files"][0]["submissions"] == {"new": 2, "changed": 3, "unchanged": 199, "missing": 1}
    province = looked["movement"]["shares"][0]
    assert (province["unit"], province["n_now"], province["n_after"]) == ("province", 1492, 1494)
    assert np.isclose(province["difference"], province["estimate_after"] - province["estimate_now"], rtol=0)
    assert listed.is_file()
    assert content(own_store.root) == before
    assert own_store.catalogue.sealed()["head"] == head
    assert own_store.verify() == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("vi", ("Tỉnh Bình Phước", "40,5% (36,9% đến 44,1%)", "Hộ có phiếu")),
        ("en", ("Bình Phước province", "40.5% (36.9% to 44.1%)", "With a submission")),
    ],
)
def test_the_tables_speak_both_languages(correction, capsys, monkeypatch, language, said):
    monkeypatch.setenv("COLUMNS", "200")
    show_movement(correction, example_wave(), language)
    told = capsys.readouterr().out
    assert all(words in told for words in (*said, "1492 → 1494", "203 → 205", "172 → 174"))


def test_a_dry_run_of_an_empty_wave_says_what_is_missing(partial_store, tmp_path):
    broken = tmp_path / "hỏng.xlsx"
    broken.write_bytes(b"PK")
    told = run("ingest", broken, "--wave", "2026", "--dry-run", store=partial_store(0))
    assert told.exit_code == 1
    assert "còn 20 trong 20 tầng chưa có phỏng vấn" in told.stdout
    assert "chưa lưu gì vào đợt 2026" in told.stdout
    assert "mô phỏng" in told.stdout
    assert "hỏng.xlsx" in told.stderr
