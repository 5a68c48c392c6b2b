"""The example wave in a store, and an invented province in another, filled by the command line once."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from survey import pipeline, places
from survey.__main__ import app
from survey.commands.show import example_files
from survey.store import Store
from survey.wave import Follows


@pytest.fixture(scope="session")
def example_command(tmp_path_factory):
    """The command line on a store of its own: words -> standard output; every call must succeed."""
    root = tmp_path_factory.mktemp("example") / "store"

    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words), "--store", str(root)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run.root = root
    return run


@pytest.fixture(scope="session")
def example_receipts(example_command):
    """Receipts of the eleven district files, by district code; the wave is released, too."""
    samples = places.example_wave()
    example_command(
        "wave", "add", "2026", "--form", "digiskill_hh", "--sample-eas", samples / "sample_eas.csv",
        "--sample-households", samples / "sample_households.csv", "--synthetic",
    )  # fmt: skip
    receipts = json.loads(example_command("ingest", *example_files(), "--wave", "2026", "--json"))
    example_command("release", "--wave", "2026")
    return {path.stem[-3:]: receipt for path, receipt in zip(example_files(), receipts, strict=True)}


@pytest.fixture(scope="session")
def example_store(example_command, example_receipts):
    """The store of the example wave with its release, for reading only."""
    store = Store(example_command.root)
    store.microdata("2026")
    return store


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
def two_waves(example_store, tmp_path_factory):
    """A store with two released waves, which share all sampled areas but one, as the later one declares."""
    root = tmp_path_factory.mktemp("waves") / "store"
    shutil.copytree(example_store.root, root)
    store = Store(root)
    store._microdata.update(example_store._microdata)
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
    return store


HONG_LAM = Path(__file__).parent / "data" / "geography" / "hong_lam"
# Communes of two districts of the example wave -> communes of the invented province.
COMMUNES = {
    "25245": "00901", "25249": "00902", "25216": "00903", "25219": "00904", "25220": "00905",
    "25237": "00906", "25309": "00907", "25310": "00908", "25312": "00909", "25315": "00910",
    "25318": "00911", "25321": "00912", "25308": "00913",
}  # fmt: skip
DISTRICTS = {"688": "051", "693": "052"}


@pytest.fixture(scope="session")
def hong_lam(tmp_path_factory):
    """The folder of the pack of an invented province, built from its plain lists by the command line."""
    folder = tmp_path_factory.mktemp("packs") / "hong_lam"
    result = CliRunner().invoke(app, ["geo", "build", str(HONG_LAM), str(folder)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def hong_lam_files(tmp_path_factory):
    """Samples and Kobo files of the invented province: two districts of the example under other names."""
    folder = tmp_path_factory.mktemp("hong_lam")
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
    return folder


@pytest.fixture(scope="session")
def hong_lam_command(tmp_path_factory, hong_lam, hong_lam_files):
    """The command line on a store with a released wave of the invented province."""
    root = tmp_path_factory.mktemp("hong_lam_store") / "store"

    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words), "--store", str(root)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run(
        "wave", "add", "2027", "--form", "digiskill_hh", "--geography", hong_lam, "--synthetic",
        "--sample-eas", hong_lam_files / "sample_eas.csv",
        "--sample-households", hong_lam_files / "sample_households.csv",
    )  # fmt: skip
    run("ingest", *sorted(hong_lam_files.glob("kobo_*.xlsx")), "--wave", "2027")
    run("weigh", "--wave", "2027")
    run("release", "--wave", "2027")
    run.root = root
    return run


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
