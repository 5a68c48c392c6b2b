"""A release answers a later comparison as the interviews of both waves together would, without them."""

import dataclasses
import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from estimation import Calibration, Design, Overlap, estimate_proportions
from survey import pipeline
from survey.__main__ import app
from survey.change import change_between
from survey.estimates import release_tables
from survey.indicators import load_definition
from survey.messages import Refusal
from survey.release import read_release
from survey.store import Store

BREAKDOWNS = (
    "province", "district", "residence", "sex", "age_group", "ethnicity", "education", "disability",
    "poverty",
)  # fmt: skip
SNAPSHOTS = Path(__file__).with_name("snapshots")
LATER = "2027"
NAMES = ["indicator", "base", "unit"]
NUMBERS = ["estimate", "se", "ci_low", "ci_high", "df", "t", "p_value"]
KEPT = sorted(f"comparable_{name}.parquet" for name in ("about", "members", "parents", "psus", "scores"))
CLOSE = 1e-12


@pytest.fixture(scope="module")
def pair(two_waves):
    """Names of the two releases."""
    return [two_waves.releases(wave)[0]["release_id"] for wave in ("2026", LATER)]


@pytest.fixture(scope="module")
def releases(two_waves, pair):
    return [two_waves.open_release(name) for name in pair]


@pytest.fixture(scope="module")
def scored(two_waves):
    """Scored interviews of both waves."""
    return {wave: pipeline.score(pipeline.weigh(two_waves, wave)) for wave in ("2026", LATER)}


def change_of_stacked_interviews(scored, by, overlap):
    """The change by estimating the interviews of both waves together, each wave raked on its own."""
    persons, registers = (
        pd.concat([getattr(one, table).assign(wave=wave) for wave, one in scored.items()], ignore_index=True)
        for table in ("persons", "register")
    )
    crossed = {f"{name}_wave": persons[name] + "/" + persons["wave"] for name in ("stratum", "sex_age")}
    persons = persons.assign(province="province", **crossed)
    first = next(iter(scored.values()))
    shared = overlap != "independent"
    design = Design(
        weight="w_raked",
        strata="stratum",
        psu="ea_code",
        register=registers[["stratum", "ea_code"]].drop_duplicates() if shared else registers,
        calibration=Calibration(variables=tuple(crossed), initial_weight="w_nr"),
        overlap=Overlap(wave="wave", kind=overlap),
    )
    changes = estimate_proportions(persons, list(first.published()), by=["wave", by], design=design).change(
        *scored
    )
    meaning = changes["indicator"].map(first.published())
    return changes.rename(columns={by: "unit"}).assign(indicator=meaning.str[0], base=meaning.str[1])


def assert_same_change(found, stacked):
    both = found.merge(stacked, on=NAMES, suffixes=("", "_stacked"), validate="one_to_one")
    assert len(both) == len(found) == len(stacked)
    for name in NUMBERS:
        np.testing.assert_allclose(both[name], both[f"{name}_stacked"], rtol=CLOSE, atol=CLOSE, err_msg=name)
    assert both["quality"].to_list() == both["quality_stacked"].to_list()


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_independent_waves_are_the_stacked_interviews(scored, releases, by):
    found = change_between(*releases, overlap="independent", by=by).table
    assert_same_change(found, change_of_stacked_interviews(scored, by, "independent"))


@pytest.mark.parametrize("overlap", ["same_psus", "panel"])
@pytest.mark.parametrize("by", ["province", "district", "residence"])
def test_waves_that_share_areas_are_the_stacked_interviews(scored, releases, by, overlap):
    found = change_between(*releases, overlap=overlap, by=by)
    assert found.areas == (130, 130, 129)
    assert_same_change(found.table, change_of_stacked_interviews(scored, by, overlap))


def test_no_interview_is_read(two_waves, pair, tmp_path):
    root = tmp_path / "store"
    shutil.copytree(two_waves.root, root)
    for folder in ("uploads", "waves"):
        shutil.rmtree(root / folder)
    for overlap in ("independent", "same_psus"):
        found = pipeline.change(Store(root), *pair, overlap=overlap, by="district").table
        expected = pipeline.change(two_waves, *pair, overlap=overlap, by="district").table
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_the_release_keeps_its_published_numbers_to_the_bit(two_waves, scored, pair):
    release, tables = two_waves.open_release(pair[1]), release_tables(scored[LATER])
    assert tuple(release.comparable) == BREAKDOWNS
    for breakdown, made in tables.comparable.items():
        pd.testing.assert_frame_equal(release.comparable[breakdown].frame, made.frame, check_exact=True)
        np.testing.assert_allclose(
            release.comparable[breakdown].covariance(), made.covariance(), rtol=1e-9, atol=1e-16
        )
        if breakdown in {"province", "district", "residence"}:
            np.testing.assert_array_equal(release.comparable[breakdown].covariance(), made.covariance())


def test_a_suppressed_change_has_the_reason_of_the_worse_wave(releases):
    table = change_between(*releases, overlap="independent", by="district").table
    own = [
        release.estimates.query("breakdown == 'district' and base != 'all_ages'").set_index(NAMES)
        for release in releases
    ]
    for _, row in table.iterrows():
        key = tuple(row[NAMES])
        assert [row["estimate_from"], row["estimate_to"]] == [one.at[key, "estimate"] for one in own]
        if row["quality"] != "present":
            assert (row["quality"], row["reason"]) in [
                (one.at[key, "quality"], one.at[key, "reason"]) for one in own
            ]
    assert set(table.loc[table["quality"] == "present", "reason"]) == {""}
    assert {"present", "review", "suppress"} == set(table["quality"])


