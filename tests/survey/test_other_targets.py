"""The other targets: what the document sets, how a figure becomes accepted, and what it says then."""

import io
import json
import re
import tomllib
from datetime import UTC, date, datetime
from fractions import Fraction

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from survey.__main__ import app
from survey.messages import Refusal
from survey.other_targets import keeping, sheets
from survey.other_targets.assessing import assess, reaches
from survey.other_targets.checking import Desk, check, read_day
from survey.other_targets.figures import decimals, share
from survey.other_targets.log import (
    TRANSITIONS,
    Entry,
    Report,
    Step,
    accepted,
    read_log,
    standing,
    take_steps,
)
from survey.other_targets.targets import KINDS, TargetError, load_targets, usual_file, usual_targets
from survey.store import Store

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
SHA = "a" * 64
TARGETS = {target.id: target for target in usual_targets()}


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "store", lambda: NOW)


def report(target="experts", day="2026-06-30", numerator=52, denominator=None, **told):
    words = {
        "document": "45/BC-SKHCN",
        "document_date": "2026-07-05",
        "sha256": SHA,
        "unit": "Sở KHCN",
        **told,
    }
    return Report(target, day, numerator, denominator, **words)


def cells(**told):
    usual = {"target": "schools_stem", "day": "30/6/2026", "numerator": "212", "denominator": "400",
             "document": "45/BC-SGDĐT", "document_date": "5/7/2026", "unit": "Sở Giáo dục"}  # fmt: skip
    return sheets.SheetRow(told.pop("row", 2), {**usual, **told})


def codes(checked):
    return [found.code for found in checked.findings]


def accept_new(store, one):
    entry = take_steps(store.catalogue, [Step("add", 0, one, "CV01")])[0]
    keeping.submit(store.catalogue, entry.record, who="CV01")
    return keeping.accept(store.catalogue, entry.record, who="PGD02")


# --- What the document sets


def test_targets_are_those_of_the_conclusion():
    told = {one.id: [(goal.year, goal.op, goal.value) for goal in one.goals] for one in usual_targets()}
    assert told == {
        "officials_trained": [(2025, ">=", 100), (2030, ">=", 100)],
        "incident_network": [(2025, ">=", 100), (2030, ">=", 100)],
        "experts": [(2025, ">=", 50), (2030, ">=", 100)],
        "schools_stem": [(2025, ">=", 50), (2030, ">", 80)],
        "it_university": [(2025, ">=", 1)],
        "training_network": [(2030, ">=", 1)],
    }
    source = usual_targets()[0].source
    assert (source.document["vi"], source.day) == ("Kết luận số 371-KL/TU", date(2022, 6, 25))
    assert (source.pack, source.status) == ("binh_phuoc", "to_confirm")


def test_the_goal_of_the_running_year_applies():
    experts = TARGETS["experts"]
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2031, 1, 1))
    assert [experts.goal_for(day).year for day in days] == [2025, 2030, 2030]


BREAKS = {
    "the id stands twice": ('id = "incident_network"', 'id = "experts"'),
    "kind 'ratio' is none of share, count, existence": ('kind = "share"', 'kind = "ratio"'),
    "see denominator": ("\ndenominator = ", "\n#"),
    "see colour": ('id = "experts"', 'id = "experts"\ncolour = "red"'),
    "op '<' is none of >=, >": ('op = ">"', 'op = "<"'),
    "value 101 is no whole number from 1 to 100": ("value = 100", "value = 101"),
    "value 100 is no whole number from 1 to 99": ('op = ">", value = 80', 'op = ">", value = 100'),
    "value 0 is no whole number": ("value = 50", "value = 0"),
    "the years of the goals rise": ("year = 2030", "year = 2025"),
    "year 2021 is no year from 2022 on": ("year = 2025", "year = 2021"),
    "has neither op nor value": ("{ year = 2025, clause", "{ year = 2025, value = 1, clause"),
    "words in each of vi, en": ('document = { vi = "', 'document = { fr = "'),
    "`date` is the day of the document": ("date = 2022-06-25", 'date = "25/6/2022"'),
    "`status` is one of issued": ('status = "to_confirm"', 'status = "?"'),
    "no pack 'binh_phuoc' with an edition '1999'": ('edition = "2022-10-01"', 'edition = "1999"'),
    "no pack 'nowhere'": ('pack = "binh_phuoc"', 'pack = "nowhere"'),
    "holds no target": ("[[targets]]", "[[others]]"),
}  # fmt: skip


