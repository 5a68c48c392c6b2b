"""``kynangso report``: files in a folder, refusals in two sentences, persons only when asked for."""

import io
import shutil
import stat
import subprocess
import tomllib
import zipfile
from importlib.metadata import EntryPoint
from pathlib import Path

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from dashboard.report import extra
from dashboard.report.bundle import microdata_bytes
from dashboard.report.command import app
from survey.__main__ import app as kynangso
from survey.commands.session import FURTHER, Commands
from survey.pipeline import scored_again

CHEAP = ("--format", "csv")


@pytest.fixture
def run(example_store, release, tmp_path, monkeypatch):
    """Run the report of the example release into a folder through the program, with more words."""

    class Declared:
        names = frozenset({"report"})

        def __iter__(self):
            return iter(())

    def found(group, name=None):
        assert group == FURTHER
        return (Point(),) if name == "report" else () if name else Declared()

    class Point:
        def load(self):
            return app

    monkeypatch.setattr("survey.commands.session.entry_points", found)

    def ran(*words, release=release.id, out=tmp_path / "out"):
        told = ["report", "--release", release, "--out", str(out), *words, "--store", str(example_store.root)]
        return CliRunner().invoke(kynangso, told)

    return ran


def test_the_project_declares_the_command():
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["entry-points"][FURTHER]
    point = EntryPoint(name="report", value=declared["report"], group=FURTHER)
    assert point.load() is app


def test_a_command_from_above_is_listed_and_loaded_on_demand(run):
    assert "report" in CliRunner().invoke(kynangso, ["--help"]).stdout
    assert isinstance(typer.main.get_command(kynangso), Commands)


def test_files_are_written_and_said(run, release, tmp_path):
    done = run(*CHEAP, "--format", "excel")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"{release.id}_vi.xlsx",
        f"{release.id}_vi_csv.zip",
    ]
    assert "2" in done.stdout
    assert release.id in done.stdout


def test_an_unknown_release_is_refused(run):
    done = run(*CHEAP, release="2026-000000000000")
    assert done.exit_code == 1
    assert "Kho không có bản công bố" in done.stderr


def test_a_folder_that_cannot_be_written_is_refused(run, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    done = run(*CHEAP, out=blocked / "out")
    assert done.exit_code == 1
    assert "--out" in done.stderr


def test_without_the_extra_the_charts_are_refused(run, monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(extra, "import_module", absent)
    done = run("--format", "pdf")
    assert done.exit_code == 1
    assert "kynangso[report]" in done.stderr


def test_persons_come_only_when_asked_for_and_only_for_their_owner(run, release, tmp_path):
    done = run(*CHEAP, "--with-microdata")
    assert done.exit_code == 0, done.output
    path = tmp_path / "out" / f"{release.id}_vi_microdata.zip"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "không gửi cho ai" in done.stdout


def test_persons_carry_no_identifier_and_r_estimates_the_release_from_them(
    example_store, release, report, tmp_path
):
    scored = scored_again(example_store, release)
    content = microdata_bytes(release, report, scored)
    assert content == microdata_bytes(release, report, scored)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    persons = pd.read_csv(tmp_path / "persons.csv", dtype=str)
    assert len(persons) == release.manifest["data"]["interviews"]
    assert not set(persons.columns) & {"hh_id", "ea_code", "submission_id", "interviewer", "name"}
    areas = set(scored.register["ea_code"].astype(str))
    assert not any(persons[column].isin(areas).any() for column in persons)
    runner = shutil.which("Rscript")
    wanted = [runner, "-e", "stopifnot(requireNamespace('survey', quietly = TRUE))"]
    if runner is None or subprocess.run(wanted, capture_output=True, check=False).returncode:
        pytest.skip("R with its package survey is not installed")
    done = subprocess.run([runner, "reproduce.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "reproduced" in done.stdout
