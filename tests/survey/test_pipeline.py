import dataclasses
import json
import re
from pathlib import Path

import openpyxl
import pytest

from survey import pipeline, places
from survey.commands.show import EXAMPLE_WAVE, example_files, example_wave
from survey.messages import Refusal
from survey.store import Store

ROOT = Path(__file__).parents[2]
TRUTH = json.loads((ROOT / "tests/reference/wave_2026/truth.json").read_text(encoding="utf-8"))
CENTRAL = sorted((ROOT / "tests/data/wave_2026").glob("central_*.zip"))
CORRECTED = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
DISTRICTS = sorted(TRUTH["a_counts"]["by_district"])


def counted(receipt):
    told = receipt if isinstance(receipt, dict) else receipt.to_json()
    return {name: told[name] for name in ("households", "members", "interviews")}


def true_counts(counts):
    return {
        "households": counts["unique_hh_id"],
        "members": counts["members"],
        "interviews": counts["completes"] + counts["partials"],
    }


def content(root):
    """Every file of a store but the catalogue, with its bytes."""
    return {
        path: path.read_bytes() for path in root.rglob("*") if path.is_file() and "catalogue" not in path.name
    }


@pytest.mark.parametrize("district", DISTRICTS)
def test_each_district_file_gives_its_true_counts(example_receipts, district):
    receipt, truth = example_receipts[district], TRUTH["a_counts"]["by_district"][district]
    assert receipt["status"] == "accepted"
    assert counted(receipt) == true_counts(truth)
    assert receipt["submissions"] == {"new": truth["rows"], "changed": 0, "unchanged": 0, "missing": 0}
    assert receipt["form_versions"] == list(truth["form_version"])


def test_the_eleven_files_make_the_whole_wave(example_store):
    truth, wave = TRUTH["a_counts"]["all_submissions"], example_store.microdata("2026")
    assert len(wave.households) == wave.households.index.nunique() == truth["unique_root_uuid"]
    assert wave.households["hh_id"].nunique() == truth["unique_hh_id"]
    assert len(wave.members) == truth["members"]
    assert wave.households["disp_final"].value_counts().to_dict() == truth["disposition"]
    assert list(wave.household_states.index) == list(wave.households.index)
    assert len(wave.member_states) == len(wave.members)


@pytest.mark.parametrize("path", CENTRAL, ids=lambda path: path.stem)
def test_the_same_interviews_from_another_tool_are_unchanged(example_store, path):
    truth = TRUTH["a_counts"]["all_submissions"]
    receipt = pipeline.preview(example_store, path, "2026").receipt()
    assert receipt.source == "odk_central"
    assert counted(receipt) == true_counts(truth)
    assert receipt.comparison.counts() == {
        "new": 0, "changed": 0, "unchanged": truth["rows"], "missing": 0
    }  # fmt: skip


def test_a_central_archive_alone_gives_the_true_counts(tmp_path):
    store = Store(tmp_path / "store")
    store.add_wave(example_wave())
    receipt = pipeline.ingest(store, CENTRAL[0], "2026")
    truth = TRUTH["a_counts"]["all_submissions"]
    assert counted(receipt) == true_counts(truth)
    assert receipt.comparison.counts()["new"] == truth["rows"]


def test_a_corrected_file_shows_what_is_new_changed_unchanged_and_missing(own_store):
    log, counts = TRUTH["reupload_692"]["log"], TRUTH["reupload_692"]["counts"]
    receipt = pipeline.ingest(own_store, CORRECTED, "2026")
    assert counted(receipt) == true_counts(counts)
    assert receipt.comparison.counts() == {"new": 2, "changed": 3, "unchanged": 199, "missing": 1}
    ids = receipt.to_json()["submission_ids"]
    assert set(ids["new"]) == {entry["root_uuid"] for entry in log["new"]}
    assert set(ids["changed"]) == {entry["root_uuid"] for entry in log["edited"]}
    assert ids["missing"] == [log["deleted"][0]["root_uuid"]]
    told = [found for found in receipt.findings if found.code == "submission_missing"]
    assert [found.value for found in told] == [log["deleted"][0]["hh_id"]]
    wave = own_store.microdata("2026")
    assert len(wave.households) == TRUTH["a_counts"]["all_submissions"]["rows"] + 2  # the missing one is kept
    for entry in log["edited"]:
        assert wave.households.at[entry["root_uuid"], entry["field"]] == str(entry["new"])


