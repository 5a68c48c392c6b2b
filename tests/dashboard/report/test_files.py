"""Every file of a report is opened again and holds the numbers of the release, and hides what is hidden."""

import csv
import dataclasses
import hashlib
import io
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest
from docx import Document

from dashboard.readings import HEADLINE, readings
from dashboard.report.formats import FORMATS
from dashboard.report.machine import machine_files
from dashboard.report.making import report_of
from dashboard.text import Text
from survey.release import KEPT, TABLES, UNITS

from .conftest import HOSTILE, made

TEXT = Text("vi")
FROZEN = {f"{name}_{table}" for name, kept in KEPT.items() for table in kept.tables} | {*TABLES, UNITS}


def unzipped(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def sheet_rows(content, name):
    """Rows of a sheet as mappings from head to value."""
    page = openpyxl.load_workbook(io.BytesIO(content))[name]
    rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:] if row[1] is not None]


def word_tables(content):
    document = Document(io.BytesIO(content))
    return document, [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]


def pdf_text(content, tmp_path):
    reader = shutil.which("pdftotext")
    if reader is None:
        pytest.skip("pdftotext is not installed (apt-get install poppler-utils)")
    path = tmp_path / "report.pdf"
    path.write_bytes(content)
    done = subprocess.run([reader, "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def districts_of(release):
    return readings(release.estimates, HEADLINE, "district", edition=release.manifest["geography"]["edition"])


def test_the_same_release_gives_the_same_bytes(release, files):
    again = made(release)
    assert {name: hashlib.sha256(content).hexdigest() for name, content in again.items()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items()
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_number_on_paper_is_one_of_the_release(release, language):
    """The table of the districts, cell by cell, as the page writes them."""
    text = Text(language)
    report = report_of(release, language)
    table = next(table for table in report.tables() if table.name == "district_headline")
    found = districts_of(release)
    assert len(table.rows) == len(found)
    for row, reading in zip(table.rows, found.values(), strict=True):
        shown = [cell.shown for cell in row]
        values = [cell.value for cell in row]
        if reading.hidden:
            assert shown[1:5] == ["–"] * 4
            assert values[1:5] == [None] * 4
            assert text(f"quality.{reading.quality}") in shown[6]
            assert ": " in shown[6]  # the reason
        else:
            assert (values[1], values[3], values[4]) == (reading.estimate, reading.low, reading.high)
            assert shown[1:3] == [text.percent(reading.estimate), text.range(reading.low, reading.high)]
        assert values[5] == reading.n
    assert any(reading.hidden for reading in found.values())
    assert any(not reading.hidden for reading in found.values())


def test_word_says_what_the_report_says(report, files):
    document, tables = word_tables(files["word"])
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert report.sentence in said
    assert all(warning in said for warning in report.warnings)
    expected = [one for part in report.sections for one in part.tables]
    written = tables[1 : 1 + len(expected)]  # after the letterhead
    for table, rows in zip(expected, written, strict=True):
        columns = list(table.columns("paper"))
        assert rows[1:] == [[row[place].shown for place in columns] for row in table.rows]
    every_cell = {cell for rows in tables for row in rows for cell in row}
    assert {words for _, words in report.about} <= every_cell
    assert len(document.inline_shapes) == len(list(report.pictures()))


def test_word_has_the_layout_of_decree_30(files):
    document, tables = word_tables(files["word"])
    page = document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    assert 20 <= round(page.top_margin.mm) <= 25
    assert 20 <= round(page.bottom_margin.mm) <= 25
    assert 30 <= round(page.left_margin.mm) <= 35
    assert 15 <= round(page.right_margin.mm) <= 20
    assert page.different_first_page_header_footer
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert 13 <= document.styles["Normal"].font.size.pt <= 14
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc" in tables[0][0][1]
    assert tables[0][1][0].startswith("Số:")
    assert tables[-1][0][0].startswith("Nơi nhận:")


def test_pdf_says_what_the_report_says(release, report, files, tmp_path):
    said = pdf_text(files["pdf"], tmp_path)
    flat = re.sub(r"\s+", " ", said)
    assert re.sub(r"\s+", " ", report.sentence) in flat
    assert all(warning in flat for warning in report.warnings)
    assert report.release in flat
    for reading in districts_of(release).values():
        number = TEXT.percent(reading.estimate)
        assert reading.hidden or f"{number} {TEXT.range(reading.low, reading.high)}" in flat
    assert b"pdfuaid" in files["pdf"]  # tagged for screen readers


def test_pdf_has_no_letter_without_a_glyph(files, tmp_path):
    """Only our own fonts are inside: those of the libraries lack Vietnamese letters in some faces."""
    reader = shutil.which("pdffonts")
    if reader is None:
        pytest.skip("pdffonts is not installed (apt-get install poppler-utils)")
    path = tmp_path / "report.pdf"
    path.write_bytes(files["pdf"])
    told = subprocess.run([reader, str(path)], capture_output=True, text=True, check=True).stdout
    faces = {line.split()[0].split("+")[-1] for line in told.splitlines()[2:]}
    assert faces
    assert all(face.startswith("Kynangso") for face in faces)


def test_excel_holds_numbers_as_numbers(release, files):
    book = openpyxl.load_workbook(io.BytesIO(files["excel"]))
    assert book.sheetnames[0] == "Bìa"
    assert book.sheetnames[-1] == "Ghi chú"
    name = next(sheet for sheet in book.sheetnames if sheet.endswith("district_headline"))
    rows = sheet_rows(files["excel"], name)
    for row, reading in zip(rows, districts_of(release).values(), strict=False):
        assert row["Số người trả lời (n)"] == reading.n
        if reading.hidden:
            assert (row["Ước lượng"], row["Cận dưới"], row["Chất lượng"]) == ("–", "–", "Không công bố")
            assert row["Lý do"]
        else:
            assert row["Ước lượng"] == pytest.approx(reading.estimate, abs=1e-15)
            assert row["Cận trên"] == pytest.approx(reading.high, abs=1e-15)


def test_excel_holds_every_estimate_and_hides_those_not_published(release, files):
    book = openpyxl.load_workbook(io.BytesIO(files["excel"]))
    rows = sheet_rows(files["excel"], next(sheet for sheet in book.sheetnames if sheet.endswith(" all")))
    hidden = release.estimates["quality"] == "suppress"
    assert sum(row["Ước lượng"] is not None for row in rows) == len(release.estimates)
    assert sum(row["Ước lượng"] == "–" for row in rows) == hidden.sum()


def test_no_hidden_number_is_anywhere_in_the_workbook(release, files):
    hidden = release.estimates.query("quality == 'suppress' and 0 < estimate < 1")
    assert len(hidden) > 10
    secret = {float(value) for name in ("estimate", "se", "ci_low", "ci_high") for value in hidden[name]}
    book = openpyxl.load_workbook(io.BytesIO(files["excel"]))
    numbers = {cell.value for page in book for row in page.iter_rows() for cell in row}
    assert not {value for value in numbers if isinstance(value, float)} & (secret - {0.0, 1.0})


def test_csv_for_excel_reads_back(release, files):
    (content,) = [
        one for name, one in unzipped(files["spreadsheet"]).items() if name.endswith("district_headline.csv")
    ]
    assert content.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    head = next(place for place, line in enumerate(lines) if line and line[0] == "Đơn vị")
    found = districts_of(release)
    for line, reading in zip(lines[head + 1 : head + 1 + len(found)], found.values(), strict=True):
        expected = "" if reading.hidden else f"{100 * reading.estimate:.1f}".replace(".", ",")
        assert line[1] == expected
    assert [release.id] == [line[1] for line in lines if line and line[0] == "Bản công bố"]


def test_csv_for_machines_is_the_release(release, files):
    tables = unzipped(files["csv"])
    back = pd.read_csv(io.BytesIO(tables["estimates.csv"]), dtype={"unit": str}, keep_default_na=True)
    pd.testing.assert_frame_equal(
        back[["n", "estimate", "se", "ci_low", "ci_high"]],
        release.estimates[["n", "estimate", "se", "ci_low", "ci_high"]],
        check_dtype=False,
        rtol=1e-14,
    )
    assert (back["quality"] == release.estimates["quality"].to_numpy()).all()
    assert set(back["release"]) == {release.id}
    assert set(back["simulated"].astype(str).str.lower()) == {"true"}


def test_charts_are_drawn_with_letters(report, files):
    pictures = unzipped(files["charts"])
    for picture in report.pictures():
        assert pictures[f"{picture.name}.png"].startswith(b"\x89PNG")
        drawn = pictures[f"{picture.name}.svg"].decode()
        assert "Kynangso Sans" in drawn
        assert "<script" not in drawn
        assert picture.chart.alt in pictures["README.txt"].decode()
    assert "40,5%" in pictures["goals.svg"].decode()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_archive_says_where_it_comes_from(release, language):
    for content in made(release, language, ("csv", "bundle", "charts")).values():
        told = unzipped(content)["README.txt"].decode()
        for words in (release.id, release.manifest["definition"]["version"], "2022-10-01", "NCHS 2017"):
            assert words in told
        assert Text(language)("app.synthetic") in told
        assert Text(language)(f"state.{release.manifest['state']}") in told


def test_a_bundle_holds_all_tables_but_no_person_no_area_and_no_name_of_a_file(example_store, release, files):
    content = unzipped(files["bundle"])
    assert set(content) == {
        "README.txt", "SHA256SUMS", "check.R", "check.do", "settings.csv",
        "definition.yaml", "international.yaml", "service_funnel.yaml",
        *(f"{name}.csv" for name in FROZEN - {"weighting_merged"}),
    }  # fmt: skip
    joined = b"\n".join(content.values())
    for upload in release.manifest["data"]["uploads"]:
        assert upload["file"].encode() not in joined
    tables = b"".join(said for name, said in content.items() if name.endswith(".csv"))
    assert not re.search(rb"\b25\d{6}\b", tables)
    words = set(re.findall(r"[\w-]+", tables.decode()))
    wave = example_store.wave("2026")
    households = {*wave.sample_households["hh_id"], *wave.sample_eas["ea_code"]}
    assert len(households) > 1000
    assert not words & {str(code) for code in households}
    for line in content["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(content[name]).hexdigest() == digest


@pytest.mark.parametrize("kind", ["csv", "bundle"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_archive_lists_what_is_in_it(release, kind, language):
    content = unzipped(made(release, language, (kind,))[kind])
    listed = [line for line in content["README.txt"].decode().splitlines() if line.startswith("- ")]
    names = [name for line in listed for name in line[2:].split(":")[0].split(", ")]
    assert sorted(names) == sorted(set(content) - {"README.txt"})
    assert all(line.split(": ", 1)[1:] for line in listed)  # each with words


def test_reasons_of_a_handful_lose_their_numbers(release):
    """A row of 9 people is emptied, one of 10 from too few areas too, all others stay as they are."""
    fields = release.fields
    barriers = fields.barriers.assign(n=200, n_psu=40)
    barriers.loc[[0, 1], ["n", "n_psu"]] = [[9, 9], [10, 2]]
    asked = fields.asked.assign(asked=[9, *fields.asked["asked"][1:]])
    few = dataclasses.replace(release, fields=dataclasses.replace(fields, barriers=barriers, asked=asked))
    back = machine_files(few, TEXT, "draft")
    told = pd.read_csv(io.BytesIO(back["fields_barriers.csv"]))
    assert told.loc[[0, 1], ["n", "n_psu", "estimate", "se", "ci_low"]].isna().all(axis=None)
    pd.testing.assert_series_equal(told.loc[2:, "estimate"], barriers.loc[2:, "estimate"], rtol=1e-14)
    back_asked = pd.read_csv(io.BytesIO(back["fields_asked.csv"]))
    assert back_asked.loc[0, ["asked", "answered"]].isna().all()
    assert list(back_asked["asked"][1:]) == list(asked["asked"][1:])


def test_r_computes_the_intervals_and_verdicts_again(files, tmp_path):
    runner = shutil.which("Rscript")
    if runner is None:
        pytest.skip("R is not installed")
    for name, content in unzipped(files["bundle"]).items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run([runner, "check.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "reproduced" in done.stdout
    for name in ("estimates", "fields_funnel", "international_shares", "weighting_headline"):
        assert f"{name}.csv ci_low" in done.stdout


@pytest.mark.parametrize("table_name", ["estimates", "international_shares"])
def test_r_notices_a_wrong_number(files, tmp_path, table_name):
    runner = shutil.which("Rscript")
    if runner is None:
        pytest.skip("R is not installed")
    for name, content in unzipped(files["bundle"]).items():
        (tmp_path / name).write_bytes(content)
    table = pd.read_csv(tmp_path / f"{table_name}.csv", dtype={"unit": str})
    table.loc[0, "ci_low"] += 1e-6
    table.to_csv(tmp_path / f"{table_name}.csv", index=False, encoding="utf-8-sig")
    done = subprocess.run([runner, "check.R"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0


def test_hostile_words_stay_words(hostile_release, tmp_path):
    content = made(hostile_release, names=("word", "pdf", "excel", "spreadsheet", "csv"))
    assert any(HOSTILE in cell for rows in word_tables(content["word"])[1] for row in rows for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(content["excel"]))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert any(cell.value == HOSTILE for cell in cells)
    assert all(cell.data_type != "f" and cell.hyperlink is None for cell in cells if cell.value != HOSTILE)
    assert not any(b"<f>" in part or b"hyperlink" in part for part in unzipped(content["excel"]).values())
    for archive in ("spreadsheet", "csv"):
        for name, table in unzipped(content[archive]).items():
            if not name.endswith(".csv"):
                continue
            separator = ";" if archive == "spreadsheet" else ","
            for line in csv.reader(io.StringIO(table.decode("utf-8-sig")), delimiter=separator):
                assert not any(cell.startswith(("=", "@", "+")) for cell in line)
    assert "HYPERLINK" in pdf_text(content["pdf"], tmp_path)
    assert b"/URI" not in content["pdf"]


def test_every_kind_of_file_has_its_own_name(report):
    assert len({kind.file_name(report) for kind in FORMATS.values()}) == len(FORMATS)
