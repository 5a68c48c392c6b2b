import io
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request

import pandas as pd
import pytest
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.commands.show import example_files
from survey.store import Store

SAMPLES = [
    "--sample-eas", str(places.example_wave() / "sample_eas.csv"),
    "--sample-households", str(places.example_wave() / "sample_households.csv"),
]  # fmt: skip
WAVE = ["wave", "add", "2026", "--form", "digiskill_hh", *SAMPLES, "--synthetic"]


def run(*words, store=None, env=None):
    before = ["--store", str(store)] if store else []
    return CliRunner().invoke(app, [*before, *map(str, words)], env=env, catch_exceptions=False)


@pytest.fixture
def fresh(tmp_path):
    store = tmp_path / "store"
    assert run(*WAVE, store=store).exit_code == 0
    return store


def test_every_command_of_the_issue_is_there():
    told = run("--help").output
    for command in (
        "wave", "ingest", "weigh", "estimate", "release", "change", "trace", "fieldwork", "verify", "demo",
        "serve", "form", "pull", "correct", "duplicates",
    ):  # fmt: skip
        assert f" {command} " in told


def test_a_wave_again_is_known_and_another_content_is_refused(fresh):
    again = run(*WAVE, "--json", store=fresh)
    assert (again.exit_code, json.loads(again.stdout)["status"]) == (0, "known")
    other = run(*WAVE[:-1], store=fresh)
    assert other.exit_code == 1
    assert "Đợt 2026 đã được khai báo với nội dung khác" in other.stderr
    assert "was announced with other content" in other.stderr
    assert other.stdout == ""


def test_the_store_may_be_named_before_or_after_or_by_the_environment(fresh):
    assert run("verify", "--store", fresh).exit_code == 0
    assert run("verify", store=fresh).exit_code == 0
    named = run("verify", env={"KYNANGSO_STORE": str(fresh)})
    assert (named.exit_code, f"Kho {fresh} nguyên vẹn." in named.stdout) == (0, True)


def test_ingest_gives_pure_json_and_refusals_inside_it(fresh, tmp_path):
    empty = tmp_path / "rỗng.xlsx"
    empty.write_bytes(b"")
    result = run("ingest", example_files()[0], empty, "--wave", "2026", "--json", store=fresh)
    accepted, refused = json.loads(result.stdout)
    assert result.exit_code == 1
    assert set(accepted) >= {
        "file", "source", "upload_id", "status", "form_versions", "submissions", "households", "members",
        "interviews", "findings",
    }  # fmt: skip
    assert (accepted["status"], accepted["submissions"]["new"]) == ("accepted", 126)
    assert (refused["status"], refused["file"]) == ("refused", "rỗng.xlsx")
    again = run("ingest", example_files()[0], "--wave", "2026", store=fresh)
    assert again.exit_code == 0
    assert "duplicate" in again.stdout


def test_refusals_are_sentences_in_both_languages(fresh):
    for words in (["weigh", "--wave", "2026"], ["estimate", "--wave", "2026"], ["release", "--wave", "2025"]):
        result = run(*words, store=fresh)
        assert result.exit_code == 1
        assert result.stdout == ""
        assert "Đợt 2026 chưa có tệp" in result.stderr or "Chưa khai báo đợt" in result.stderr
        assert "Traceback" not in result.stderr
    told = run("weigh", "--wave", "2026", "--json", store=fresh)
    assert (told.exit_code, json.loads(told.stdout)["findings"][0]["code"]) == (1, "wave_empty")


@pytest.mark.parametrize(
    "words",
    [
        ["estimate"],
        ["estimate", "--wave", "2026", "--weights", "none"],
        ["ingest", "--wave", "2026"],
        ["ingest", "no-such-file.xlsx", "--wave", "2026"],
        ["wave", "add", "2026"],
        ["publish"],
    ],
)
def test_misuse_is_exit_code_two(fresh, words):
    assert run(*words, store=fresh).exit_code == 2


def test_unknown_form_and_bad_sample_are_refused(tmp_path):
    words = ["wave", "add", "2026", "--form", "khac", *SAMPLES]
    assert "digiskill_hh" in run(*words, store=tmp_path / "s").stderr
    bad = tmp_path / "mau.csv"
    bad.write_text("a,b\n1,2\n", encoding="utf-8")
    words = [*WAVE[:5], "--sample-eas", bad, *SAMPLES[2:]]
    result = run(*words, store=tmp_path / "s")
    assert result.exit_code == 1
    assert "ea_code" in result.stderr
    bad.write_bytes(b"\xff\xfe\x00bad")
    assert run(*words, store=tmp_path / "s").exit_code == 1


