import pytest

from survey.exports.door import kind_of, receive
from survey.messages import Refusal


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04rest", "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b"$FL3@(#)", "spss"),
        (b"<stata_dta><header>", "stata"),
        (b"SQLite format 3\x00", "sqlite"),
        (b"%PDF-1.7", "pdf"),
        ("\ufeff <!DOCTYPE html>".encode(), "html"),
        ("tên,tuổi\n".encode(), "text"),
        (b"\x00\x01\x02", "unknown"),
    ],
)
def test_kinds_by_their_first_bytes(tmp_path, content, kind):
    path = tmp_path / "x"
    path.write_bytes(content)
    assert kind_of(path) == kind


def test_the_copy_in_quarantine_is_private_and_named_by_us(tmp_path):
    path, folder = tmp_path / "x", tmp_path / "quarantine"
    path.write_bytes(b"PK\x03\x04")
    folder.mkdir()
    arrival = receive(path, "../../Huyện 691.XLSX", folder)
    assert (arrival.name, arrival.extension) == ("Huyện 691.XLSX", ".xlsx")
    assert arrival.path == folder / "upload"
    assert arrival.path.stat().st_mode & 0o077 == 0


def test_a_refused_file_is_named_as_the_person_called_it(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"")
    with pytest.raises(Refusal, match=r"báo cáo\.xlsx"):
        receive(path, "báo cáo.xlsx", tmp_path)
