"""A published number is the sum of the rows that its trace names, and stays so when later files come."""

import dataclasses
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from survey import pipeline, places
from survey import trace as tracing
from survey.__main__ import app
from survey.commands.show import example_files
from survey.corrections.log import Cell, Correction, append
from survey.durable import sha256_of
from survey.messages import Refusal
from survey.registration import register
from survey.store import Store
from survey.trace import trace
from survey.trace_rows import INTERVIEW_COLUMNS, OTHER_COLUMNS

ROOT = Path(__file__).parents[2]
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
REFERENCE = ROOT / "tests" / "reference" / "wave_2026"
ARCHIVE = ROOT / "tests" / "data" / "wave_2026" / "digiskill_hh_1_Tabular_All.zip"


@pytest.fixture(scope="module")
def release_id(example_store):
    return example_store.releases("2026")[0]["release_id"]


@pytest.fixture(scope="module")
def province(example_store, release_id):
    return trace(example_store, release_id)


@pytest.mark.parametrize(
    ("indicator", "base", "by", "unit"),
    [("headline", None, "district", "689"), ("strict", "age15plus", "residence", "urban"),
     ("headline", "working", "sex", "2")],
)  # fmt: skip
def test_the_rows_sum_up_to_the_published_number(example_store, release_id, indicator, base, by, unit):
    found = trace(example_store, release_id, indicator=indicator, base=base, by=by, unit=unit)
    assert found.is_same
    assert found.same_software
    assert found.same_data
    assert found.share == pytest.approx(found.published["estimate"], rel=1e-12)
    assert len(found.interviews) == found.published["n"]
    assert found.interviews["ea_code"].nunique() <= found.published["n_psu"]
    assert set(found.interviews["y"]) == {0, 1}


def test_weights_and_answers_of_the_rows_are_those_of_the_reference(province):
    known = pd.read_csv(REFERENCE / "weights_indicators.csv").dropna(subset="headline").set_index("hh_id")
    rows = province.interviews.set_index("household")
    assert sorted(rows.index) == sorted(known.index)
    known = known.loc[rows.index]
    assert rows["weight"].to_numpy() == pytest.approx(known["w_raked"].to_numpy(), rel=1e-9)
    assert rows["y"].to_list() == known["headline"].astype(int).to_list()
    assert province.share == pytest.approx(province.published["estimate"], rel=1e-12)


def test_every_row_names_its_place_in_the_file(province):
    for path in example_files()[:2]:
        rows = province.interviews[province.interviews["upload"] == sha256_of(path)]
        assert set(rows["file"]) == {path.name}
        header, *cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        place = next(header.index(name) for name in header if name.endswith("rootUuid"))
        for row, submission in zip(rows["row"], rows["submission"], strict=True):
            assert submission in str(cells[row - 2][place])


def test_rows_hold_one_answer_and_nobodys_name(province):
    assert tuple(province.interviews.columns) == INTERVIEW_COLUMNS
    assert tuple(province.others.columns) == OTHER_COLUMNS


def test_every_issued_household_counts_or_has_a_reason(example_store, province):
    reasons = province.others["reason"].value_counts()
    release = province.release
    issued = release.response.set_index(["breakdown", "unit"]).at[("province", "province"), "issued"]
    copies = reasons.pop("copy")
    assert len(province.interviews) + reasons.sum() == issued
    assert (
        copies == len(example_store.microdata("2026").households) - 1850
    )  # second submissions of a household
    assert reasons["no_score"] == release.manifest["data"]["interviews"] - province.published["n"]
    final = pd.read_csv(REFERENCE / "households_final.csv", dtype=str, keep_default_na=False)
    assert reasons["wrong_respondent"] == (final["reason"] == "wrong respondent").sum()
    assert reasons["rejected"] == (final["reason"] == "interview rejected").sum()
    assert reasons["no_submission"] == (final["reason"] == "no submission").sum()


def test_an_old_release_is_traced_as_it_was_after_a_later_upload(own_store, release_id, province):
    pipeline.ingest(own_store, CORRECTED, "2026")
    old = trace(own_store, release_id)
    assert old.is_same
    assert old.same_data
    pd.testing.assert_frame_equal(old.interviews, province.interviews)
    assert "replaced" not in set(old.others["reason"])
    newer = trace(own_store, pipeline.release(own_store, "2026").id, by="district", unit="692")
    assert newer.is_same
    assert newer.share == pytest.approx(newer.published["estimate"], rel=1e-12)
    replaced = newer.others[newer.others["reason"] == "replaced"]
    assert len(replaced) == 3
    original = next(path for path in example_files() if path.stem.endswith("692"))
    assert set(replaced["upload"]) == {sha256_of(original)}
    current = newer.interviews.set_index("submission").loc[replaced["submission"], "upload"]
    assert set(current) == {sha256_of(CORRECTED)}


def test_a_state_that_a_tool_cannot_tell_is_named_and_replaces_nothing(own_store):
    """Survey Solutions has no "on hold": that of KoboToolbox stands, and the trace says for which rows."""
    before = own_store.microdata("2026").households["review"]
    pipeline.ingest(own_store, ARCHIVE, "2026")
    found = trace(own_store, pipeline.release(own_store, "2026").id)
    assert found.is_same
    pd.testing.assert_series_equal(own_store.microdata("2026").households["review"], before)
    untold = found.others[found.others["reason"] == "state_untold"]
    assert set(untold["upload"]) == {sha256_of(ARCHIVE)}
    sent = own_store.microdata("2026", upload=sha256_of(ARCHIVE)).households.index
    assert set(untold["submission"]) == set(sent[before.reindex(sent) == "has_issues"])
    assert "replaced" not in set(found.others["reason"])


