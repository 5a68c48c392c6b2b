"""Thirty interviews of the example wave through CSPro are those of KoboToolbox, cell for cell."""

import sqlite3
import zipfile
from contextlib import closing

import pandas as pd
import pyreadstat
import pytest

from survey.exports import read_export
from survey.harmonise import harmonise


@pytest.fixture
def wave_csdb(csdb, wave_cases):
    cases, records = wave_cases
    return csdb(cases, ids=["ea_code", "hh_no"], records=records)


def test_a_data_file_gives_the_microdata_of_kobotoolbox(
    wave_csdb, instrument, kobo_microdata, same_microdata
):
    export = read_export(wave_csdb, instrument)
    assert (export.source, export.main, export.rosters) == ("cspro", "cases", {"member": "member_rec"})
    found = harmonise(export, instrument)
    same_microdata(found, kobo_microdata)
    kobo, cspro = kobo_microdata.households, found.households.loc[kobo_microdata.households.index]
    assert (cspro["submitted"] == kobo["submitted"]).all()
    assert ((cspro["review"] == "approved") == (kobo["review"] == "approved")).all()
    assert {finding.code for finding in found.findings} <= {"version_not_kept", "time_without_zone"}


def test_names_of_members_never_leave_the_reader(wave_csdb, instrument):
    export = read_export(wave_csdb, instrument)
    with closing(sqlite3.connect(wave_csdb)) as db:
        names = {name for (name,) in db.execute("SELECT m_name FROM member_rec WHERE m_name IS NOT NULL")}
    kept = {cell for table in export.tables.values() for cell in table.to_numpy().ravel()}
    assert names
    assert not names & kept
    assert "m_name" in export.withheld


def written(rows, comma=False):
    def text(value):
        if value is None:
            return ""
        return f"{value}".replace(".", ",") if comma and isinstance(value, float) else f"{value}"

    header, *cells = rows
    return [header, *[[text(value) for value in row] for row in cells]]


@pytest.mark.parametrize("form", ["csv", "tab", "semicolon", "xlsx", "sav", "dta"])
def test_every_export_gives_the_microdata_of_kobotoolbox(
    form, wave_tables, zipped, write_workbook, tmp_path, instrument, kobo_microdata, same_microdata
):
    if form in {"sav", "dta"}:
        path = statistical(wave_tables, tmp_path, form)
    elif form == "xlsx":
        path = write_workbook({name: [list(row) for row in rows] for name, rows in wave_tables.items()})
    else:
        delimiter = {"csv": ",", "tab": "\t", "semicolon": ";"}[form]
        tables = {name: written(rows, comma=form == "semicolon") for name, rows in wave_tables.items()}
        path = zipped(tables, delimiter=delimiter)
    export = read_export(path, instrument)
    assert (export.source, export.rosters) == ("cspro", {"member": "MEMBER_REC"})
    same_microdata(harmonise(export, instrument), kobo_microdata)


def statistical(tables, folder, form):
    path = folder / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, (header, *rows) in tables.items():
            frame = pd.DataFrame(rows, columns=header)
            for column in frame:
                kinds = {type(value) for value in frame[column] if not pd.isna(value)}
                if kinds <= {int, float}:
                    frame[column] = frame[column].astype(float)
                else:
                    frame[column] = ["" if pd.isna(value) else f"{value}" for value in frame[column]]
            part = folder / f"{name}.{form}"
            {"sav": pyreadstat.write_sav, "dta": pyreadstat.write_dta}[form](frame, str(part))
            archive.write(part, part.name)
    return path
