"""The example wave in a store, and an invented province in another, filled by the command line once.

Processes that share a run share what takes long to make, too: see ``made_once``.
"""

import dataclasses
import hashlib
import json
import pickle
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from survey import pipeline, places
from survey.__main__ import app
from survey.commands.show import example_files, example_wave
from survey.exports import read_export
from survey.harmonise import harmonise
from survey.store import Store
from survey.wave import Follows

# A module is never divided among processes: one of these at the end would leave the others idle.
LONGEST = (
    "tests/survey/exports/test_fuzz.py",
    "tests/stories/test_two_hundred_surveys.py",
    "tests/dashboard/test_published.py",
    "tests/survey/exports/test_kobo_labels.py",
    "tests/survey/exports/test_kobotoolbox.py",
)
PATIENCE = 600  # seconds that one process waits for what another one makes


def pytest_collection_modifyitems(items):
    """Begin with the longest modules; all others keep their order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


@pytest.fixture(scope="session")
def made_once(tmp_path_factory, request):
    """Have a folder made by the first process of a run that asks; the others wait until it is whole.

    ``made_once(name, fill)`` returns the folder that ``fill(folder)`` has filled, for reading only. What it
    was called when it was filled is not what it is called now, so it holds no path of its own.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if hasattr(request.config, "workerinput") else own

    def made(name, fill):
        folder, draft = shared / f"once_{name}", shared / f"once_{name}_draft"
        try:
            draft.with_suffix(".begun").mkdir()
        except FileExistsError:
            return wait_for(folder, draft.with_suffix(".failed"))
        draft.mkdir()
        try:
            fill(draft)
        except BaseException:
            draft.rename(draft.with_suffix(".failed"))
            raise
        return draft.rename(folder)

    return made


def wait_for(folder, failed):
    """Wait until another process has made a folder."""
    begun = time.monotonic()
    while not folder.exists():
        if failed.exists() or time.monotonic() - begun > PATIENCE:
            pytest.fail(f"another process of this run could not make {folder.name}")
        time.sleep(0.1)
    return folder


def keep_answers(store, folder):
    """Keep the answers that a store has read, for the other processes."""
    (folder / "answers.pickle").write_bytes(pickle.dumps(store._microdata))


def own_copy(folder, place):
    """Give a store like the one in a shared folder, which knows the answers of its files."""
    shutil.copytree(folder / "store", place)
    store = Store(place)
    store._microdata.update(pickle.loads((folder / "answers.pickle").read_bytes()))
    return store


def command_on(root):
    """The command line on a store: words -> standard output; every call must succeed."""

    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words), "--store", str(root)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run.root = root
    return run


def fill_example(folder):
    """Announce the example wave, take in its eleven district files and release it, by the command line."""
    samples, run = places.example_wave(), command_on(folder / "store")
    run(
        "wave", "add", "2026", "--form", "digiskill_hh", "--sample-eas", samples / "sample_eas.csv",
        "--sample-households", samples / "sample_households.csv", "--synthetic",
    )  # fmt: skip
    (folder / "receipts.json").write_text(run("ingest", *example_files(), "--wave", "2026", "--json"))
    run("release", "--wave", "2026")
    store = Store(run.root)
    store.microdata("2026")
    keep_answers(store, folder)


@pytest.fixture(scope="session")
def example_made(made_once):
    """The shared folder of the example wave."""
    return made_once("example", fill_example)


@pytest.fixture(scope="session")
def example_store(example_made, tmp_path_factory):
    """The store of the example wave with its release, for reading only."""
    return own_copy(example_made, tmp_path_factory.mktemp("example") / "store")


@pytest.fixture(scope="session")
def example_command(example_store):
    """The command line on the store of the example wave; see ``command_on``."""
    return command_on(example_store.root)


@pytest.fixture(scope="session")
def example_receipts(example_made):
    """Receipts of the eleven district files, by district code; the wave is released, too."""
    receipts = json.loads((example_made / "receipts.json").read_text())
    return {path.stem[-3:]: receipt for path, receipt in zip(example_files(), receipts, strict=True)}


@pytest.fixture(scope="session")
def district_microdata(made_once):
    """Microdata of each of the eleven district files, read by the form of the example, by district code."""

    def fill(folder):
        form = example_wave().instrument
        read = {path.stem[-3:]: harmonise(read_export(path, form), form) for path in example_files()}
        (folder / "districts.pickle").write_bytes(pickle.dumps(read))

    return pickle.loads((made_once("districts", fill) / "districts.pickle").read_bytes())


@pytest.fixture
def own_store(example_store, tmp_path):
    """A copy of the store of the example wave that a test may change."""
    shutil.copytree(example_store.root, tmp_path / "store")
    store = Store(tmp_path / "store")
    store._microdata.update(example_store._microdata)  # uploads never change, so neither do their microdata
    return store


LATER, SUBMIT = "2027", "e/e1/e1_can_submit"


def with_new_area(table, old):
    """A table in which another enumeration area stands for the old one."""
    new = old[:-1] + ("8" if old[-1] != "8" else "9")
    return table.map(lambda cell: cell.replace(old, new) if isinstance(cell, str) else cell)


def a_year_later(export, replaced, rng):
    """The interviews of an upload a year later: some have learned to submit, others were not met."""
    tables = {name: with_new_area(table, replaced) for name, table in export.tables.items()}
    main = tables[export.main].copy()
    asked = main[SUBMIT].notna() & (main[SUBMIT] != "")
    main.loc[asked & (rng.random(len(main)) < 0.3), SUBMIT] = "3"
    tables[export.main] = main[rng.random(len(main)) > 0.05]
    sha256 = hashlib.sha256(f"{LATER} {export.sha256}".encode()).hexdigest()
    return dataclasses.replace(export, tables=tables, sha256=sha256)