def test_a_form_version_registered_later_does_not_count(own_store, tmp_path):
    later = Store(own_store.root, clock=lambda: datetime(2099, 1, 1, tzinfo=UTC))
    source = tmp_path / "form.md"
    form = (ROOT / "questionnaires" / "digiskill_hh.md").read_text(encoding="utf-8")
    source.write_text(form.replace("2026092801", "2027010101"), encoding="utf-8")
    register(later.catalogue, source)
    release = later.open_release(later.releases("2026")[0]["release_id"])
    wave = later.wave("2026")
    assert set(later.form("2026").asked) == {"2026092801", "2027010101"}
    assert set(tracing._form(later, release, wave).asked) == {"2026092801"}


def frozen_otherwise(store, shift):
    """Freeze a release whose headline of the province is off, as an older software might have left it."""
    true = store.open_release(store.releases("2026")[0]["release_id"])
    name = "2026-000000000000"
    wanted = true.estimates["indicator"].eq("headline") & true.estimates["breakdown"].eq("province")
    estimates = true.estimates.assign(estimate=true.estimates["estimate"] + shift * wanted)
    other = {**true.manifest, "release_id": name, "software": {"name": "kynangso", "version": "0.0.1"}}
    other["data"] = {**other["data"], "fingerprint": "0" * 64}
    store.freeze(dataclasses.replace(true, id=name, manifest=other, estimates=estimates))
    return name


def run(*words, store):
    return CliRunner().invoke(app, ["--store", str(store.root), *map(str, words)], catch_exceptions=False)


def test_a_number_that_comes_out_otherwise_is_said_with_the_difference(own_store):
    name = frozen_otherwise(own_store, 0.25)
    told = run("trace", name, store=own_store)
    assert told.exit_code == 0
    assert f"không phải bản đã tạo bản công bố {name}" in told.stdout
    assert "nay được đọc khác với lúc công bố" in told.stderr
    assert "khác số đã công bố 0,65474877418" in told.stderr
    assert "not the published 0.65474877418" in told.stderr
    assert re.search(r"\(off by -0\.25(0{10}\d*)?\)|\(off by -0\.249{10}\d*\)", told.stderr)
    assert "khớp đến chữ số cuối cùng" not in told.stdout


def test_the_command_writes_every_row_with_every_digit(example_store, release_id, tmp_path):
    out = tmp_path / "truy.csv"
    words = ["trace", release_id, "--by", "district", "--unit", "689", "--all", "--csv", out, "--json"]
    told = run(*words, store=example_store)
    assert told.exit_code == 0
    found = json.loads(told.stdout)
    assert found["same"] is True
    rows = pd.read_csv(out, dtype={"ea_code": str})
    assert list(rows.columns) == [*INTERVIEW_COLUMNS, "disposition", "reason"]
    counted = rows[rows["y"].notna()]
    release = example_store.open_release(release_id).estimates
    row = release.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'district' and unit == '689'"
    ).iloc[0]
    assert counted["contribution"].sum() / counted["weight"].sum() == pytest.approx(
        row["estimate"], rel=1e-12
    )
    assert len(found["interviews"]) == len(counted) == row["n"]
    assert len(found["others"]) == len(rows) - len(counted)
    assert {one["reason"] for one in found["others"]} >= {"result", "no_score"}


def test_the_command_lists_rows_and_reasons_in_words(example_store, release_id, monkeypatch):
    monkeypatch.setenv("COLUMNS", "220")
    words = ["trace", release_id, "--by", "district", "--unit", "688", "--indicator", "headline@working"]
    told = run(*words, "--all", store=example_store)
    assert "khớp đến chữ số cuối cùng" in told.stdout
    assert "Thị xã Phước Long" in told.stdout
    assert "không có phỏng vấn" in told.stdout
    assert "dùng --csv" in told.stdout
    assert "không được công bố" in told.stderr  # 90 interviews, an effective sample too small to publish


@pytest.mark.parametrize(
    ("number", "known"),
    [
        ({"indicator": "happiness"}, "know_ps"),
        ({"base": "all_ages"}, "age15plus, working"),
        ({"by": "district"}, "688, 689"),
        ({"by": "commune"}, "residence"),
    ],
)
def test_an_unknown_number_is_refused_with_those_there_are(example_store, release_id, number, known):
    with pytest.raises(Refusal, match=known):
        trace(example_store, release_id, **number)


def test_an_unknown_release_is_refused(example_store):
    with pytest.raises(Refusal, match="no release"):
        trace(example_store, "2026-none")


def test_a_release_is_traced_by_the_decisions_that_held_when_it_was_frozen(own_store):
    """Later corrections do not reach back, those of its time are applied again."""
    store = own_store
    first = store.releases("2026")[-1]["release_id"]
    key = store.microdata("2026").households.index[0]
    old = store.microdata("2026").households.at[key, "b4_net"]
    cell = Cell(key, "", 0, "b4_net")
    append(
        store.catalogue,
        "2026",
        [Correction(cell, old, "2" if old != "2" else "1", "GS01", "gọi lại")],
        seen=0,
    )
    second = pipeline.release(store, "2026").id
    assert second != first
    for name in (first, second):
        found = trace(store, name)
        assert found.same_data
        assert found.recomputed["estimate"] == found.published["estimate"]
