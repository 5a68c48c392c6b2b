"""Damaged, mistaken and hostile files end in a sentence for the clerk; the reading process lives."""

import zipfile
from pathlib import Path

import pytest

from survey.exports import read_export
from survey.messages import Refusal
from survey.sandbox import Limits

WAVE = Path(__file__).parents[2] / "data" / "wave_2026"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/>{more}</Relationships>'
)
STRINGS = f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
WORKBOOK = (
    f'<workbook xmlns="{SHEETS}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/>'
    "</sheets></workbook>"
)
FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="{row}"><c {mark}="{column}{row}"><v>1</v></c></row>'


SAS_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")


def sheet(rows):
    return f'<worksheet xmlns="{SHEETS}"><sheetData>{rows}</sheetData></worksheet>'


def workbook(path, content, strings="", others=()):
    """Write a minimal workbook by hand, so that it may say anything."""
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS.format(
            office=OFFICE, kind="officeDocument", target="xl/workbook.xml", more=""
        ),
        "xl/workbook.xml": WORKBOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format(
            office=OFFICE, kind="worksheet", target="worksheets/sheet1.xml", more=STRINGS if strings else ""
        ),
        "xl/worksheets/sheet1.xml": content,
        **({"xl/sharedStrings.xml": strings} if strings else {}),
        **dict(others),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def counted(number, padding=""):
    return f'<sst xmlns="{SHEETS}" {padding} uniqueCount="{number}"><si><t>a</t></si></sst>'


WORKBOOKS = {
    "a far cell": (sheet(FAR.format(mark="r", column="XFD", row=1048576)), "", (), "sheet_sparse"),
    "a stray cell": (sheet(FAR.format(mark="r", column="CV", row=1048576)), "", (), "sheet_sparse"),
    "four thousand million strings": (sheet(""), counted(4_000_000_000), (), "archive_hostile"),
    "2^63 strings": (sheet(""), counted(2**63), (), "archive_hostile"),
    "a hidden count": (sheet(""), counted(4_000_000_000, 'a="1" ' * 300), (), "file_memory"),
    "entities": ('<!DOCTYPE x [<!ENTITY a "aaa">]>' + sheet(""), "", (), "archive_hostile"),
    "a path that climbs": (sheet(""), "", [("../../etc/passwd", "x")], "archive_hostile"),
    "an absolute path": (sheet(""), "", [("C:\\Windows\\x", "x")], "archive_hostile"),
    "one huge cell": (sheet(f"<row><c><v>{'1' * 60_000_000}</v></c></row>"), "", (), "archive_bomb"),
    "no table": (sheet(""), "", (), "table_empty"),
    "broken XML": (sheet("<row><c></row>"), "", (), "file_damaged"),
}


@pytest.mark.parametrize("name", sorted(WORKBOOKS))
def test_hostile_workbooks(name, tmp_path, instrument):
    content, strings, others, code = WORKBOOKS[name]
    path = tmp_path / "tệp.xlsx"
    workbook(path, content, strings, others)
    assert refusal(path, instrument) == code


def refusal(path, instrument, **options):
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument, **options)
    sentence = refused.value.sentence("vi")
    assert path.name in sentence or options
    assert "Traceback" not in sentence
    return refused.value.findings[0].code