def test_an_older_file_sent_again_does_not_win(own_store):
    pipeline.ingest(own_store, CORRECTED, "2026")
    before = own_store.microdata("2026").households
    older = next(path for path in example_files() if path.stem.endswith("692"))
    receipt = pipeline.ingest(own_store, older, "2026")
    assert receipt.status == "duplicate"
    assert own_store.microdata("2026").households.equals(before)
    told = next(found for found in receipt.findings if found.code == "upload_superseded")
    assert told.facts["count"] == "3"


def test_the_same_bytes_under_another_name_change_nothing(own_store, tmp_path):
    before = content(own_store.root)
    head = own_store.catalogue.sealed()["head"]
    copy = tmp_path / "bản sao.xlsx"
    copy.write_bytes(example_files()[0].read_bytes())
    receipt = pipeline.ingest(own_store, copy, "2026")
    rows = TRUTH["a_counts"]["by_district"][DISTRICTS[0]]["rows"]
    assert receipt.status == "duplicate"
    assert receipt.file == "bản sao.xlsx"
    assert receipt.comparison.counts() == {"new": 0, "changed": 0, "unchanged": rows, "missing": 0}
    assert content(own_store.root) == before
    assert own_store.catalogue.sealed()["head"] == head


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("empty.xlsx", lambda whole: b""),
        ("half.xlsx", lambda whole: whole[: len(whole) // 2]),
        ("words.xlsx", lambda whole: b"ea_code;hh_no\n1;2\n" * 50),
        ("picture.png", lambda whole: b"\x89PNG\r\n\x1a\n" + bytes(200)),
    ],
)
def test_a_refused_file_leaves_no_trace(own_store, tmp_path, name, damage):
    before = content(own_store.root)
    path = tmp_path / name
    path.write_bytes(damage(example_files()[0].read_bytes()))
    told = pipeline.ingest(own_store, path, "2026").to_json()
    assert (told["status"], told["upload_id"], told["file"]) == ("refused", "", name)
    assert {found["severity"] for found in told["findings"]} == {"error"}
    assert all(found["vi"] and found["en"] for found in told["findings"])
    assert content(own_store.root) == before
    assert own_store.verify() == []