@pytest.mark.parametrize("said", BREAKS)
def test_a_file_of_targets_that_is_wrong_is_refused_with_its_place(said, tmp_path):
    whole = usual_file().read_text(encoding="utf-8")
    before, after = BREAKS[said]
    assert before in whole
    path = tmp_path / "targets.toml"
    path.write_text(whole.replace(before, after), encoding="utf-8")
    tomllib.loads(path.read_text(encoding="utf-8"))
    with pytest.raises(TargetError, match=re.escape(said)):
        load_targets(path)


# --- From a draft to an accepted figure


def test_story_of_a_figure(store):
    """Added, submitted with its document, returned, revised, accepted, and revised once more."""
    book = store.catalogue
    made = keeping.keep(book, keeping.check_rows(book, [cells()], who="CV01"))
    record = made[0].record
    with pytest.raises(Refusal, match="has no file of its document"):
        keeping.submit(book, record, who="CV01")
    assert keeping.submit(book, record, who="CV01", sha256=SHA).state == "submitted"
    with pytest.raises(Refusal, match="cannot accept"):
        keeping.accept(book, record, who="CV01")
    with pytest.raises(Refusal, match="no reason"):
        keeping.send_back(book, record, who="PGD02", why=" ")
    assert keeping.send_back(book, record, who="PGD02", why="thiếu trường tư thục").state == "returned"
    revised = keeping.check_rows(book, [cells(numerator="180")], who="CV01")
    assert [step.action for step in revised.steps] == ["revise"]
    keeping.keep(book, revised)
    keeping.submit(book, record, who="CV01")
    keeping.accept(book, record, who="PGD02")
    verdicts = {one.target.id: one for one in keeping.standings(book)}["schools_stem"]
    assert verdicts.latest.report.numerator == 180
    assert [(one.verdict, one.timing) for one in verdicts.goals] == [
        ("not_reached", "late"), ("not_reached", "ahead"),
    ]  # fmt: skip
    keeping.keep(book, keeping.check_rows(book, [cells(numerator="230")], who="CV01"))
    still = {one.target.id: one for one in keeping.standings(book)}["schools_stem"]
    assert still.latest.report.numerator == 180, "a revision counts only once it is accepted"
    assert [entry.action for entry in read_log(book)] == [
        "add", "submit", "return", "revise", "submit", "accept", "revise",
    ]  # fmt: skip
    assert store.verify() == []


def test_what_others_changed_in_between_is_not_accepted_unseen(store):
    made = take_steps(store.catalogue, [Step("add", 0, report(), "CV01")])[0]
    seen = keeping.submit(store.catalogue, made.record, who="CV01").number
    keeping.send_back(store.catalogue, made.record, who="PGD02", why="sai số")
    with pytest.raises(Refusal, match="has just changed report 1"):
        keeping.accept(store.catalogue, made.record, who="PGD03", seen=seen)


def test_a_report_has_one_target_and_one_day(store):
    book = store.catalogue
    made = take_steps(book, [Step("add", 0, report(), "CV01")])[0]
    with pytest.raises(Refusal, match="has report 1 for 2026-06-30 already"):
        take_steps(book, [Step("add", 0, report(numerator=53), "CV01")])
    with pytest.raises(Refusal, match="is about the target experts"):
        take_steps(book, [Step("revise", made.record, report("officials_trained", denominator=60), "CV01")])
    with pytest.raises(Refusal, match="There is no report 9"):
        keeping.accept(book, 9, who="PGD02")


def test_all_rows_of_a_file_or_none(store):
    good, twin = Step("add", 0, report(), "CV01"), Step("add", 0, report(numerator=1), "CV01")
    with pytest.raises(Refusal):
        take_steps(store.catalogue, [good, twin])
    assert read_log(store.catalogue) == ()


def test_rows_of_the_log_never_change(store):
    take_steps(store.catalogue, [Step("add", 0, report(), "CV01")])
    for command in ("UPDATE target_reports SET numerator = 99", "DELETE FROM target_reports"):
        with pytest.raises(IntegrityError, match="never change"), store.catalogue.writing() as connection:
            connection.execute(sql(command))
    assert read_log(store.catalogue)[0].report == report()


def test_a_changed_row_is_found_by_the_book(store):
    take_steps(store.catalogue, [Step("add", 0, report(), "CV01")])
    with store.catalogue.writing() as connection:
        connection.execute(sql("DROP TRIGGER target_reports_no_UPDATE"))
        connection.execute(sql("UPDATE target_reports SET numerator = 99"))
    assert [found.code for found in store.verify()] == ["store_catalogue_damaged"]


