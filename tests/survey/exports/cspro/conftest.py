"""Cases of CSPro in a ``.csdb``, and the rows of its exports."""

import csv
import datetime as dt
import importlib
import io
import sys
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import survey.exports
from survey.exports import child, read_export
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal

# The fuzz, which also runs as a script outside of any package, writes the same files.
sys.path.insert(0, str(Path(__file__).parents[1]))
write_csdb = importlib.import_module("fuzz.csdb").write_csdb


@pytest.fixture
def csdb(tmp_path):
    """Write ``data.csdb``; see :func:`write_csdb`."""

    def write(cases, *, ids, records, extra=""):
        return write_csdb(tmp_path / "data.csdb", cases, ids=ids, records=records, extra=extra)

    return write


@pytest.fixture
def refusal():
    """Read a file that must be refused with a sentence: path, form -> the finding."""

    def read(path, form):
        with pytest.raises(Refusal) as refused:
            read_export(path, form)
        for language in ("vi", "en"):
            assert path.name in refused.value.sentence(language)
            assert "Traceback" not in refused.value.sentence(language)
        return refused.value.findings[0]

    return read


@pytest.fixture
def zipped(tmp_path):
    """Write ``export.zip`` of record -> rows as CSPro writes comma-delimited text: UTF-8 with its mark."""

    def write(tables, *, delimiter=",", encoding="utf-8-sig", ending=".csv"):
        path = tmp_path / "export.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, rows in tables.items():
                text = io.StringIO(newline="")
                csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
                archive.writestr(f"{name}{ending}", text.getvalue().encode(encoding))
        return path

    return write


STALLS = """
| survey |
| | type | name | label::Tiếng Việt (vi) | relevant |
| | text | market | Chợ | |
| | integer | stall_no | Số sạp | |
| | select_one yn | pays | Sạp có nhận tiền qua mã QR không? | |
| | select_multiple bank | banks | Nhận tiền về ngân hàng nào? | ${pays} = 1 |
| | decimal | share | Tỷ lệ doanh thu qua mã QR | ${pays} = 1 |
| | date | visited | Ngày đến sạp | |
| | text | remark | Ghi chú | |
| | begin_repeat | seller | Người bán | |
| | select_one gender | s_sex | Giới tính người bán | |
| | integer | s_age | Tuổi người bán | |
| | end_repeat | | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | x_key |
| | yn | 1 | Có | |
| | yn | 2 | Không | |
| | yn | 99 | Không trả lời | refused |
| | bank | 1 | Agribank | |
| | bank | 2 | Vietcombank | |
| | bank | 98 | Ngân hàng khác | |
| | gender | 1 | Nam | |
| | gender | 2 | Nữ | |
| settings |
| | form_title | form_id | version | default_language |
| | Sạp chợ | stalls | 2026100101 | Tiếng Việt (vi) |
"""


@pytest.fixture
def stalls(tmp_path):
    """A small form with a choice list that knows a refusal, a check box, a decimal, a date and a repeat."""
    (tmp_path / "form.md").write_text(STALLS, encoding="utf-8")
    return load_instrument(tmp_path / "form.md")


@pytest.fixture
def in_process(monkeypatch):
    """Run the reader here instead of in a child process, which takes most of the time of a small test."""

    def run(module, arguments, *, folder, limits):
        child.main(arguments)
        return "finished"

    monkeypatch.setattr(survey.exports, "run_limited", run)


@pytest.fixture
def read(stalls, in_process):
    """Read a file of the small form: path -> microdata."""
    return lambda path: harmonise(read_export(path, stalls), stalls)


@pytest.fixture(scope="session")
def kobo_microdata(small_export, instrument):
    """The same thirty interviews as KoboToolbox exported them."""
    return harmonise(small_export, instrument)


RECORDS = ("cover_rec", "answers_rec", "member_rec")
IDS = ("ea_code", "hh_no")


