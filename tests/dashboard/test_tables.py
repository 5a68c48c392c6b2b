"""Tables: figures as written, words escaped, and nothing that a spreadsheet would run."""

import io

import openpyxl
import pandas as pd
import pytest

from dashboard import tables
from dashboard.readings import HEADLINE, PROVINCE, Judgement, readings
from dashboard.text import Text


def test_html_table_escapes_every_word():
    hostile = "<script>alert(1)</script>"
    html = tables.html_table(
        hostile, [tables.Column(hostile), tables.Column("a")], [tables.Row(hostile, (hostile,))]
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 4


def test_estimate_cells_in_vietnamese(release):
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    cells = tables.estimate_cells(Text("vi"), reading)
    assert cells[:5] == ("40,5%", "36,9–44,1%", "Đạt chuẩn công bố", "1.492", "129")
    assert len(cells) == len(tables.estimate_columns(Text("vi")))


def test_hidden_estimate_shows_its_reason_and_no_figure(release):
    reading = readings(release.estimates, HEADLINE, "district")["688"]
    text = Text("vi")
    cells = tables.estimate_cells(text, reading)
    assert reading.hidden
    assert cells[:2] == ("–", "–")
    assert cells[2] == "Không công bố"
    assert cells[-2:] == ("–", "–")
    assert (cells[3], cells[5]) == (str(reading.n), text.count(reading.n_eff))
    notes = tables.estimate_notes(text, [("Thị xã Phước Long", reading)])
    assert "Không công bố, cỡ mẫu hiệu quả dưới 30: Thị xã Phước Long." in notes
    judgement = Judgement(2025, ">=", 0.6, -0.1, "undecided", "undecided", "none")
    assert tables.verdict_cells(text, reading, judgement) == ("Không công bố", "–")


def test_csv_has_every_column_and_guards_text_cells(release):
    rows = tables.release_rows(release, HEADLINE, "district", {"688": "=1+1", "689": "@cmd"}, state="draft")
    content = tables.csv_bytes(rows)
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), dtype={"unit": "str"})
    assert list(back["name"][:2]) == ["'=1+1", "'@cmd"]
    assert len(back) == 22
    wanted = {
        "estimate",
        "ci_low",
        "ci_high",
        "n",
        "n_psu",
        "n_eff",
        "se",
        "df",
        "deff",
        "cv",
        "quality",
        "reason",
    }
    assert wanted | {"verdict", "family_verdict", "shown_verdict", "year", "target"} <= set(back.columns)
    assert set(back["release"]) == {release.id}
    assert set(back["state"]) == {"draft"}
    assert set(content.decode("utf-8-sig").splitlines()[1].split(",")) >= {"true", "draft", release.id}
    assert list(back["timing"].str.startswith("late assessment")) == list(back["year"] == 2025)
    assert back["estimate"].to_numpy() == pytest.approx(rows["estimate"].to_numpy(), rel=1e-12)


def test_a_negative_number_stays_a_number():
    content = tables.csv_bytes(pd.DataFrame({"gap": [-0.25], "name": ["-0.25"]})).decode("utf-8-sig")
    assert content.splitlines()[1] == "-0.25,'-0.25"


def test_excel_keeps_formulas_and_addresses_as_text():
    cells = ["=1+1", "http://example.org", "+84", 7, None]
    book = openpyxl.load_workbook(io.BytesIO(tables.excel_bytes("a", list("abcde"), [cells])))
    row = next(book.active.iter_rows(min_row=2))
    assert [cell.value for cell in row] == ["=1+1", "http://example.org", "+84", 7, None]
    assert [cell.data_type for cell in row[:3]] == ["s", "s", "s"]
    assert all(cell.hyperlink is None for cell in row)