ACTIONS = ("add", "revise", "submit", "accept", "return")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 3)), max_size=12))
def test_only_declared_steps_are_taken_and_nothing_is_lost(tmp_path_factory, wanted):
    """Whatever people try, in any order: each row of the log is a declared step, and earlier rows stay."""
    book = Store(tmp_path_factory.mktemp("log") / "store", lambda: NOW).catalogue
    before = ()
    for turn, (action, record) in enumerate(wanted):
        last = standing(before).get(record)
        given_report = (
            report(numerator=turn, day=f"2026-01-{turn + 1:02d}") if action in ACTIONS[:2] else None
        )
        step = Step(action, 0 if action == "add" else record, given_report, f"P{turn}")
        allowed = action == "add" or (last and (last.state, action) in TRANSITIONS)
        try:
            take_steps(book, [step])
        except Refusal:
            assert not allowed
            assert read_log(book) == before
        else:
            assert allowed
        now = read_log(book)
        assert now[: len(before)] == before
        before = now
    states: dict[int, str] = {}
    for entry in before:
        assert TRANSITIONS[states.get(entry.record, ""), entry.action] == entry.state
        states[entry.record] = entry.state
    assert {e.record for e in before if e.state == "accepted"} == set(accepted(before))


# --- What a figure says


def entry(number, one):
    return Entry(number, number, one, "accept", "accepted", "PGD02", "", "")