@pytest.fixture(scope="session")
def wave_cases(district_rows, instrument):
    """Thirty interviews of the example wave as an office would have them in CSPro: cases and records."""
    (main_header, *mains), (member_header, *members) = district_rows.values()
    known = {question.name: question for question in instrument.questions}
    main_items = [name for h in main_header if (name := h.rsplit("/", 1)[-1]) in known and name not in IDS]
    member_items = [n for h in member_header if (n := h.rsplit("/", 1)[-1]) in known and known[n].repeat]
    half = len(main_items) // 2
    records = {
        RECORDS[0]: (main_items[:half], False),
        RECORDS[1]: (main_items[half:], False),
        RECORDS[2]: (member_items, True),
    }
    of_uuid = {}
    for row in members:
        cells = dict(zip(member_header, row, strict=True))
        of_uuid.setdefault(cells["_submission__uuid"], []).append(_items(cells, known, instrument))
    cases = []
    for row in mains:
        cells = dict(zip(main_header, row, strict=True))
        items = _items(cells, known, instrument)
        moment = dt.datetime.fromisoformat(cells["_submission_time"]).replace(tzinfo=dt.UTC)
        cases.append(
            {
                "id": cells["meta/rootUuid"].removeprefix("uuid:"),
                **{item: cells[f"cover/{item}"] for item in IDS},
                RECORDS[0]: [items],
                RECORDS[1]: [items],
                RECORDS[2]: of_uuid.get(cells["_uuid"], []),
                "verified": int(cells["_validation_status"] == "validation_status_approved"),
                "saved": int(moment.timestamp()),
            }
        )
    return cases, records


def _items(cells, known, instrument):
    """Write the cells of a KoboToolbox row as CSPro keeps them."""
    return {
        name: _value(text, known[name], instrument)
        for header, text in cells.items()
        if (name := header.rsplit("/", 1)[-1]) in known
    }


def _value(text, question, instrument):
    if text == "":
        return None
    codes = [choice.name for choice in instrument.codes(question)]
    if question.type == "select_multiple":
        width = max(map(len, codes))
        return "".join(code.ljust(width) for code in text.split()).rstrip()
    if question.type in {"date", "today"}:
        return int(text[:10].replace("-", ""))
    if question.type in {"start", "end"}:
        return int("".join(filter(str.isdigit, text[:19])))
    if codes or question.type == "integer":
        return int(text)
    try:
        return float(text) if "." in text else text
    except ValueError:
        return text


@pytest.fixture(scope="session")
def wave_tables(wave_cases):
    """Write the same cases as CSPro exports them: record -> rows, the names in capitals, id items first."""
    cases, records = wave_cases
    tables = {}
    for name, (items, _) in records.items():
        rows = [[item.upper() for item in (*IDS, *items)]]
        for case in cases:
            rows += [[*(case[i] for i in IDS), *(row.get(i) for i in items)] for row in case[name]]
        tables[name.upper()] = rows
    return tables


@pytest.fixture(scope="session")
def same_microdata():
    """Compare two microdata cell for cell, the households by their id, whatever the key of the tool."""
    own = ["source", "row", "form_version", "submitted", "review"]

    def compare(found, expected):
        for name in ("households", "household_states"):
            sides = [getattr(side, name).set_index(side.households["hh_id"]) for side in (found, expected)]
            left, right = (side.drop(columns=own, errors="ignore").sort_index() for side in sides)
            pd.testing.assert_frame_equal(left, right[left.columns])
            assert set(left) == set(right)
        rows = [_members(side) for side in (found, expected)]
        pd.testing.assert_frame_equal(*rows)

    return compare


def _members(microdata):
    table = microdata.members.join(microdata.member_states.add_suffix(" state"))
    household = microdata.households["hh_id"].loc[table["key"]].to_numpy()
    ordered = table.drop(columns=["key", "row"]).assign(hh_id=household).sort_values(["hh_id", "position"])
    return ordered.reset_index(drop=True).sort_index(axis=1)
