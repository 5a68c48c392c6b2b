"""Two versions of our form in one wave, registered and read as a person would, file by file."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.exports import read_export
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.store import Store
from survey.versions import known_versions

ROOT = Path(__file__).parents[2]
FIRST, SECOND = (
    ROOT / "questionnaires" / "digiskill_hh.md",
    ROOT / "tests" / "data" / "form" / "digiskill_hh_v2.md",
)
OLD, NEW = "2026092801", "2027101001"
WAVE = "2026"
SUBMISSIONS = 24
# The second version calls g3_scam g3_fraud, adds code 6 (mobile money) to the accounts, and asks g9_pay.
RENAMED, LATER_NAME = "g/g3_scam", "g/g3_fraud"
ACCOUNTS, MOBILE_MONEY = "d/d7_acct", "6"
ADDED = "g/g9_pay"
ADDED_ROW = (
    "| | select_one yn | g9_pay | Ông (Bà) có trả tiền bằng mã QR không? "
    "| Do you pay by QR code? | | | yes | ${d1_phone} = 1 | | | | | | | | | | | |"
)


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The second version of the form with a question that the first one does not have."""
    lines = SECOND.read_text(encoding="utf-8").splitlines()
    place = next(number for number, line in enumerate(lines) if "| g3_fraud |" in line)
    columns = len(lines[place].split("|"))
    row = ADDED_ROW.split("|")[: columns - 1]
    lines.insert(place + 1, "|".join([*row, *[" "] * (columns - 1 - len(row)), ""]))
    path = tmp_path_factory.mktemp("form") / "digiskill_hh_v2.md"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def rows_of_first():
    """Rows of the first submissions of a district with a complete interview, as KoboToolbox wrote them."""
    book = CalamineWorkbook.from_path(str(places.example_wave() / "kobo" / "kobo_xml_691.xlsx"))
    title, member = book.sheet_names
    header, *main = book.get_sheet_by_name(title).to_python()
    place = header.index("z/disp_final")
    main = [row for row in main if str(row[place]) == "110"][:SUBMISSIONS]
    roster_header, *members = book.get_sheet_by_name(member).to_python()
    known = {row[header.index("_uuid")] for row in main}
    link = roster_header.index("_submission__uuid")
    return [header, *main], [roster_header, *[row for row in members if row[link] in known]]


class Sheets:
    """The rows of a file, to be changed column by column."""

    def __init__(self, main, members):
        self.header, self.rows = list(main[0]), [list(row) for row in main[1:]]
        self.members = members

    def column(self, name):
        place = self.header.index(name)
        return [row[place] for row in self.rows]

    def put(self, name, cells):
        if name not in self.header:
            self.header.append(name)
            for row in self.rows:
                row.append("")
        place = self.header.index(name)
        for row, cell in zip(self.rows, cells, strict=True):
            row[place] = cell
        return self

    def drop(self, name):
        place = self.header.index(name)
        for row in (self.header, *self.rows):
            del row[place]
        return self

    def write(self, path):
        with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
            for title, rows in (("main", [self.header, *self.rows]), ("member", self.members)):
                sheet = book.add_worksheet(title)
                for number, row in enumerate(rows):
                    sheet.write_row(number, 0, row)
        return path


@pytest.fixture
def sheets(rows_of_first):
    return Sheets(*rows_of_first)


def later(sheets, number):
    """Turn the last `number` submissions into ones of the second version, as "all versions" writes them."""
    n = len(sheets.rows)
    late = [place >= n - number for place in range(n)]
    old, accounts = sheets.column(RENAMED), sheets.column(ACCOUNTS)
    asked = [str(cell) == "1" for cell in sheets.column("d/d1_phone")]
    sheets.put(LATER_NAME, [cell if new else "" for cell, new in zip(old, late, strict=True)])
    sheets.put(RENAMED, ["" if new else cell for cell, new in zip(old, late, strict=True)])
    holds = [new and str(cell) not in {"0", "98", "99", ""} for cell, new in zip(accounts, late, strict=True)]
    more = [f"{cell} {MOBILE_MONEY}" if has else cell for cell, has in zip(accounts, holds, strict=True)]
    sheets.put(ACCOUNTS, more)
    ticks = [str(int(has)) if new else "" for has, new in zip(holds, late, strict=True)]
    sheets.put(f"{ACCOUNTS}/{MOBILE_MONEY}", ticks)
    sheets.put(ADDED, ["1" if new and was else "" for new, was in zip(late, asked, strict=True)])
    return sheets.put("__version__", [NEW if new else OLD for new in late])