def test_estimate_writes_csv_with_full_precision(own_store, tmp_path):
    out = tmp_path / "huyen.csv"
    words = ["estimate", "--wave", "2026", "--by", "residence"]
    assert run(*words, "--out", out, store=own_store.root).exit_code == 0
    printed = run(*words, store=own_store.root).stdout
    assert out.read_text(encoding="utf-8") == printed
    table = pd.read_csv(io.StringIO(printed))
    assert list(table.columns) == [
        "indicator", "base", "breakdown", "unit", "n", "n_psu", "n_eff", "estimate", "se", "ci_low",
        "ci_high", "df", "deff", "cv", "quality", "reason", "edition", "method",
    ]  # fmt: skip
    assert len(table) == 18 * 2
    release = own_store.open_release(own_store.releases("2026")[0]["release_id"]).estimates
    kept = release.set_index(["indicator", "base", "breakdown", "unit"])["estimate"]
    assert all(kept[tuple(row)] == value for *row, value in table[
        ["indicator", "base", "breakdown", "unit", "estimate"]
    ].itertuples(index=False))  # fmt: skip


def test_weigh_and_release_tell_in_json(own_store):
    told = run("weigh", "--wave", "2026", "--json", store=own_store.root)
    assert json.loads(told.stdout)["interviews"] == 1508
    told = run("release", "--wave", "2026", "--json", store=own_store.root)
    assert json.loads(told.stdout)["release_id"] == own_store.releases("2026")[0]["release_id"]


def test_verify_names_the_damaged_file(own_store):
    path = next(own_store.root.glob("uploads/*/*/00_*.parquet"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    result = run("verify", store=own_store.root)
    assert result.exit_code == 1
    assert path.name in result.stderr
    told = run("verify", "--json", store=own_store.root)
    assert json.loads(told.stdout)[0]["code"] == "store_file_changed"


def test_demo_does_nothing_twice(own_store):
    before = {path: path.stat().st_mtime_ns for path in own_store.root.rglob("*.parquet")}
    result = run("demo", store=own_store.root)
    assert result.exit_code == 0
    assert own_store.releases("2026")[0]["release_id"] in result.stdout
    assert {path: path.stat().st_mtime_ns for path in own_store.root.rglob("*.parquet")} == before


def test_demo_completes_what_an_interrupted_one_left(own_store, tmp_path):
    partial = Store(tmp_path / "partial")
    partial.add_wave(own_store.wave("2026"))
    for upload in own_store.uploads("2026")[:-1]:
        partial.accept(own_store.export(upload.upload_id), "2026")
    result = run("demo", store=partial.root)
    assert result.exit_code == 0
    assert len(partial.uploads("2026")) == 11
    assert partial.releases("2026")[0]["release_id"] == own_store.releases("2026")[0]["release_id"]


def test_form_check_and_build(tmp_path):
    checked = run("form", "check", "--no-odk-validate", "--json")
    assert checked.exit_code == 0
    assert all(found["severity"] != "error" for found in json.loads(checked.stdout))
    built = run("form", "build", "--out", tmp_path, "--media", SAMPLES[1], "--json")
    assert built.exit_code == 0
    assert (tmp_path / json.loads(built.stdout)["version"] / "contract.json").is_file()
    broken = tmp_path / "hỏng.md"
    broken.write_text("| survey |\n", encoding="utf-8")
    assert run("form", "check", broken).exit_code == 1


def test_serve_runs_the_app_on_this_machine_until_it_is_told_to_end(fresh):
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    words = ["serve", "--port", str(port), "--no-browser", "--store", str(fresh)]
    with subprocess.Popen([sys.executable, "-m", "survey", *words], stdout=subprocess.PIPE) as served:
        try:
            assert wait_for(f"http://127.0.0.1:{port}/_stcore/health") == b"ok"
        finally:
            served.terminate()
        served.communicate(timeout=30)


def wait_for(address, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    return b""


def test_a_real_process_ends_with_the_code_and_utf8_json(fresh):
    environment = {**os.environ, "KYNANGSO_STORE": str(fresh), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "survey", "weigh", "--wave", "2025", "--json"]
    ended = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert ended.returncode == 1
    assert json.loads(ended.stdout.decode())["findings"][0]["vi"].startswith("Chưa khai báo đợt “2025”")
    assert ended.stderr == b""


def test_a_mistyped_store_is_refused_and_not_made(tmp_path):
    told = run("verify", store=tmp_path / "khong_co")
    assert told.exit_code == 1
    assert "Không có kho dữ liệu" in told.stderr
    assert not (tmp_path / "khong_co").exists()


def test_an_unknown_wave_still_gives_one_object_a_file(fresh):
    told = run("ingest", *example_files()[:2], "--wave", "2031", "--json", store=fresh)
    assert told.exit_code == 1
    assert [one["status"] for one in json.loads(told.stdout)] == ["refused", "refused"]
    assert [one["file"] for one in json.loads(told.stdout)] == [path.name for path in example_files()[:2]]


def test_a_folder_that_is_not_there_is_misuse(fresh, tmp_path):
    told = run("estimate", "--wave", "2026", "--out", tmp_path / "khong_co" / "a.csv", store=fresh)
    assert told.exit_code == 2


def test_the_demo_never_goes_into_a_real_wave(tmp_path):
    store = tmp_path / "store"
    assert run(*WAVE[:-1], store=store).exit_code == 0
    told = run("demo", store=store)
    assert told.exit_code == 1
    assert Store(store).uploads("2026") == []
