"""The release of a form: it says the same as its source, and the same source gives the same bytes."""

import hashlib
from pathlib import Path

import pytest
from pyxform.xls2xform import convert

from survey.forms.tables import read_form
from survey.forms.xlsform import build_form, check_media
from survey.instrument import load_instrument, read_contract
from survey.messages import Refusal

QUESTIONNAIRES = Path(__file__).parents[3] / "questionnaires"
SOURCE = QUESTIONNAIRES / "digiskill_hh.md"
RELEASE = QUESTIONNAIRES / "releases" / "2026092801"
COLUMNS = "ea_code,ea_label,commune_code,commune_name,district_code,district_name"


@pytest.fixture
def sample(tmp_path):
    path = tmp_path / "sample_eas.csv"
    path.write_text(f"\ufeff{COLUMNS}\n25245002,Xã A,25245,Xã A,688,Thị xã B\n", encoding="utf-8")
    return path


@pytest.fixture
def built(tmp_path, sample):
    return build_form(SOURCE, tmp_path / "releases", (sample,))


def test_the_release_holds_form_contract_media_and_sums(built, sample):
    assert built.folder.name == built.version == "2026092801"
    assert list(built.files) == ["form.xlsx", "contract.json", "sample_eas.csv"]
    assert (built.folder / "sample_eas.csv").read_bytes() == sample.read_bytes()
    for line in (built.folder / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((built.folder / name).read_bytes()).hexdigest() == digest == built.files[name]
    assert not [found for found in built.findings if found.severity != "note"]


def test_the_same_form_gives_the_same_bytes(built, sample, tmp_path):
    again = build_form(SOURCE, tmp_path / "again", (sample,))
    from_workbook = build_form(built.folder / "form.xlsx", tmp_path / "third", (sample,))
    assert again.files == built.files == from_workbook.files


def test_the_workbook_says_what_the_source_says(built):
    assert read_form(built.folder / "form.xlsx") == read_form(SOURCE)
    assert read_contract(built.folder / "contract.json") == load_instrument(SOURCE)


def test_pyxform_makes_the_same_form_of_both_without_a_warning(built):
    warnings: list[str] = []
    of_workbook = convert(str(built.folder / "form.xlsx"), warnings=warnings).xform
    of_source = convert(str(SOURCE), warnings=warnings, form_name="data").xform
    assert warnings == []
    assert of_workbook == of_source


def test_the_released_form_is_that_of_the_source():
    assert read_form(RELEASE / "form.xlsx") == read_form(SOURCE)
    assert read_contract(RELEASE / "contract.json") == load_instrument(SOURCE)
    for line in (RELEASE / "SHA256SUMS").read_text("utf-8").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((RELEASE / name).read_bytes()).hexdigest() == digest


def test_a_form_without_its_media_file_is_built_with_a_warning(tmp_path):
    built = build_form(SOURCE, tmp_path)
    assert [(f.code, f.value) for f in built.findings if f.severity == "warning"] == [
        ("form_media_missing", "sample_eas.csv")
    ]


def test_a_media_file_must_hold_every_column_the_form_reads(tmp_path):
    short = tmp_path / "sample_eas.csv"
    short.write_text("ea_code,commune_code,commune_name,district_code\n", encoding="utf-8")
    found = check_media(read_form(SOURCE), (short,))
    assert {(f.code, f.column) for f in found} == {
        ("form_media_column_missing", "ea_label"),
        ("form_media_column_missing", "district_name"),
    }
    with pytest.raises(Refusal, match="ea_label"):
        build_form(SOURCE, tmp_path / "releases", (short,))
    assert not (tmp_path / "releases").exists()


def test_a_faulty_form_is_not_built(tmp_path):
    source = tmp_path / "faulty.md"
    source.write_text(SOURCE.read_text("utf-8").replace("${met} = 1", "${mett} = 1"), encoding="utf-8")
    with pytest.raises(Refusal, match="mett"):
        build_form(source, tmp_path / "releases")
    assert not (tmp_path / "releases").exists()


def test_a_released_version_is_not_overwritten_by_other_data(tmp_path):
    build_form(SOURCE, tmp_path)
    source = tmp_path / "renamed.md"
    source.write_text(SOURCE.read_text("utf-8").replace("g3_scam", "g3_fraud"), encoding="utf-8")
    before = (tmp_path / "2026092801" / "contract.json").read_bytes()
    with pytest.raises(Refusal, match="g3_fraud"):
        build_form(source, tmp_path)
    assert (tmp_path / "2026092801" / "contract.json").read_bytes() == before