@pytest.fixture(scope="session")
def two_waves(made_once, example_made, tmp_path_factory):
    """A store with two released waves, which share all sampled areas but one, as the later one declares."""
    made = made_once("two_waves", lambda folder: fill_two_waves(example_made, folder))
    return own_copy(made, tmp_path_factory.mktemp("waves") / "store")


def fill_two_waves(example, folder):
    """Release another wave a year after the example."""
    store = own_copy(example, folder / "store")
    first = store.wave("2026")
    replaced = first.sample_eas["ea_code"].iloc[-1]
    samples = {
        name: with_new_area(getattr(first, name), replaced) for name in ("sample_eas", "sample_households")
    }
    store.add_wave(dataclasses.replace(first, name=LATER, follows=Follows("2026", "same_psus"), **samples))
    rng = np.random.default_rng(2027)
    for upload in store.uploads("2026"):
        store.accept(a_year_later(store.export(upload.upload_id), replaced, rng), LATER)
    pipeline.release(store, LATER)
    keep_answers(store, folder)


HONG_LAM = Path(__file__).parent / "data" / "geography" / "hong_lam"
# Communes of two districts of the example wave -> communes of the invented province.
COMMUNES = {
    "25245": "00901", "25249": "00902", "25216": "00903", "25219": "00904", "25220": "00905",
    "25237": "00906", "25309": "00907", "25310": "00908", "25312": "00909", "25315": "00910",
    "25318": "00911", "25321": "00912", "25308": "00913",
}  # fmt: skip
DISTRICTS = {"688": "051", "693": "052"}


@pytest.fixture(scope="session")
def hong_lam(made_once):
    """The folder of the pack of an invented province, built from its plain lists by the command line."""

    def fill(folder):
        words = ["geo", "build", str(HONG_LAM), str(folder / "hong_lam")]
        result = CliRunner().invoke(app, words, catch_exceptions=False)
        assert result.exit_code == 0, result.output

    return made_once("pack", fill) / "hong_lam"


@pytest.fixture(scope="session")
def hong_lam_files(made_once):
    """Samples and Kobo files of the invented province: two districts of the example under other names."""
    return made_once("hong_lam_files", fill_hong_lam_files)


def fill_hong_lam_files(folder):
    """Write samples and files of the invented province."""
    for name in ("sample_eas", "sample_households"):
        sample = pd.read_csv(places.example_wave() / f"{name}.csv", dtype="str", keep_default_na=False)
        own = sample[sample["ea_code"].str[:5].isin(COMMUNES)].copy()
        own["ea_code"] = own["ea_code"].map(_moved)
        if name == "sample_eas":
            own["commune_code"] = own["commune_code"].map(COMMUNES)
            own["stratum"] = own["district_code"].map(DISTRICTS) + "-" + own["residence"]
            own = own[["ea_code", "commune_code", "residence", "stratum", "prob_ea", "households_listed"]]
        else:
            own["hh_id"] = own["hh_id"].map(_moved)
        own.to_csv(folder / f"{name}.csv", index=False)
    for code, own in DISTRICTS.items():
        source = places.example_wave() / "kobo" / f"kobo_xml_{code}.xlsx"
        _move_workbook(source, folder / f"kobo_{own}.xlsx")


@pytest.fixture(scope="session")
def hong_lam_command(made_once, hong_lam, hong_lam_files, tmp_path_factory):
    """The command line on a store with a released wave of the invented province."""

    def fill(folder):
        run = command_on(folder / "store")
        run(
            "wave", "add", "2027", "--form", "digiskill_hh", "--geography", hong_lam, "--synthetic",
            "--sample-eas", hong_lam_files / "sample_eas.csv",
            "--sample-households", hong_lam_files / "sample_households.csv",
        )  # fmt: skip
        run("ingest", *sorted(hong_lam_files.glob("kobo_*.xlsx")), "--wave", "2027")
        run("weigh", "--wave", "2027")
        run("release", "--wave", "2027")

    root = tmp_path_factory.mktemp("hong_lam_store") / "store"
    shutil.copytree(made_once("hong_lam", fill) / "store", root)
    return command_on(root)


def _moved(code):
    """Code of an area or a household, with the commune of the invented province at its beginning."""
    return COMMUNES[code[:5]] + code[5:]


def _move_workbook(source, target):
    """Write an export again with areas, households and units of the invented province."""
    lists = pd.read_csv(HONG_LAM / "units_2020-01-01.csv", dtype="str").set_index("code")["name"]
    moves = {
        "ea_code": _moved,
        "hh_id": _moved,
        "ea_commune_code": COMMUNES.get,
        "ea_district_code": DISTRICTS.get,
    }
    book = CalamineWorkbook.from_path(str(source))
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        for name in book.sheet_names:
            header, *rows = book.get_sheet_by_name(name).to_python()
            at = {str(title).rpartition("/")[2]: place for place, title in enumerate(header)}
            for row in rows:
                for question, move in moves.items():
                    if question in at:
                        row[at[question]] = move(str(row[at[question]]))
                for level in ("commune", "district"):
                    if f"ea_{level}_name" in at:
                        row[at[f"ea_{level}_name"]] = lists[row[at[f"ea_{level}_code"]]]
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate([header, *rows]):
                sheet.write_row(number, 0, row)