def command_on(root):
    """The command line on a store: words -> exit code and what it says in JSON."""

    def run(*words):
        done = CliRunner().invoke(app, ["--store", str(root), *map(str, words)], catch_exceptions=False)
        return done.exit_code, json.loads(done.stdout)

    return run


def announce(command):
    samples = places.example_wave()
    return command(
        "wave", "add", WAVE, "--form", "digiskill_hh", "--json", "--synthetic",
        "--sample-eas", samples / "sample_eas.csv", "--sample-households", samples / "sample_households.csv",
    )  # fmt: skip


@pytest.fixture(scope="module")
def both_registered(second, tmp_path_factory):
    """A store where both versions are registered and the wave uses the second."""
    root = tmp_path_factory.mktemp("versions") / "store"
    command = command_on(root)
    for form in (FIRST, second):
        assert command("form", "add", form, "--json")[0] == 0
    assert announce(command)[0] == 0
    return root


@pytest.fixture
def office(both_registered, tmp_path):
    """Take a file in by the command line, into a copy of that store."""
    root = shutil.copytree(both_registered, tmp_path / "store")
    command = command_on(root)

    def ingest(path):
        code, (receipt,) = command("ingest", path, "--wave", WAVE, "--json")
        return code, receipt

    ingest.store = Store(root)
    return ingest


def codes(receipt):
    return [found["code"] for found in receipt["findings"]]


def main_of(office):
    wave = office.store.microdata(WAVE)
    return wave.households.sort_values("row"), wave.household_states.loc[
        wave.households.sort_values("row").index
    ]


def texts(cells):
    return [str(cell) for cell in cells]


def test_a_file_of_the_first_version_is_read_by_it(office, sheets, tmp_path):
    code, receipt = office(sheets.write(tmp_path / "v1.xlsx"))
    assert (code, receipt["status"], receipt["form_versions"]) == (0, "accepted", [OLD])
    assert "version_known" in codes(receipt)
    assert not {"columns_lost", "columns_of_version_lost", "columns_undeclared"} & set(codes(receipt))
    households, states = main_of(office)
    assert households["g3_fraud"].tolist() == texts(sheets.column(RENAMED))
    assert set(states["g9_pay"]) == {0}, "a question added later was not asked"
    assert "g3_scam" not in households


def test_a_file_of_the_second_version_is_read_by_it(office, sheets, tmp_path):
    everyone = len(sheets.rows)
    later(sheets, everyone).drop(RENAMED)
    code, receipt = office(sheets.write(tmp_path / "v2.xlsx"))
    assert (code, receipt["status"], receipt["form_versions"]) == (0, "accepted", [NEW])
    assert "version_known" not in codes(receipt)
    households, states = main_of(office)
    assert households["g3_fraud"].tolist() == texts(sheets.column(LATER_NAME))
    phones = [str(cell) == "1" for cell in sheets.column("d/d1_phone")]
    assert (states["g9_pay"] == 2).tolist() == phones
    assert (states["g9_pay"] == 0).tolist() == [not phone for phone in phones]
    assert households["d7_acct"].str.split().str[-1].eq(MOBILE_MONEY).any()


def test_all_versions_in_one_file_are_each_read_by_their_own(office, sheets, tmp_path):
    half = len(sheets.rows) // 2
    before = texts(sheets.column(RENAMED))
    code, receipt = office(later(sheets, half).write(tmp_path / "all.xlsx"))
    assert (code, receipt["status"], receipt["form_versions"]) == (0, "accepted", [OLD, NEW])
    assert not {"code_unknown", "answer_missing", "answer_not_asked"} & set(codes(receipt))
    households, states = main_of(office)
    assert households["g3_fraud"].tolist() == before, "old and new name are one question"
    old = (households["form_version"] == OLD).to_numpy()
    assert set(states.loc[old, "g9_pay"]) == {0}
    assert set(states.loc[~old, "g9_pay"]) <= {0, 2}
    assert 2 in set(states.loc[~old, "g9_pay"])
    chosen = households["d7_acct"].str.split().explode()
    assert set(households.loc[chosen.index[chosen == MOBILE_MONEY], "form_version"]) == {NEW}


