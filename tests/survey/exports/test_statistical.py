"""Files of SPSS, Stata and SAS: every trap of their missing values, dates and encodings."""

import datetime as dt
import random
import struct

import pandas as pd
import pyreadstat
import pytest

from survey.exports import read_export
from survey.exports.cells import Unreadable
from survey.exports.statistical import read_statistical
from survey.messages import Refusal

PLACES = pd.DataFrame({"xa": ["Xã Bù Nho", "Phường Hòa Bình", ""], "code": ["00601", "25252", ""]})
DATED = pd.DataFrame(
    {
        "v1_date": [dt.date(2026, 10, 5), None],
        "start": [dt.datetime.fromisoformat("2026-10-05T07:30:00"), None],
    }
)
SPSS_SECONDS = (
    dt.datetime.fromisoformat("2026-10-05") - dt.datetime.fromisoformat("1582-10-14")
).total_seconds()


def cells(path):
    table = read_statistical(path, "t")
    return dict(zip(table.headers, table.columns, strict=True))


@pytest.mark.parametrize("name", ["a.sav", "a.zsav"])
def test_declared_user_missing_values_keep_their_codes(name, tmp_path):
    frame = pd.DataFrame({"b3_poor": [1.0, 99.0, None], "income": [-98.0, 2.5, 3.0]})
    ranges = {"b3_poor": [99], "income": [{"lo": -99, "hi": -97}]}
    pyreadstat.write_sav(frame, tmp_path / name, missing_ranges=ranges, compress=name.endswith("zsav"))
    assert cells(tmp_path / name) == {"b3_poor": ["1", "99", ""], "income": ["-98", "2.5", "3"]}


def test_a_lettered_missing_value_of_stata_is_told_from_a_blank_one(tmp_path):
    frame = pd.DataFrame({"x": [1, "a", 3, None], "note": ["a", "", "z", ""]})
    pyreadstat.write_dta(frame, tmp_path / "a.dta", missing_user_values={"x": ["a"]})
    assert cells(tmp_path / "a.dta") == {"x": ["1", ".a", "3", ""], "note": ["a", "", "z", ""]}


@pytest.mark.parametrize("write", [pyreadstat.write_sav, pyreadstat.write_dta])
def test_vietnamese_text_and_leading_zeros_survive(write, tmp_path):
    path = tmp_path / ("a.sav" if write is pyreadstat.write_sav else "a.dta")
    write(PLACES, path)
    assert cells(path) == PLACES.to_dict("list")


@pytest.mark.parametrize("name", ["a.sav", "a.dta"])
def test_dates_are_iso(name, tmp_path):
    {"a.sav": pyreadstat.write_sav, "a.dta": pyreadstat.write_dta}[name](DATED, tmp_path / name)
    assert cells(tmp_path / name) == {"v1_date": ["2026-10-05", ""], "start": ["2026-10-05T07:30:00", ""]}