def refused(*releases, overlap="independent", by="province"):
    with pytest.raises(Refusal) as told:
        change_between(*releases, overlap=overlap, by=by)
    return told.value.findings[0]


def test_two_releases_of_one_wave_are_refused(releases):
    assert refused(releases[0], releases[0]).code == "change_same_wave"


@pytest.mark.parametrize("overlap", ["same_psus", "panel"])
@pytest.mark.parametrize("by", ["sex", "age_group", "ethnicity"])
def test_areas_with_one_or_two_members_are_not_matched(releases, by, overlap):
    found = refused(*releases, overlap=overlap, by=by)
    assert found.code == "change_needs_interviews"
    assert "province, district, residence" in found.sentence("vi")


def test_waves_without_a_common_area_share_none(releases):
    later = releases[1].comparable["province"]
    units = later.variation.units
    renamed = dataclasses.replace(units, psus=units.psus.assign(ea_code=units.psus["ea_code"] + "x"))
    moved = dataclasses.replace(later, variation=dataclasses.replace(later.variation, units=renamed))
    elsewhere = dataclasses.replace(releases[1], comparable={"province": moved})
    assert refused(releases[0], elsewhere, overlap="same_psus").code == "change_without_shared_areas"
    assert change_between(releases[0], elsewhere, overlap="independent", by="province").areas == (130, 130, 0)


def with_words(definition, tmp_path, *, old, new):
    path = tmp_path / "definition.yaml"
    path.write_text(definition.source.decode().replace(old, new), encoding="utf-8")
    return load_definition(path)


def test_another_definition_is_refused_by_name_and_new_goals_are_not(releases, tmp_path):
    release = releases[1]
    goals = with_words(release.definition, tmp_path, old="value: 80}", new="value: 85}")
    assert goals.sha256 != release.definition.sha256
    found = change_between(
        releases[0], dataclasses.replace(release, definition=goals), overlap="panel", by="province"
    )
    assert len(found.table) == 25
    wider = with_words(release.definition, tmp_path, old="{at_least: {n: 3,", new="{at_least: {n: 2,")
    told = refused(releases[0], dataclasses.replace(release, definition=wider))
    assert (told.code, told.value) == ("change_other_definition", "headline")
    assert "kynangso release --wave 2026" in told.sentence("vi")


def test_another_edition_of_the_territory_is_refused(releases):
    moved = {**releases[1].manifest, "geography": {"pack": "binh_phuoc", "edition": "2025-07-01"}}
    told = refused(releases[0], dataclasses.replace(releases[1], manifest=moved))
    assert told.code == "change_other_geography"
    assert "2025-07-01" in told.sentence("en")


def test_other_ways_to_the_interval_are_refused(releases):
    province = dataclasses.replace(releases[1].comparable["province"], level=0.9)
    told = refused(releases[0], dataclasses.replace(releases[1], comparable={"province": province}))
    assert told.code == "change_not_computed"
    assert "level" in told.sentence("vi")


def test_a_release_from_before_is_read_and_not_compared(two_waves, pair, tmp_path):
    folder = tmp_path / pair[0]
    shutil.copytree(two_waves.root / "releases" / pair[0], folder)
    for name in KEPT:
        (folder / name).unlink()
    old = read_release(folder)
    pd.testing.assert_frame_equal(old.estimates, two_waves.open_release(pair[0]).estimates)
    assert old.comparable == {}
    told = refused(old, two_waves.open_release(pair[1]))
    assert (told.code, told.value) == ("release_without_scores", pair[0])


@pytest.mark.parametrize("name", KEPT)
def test_a_flipped_bit_of_what_is_kept_is_found(own_store, name):
    path = next(own_store.root.glob(f"releases/*/{name}"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [(found.code, Path(found.file).name) for found in own_store.verify()] == [
        ("store_file_changed", name)
    ]


def run(store, *words):
    return CliRunner().invoke(
        app, ["--store", str(store.root), "change", *words], env={"COLUMNS": "140"}, catch_exceptions=False
    )


@pytest.mark.parametrize(("by", "language"), [("district", "vi"), ("province", "en"), ("sex", "vi")])
def test_the_terminal_shows_the_published_shares(two_waves, pair, by, language):
    told = run(two_waves, *pair, "--overlap", "independent", "--by", by, "--language", language)
    assert told.exit_code == 0
    path = SNAPSHOTS / f"change_{by}_{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(told.stdout, encoding="utf-8")
    assert told.stdout == path.read_text(encoding="utf-8")


def test_csv_and_json_hold_every_row(two_waves, pair):
    words = [*pair, "--overlap", "same_psus", "--by", "district"]
    table = pd.read_csv(io.StringIO(run(two_waves, *words, "--csv").stdout), dtype={"unit": str})
    told = json.loads(run(two_waves, *words, "--json").stdout)
    assert (told["from"], told["to"], told["overlap"]) == (*pair, "same_psus")
    assert told["areas"] == {"from": 130, "to": 130, "both": 129}
    assert len(table) == len(told["changes"]) == 25 * 11
    assert list(table.columns) == list(told["changes"][0])
    assert table["se"].to_list() == pytest.approx([row["se"] for row in told["changes"]])


def test_the_overlap_must_be_declared_and_releases_known(two_waves, pair):
    assert run(two_waves, *pair).exit_code == 2
    assert run(two_waves, *pair, "--overlap", "partly").exit_code == 2
    unknown = run(two_waves, pair[0], "2027-khong", "--overlap", "panel", "--json")
    assert (unknown.exit_code, json.loads(unknown.stdout)["findings"][0]["code"]) == (1, "release_unknown")