def test_latest_version_only_loses_a_renamed_column_and_is_refused(office, sheets, tmp_path):
    """The exporter keeps the old submissions and leaves their answers out, without a word."""
    later(sheets, len(sheets.rows) // 2).drop(RENAMED)
    code, receipt = office(sheets.write(tmp_path / "latest.xlsx"))
    assert (code, receipt["status"]) == (1, "refused")
    (told,) = receipt["findings"]
    assert told["code"] == "columns_of_version_lost"
    assert "g3_scam" in told["vi"]
    assert "Include data from all versions" in told["vi"]
    assert office.store.uploads(WAVE) == []


def test_latest_version_only_is_no_loss_where_the_old_name_was_never_asked(office, sheets, tmp_path):
    later(sheets, len(sheets.rows)).drop(RENAMED)
    assert office(sheets.write(tmp_path / "latest.xlsx"))[1]["status"] == "accepted"


def test_a_column_that_stands_under_the_later_name_is_no_loss(office, sheets, tmp_path):
    """Somebody renamed the column, or exported labels, which both versions share: the answers are there."""
    sheets.put(LATER_NAME, sheets.column(RENAMED)).drop(RENAMED)
    code, receipt = office(sheets.write(tmp_path / "renamed.xlsx"))
    assert (code, receipt["status"]) == (0, "accepted")
    assert main_of(office)[0]["g3_fraud"].tolist() == texts(sheets.column(LATER_NAME))


def test_a_code_that_was_added_later_is_a_code(office, sheets, tmp_path):
    half = len(sheets.rows) // 2
    code, receipt = office(later(sheets, half).write(tmp_path / "all.xlsx"))
    assert code == 0
    assert "code_unknown" not in codes(receipt)
    form = office.store.form(WAVE).joined
    assert MOBILE_MONEY in {choice.name for choice in form.codes(form.question("d7_acct"))}


def test_a_code_that_no_version_has_is_reported(office, sheets, tmp_path):
    sheets.put(ACCOUNTS, ["1 77", *sheets.column(ACCOUNTS)[1:]])
    receipt = office(sheets.write(tmp_path / "code.xlsx"))[1]
    assert [(f["row"], f["value"]) for f in receipt["findings"] if f["code"] == "code_unknown"] == [
        (2, "1 77")
    ]


def test_an_unregistered_version_is_said_and_read_by_that_of_the_wave(office, sheets, tmp_path):
    sheets.put("__version__", ["2030010101"] * len(sheets.rows))
    receipt = office(sheets.write(tmp_path / "other.xlsx"))[1]
    assert "version_other" in codes(receipt)


def test_a_form_registered_later_mends_what_was_stored(second, sheets, tmp_path):
    """Microdata are rebuilt from the stored cells: a version that was unknown is known from then on."""
    command = command_on(tmp_path / "store")
    command("form", "add", FIRST, "--json")
    announce(command)
    path = later(sheets, len(sheets.rows) // 2).write(tmp_path / "all.xlsx")
    _, (receipt,) = command("ingest", path, "--wave", WAVE, "--json")
    assert {"version_other", "columns_undeclared"} <= set(codes(receipt))
    late = Store(tmp_path / "store").microdata(WAVE).households.query(f"form_version == '{NEW}'")
    assert late["g3_scam"].isna().all()
    command("form", "add", second, "--json")
    late = Store(tmp_path / "store").microdata(WAVE).households.query(f"form_version == '{NEW}'")
    assert late["g3_scam"].notna().all()
    assert late["g9_pay"].notna().any()


def test_two_files_of_two_versions_make_one_wave(office, rows_of_first, tmp_path):
    """Districts that update their tablets at different times."""
    old, new = Sheets(*rows_of_first), Sheets(*rows_of_first)
    half = len(old.rows) // 2
    old.rows, new.rows = old.rows[:half], new.rows[half:]
    later(new, len(new.rows)).drop(RENAMED)
    for number, part in enumerate((old, new)):
        uuids = set(part.column("_uuid"))
        header, *members = rows_of_first[1]
        part.members = [header, *[row for row in members if row[header.index("_submission__uuid")] in uuids]]
        assert office(part.write(tmp_path / f"{number}.xlsx"))[1]["status"] == "accepted"
    wave = office.store.microdata(WAVE)
    assert wave.households["form_version"].value_counts().to_dict() == {OLD: half, NEW: len(new.rows)}
    assert wave.households["g3_fraud"].notna().all()
    assert wave.household_states["g9_pay"].dtype == "int8"


def test_versions_are_joined_whichever_the_wave_announces(second, rows_of_first, tmp_path):
    """Announced is the first or the second: the question is one, under the name of the announced version."""
    first, later_form = load_instrument(FIRST), load_instrument(second)
    path = later(Sheets(*rows_of_first), SUBMISSIONS // 2).write(tmp_path / "all.xlsx")
    found = {}
    for announced, other, name in ((first, later_form, "g3_scam"), (later_form, first, "g3_fraud")):
        export = read_export(path, known_versions(announced, [other]).joined)
        found[name] = harmonise(export, announced, [other]).households[name].tolist()
    assert found["g3_scam"] == found["g3_fraud"]
    assert not pd.isna(found["g3_scam"]).any()
