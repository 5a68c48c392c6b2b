"""``kynangso form`` and ``tabulate`` as a person types them: registered, compared, printed, tabulated."""

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from survey.__main__ import app
from survey.forms.template import GUIDE, KEY, MAIN

ROOT = Path(__file__).parents[2]
FIRST, SECOND = ROOT / "questionnaires" / "digiskill_hh.md", ROOT / "tests/data/form/digiskill_hh_v2.md"
STALLS = ROOT / "tests" / "data" / "form" / "market_stalls.md"


@pytest.fixture
def run(tmp_path):
    store = str(tmp_path / "store")
    return lambda *words: CliRunner().invoke(
        app, ["--store", store, *map(str, words)], catch_exceptions=False
    )


def test_a_form_is_registered_listed_and_known_again(run):
    first = run("form", "add", STALLS)
    assert first.exit_code == 0
    assert "Đã đăng ký phiếu market_stalls phiên bản 3" in first.stdout
    assert "chưa theo quy ước chung" in first.stdout
    assert json.loads(run("form", "add", STALLS, "--json").stdout)["status"] == "known"
    assert [form["version"] for form in json.loads(run("form", "list", "--json").stdout)] == ["3"]
    assert "market_stalls" in run("form", "list").stdout


def test_a_form_that_cannot_be_read_is_refused_in_two_languages(run, tmp_path):
    broken = tmp_path / "broken.md"
    broken.write_text(STALLS.read_text(encoding="utf-8").replace("| 3 |", "| |"), encoding="utf-8")
    refused = run("form", "add", broken)
    assert refused.exit_code == 1
    assert "chưa có version" in refused.stderr
    assert "version is missing" in refused.stderr


def test_versions_are_compared_from_files_and_from_the_registry(run):
    run("form", "add", FIRST)
    joined = run("form", "diff", "digiskill_hh", SECOND)
    assert joined.exit_code == 0
    assert "không đứt" in joined.stdout
    contract = FIRST.parent / "releases" / "2026092801" / "contract.json"
    assert json.loads(run("form", "diff", contract, FIRST, "--json").stdout)["changes"] == []
    broken = run("form", "diff", SECOND, "digiskill_hh@2026092801", "--json")
    told = json.loads(broken.stdout)
    assert (broken.exit_code, told["breaking"]) == (1, True)
    assert {change["code"] for change in told["changes"] if change["breaking"]} == {
        "form_change_code_removed", "form_change_rename_undeclared",
    }  # fmt: skip


def test_what_is_neither_file_nor_form_lists_the_forms(run):
    run("form", "add", STALLS)
    refused = run("form", "paper", "stalls")
    assert refused.exit_code == 1
    assert "market_stalls@3" in refused.stderr


def test_paper_codebook_and_template_are_written(run, tmp_path):
    run("form", "add", STALLS)
    out = tmp_path / "out"
    for what in ("paper", "codebook", "template"):
        assert run("form", what, "market_stalls", "--out", out).exit_code == 0
    assert sorted(path.name for path in out.iterdir()) == [
        "codebook_market_stalls_3.csv", "codebook_market_stalls_3.json", "codebook_market_stalls_3.xlsx",
        "market_stalls_3_vi.docx", "template_market_stalls_3.xlsx",
    ]  # fmt: skip
    book = openpyxl.load_workbook(out / "template_market_stalls_3.xlsx")
    assert book.sheetnames[:3] == [MAIN, "seller", GUIDE]
    assert [cell.value for cell in book[MAIN][1]] == [KEY, "market", "stall_no", "qr", "banks", "share"]


def test_a_wave_of_another_form_needs_no_sample_but_not_half_of_one(run, tmp_path):
    run("form", "add", STALLS)
    assert run("wave", "add", "2026-cho", "--form", "market_stalls").exit_code == 0
    sample = tmp_path / "sample_eas.csv"
    sample.write_text("ea_code\n", encoding="utf-8")
    half = run("wave", "add", "2026-b", "--form", "market_stalls", "--sample-eas", sample)
    assert half.exit_code == 1
    assert "một trong hai tệp mẫu" in half.stderr


@pytest.mark.usefixtures("example_receipts")
def test_a_table_is_shown_as_words_csv_and_json(example_command):
    shown = example_command("tabulate", "d6_vneid", "--wave", "2026", "--by", "c0_sex")
    assert "Phân theo" in shown
    assert "có quyền số" in shown
    told = json.loads(example_command("tabulate", "c0_age", "--wave", "2026", "--json"))
    assert (told["kind"], told["base"], told["by"]) == ("mean", "persons", None)
    lines = example_command("tabulate", "b5_dev", "--wave", "2026", "--csv").splitlines()
    assert lines[0].startswith("code,label,by,by_label,n,estimate,ci_low,ci_high")
    assert "KHÔNG có quyền số" in example_command(
        "tabulate", "d6_vneid", "--wave", "2026", "--weights", "none"
    )
