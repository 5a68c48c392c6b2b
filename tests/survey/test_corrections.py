"""Corrections: what is taken, how it takes effect, and that the cells as they came never change."""

import io
import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey import pipeline, places
from survey.commands.show import example_files, example_wave
from survey.corrections import keeping, sheets
from survey.corrections.applying import corrected, effect
from survey.corrections.checking import check
from survey.corrections.log import (
    Cell,
    Correction,
    Entry,
    append,
    digest,
    in_force,
    last_row,
    read_log,
)
from survey.corrections.sheets import SheetRow
from survey.findings import findings_csv, findings_workbook
from survey.harmonise import harmonise
from survey.messages import Refusal, finding
from survey.store import Store
from survey.versions import known_versions

ROOT = Path(__file__).parents[2]
TRUTH = json.loads((ROOT / "tests/reference/wave_2026/truth.json").read_text(encoding="utf-8"))
REUPLOAD = places.example_wave() / "kobo_reupload" / "kobo_xml_692.xlsx"
EDITED = next(entry for entry in TRUTH["reupload_692"]["log"]["edited"])
FILE = example_files()[0]
AGES = next(path for path in example_files() if path.stem.endswith("694"))
WHO, WHY = "GSV01", "gọi lại hộ"


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A store with one district file, for reading; with its first interview that knows of online services."""
    store = Store(tmp_path_factory.mktemp("district") / "store")
    store.add_wave(example_wave())
    pipeline.ingest(store, FILE, "2026")
    return store


@pytest.fixture
def store(district, tmp_path):
    """A copy of it that a test may change."""
    shutil.copytree(district.root, tmp_path / "store")
    made = Store(tmp_path / "store")
    made._microdata.update(district._microdata)
    return made


@pytest.fixture(scope="module")
def key(district):
    households = district.microdata("2026").households
    return households.index[(households["e1_aware"] == "1") & (households["e1_can_submit"] == "3")][0]


def sheet(tmp_path, *rows, name="sua.xlsx"):
    """Write a sheet as a person would; a row is a mapping of fields."""
    book = openpyxl.Workbook()
    book.active.append(list(sheets.COLUMNS.values()))
    for row in rows:
        filled = {"who": WHO, "why": WHY, **row}
        book.active.append([filled.get(field, "") for field in sheets.COLUMNS])
    book.save(tmp_path / name)
    return tmp_path / name


def looked(store, *rows):
    """Check rows without a file in between."""
    filled = [SheetRow(number, {"who": WHO, "why": WHY, **row}) for number, row in enumerate(rows, 2)]
    return check(store, "2026", filled, file="sua.xlsx")


def enter(store, *rows):
    """Check rows and keep them."""
    checked = looked(store, *rows)
    assert keeping.keep(store, checked)
    return checked


def row(key, variable, old, new, **more):
    return {"submission": key, "variable": variable, "old": old, "new": new, **more}


def same(one, other):
    """Whether two microdata say the same, cell for cell and state for state."""
    pd.testing.assert_frame_equal(one.households, other.households)
    pd.testing.assert_frame_equal(one.household_states, other.household_states)
    pd.testing.assert_frame_equal(one.members, other.members)
    pd.testing.assert_frame_equal(one.member_states, other.member_states)


def edited_file(path, target, key, main=(), members=()):
    """Write the export again as if the interviewer had written other answers."""
    book = openpyxl.load_workbook(path)
    for page, changes in zip(book.worksheets, (main, members), strict=False):
        headers = [cell.value for cell in page[1]]
        identity = next(h for h in headers if str(h).endswith("rootUuid"))
        rows = [
            n for n, cells in enumerate(page.values, 1) if str(cells[headers.index(identity)]).endswith(key)
        ]
        for header, value in changes:
            page.cell(rows[0], headers.index(header) + 1).value = value
    book.save(target)
    return target


def test_a_correction_reads_as_if_the_tool_had_written_it(district, store, key, tmp_path):
    """The reference is the reader itself, on a file in which the very cells were changed."""
    before = district.microdata("2026")
    age = before.members.loc[before.members["key"] == key, "m_age"].iloc[0]
    devices = before.households.at[key, "d4_dev"]
    written = edited_file(
        FILE, tmp_path / "other.xlsx", key,
        main=[("e/e1/e1_aware", "2"), ("d/d4_dev", "1"), ("e/e2/e2_last", "4"), ("e/e2/e2_mode", None)],
        members=[("b/member/m_age", "44")],
    )  # fmt: skip
    other = Store(tmp_path / "other")
    other.add_wave(example_wave())
    assert pipeline.ingest(other, written, "2026").status == "accepted"
    rows = [
        row(key, "e1_aware", "1", "2"),
        row(key, "d4_dev", devices, "1"),
        row(key, "e2_last", before.households.at[key, "e2_last"], "4"),
        row(key, "m_age", age, "44", repeat="member", position="1"),
    ]
    checked = keeping.enter(store, "2026", sheet(tmp_path, *rows))
    assert len(checked.wanted) == 4
    same(store.microdata("2026"), other.microdata("2026"))
    assert store.microdata("2026").households.at[key, "e1_aware"] == "2"
    assert pd.isna(store.microdata("2026").households.at[key, "e1_can_submit"])
    same(store.microdata("2026", corrected=False), before)
    assert store.verify() == []


def test_the_same_file_twice_changes_nothing(store, key, tmp_path):
    path = sheet(tmp_path, row(key, "e1_can_submit", "3", "1"))
    keeping.enter(store, "2026", path)
    log = read_log(store.catalogue, "2026")
    again = keeping.enter(store, "2026", path)
    assert (again.wanted, again.repeated) == ((), 1)
    assert read_log(store.catalogue, "2026") == log


def test_a_later_correction_supersedes_and_is_withdrawn_first(store, key, tmp_path):
    enter(store, row(key, "e1_can_submit", "3", "1"))
    enter(store, row(key, "e1_can_submit", "1", "2"))
    answer = lambda: store.microdata("2026").households.at[key, "e1_can_submit"]  # noqa: E731
    assert answer() == "2"
    assert [fate.state for fate in keeping.listed(store, "2026")] == ["superseded", "applied"]
    with pytest.raises(Refusal, match="Take back 2 first"):
        keeping.withdraw(store, "2026", 1, who=WHO, why=WHY)
    keeping.withdraw(store, "2026", 2, who=WHO, why=WHY)
    assert answer() == "1"
    keeping.withdraw(store, "2026", 1, who=WHO, why=WHY)
    assert answer() == "3"
    assert [fate.state for fate in keeping.listed(store, "2026")] == [
        "withdrawn", "withdrawn", "withdrawal", "withdrawal"
    ]  # fmt: skip
    with pytest.raises(Refusal, match="No correction number 1 is in force"):
        keeping.withdraw(store, "2026", 1, who=WHO, why=WHY)
    same(store.microdata("2026"), store.microdata("2026", corrected=False))
    assert store.verify() == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"submission": "nobody"}, "correction_submission_unknown"),
        ({"variable": "e1_awar"}, "correction_variable_unknown"),
        ({"variable": "name"}, "correction_variable_personal"),
        ({"variable": "m_age", "position": "40"}, "correction_row_unknown"),
        ({"old": "2"}, "correction_old_differs"),
        ({"new": "7"}, "correction_code"),
        ({"new": "1 2"}, "correction_code"),
        ({"variable": "hh_no", "old": "{now}", "new": "mười"}, "correction_shape"),
        ({"variable": "hh_no", "old": "{now}", "new": "61"}, "correction_constraint"),
        ({"variable": "c0_line", "old": "{now}", "new": "99"}, "correction_constraint"),
        ({"variable": "d5_why", "old": "", "new": "1"}, "correction_of_unasked"),
        ({"why": ""}, "correction_without_reason"),
        ({"why": "gọi số 0912345678"}, "correction_personal"),
        ({"who": "Nguyễn Văn An"}, "correction_without_person"),
        ({"who": ""}, "correction_without_person"),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_a_doubtful_correction_is_refused_with_its_row_and_nothing_is_kept(
    store, key, tmp_path, change, code
):
    personal = sorted(store.form("2026").joined.personal())
    households = store.microdata("2026").households
    wanted = row(key, "e1_can_submit", "3", "1") | change
    wanted = {
        name: str(households.at[key, wanted["variable"]]) if value == "{now}" else value
        for name, value in wanted.items()
    }
    if wanted["variable"] == "name":
        wanted["variable"] = personal[0]
    with pytest.raises(Refusal) as refused:
        enter(store, row(key, "e1_can_track", households.at[key, "e1_can_track"], "2"), wanted)
    assert [(found.code, found.row) for found in refused.value.findings] == [(code, 3)]
    assert read_log(store.catalogue, "2026") == ()


def test_answer_and_condition_may_be_corrected_in_one_file(store, tmp_path):
    households = store.microdata("2026").households
    key = households.index[(households["e1_aware"] == "2")][0]
    rows = [row(key, "e1_can_submit", "", "2"), row(key, "e1_aware", "2", "1")]
    checked = enter(store, *rows)
    assert {found.code for found in checked.findings} == {"correction_opened"}
    assert store.microdata("2026").households.loc[key, ["e1_aware", "e1_can_submit"]].to_list() == ["1", "2"]
    condition = read_log(store.catalogue, "2026")[1]
    keeping.withdraw(store, "2026", condition.number, who=WHO, why=WHY)
    assert [fate.state for fate in keeping.listed(store, "2026")] == ["not_asked", "withdrawn", "withdrawal"]
    assert pd.isna(store.microdata("2026").households.at[key, "e1_can_submit"])


def test_consequences_are_told(store, key, tmp_path):
    number = store.microdata("2026").households.at[key, "hh_no"]
    other = "7" if number != "7" else "8"
    checked = looked(store, row(key, "e1_aware", "1", "2"), row(key, "hh_no", number, other))
    told = {found.code: found for found in checked.findings}
    assert set(told) == {"correction_closed", "correction_computed"}
    assert "e1_can_submit" in told["correction_closed"].sentence("vi")
    assert told["correction_computed"].facts["names"] == "hh_id"


def test_no_answer_has_to_be_said(store, key, tmp_path):
    path = sheet(tmp_path, row(key, "e1_can_track", "", ""), row(key, "e1_can_submit", "3", "(trống)"))
    assert len(keeping.enter(store, "2026", path).wanted) == 1
    microdata = store.microdata("2026")
    assert pd.isna(microdata.households.at[key, "e1_can_submit"])
    assert microdata.household_states.at[key, "e1_can_submit"] == 1


def filled_findings(store, key, tmp_path, *, as_csv):
    """The list of findings of an accepted file with the last columns filled in, as a person returns it."""
    households = store.microdata("2026").households
    place = {
        "file": FILE.name,
        "sheet": store.microdata("2026", upload=store.uploads("2026")[0].upload_id).main,
    }
    listed = [
        finding("code_unknown", **place, row=int(households.at[key, "row"]), column="e1_can_submit",
                value="3", facts={"household": "x", "expected": "1, 2"}),
        finding("answer_missing", **place, row=2, column="c0_age", facts={"household": "x"}),
    ]  # fmt: skip
    if as_csv:
        lines = findings_csv(listed).splitlines()
        assert lines[1].endswith(",,,")
        path = tmp_path / "van-de.csv"
        path.write_text(
            "\ufeff" + "\r\n".join([lines[0], f"{lines[1][:-2]}1,{WHY},{WHO}", *lines[2:]]), "utf-8"
        )
        return path
    return filled_workbook(listed, "1", tmp_path / "van-de.xlsx")


def filled_workbook(listed, new, path):
    """Fill in the first row of a list of findings."""
    book = openpyxl.load_workbook(io.BytesIO(findings_workbook(listed)))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    for field, value in (("new", new), ("why", WHY), ("who", WHO)):
        page.cell(2, heads.index(sheets.COLUMNS[field]) + 1).value = value
    book.save(path)
    return path


@pytest.mark.parametrize("as_csv", [False, True], ids=["xlsx", "csv"])
def test_the_filled_in_list_of_findings_is_a_sheet_of_corrections(store, key, tmp_path, as_csv):
    checked = keeping.enter(store, "2026", filled_findings(store, key, tmp_path, as_csv=as_csv))
    assert [said.cell for said in checked.wanted] == [Cell(key, "", 0, "e1_can_submit")]
    assert store.microdata("2026").households.at[key, "e1_can_submit"] == "1"


def test_a_finding_names_its_submission_so_that_rows_and_files_may_change(own_store, tmp_path):
    found = next(f for f in pipeline.preview(own_store, AGES, "2026").findings if f.code == "age_differs")
    moved = replace(found, file="bản cũ.xlsx", row=found.row + 40)
    path = filled_workbook([moved], "60", tmp_path / "van-de.xlsx")
    checked = keeping.enter(own_store, "2026", path)
    assert [said.cell for said in checked.wanted] == [Cell(found.facts["submission"], "", 0, "c0_age")]
    assert own_store.microdata("2026").households.at[found.facts["submission"], "c0_age"] == "60"


def test_a_list_of_findings_of_a_file_that_was_not_accepted_is_refused(store, key, tmp_path):
    path = filled_findings(store, key, tmp_path, as_csv=False)
    book = openpyxl.load_workbook(path)
    book.worksheets[0].cell(2, 2).value = "khác.xlsx"
    book.save(path)
    with pytest.raises(Refusal, match="is not among the accepted files"):
        keeping.enter(store, "2026", path)


def test_the_template_holds_the_answers_of_a_household(store, key, tmp_path):
    household = store.microdata("2026").households.at[key, "hh_id"]
    path = tmp_path / "mau.xlsx"
    path.write_bytes(sheets.template(keeping.answers_of(store, "2026", household)))
    book = openpyxl.load_workbook(path)
    listed = {(r[0], r[4]): r for r in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    assert listed[key, "e1_can_submit"][5] == "3"
    assert any(r[2] == "member" for r in listed.values())
    assert not {name for _, name in listed} & store.form("2026").joined.personal()
    assert sheets.read_corrections(path) == ()
    with pytest.raises(Refusal, match="no submission of household"):
        list(keeping.answers_of(store, "2026", "1-1"))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.xlsx", b"PK\x03\x04 not a workbook", "file_truncated"),
        ("a.csv", b"a,b\n1,2\n", "correction_columns"),
        ("a.docx", b"PK", "correction_file_kind"),
        ("a.csv", b"", "file_empty"),
    ],
)
def test_a_file_that_is_no_sheet_of_corrections_is_refused(store, tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        keeping.enter(store, "2026", path)
    assert [found.code for found in refused.value.findings] == [code]


def test_others_who_were_faster_are_not_overwritten(store, key, tmp_path):
    slow = looked(store, row(key, "e1_can_submit", "3", "1"))
    enter(store, row(key, "e1_can_submit", "3", "2"))
    assert not keeping.keep(store, slow)
    with pytest.raises(Refusal, match=r"reads “2” now, not “3”"):
        enter(store, row(key, "e1_can_submit", "3", "1"))


def test_the_log_is_proved_by_the_book(store, key):
    wanted = [Correction(Cell(key, "", 0, "e1_can_submit"), "3", "1", WHO, WHY)]
    assert append(store.catalogue, "2026", wanted, seen=last_row(store.catalogue))
    with pytest.raises(Exception, match="never change"), store.catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE corrections SET new = '2'")
    assert store.verify() == []


def edited_entry(store, new):
    """A correction of the answer that the corrected district file changes, too."""
    key, field = EDITED["root_uuid"], EDITED["field"]
    old = str(store.microdata("2026").households.at[key, field])
    cell = Cell(key, "", 0, field)
    append(store.catalogue, "2026", [Correction(cell, old, new, WHO, WHY)], seen=last_row(store.catalogue))
    return key, field


def test_what_was_corrected_at_its_source_puts_the_correction_aside(own_store):
    wrong = next(code for code in ("1", "2", "3") if code not in (str(EDITED["new"]), str(EDITED["old"])))
    key, field = edited_entry(own_store, wrong)
    assert own_store.microdata("2026").households.at[key, field] == wrong
    receipt = pipeline.ingest(own_store, REUPLOAD, "2026")
    told = next(found for found in receipt.findings if found.code == "correction_set_aside")
    assert "đã được sửa tại nguồn" in told.sentence("vi")
    assert receipt.comparison.counts() == {"new": 2, "changed": 3, "unchanged": 199, "missing": 1}
    assert own_store.microdata("2026").households.at[key, field] == str(EDITED["new"])
    assert [fate.state for fate in keeping.listed(own_store, "2026")] == ["set_aside"]


def test_a_source_that_says_the_same_by_now_needs_no_correction(own_store):
    key, field = edited_entry(own_store, str(EDITED["new"]))
    receipt = pipeline.ingest(own_store, REUPLOAD, "2026")
    assert not any(found.code.startswith("correction") for found in receipt.findings)
    assert [fate.state for fate in keeping.listed(own_store, "2026")] == ["at_source"]
    assert own_store.microdata("2026").households.at[key, field] == str(EDITED["new"])


def test_a_corrected_interview_sent_again_is_unchanged_and_not_older(store, key, tmp_path):
    enter(store, row(key, "e1_can_submit", "3", "1"))
    book = openpyxl.load_workbook(FILE)
    book.properties.title = "saved again"
    book.save(tmp_path / "again.xlsx")
    receipt = pipeline.ingest(store, tmp_path / "again.xlsx", "2026")
    assert receipt.comparison.counts()["changed"] == 0
    assert receipt.comparison.older == ()
    assert store.microdata("2026").households.at[key, "e1_can_submit"] == "1"


CELLS = ("e1_aware", "e1_can_submit", "e2_aware", "e2_can_book", "d2_net", "m_age", "c0_sex")


@pytest.fixture(scope="module")
def small(district):
    """Answers of the first submissions of a district, and their form."""
    came = district.microdata("2026")
    form = known_versions(district.wave("2026").instrument)
    return came, form, list(came.households.index[:3])


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_only_the_order_within_a_cell_decides_and_nothing_stays_when_all_is_withdrawn(small, data):
    came, form, keys = small
    cells = [
        Cell(key, "member" if name.startswith("m_") else "", int(name.startswith("m_")), name)
        for key in keys
        for name in CELLS
    ]
    chains = {}
    for cell in data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=8, unique=True)):
        frame = came.members.set_index(["key", "position"]) if cell.repeat else came.households
        place = (cell.submission, cell.position) if cell.repeat else cell.submission
        old = frame.at[place, cell.variable]
        values = [
            "" if pd.isna(old) else str(old),
            *data.draw(st.lists(st.sampled_from("123"), min_size=1, max_size=3)),
        ]
        chains[cell] = [Correction(cell, a, b, WHO, WHY) for a, b in pairwise(values)]
    orders = []
    for _ in range(2):
        waiting = {cell: list(chain) for cell, chain in chains.items()}
        order = []
        while waiting:
            cell = data.draw(st.sampled_from(sorted(waiting)))
            order.append(waiting[cell].pop(0))
            waiting = {one: chain for one, chain in waiting.items() if chain}
        orders.append([Entry(number, said) for number, said in enumerate(order, 1)])
    first, second = orders
    same(corrected(came, first, form), corrected(came, second, form))
    assert digest(first) == digest(second)
    made = corrected(came, first, form)
    for cell, chain in chains.items():
        frame = made.members.set_index(["key", "position"]) if cell.repeat else made.households
        now = frame.at[(cell.submission, cell.position) if cell.repeat else cell.submission, cell.variable]
        assert pd.isna(now) or now == chain[-1].new
    taken_back = [*first, *(Entry(100 + e.number, e.correction, withdraws=e.number) for e in first)]
    assert in_force(taken_back) == ()
    assert corrected(came, taken_back, form) is came


def test_untouched_submissions_keep_every_cell(small):
    came, form, keys = small
    said = Correction(Cell(keys[0], "", 0, "c0_sex"), came.households.at[keys[0], "c0_sex"], "2", WHO, WHY)
    made = effect(came, [Entry(1, said)], form).microdata
    rest = came.households.index != keys[0]
    pd.testing.assert_frame_equal(made.households[rest], came.households[rest])
    assert list(made.households.index) == list(came.households.index)
    assert made.households.dtypes.equals(came.households.dtypes)


def test_a_form_with_several_versions_is_corrected_by_the_version_of_the_interview(small, district):
    """A question that the interview's own version does not have cannot be filled in."""
    _, form, keys = small
    lacking = known_versions(form.announced)
    lacking.asked[form.announced.version].pop("e1_can_submit", None)
    said = Correction(Cell(keys[0], "", 0, "e1_can_submit"), "", "1", WHO, WHY)
    export = district.export(district.uploads("2026")[0].upload_id)
    bare = harmonise(export, form.announced)
    bare.households.loc[keys[0], "e1_can_submit"] = None
    assert [fate.state for fate in corrected(bare, [Entry(1, said)], lacking).corrections] == ["not_asked"]