def rewritten(path, target, change):
    """Write a district file again after `change` has had its workbook."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(target)
    return target


@pytest.mark.parametrize("header", ["e/e1/e1_can_submit", "cover/hh_id", "cover/ea_code", "z/disp_final"])
def test_a_file_that_lost_a_question_is_refused_and_names_it(own_store, tmp_path, header):
    """A question without a column would read as not asked, and an indicator as No."""

    def drop(book):
        main = book.worksheets[0]
        main.delete_cols([cell.value for cell in main[1]].index(header) + 1)

    before = content(own_store.root)
    receipt = pipeline.ingest(own_store, rewritten(example_files()[0], tmp_path / "cut.xlsx", drop), "2026")
    assert receipt.status == "refused"
    assert header.rsplit("/", maxsplit=1)[-1] in receipt.findings[0].sentence("vi")
    assert content(own_store.root) == before


def test_typed_cells_and_sorted_rosters_are_unchanged(own_store, tmp_path):
    """A workbook keeps 15 digits of a number, and people sort sheets."""

    def retype(book):
        for sheet in book.worksheets:
            for row in sheet.iter_rows(min_row=2):
                for cell in row:
                    if isinstance(cell.value, str) and re.fullmatch(r"0|[1-9]\d*|\d+\.\d+", cell.value):
                        cell.value = float(f"{float(cell.value):.15g}")
        roster = book.worksheets[1]
        rows = [[cell.value for cell in row] for row in roster.iter_rows(min_row=2)]
        for place, values in enumerate(sorted(rows, key=lambda row: str(row[4])), 2):
            for column, value in enumerate(values, 1):
                roster.cell(place, column, value)

    receipt = pipeline.ingest(
        own_store, rewritten(example_files()[0], tmp_path / "typed.xlsx", retype), "2026"
    )
    rows = TRUTH["a_counts"]["by_district"][DISTRICTS[0]]["rows"]
    assert receipt.status == "accepted"
    assert receipt.comparison.counts() == {"new": 0, "changed": 0, "unchanged": rows, "missing": 0}


def test_a_preview_stores_nothing_and_its_acceptance_does(own_store):
    before = content(own_store.root)
    seen = pipeline.preview(own_store, CORRECTED, "2026")
    assert content(own_store.root) == before
    steps = []
    receipt = pipeline.accept(own_store, seen, progress=steps.append)
    assert steps == ["keep"]
    assert receipt.status == "accepted"
    assert pipeline.accept(own_store, seen).status == "duplicate"


def test_an_acceptance_after_somebody_elses_compares_again(tmp_path):
    store = Store(tmp_path / "store")
    store.add_wave(example_wave())
    original = next(path for path in example_files() if path.stem.endswith("692"))
    seen = pipeline.preview(store, CORRECTED, "2026")
    assert seen.comparison.counts()["new"] == 204
    pipeline.ingest(store, original, "2026")
    receipt = pipeline.accept(store, seen)
    assert receipt.comparison.counts() == {"new": 2, "changed": 3, "unchanged": 199, "missing": 1}


def test_every_step_is_told(own_store):
    steps = []
    pipeline.ingest(own_store, CORRECTED, "2026", name="mới.xlsx", progress=steps.append)
    assert tuple(steps) == pipeline.STEPS


def test_a_wave_without_data_or_unknown_is_refused(tmp_path):
    store = Store(tmp_path / "store")
    store.add_wave(example_wave())
    with pytest.raises(Refusal, match="no data yet"):
        pipeline.weigh(store, "2026")
    with pytest.raises(Refusal, match="has not been announced"):
        pipeline.weigh(store, "2025")
    pipeline.ingest(store, example_files()[0], "2026")
    with pytest.raises(Refusal):
        pipeline.weigh(store, "2026")
    assert pipeline.current_release(store, "2026") is None


def test_a_year_without_working_age_is_refused(example_store, tmp_path):
    weighed = pipeline.weigh(example_store, "2026")
    later = dataclasses.replace(weighed, wave=dataclasses.replace(weighed.wave, name="2031"))
    with pytest.raises(ValueError, match="2031"):
        pipeline.score(later)


def test_the_same_inputs_give_the_same_release_and_bytes(example_store, tmp_path):
    first = example_store.releases("2026")[0]["release_id"]
    other = Store(tmp_path / "other")
    other.add_wave(example_wave())
    other._microdata.update(example_store._microdata)
    for upload in example_store.uploads("2026")[::-1]:
        other.accept(example_store.export(upload.upload_id), "2026")
    assert pipeline.release(other, "2026").id == first
    folders = [store.root / "releases" / first for store in (example_store, other)]
    names = sorted(path.name for path in folders[0].iterdir())
    assert names == [
        "comparable_about.parquet",
        "comparable_members.parquet",
        "comparable_parents.parquet",
        "comparable_psus.parquet",
        "comparable_scores.parquet",
        "defined_answers.parquet",
        "defined_examples.parquet",
        "defined_open.parquet",
        "defined_questions.parquet",
        "defined_treatments.parquet",
        "defined_undetermined.parquet",
        "defined_variants.parquet",
        "defined_versions.parquet",
        "definition.yaml",
        "estimates.parquet",
        "fields_asked.parquet",
        "fields_barriers.parquet",
        "fields_funnel.parquet",
        "fields_levels.parquet",
        "fields_pairs.parquet",
        "groups_pairs.parquet",
        "groups_rest.parquet",
        "groups_sizes.parquet",
        "international.yaml",
        "international_shares.parquet",
        "manifest.json",
        "quality_cells.parquet",
        "quality_items.parquet",
        "quality_overclaim.parquet",
        "quality_response.parquet",
        "quality_undetermined.parquet",
        "response.parquet",
        "service_funnel.yaml",
        "units.parquet",
        "verdicts.parquet",
        "weighting_choices.parquet",
        "weighting_distribution.parquet",
        "weighting_headline.parquet",
        "weighting_households.parquet",
        "weighting_margins.parquet",
        "weighting_merged.parquet",
        "weighting_steps.parquet",
        "weights.json",
    ]
    assert all((folders[0] / name).read_bytes() == (folders[1] / name).read_bytes() for name in names)


def test_a_release_again_changes_nothing_and_new_data_make_a_new_one(own_store):
    first = own_store.releases("2026")[0]["release_id"]
    assert pipeline.current_release(own_store, "2026") == first
    before = content(own_store.root)
    assert pipeline.release(own_store, "2026").id == first
    assert content(own_store.root) == before
    pipeline.ingest(own_store, CORRECTED, "2026")
    assert pipeline.current_release(own_store, "2026") is None
    assert pipeline.release(own_store, "2026").id != first
    assert own_store.open_release(first).id == first
    assert own_store.verify() == []


def test_the_release_says_all_that_decided_it(example_store):
    release = example_store.open_release(example_store.releases("2026")[0]["release_id"])
    about = release.manifest
    assert (about["release_id"], about["wave"], about["state"]) == (release.id, EXAMPLE_WAVE, "draft")
    assert about["synthetic"] is True
    assert about["definition"]["id"] == "digital_service_skill"
    assert about["form"] == {
        "id": "digiskill_hh", "versions": ["2026092801"], "wave": example_wave().fingerprint
    }  # fmt: skip
    assert (about["data"]["submissions"], about["data"]["interviews"]) == (1855, 1508)
    assert len(about["data"]["uploads"]) == 11
    design = about["design"]
    assert (design["strata"], design["psu_sampled"], design["psu_with_interviews"]) == (20, 130, 129)
    assert [(goal["year"], goal["op"], goal["target"]) for goal in about["goals"]] == [
        (2025, ">=", 0.6), (2030, ">", 0.8)
    ]  # fmt: skip
    assert release.weights["weights"]["w_raked"]["sum"] == pytest.approx(725712, rel=1e-12)


def test_the_release_holds_the_companions(example_store):
    release = example_store.open_release(example_store.releases("2026")[0]["release_id"])
    estimates = release.estimates.set_index(["indicator", "base", "breakdown", "unit"]).sort_index()
    for breakdown, units in (("province", 1), ("district", 11), ("residence", 2)):
        known = estimates.loc[("headline", "age15plus", breakdown)]
        bound = estimates.loc[("headline", "all_ages", breakdown)]
        share = bound["estimate"] / known["estimate"]
        assert len(bound) == units
        assert share.between(0.6, 0.9).all()
        assert (bound["ci_high"] / known["ci_high"]).to_list() == pytest.approx(share.to_list())
        assert (bound["se"] / known["se"]).to_list() == pytest.approx(share.to_list())
    fields = release.estimates[release.estimates["indicator"].str.startswith("fields_")]
    sums = fields.groupby(["edition", "breakdown", "unit"])["estimate"].sum(min_count=7)
    sums = sums.dropna()  # a commune without a respondent has none
    assert sums.to_list() == pytest.approx([1.0] * len(sums))
    assert set(release.estimates["breakdown"]) == set(release.verdicts["breakdown"])


def test_hidden_rows_show_no_verdict_and_the_province_shows_its_own(example_store):
    verdicts = example_store.open_release(example_store.releases("2026")[0]["release_id"]).verdicts
    hidden = verdicts["quality"] == "suppress"
    assert hidden.any()
    assert set(verdicts.loc[hidden, "shown_verdict"]) == {"none"}
    province = verdicts["breakdown"] == "province"
    shown = verdicts[~hidden]
    assert (shown["shown_verdict"] == shown["verdict"].where(province, shown["family_verdict"])).all()
    assert set(zip(verdicts["indicator"], verdicts["base"], strict=True)) == {
        ("headline", "age15plus"), ("headline", "working"), ("strict", "age15plus")
    }  # fmt: skip
