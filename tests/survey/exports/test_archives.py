import zipfile

import pytest

from survey.exports.archives import check_workbook, data_files, open_archive
from survey.exports.cells import Unreadable


@pytest.fixture
def archive(tmp_path):
    def pack(entries):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
            for name, content in entries.items():
                opened.writestr(name, content)
        return path

    return pack


def test_attachments_audits_and_marks_of_macos_are_no_data(archive):
    names = [
        "a.csv",
        "d/a.csv",
        "media/b.csv",
        "files/c.csv",
        "__MACOSX/._a.csv",
        ".DS_Store",
        "a - audit.csv",
    ]
    with open_archive(archive(dict.fromkeys(names, "x"))) as opened:
        assert [entry.filename for entry in data_files(opened)] == ["a.csv", "d/a.csv"]


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:\\x", "..\\x"])
def test_hostile_names(archive, name):
    with pytest.raises(Unreadable, match="archive_hostile"):
        open_archive(archive({name: "x"}))


def test_large_content_with_an_honest_ratio_asks_for_parts(archive, monkeypatch):
    monkeypatch.setattr("survey.exports.archives.LARGEST_CONTENT", 1000)
    with pytest.raises(Unreadable, match="archive_large"):
        open_archive(archive({"a.csv": bytes(range(256)) * 8}))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="XFD1048576">',
        "<c r='XFD1048576'>",
        '<c s="1" t="s" r="XFD1048576">',
        '<row r="1048576"><c r="XFD1">',
    ],
)
def test_far_cells_in_every_spelling(archive, cell):
    with (
        open_archive(archive({"xl/worksheets/sheet1.xml": cell})) as opened,
        pytest.raises(Unreadable, match="sheet_sparse"),
    ):
        check_workbook(opened)


def test_a_far_cell_on_the_border_of_two_pieces(archive, monkeypatch):
    monkeypatch.setattr("survey.exports.archives.CHUNK", 64)
    content = " " * 60 + '<c r="XFD1048576">'
    with (
        open_archive(archive({"xl/worksheets/sheet1.xml": content})) as opened,
        pytest.raises(Unreadable, match="sheet_sparse"),
    ):
        check_workbook(opened)
