"""The registry of forms: any form enters once, a version never changes, an older store learns to hold it."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from survey.catalogue_tables import releases
from survey.forms.tables import read_form
from survey.forms.xlsform import write_workbook
from survey.instrument import load_instrument
from survey.messages import Refusal
from survey.registration import content_fingerprint, register
from survey.registry import find_form, registered, versions_of
from survey.store import Store

ROOT = Path(__file__).parents[2]
FIRST, SECOND = ROOT / "questionnaires" / "digiskill_hh.md", ROOT / "tests/data/form/digiskill_hh_v2.md"
STALLS = ROOT / "tests" / "data" / "form" / "market_stalls.md"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store")


def changed(path, old, new, *, tmp_path):
    other = tmp_path / "changed.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    other.write_text(text.replace(old, new), encoding="utf-8")
    return other


def files_of(store):
    return {path: path.read_bytes() for path in (store.root / "forms").rglob("*") if path.is_file()}


def test_a_form_comes_back_as_it_was_written(store):
    done = register(store.catalogue, STALLS)
    assert done.is_new
    assert done.form.source.read_bytes() == STALLS.read_bytes()
    assert done.form.instrument() == load_instrument(STALLS)
    assert store.verify() == []


def test_the_same_form_again_changes_nothing_whatever_its_file(store, tmp_path):
    register(store.catalogue, STALLS)
    kept = files_of(store)
    workbook = tmp_path / "stalls.xlsx"
    write_workbook(read_form(STALLS), workbook)
    assert content_fingerprint(read_form(workbook)) == content_fingerprint(read_form(STALLS))
    for source in (STALLS, workbook):
        assert not register(store.catalogue, source).is_new
    assert files_of(store) == kept
    assert len(registered(store.catalogue)) == 1


def test_other_content_under_a_known_version_is_refused_with_the_way_out(store, tmp_path):
    register(store.catalogue, STALLS)
    kept = files_of(store)
    with pytest.raises(Refusal) as refused:
        register(store.catalogue, changed(STALLS, "Hỏi chủ sạp", "Hỏi người bán", tmp_path=tmp_path))
    assert refused.value.findings[0].code == "form_differs"
    assert "số phiên bản mới" in refused.value.sentence("vi")
    assert files_of(store) == kept
    assert store.verify() == []


def test_versions_are_kept_side_by_side(store):
    for source in (SECOND, FIRST, STALLS):
        register(store.catalogue, source)
    assert [form.name for form in registered(store.catalogue)] == [
        "digiskill_hh@2026092801", "digiskill_hh@2027101001", "market_stalls@3",
    ]  # fmt: skip
    assert find_form(store.catalogue, "digiskill_hh").version == "2027101001"
    assert find_form(store.catalogue, "digiskill_hh@2026092801").version == "2026092801"
    assert find_form(store.catalogue, "no_form") is None
    assert [one.version for one in versions_of(store.catalogue, "digiskill_hh")] == [
        "2026092801",
        "2027101001",
    ]


def test_a_damaged_form_is_found(store):
    form = register(store.catalogue, STALLS).form
    form.source.write_bytes(form.source.read_bytes() + b" ")
    assert [found.code for found in store.verify()] == ["store_file_changed"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("| market_stalls | 3 |", "| market_stalls | |", "form_setting_missing"),
        ("| text | owner_name | Tên chủ sạp | | | | | yes |", "| text | owner_name | Tên chủ sạp | | | | | |",
         "form_pii_missing"),
        ("${qr} = 'co' |", "position(..) = 1 |", "form_expression_unsupported"),
        ("| integer | share |", "| integer | stall_no |", "form_name_twice"),
        ("select_one yn", "select_one nolist", "form_list_unknown"),
        ("| | | household |", "| | | house |", "form_role_unknown"),
    ],
)  # fmt: skip
def test_what_would_spoil_the_data_is_refused(store, tmp_path, old, new, code):
    with pytest.raises(Refusal) as refused:
        register(store.catalogue, changed(STALLS, old, new, tmp_path=tmp_path))
    assert code in {found.code for found in refused.value.findings}
    assert registered(store.catalogue) == ()


def test_rules_of_our_own_house_do_not_keep_another_form_out(store):
    done = register(store.catalogue, STALLS)
    assert {found.code for found in done.findings if found.severity == "error"} == {
        "form_code_not_numeric", "form_setting_missing", "form_version_shape",
    }  # fmt: skip


def test_a_form_named_like_a_path_stays_in_the_store(store, tmp_path):
    source = changed(STALLS, "| market_stalls | 3 |", "| ../../x/.. | 3 |", tmp_path=tmp_path)
    form = register(store.catalogue, source).form
    assert form.folder.parent == store.root / "forms"
    assert form.form_id == "../../x/.."
    assert store.verify() == []


def test_a_store_of_earlier_software_gets_the_table_of_forms(store, tmp_path):
    store.catalogue.rows(releases)
    older = tmp_path / "older"
    shutil.copytree(store.root, older)
    engine = create_engine(f"sqlite:///{older / 'catalogue.sqlite'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE forms")
    engine.dispose()
    kept = Store(older)
    assert register(kept.catalogue, STALLS).is_new
    assert kept.verify() == []
    with pytest.raises(Exception, match="never change"), kept.catalogue.writing() as connection:
        connection.exec_driver_sql("DELETE FROM forms")
