"""Accounts: one mailbox, one account; roles come and go by rows that stay; a unit bounds what is brought."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from survey import pipeline, places
from survey.__main__ import app
from survey.accounts import find_account, give_role, read_accounts, take_role
from survey.messages import Refusal
from survey.own_district import check_own
from survey.store import Store

BY = {"who": "QT01", "why": "phân công"}
MAIL = "phong.tk@binhphuoc.gov.vn"


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", lambda: datetime(2026, 11, 28, 3, tzinfo=UTC))


def test_a_role_is_given_changed_and_taken(store):
    book = store.catalogue
    assert find_account(book, MAIL) is None
    give_role(book, f" {MAIL.upper()} ", "uploader", code="NT01", district="689", **BY)
    assert find_account(book, MAIL).district == "689"
    give_role(book, MAIL, "statistician", code="TK01", **BY)
    assert (find_account(book, MAIL).role, find_account(book, MAIL).district) == ("statistician", "")
    take_role(book, MAIL, **BY)
    assert find_account(book, MAIL) is None
    assert [row.role for row in read_accounts(book)] == ["uploader", "statistician", ""]
    assert store.verify() == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"email": "không phải thư"}, "account_email_wrong"),
        ({"email": "a@b"}, "account_email_wrong"),
        ({"role": "admin"}, "account_role_unknown"),
        ({"role": ""}, "account_role_unknown"),
        ({"code": "Nguyễn Văn A"}, "decision_without_person"),
        ({"code": "TK01"}, "account_code_taken"),
        ({"code": "tk01"}, "account_code_taken"),
        ({"district": "Huyện Bù Đăng"}, "account_district_wrong"),
        ({"why": ""}, "decision_without_reason"),
    ],
)
def test_what_is_no_account_is_refused(store, told, code):
    give_role(store.catalogue, "khac@binhphuoc.gov.vn", "viewer", code="TK01", **BY)
    facts = {"email": MAIL, "role": "approver", "code": "PCT01", "district": "", **BY, **told}
    with pytest.raises(Refusal) as refusal:
        give_role(store.catalogue, facts.pop("email"), facts.pop("role"), **facts)
    assert refusal.value.findings[0].code == code
    assert len(read_accounts(store.catalogue)) == 1


def test_taking_from_nobody_is_refused(store):
    with pytest.raises(Refusal, match="has no role"):
        take_role(store.catalogue, MAIL, **BY)


def test_rows_of_roles_never_change(store):
    give_role(store.catalogue, MAIL, "viewer", code="XM01", **BY)
    with store.catalogue.writing() as book, pytest.raises(IntegrityError, match="never change"):
        book.execute(sql("UPDATE roles SET role = 'approver'"))


def test_roles_on_the_command_line(tmp_path):
    def run(*words, code=0):
        called = CliRunner().invoke(
            app, [*words, "--store", str(tmp_path / "store")], catch_exceptions=False, env={"COLUMNS": "200"}
        )
        assert called.exit_code == code, called.output
        return called.stdout

    by = ("--who", "QT01", "--why", "phân công")
    run("roles", "add", MAIL, "--role", "approver", "--code", "PCT01", *by)
    run("roles", "add", "a@b.vn", "--role", "uploader", "--code", "NT01", "--district", "689", *by)
    assert [row["email"] for row in json.loads(run("roles", "list", "--json"))] == ["a@b.vn", MAIL]
    assert "người nộp tệp" in run("roles", "list")
    run("roles", "remove", MAIL, *by)
    assert [row["email"] for row in json.loads(run("roles", "list", "--json"))] == ["a@b.vn"]
    run("roles", "remove", MAIL, *by, code=1)
    assert "đã thu quyền" in run("roles", "list", "--history")


def test_an_account_of_a_unit_brings_only_its_own_interviews(example_store):
    wave = example_store.wave("2026")
    path = places.example_wave() / "kobo" / "kobo_xml_689.xlsx"
    preview = pipeline.preview(example_store, path, "2026")
    check_own(preview, wave, "")
    check_own(preview, wave, "689")
    with pytest.raises(Refusal) as refusal:
        check_own(preview, wave, "690")
    told = refusal.value.findings[0]
    assert (told.code, told.facts["count"]) == (
        "upload_other_district",
        str(len(preview.microdata.households)),
    )