AHEAD = ("not_reached", "ahead")
CASES = {
    "no figure, both years open": ([], date(2024, 5, 1), [("no_data", ""), ("no_data", "")]),
    "no figure, one year over": ([], date(2026, 11, 28), [("overdue", ""), ("no_data", "")]),
    "an early figure, year open": ([("2024-06-30", 20)], date(2024, 8, 1), [AHEAD, AHEAD]),
    "an early figure does not judge a year that is over": (
        [("2024-06-30", 60)], date(2026, 1, 1), [("overdue", ""), AHEAD],
    ),
    "the last figure of the year": (
        [("2025-06-30", 40), ("2025-12-31", 50)], date(2026, 2, 1), [("reached", "in_time"), AHEAD],
    ),
    "judged late": ([("2026-06-30", 52)], date(2026, 11, 28), [("reached", "late"), AHEAD]),
    "missed in time and reached after": (
        [("2025-12-31", 45), ("2026-06-30", 52)], date(2026, 11, 28), [("reached", "after"), AHEAD],
    ),
    "missed in time and not reached since": (
        [("2025-12-31", 45), ("2026-06-30", 48)], date(2026, 11, 28), [("not_reached", "in_time"), AHEAD],
    ),
    "both years over": (
        [("2025-12-31", 55), ("2031-06-30", 100)],
        date(2032, 1, 1),
        [("reached", "in_time"), ("reached", "late")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_every_goal_is_judged_by_the_figure_of_its_year_or_late(case):
    figures, today, expected = CASES[case]
    entries = [entry(n, report(day=day, numerator=count)) for n, (day, count) in enumerate(figures, 1)]
    found = assess([TARGETS["experts"]], entries, today)[0]
    assert [(one.verdict, one.timing) for one in found.goals] == expected


def test_only_accepted_figures_count():
    draft = Entry(1, 1, report(numerator=500), "add", "draft", "CV01", "", "")
    found = assess([TARGETS["experts"]], [draft], date(2026, 11, 28))[0]
    assert found.latest is None
    assert found.goals[0].verdict == "overdue"


def test_what_is_to_exist_exists_or_not():
    university = TARGETS["it_university"]
    for exists, verdict in ((0, "not_reached"), (1, "reached")):
        one = entry(1, report("it_university", numerator=exists))
        assert assess([university], [one], date(2026, 11, 28))[0].goals[0].verdict == verdict


@given(whole=st.integers(1, 10**9), data=st.data())
def test_a_share_is_compared_exactly_and_never_seems_to_reach_what_it_misses(whole, data):
    target = TARGETS["schools_stem"]
    near = [goal.value * whole // 100 for goal in target.goals]
    part = data.draw(st.sampled_from([*near, *(n + 1 for n in near)]) | st.integers(0, whole))
    one = report("schools_stem", numerator=min(part, whole), denominator=whole)
    exact = Fraction(one.numerator, whole) * 100
    at_least, over = target.goals
    assert reaches(target, at_least, one) == (exact >= 50)
    assert reaches(target, over, one) == (exact > 80)
    if (digits := decimals(target, one)) < 4:
        shown = round(100 * share(one), digits)
        assert (shown >= 50) == reaches(target, at_least, one)
        assert (shown > 80) == reaches(target, over, one)


def test_a_share_just_below_all_shows_why():
    one = report("officials_trained", numerator=2499, denominator=2500)
    assert decimals(TARGETS["officials_trained"], one) == 2


# --- What is taken


WRONG = {
    "target_unknown": {"target": "schools"},
    "target_cells_missing": {"document": ""},
    "target_cell_foreign": {"exists": "có"},
    "target_day_unreadable": {"day": "31/6/2026"},
    "target_day_ahead": {"day": "31/12/2026"},
    "target_number_unreadable": {"numerator": "1.212"},
    "target_denominator_zero": {"numerator": "0", "denominator": "0"},
    "target_over_whole": {"numerator": "401"},
    "target_text_long": {"unit": "x" * 201},
    "target_sha_wrong": {"sha256": "abc"},
    "target_yes_no": {"target": "it_university", "numerator": "", "denominator": "", "exists": "sắp có"},
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_row_is_a_finding_with_its_row(code):
    desk = Desk(TARGETS, (), date(2026, 11, 28), "bao-cao.xlsx")
    checked = check(desk, [cells(row=7, **WRONG[code])], who="CV01")
    assert codes(checked) == [code]
    assert checked.steps == ()
    for language, place in (("vi", "dòng 7"), ("en", "row 7")):
        assert place in checked.findings[0].sentence(language)


def test_a_row_twice_or_waiting_is_an_error(store):
    desk = Desk(TARGETS, (), date(2026, 11, 28), "a.xlsx")
    assert codes(check(desk, [cells(), cells(row=3, numerator="5")], who="CV01")) == ["target_row_twice"]
    made = keeping.keep(store.catalogue, keeping.check_rows(store.catalogue, [cells(sha256=SHA)], who="CV01"))
    again = keeping.check_rows(store.catalogue, [cells()], who="CV01")
    assert (again.repeated, again.steps) == (1, ()), "the file of the document is known"
    keeping.submit(store.catalogue, made[0].record, who="CV01")
    assert codes(keeping.check_rows(store.catalogue, [cells(numerator="1")], who="CV01")) == [
        "target_row_waiting"
    ]


def test_what_looks_odd_is_taken_with_a_warning(store):
    accept_new(store, report(day="2025-12-31", numerator=60))
    row = cells(target="experts", numerator="52", denominator="", document_date="1/6/2026")
    checked = keeping.check_rows(store.catalogue, [row], who="CV01")
    assert codes(checked) == ["target_document_early", "target_count_fell"]
    assert len(checked.steps) == 1


def test_a_person_is_a_code():
    with pytest.raises(Refusal, match="no full name"):
        keeping.check_rows(None, [cells()], who="Nguyễn Văn An")


DAYS = {
    "30/6/2026": date(2026, 6, 30), "2026-06-30T00:00:00": date(2026, 6, 30), "01-02-2026": date(2026, 2, 1),
    "6/2026": None, "29/2/2026": None, "46203": None,
}  # fmt: skip


@pytest.mark.parametrize(("written", "day"), DAYS.items())
def test_days_are_read_as_people_write_them(written, day):
    assert read_day(written) == day


# --- The workbook


def filled(rows, name="mau.xlsx", drop=()):
    """The template with cells written in it by field, as a person would; rows by target."""
    book = openpyxl.load_workbook(io.BytesIO(sheets.template(usual_targets())))
    page = book.worksheets[0]
    titles = {cell.value: cell.column for cell in page[1]}
    lines = {page.cell(number, 1).value: number for number in range(2, page.max_row + 1)}
    for target, fields in rows.items():
        for field, value in fields.items():
            page.cell(lines[target], titles[sheets.COLUMNS[field]], value)
    for field in drop:
        page.delete_cols(titles[sheets.COLUMNS[field]])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


RIGHT = {"day": datetime(2026, 6, 30), "document": "45/BC", "document_date": "5/7/2026", "unit": "Sở"}  # noqa: DTZ001


def test_a_filled_template_becomes_drafts_and_again_changes_nothing(store, tmp_path):
    path = tmp_path / "mau.xlsx"
    path.write_bytes(filled({
        "schools_stem": {**RIGHT, "numerator": 212, "denominator": "400"},
        "experts": {**RIGHT, "numerator": 52.0},
        "it_university": {**RIGHT, "exists": "Có"},
    }))  # fmt: skip
    keeping.keep(store.catalogue, keeping.check_file(store.catalogue, path, who="CV01"))
    told = {e.report.target: (e.report.numerator, e.report.denominator) for e in read_log(store.catalogue)}
    assert told == {"schools_stem": (212, 400), "experts": (52, None), "it_university": (1, None)}
    assert {e.report.day for e in read_log(store.catalogue)} == {"2026-06-30"}
    again = keeping.check_file(store.catalogue, path, who="CV01")
    assert (again.repeated, again.steps) == (3, ())


def damaged():
    whole = filled({"experts": {**RIGHT, "numerator": 52}})
    return {
        "cut": (whole[: len(whole) // 2], "bao-cao.xlsx"),
        "flipped": (whole[:300] + bytes(200) + whole[500:], "bao-cao.xlsx"),
        "text": (b"target,day\n", "bao-cao.xlsx"),
        "empty": (b"", "bao-cao.xlsx"),
        "other kind": (whole, "bao-cao.docx"),
        "no column": (filled({"experts": RIGHT}, drop=["document"]), "bao-cao.xlsx"),
        "nothing filled in": (filled({}), "bao-cao.xlsx"),
    }


@pytest.mark.parametrize("how", damaged())
def test_a_damaged_workbook_ends_in_sentences(how, store, tmp_path):
    content, name = damaged()[how]
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        keeping.check_file(store.catalogue, path, who="CV01", name=name)
    assert "bao-cao" in refused.value.sentence("vi")
    assert read_log(store.catalogue) == ()


def test_the_template_has_every_target_and_the_same_bytes():
    made = sheets.template(usual_targets())
    assert made == sheets.template(usual_targets())
    book = openpyxl.load_workbook(io.BytesIO(made))
    assert [cell.value for cell in book.worksheets[0]["A"]][1:] == list(TARGETS)
    goals = [cell.value for cell in book.worksheets[1]["D"]][1:]
    assert goals[3] == "2025: ≥ 50%; 2030: > 80%"
    assert goals[4] == "2025: có / exists"
    assert set(KINDS) == {target.kind for target in usual_targets()}


# --- The command line


def test_the_command_line_tells_the_whole_story(tmp_path):
    document, sheet, store = tmp_path / "bc.pdf", tmp_path / "mau.xlsx", tmp_path / "store"
    document.write_bytes(b"%PDF-1.7 45/BC")

    def run(*words, code=0):
        told = ["targets", *map(str, words), *([] if words[0] == "template" else ["--store", str(store)])]
        result = CliRunner().invoke(app, told, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    added = json.loads(run(
        "add", "schools_stem", "--day", "31/12/2025", "--figure", "212/400", "--number", "45/BC", "--dated",
        "5/1/2026", "--unit", "Sở", "--who", "CV01", "--json",
    ).stdout)  # fmt: skip
    assert (added["record"], added["state"], added["sha256"]) == (1, "draft", "")
    run("submit", 1, "--who", "CV01", "--document", document)
    assert "CV01" in run("accept", 1, "--who", "CV01", code=1).stderr
    run("accept", 1, "--who", "PGD02")
    listed = json.loads(run("list", "--json").stdout)
    goals = {one["target"]: one["goals"] for one in listed["targets"]}["schools_stem"]
    assert [(goal["verdict"], goal["timing"]) for goal in goals] == [
        ("reached", "in_time"), ("not_reached", "ahead"),
    ]  # fmt: skip
    assert len(json.loads(run("list", "--history", "--json").stdout)["reports"]) == 3
    shown = run("list").stdout
    assert "53,0%" in shown
    assert "không có khoảng tin cậy" in shown
    run("template", sheet)
    assert "chưa có dòng nào được điền" in run("import", sheet, "--who", "CV01", code=1).stderr
    sheet.write_bytes(filled({"experts": {**RIGHT, "numerator": "52,5"}}))
    wrong = run("import", sheet, "--who", "CV01", code=1)
    assert "(tệp “mau.xlsx”, dòng 4)" in wrong.stderr
    sheet.write_bytes(filled({"experts": {**RIGHT, "numerator": 52}}))
    assert (
        json.loads(run("import", sheet, "--who", "CV01", "--dry-run", "--json").stdout)["status"] == "checked"
    )
    assert json.loads(run("import", sheet, "--who", "CV01", "--json").stdout)["added"] == 1
    run("submit", 4, "--who", "CV01", "--document", document)
    run("return", 4, "--who", "PGD02", "--why", "thiếu danh sách")
    assert "trạng thái “trả lại”" in run("accept", 4, "--who", "PGD02", code=1).stderr