def ole(body=b""):
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + body + bytes(400)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", lambda good: b"", "file_empty"),
        ("a.xlsx", lambda good: good[: len(good) // 2], "file_truncated"),
        ("a.xlsx", lambda good: good[:300] + bytes(80) + good[380:], "file_damaged"),
        ("a.xlsx", lambda good: b"start,end\n1,2\n", "extension_lies"),
        ("a.csv", lambda good: good, "extension_lies"),
        ("a.zip", lambda good: good, "xlsx_named_zip"),
        ("a.xls", lambda good: b"<html><table><tr><td>1", "excel_old"),
        ("a.xlsx", lambda good: b"<html><table><tr><td>1", "extension_lies"),
        ("a.xls", lambda good: ole(), "file_damaged"),
        ("a.xls", lambda good: good, "excel_old"),
        ("a.xlsx", lambda good: ole("EncryptedPackage".encode("utf-16-le")), "excel_password"),
        ("a.ods", lambda good: good, "zip_named_xlsx"),
        ("a.xlsb", lambda good: good, "excel_other"),
        ("a.docx", lambda good: good, "extension_unknown"),
        ("a", lambda good: good, "extension_unknown"),
        ("~$a.xlsx", lambda good: good, "file_temporary"),
        ("a.sav", lambda good: b"$FL2" + bytes(200), "file_damaged"),
        ("a.sav", lambda good: b"$FL2" + b"\xff" * 200, "file_damaged"),
        ("a.sav", lambda good: b"<stata_dta>", "extension_lies"),
        ("a.dta", lambda good: b"<stata_dta>", "file_damaged"),
        ("a.dta", lambda good: b"s\x02\x01\x00" + b"\x7f" * 200, "file_damaged"),
        ("a.por", lambda good: b"0" * 40 + b"ASCII SPSS PORT FILE" + bytes(400), "file_damaged"),
        (
            "a.xpt",
            lambda good: b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!" + bytes(40),
            "file_damaged",
        ),
        ("a.sas7bdat", lambda good: SAS_MAGIC + bytes(500), "file_damaged"),
        ("a.csdb", lambda good: b"SQLite format 3\x00", "cspro_damaged"),
        ("a.csv", lambda good: "tên,tuổi\nAn,30\n".encode(), "layout_unknown"),
        ("a.csv", lambda good: "tên,ngày\nAn,30\n".encode("latin-1"), "csv_encoding"),
        ("a.csv", lambda good: b"KEY,SubmissionDate,formdef_version,instanceID\n1,2,3,4\n", "export_foreign"),
        ("a.csv", lambda good: b"interview__key;interview__id\n1;2\n", "export_foreign"),
        ("a.csv", lambda good: b"line_no,PARENT_KEY,KEY\n1,a,b\n", "odk_root_only"),
        ("a.csv", lambda good: b"\n", "table_empty"),
    ],
)
def test_damaged_and_mistaken_files(name, content, code, tmp_path, instrument, small_workbook):
    path = tmp_path / name
    path.write_bytes(content(small_workbook.read_bytes()))
    assert refusal(path, instrument) == code


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ({"a.xlsx": b"PK"}, "archive_nested"),
        ({"a.zip": b"PK"}, "archive_nested"),
        ({"ảnh.jpg": b"\xff\xd8"}, "archive_unknown"),
        ({}, "archive_unknown"),
        ({"digiskill_hh.tab": b"", "interview__actions.tab": b""}, "archive_survey_solutions"),
        ({"digiskill_hh.csv": b'KEY,SubmissionDate,Status,ReviewState\n"a'}, "file_damaged"),
        ({f"{number}.csv": b"" for number in range(6000)}, "archive_bomb"),
        ({"a.csv": bytes(90_000_000)}, "archive_bomb"),
    ],
)
def test_archives_that_are_no_export(entries, code, write_archive, instrument):
    assert refusal(write_archive({}, entries), instrument) == code


def test_an_encrypted_archive(write_archive, instrument):
    path = write_archive({}, {"a.csv": b"x"})
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert refusal(path, instrument) == "archive_password"


def test_a_csv_export_of_a_form_with_a_roster(instrument):
    assert refusal(WAVE / "kobo_xml.csv", instrument) == "kobo_csv"


def test_the_form_itself(instrument, write_workbook):
    path = write_workbook({"survey": [["type", "name"], ["text", "a"]], "choices": [["list_name"], ["a"]]})
    assert refusal(path, instrument) == "export_is_form"


def test_another_form(kobo, write_workbook, instrument):
    for rows in kobo.values():
        rows[0][:] = [h if h.startswith(("_", "meta")) else f"câu_{n}" for n, h in enumerate(rows[0])]
    path = write_workbook(kobo)
    with pytest.raises(Refusal) as refused:
        read_export(path, instrument)
    found = refused.value.findings[0]
    assert found.code == "export_foreign"
    assert found.facts["form"] == instrument.title
    assert "interviewer_id" in found.facts["expected"]
    assert "câu_0" in found.facts["seen"]


def test_a_file_that_is_too_heavy(tmp_path, instrument, monkeypatch):
    monkeypatch.setattr("survey.exports.door.LARGEST_FILE", 1000)
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(1001))
    assert refusal(path, instrument) == "file_too_heavy"


def test_a_reader_that_takes_too_long(small_workbook, instrument):
    assert refusal(small_workbook, instrument, limits=Limits(seconds=0.01)) == "file_slow"


def test_a_panic_of_the_parser_is_a_damaged_file(small_workbook, instrument, tmp_path):
    """The workbook part is no XML: whatever the Rust reader makes of it, a sentence comes out."""
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(small_workbook) as good, zipfile.ZipFile(path, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"\x00\xff" * 50 if name == "xl/workbook.xml" else good.read(name))
    assert refusal(path, instrument) == "file_damaged"