def test_a_date_beyond_the_calendar_does_not_take_the_other_dates_with_it(tmp_path):
    frame = pd.DataFrame({"v1_date": [SPSS_SECONDS, 1e15], "n": [1.0, 2.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_format={"v1_date": "DATETIME20"})
    assert cells(tmp_path / "a.sav") == {
        "v1_date": ["2026-10-05T00:00:00", "1000000000000000.0"],
        "n": ["1", "2"],
    }


@pytest.mark.parametrize("name", ["a.por", "a.xpt"])
def test_portable_and_transport_files(name, tmp_path):
    frame = pd.DataFrame({"A": [1.0, 2.5, None], "S": ["00601", "", "x"]})
    {"a.por": pyreadstat.write_por, "a.xpt": pyreadstat.write_xport}[name](frame, tmp_path / name)
    assert cells(tmp_path / name) == {"A": ["1", "2.5", ""], "S": ["00601", "", "x"]}


@pytest.mark.parametrize("version", [8, 10, 12, 13, 15])
def test_every_version_of_stata_passes_the_door_and_is_read(version, tmp_path, instrument):
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(pd.DataFrame({"x": [1.0, None]}), path, version=version)
    assert cells(path) == {"x": ["1", ""]}
    assert refusal(path, instrument) not in {"extension_lies", "file_damaged"}


@pytest.mark.parametrize(
    ("encoding", "written"),
    [
        ("utf-8", "Phường Hòa"),
        ("cp1258", "Phươ\u0300ng Ho\u0300a"),
        ("cp1252", "Café"),
    ],
)
def test_an_old_stata_file_in_any_of_three_encodings(encoding, written, tmp_path):
    """Stata before 14 does not say its encoding: the bytes of the only cell are exchanged by hand."""
    content = written.encode(encoding)
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(pd.DataFrame({"xa": ["#" * len(content)]}), path, version=12)
    path.write_bytes(path.read_bytes().replace(b"#" * len(content), content))
    expected = "Café" if encoding == "cp1252" else "Phường Hòa"
    assert cells(path) == {"xa": [expected]}


def test_the_state_of_review_is_written_by_its_label(tmp_path):
    frame = pd.DataFrame({"review": [0.0, 1.0, 7.0], "b4_net": [1.0, 2.0, 1.0]})
    labels = {"review": {0: "Chưa duyệt", 1: "Đã duyệt"}, "b4_net": {1: "Có", 2: "Không"}}
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=labels)
    assert cells(tmp_path / "a.sav") == {"review": ["Chưa duyệt", "Đã duyệt", "7"], "b4_net": ["1", "2", "1"]}


def test_row_numbers_begin_with_two_and_cells_are_typed(tmp_path):
    pyreadstat.write_sav(PLACES, tmp_path / "a.sav")
    table = read_statistical(tmp_path / "a.sav", "t")
    assert (table.rows, table.typed) == ([2, 3, 4], True)


def test_too_many_columns_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("survey.exports.statistical.MOST_COLUMNS", 1)
    pyreadstat.write_sav(PLACES, tmp_path / "a.sav")
    with pytest.raises(Unreadable, match="columns_too_many"):
        read_statistical(tmp_path / "a.sav", "t")


def refusal(path, instrument):
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument)
    assert path.name in refused.value.sentence("vi")
    return refused.value.findings[0].code


def test_a_stata_file_that_promises_two_thousand_million_rows(tmp_path, instrument):
    path = tmp_path / "a.dta"
    pyreadstat.write_dta(pd.DataFrame({"x": [1.0] * 50}), path, version=12)
    content = bytearray(path.read_bytes())
    content[6:10] = struct.pack("<i", 2**31 - 1)
    path.write_bytes(content)
    assert refusal(path, instrument) in {"file_damaged", "file_memory", "file_truncated"}


@pytest.mark.parametrize("name", ["a.sav", "a.zsav", "a.dta", "a.por", "a.xpt"])
def test_a_file_cut_off_in_the_middle(name, tmp_path, instrument):
    path = tmp_path / name
    writers = {"dta": pyreadstat.write_dta, "por": pyreadstat.write_por, "xpt": pyreadstat.write_xport}
    frame = pd.DataFrame({f"x{n}": [float(n)] * 400 for n in range(9)})
    writers.get(path.suffix[1:], pyreadstat.write_sav)(frame, path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refusal(path, instrument) in {"file_damaged", "layout_unknown", "export_foreign"}


@pytest.mark.parametrize("name", ["a.sav", "a.dta"])
def test_accidents_to_the_bytes_end_in_a_sentence(name, tmp_path, instrument):
    path = tmp_path / name
    {"a.sav": pyreadstat.write_sav, "a.dta": pyreadstat.write_dta}[name](PLACES, path)
    good, chance = path.read_bytes(), random.Random(name)
    for _ in range(6):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 12)):
            bad[chance.randrange(len(bad))] = chance.randrange(256)
        path.write_bytes(bad)
        assert refusal(path, instrument)
