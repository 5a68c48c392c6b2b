"""LimeSurvey: codes without underscore, parts, own answers, structure, and the interviews of KoboToolbox."""

import csv
import dataclasses
import datetime as dt
import io
import zipfile

import pandas as pd
import pytest

import survey.exports
from survey.exports import child, read_export
from survey.harmonise import harmonise
from survey.instrument import load_instrument
from survey.messages import Refusal

FORM = """
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) |
| | start | start | | |
| | select_one yn | has_net | Hộ có mạng không? | Internet at home? |
| | select_one dev or_other | main_dev | Thiết bị chính | Main device |
| | select_multiple dev | all_dev | Các thiết bị | Devices |
| | integer | n_phones | Số điện thoại thông minh | Number of smartphones |
| | text | remark | Ghi chú | Remark |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | yn | 1 | Có | Yes |
| | yn | 2 | Không | No |
| | dev | phone | Điện thoại | Phone |
| | dev | pc_old | Máy tính | Computer |
| settings |
| | form_title | form_id | version | default_language |
| | Mạng | net | 2026100101 | Tiếng Việt (vi) |
"""
ROSTER = """| | begin_repeat | person | Người | Person |
| | integer | p_age | Tuổi | Age |
| | end_repeat | | | |
"""
SYSTEM = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp", "ipaddr"]
FIRST = [
    "7",
    "2026-10-05 08:30:00",
    "3",
    "vi",
    "815362947",
    "2026-10-05 08:00:00",
    "2026-10-05 08:31:00",
    "10.0.0.9",
]
CODES = ["hasnet", "maindev", "maindev[other]", "alldev[phone]", "alldev[pcold]", "nphones", "remark"]
ANSWERS = ["1", "phone", "", "Y", "", "2", "ổn"]


@pytest.fixture
def form(tmp_path):
    def load(text=FORM):
        (tmp_path / "form.md").write_text(text, encoding="utf-8")
        return load_instrument(tmp_path / "form.md")

    return load


@pytest.fixture
def read(form, monkeypatch):
    """Read a file of the form here, without a child process: path -> microdata."""

    def run(module, arguments, *, folder, limits):
        child.main(arguments)
        return "finished"

    monkeypatch.setattr(survey.exports, "run_limited", run)
    return lambda path, text=FORM: harmonise(read_export(path, form(text)), form(text))


def text_of(rows, delimiter=","):
    """Write rows as LimeSurvey does: every cell quoted, UTF-8 with its mark, a blank line at the end."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return ("\ufeff" + stream.getvalue() + "\r\n").encode()


@pytest.fixture
def responses(tmp_path):
    """Write ``results-survey123456.csv``: the columns of the system, then answers of one response each."""

    def write(*answers, codes=CODES, system=SYSTEM, first=FIRST, delimiter=","):
        path = tmp_path / "results-survey123456.csv"
        path.write_bytes(text_of([[*system, *codes], *([*first, *row] for row in answers)], delimiter))
        return path

    return write


NAMES = ["has_net", "main_dev", "main_dev_other", "all_dev", "n_phones", "remark"]


def told(found, names=NAMES):
    return found.households[names].fillna("").to_numpy().tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_response_with_codes(responses, read, delimiter):
    found = read(responses(ANSWERS, delimiter=delimiter))
    assert told(found) == [["1", "phone", "", "phone", "2", "ổn"]]
    assert found.households.index.tolist() == ["7-815362947"]
    assert found.households[["source", "started", "submitted", "review"]].to_numpy().tolist() == [
        ["limesurvey", "2026-10-05T01:00:00Z", "2026-10-05T01:30:00Z", "received"]
    ]
    assert {f.code for f in found.findings} == {"version_not_kept", "time_without_zone"}


def test_codes_with_texts_as_headers(responses, read):
    system = ["id. Response ID", "submitdate. Date submitted", "lastpage. Last page",
              "startlanguage. Start language", "seed. Seed", "startdate. Date started",
              "datestamp. Date last action", "ipaddr. IP address"]  # fmt: skip
    codes = [f"{code}. Hộ có mạng không? [Điện thoại. Máy tính]" for code in CODES]
    assert told(read(responses(ANSWERS, codes=codes, system=system))) == [
        ["1", "phone", "", "phone", "2", "ổn"]
    ]


def test_codes_of_expressions(responses, read):
    codes = [code.replace("[", "_").replace("]", "") for code in CODES]
    assert told(read(responses(ANSWERS, codes=codes))) == [["1", "phone", "", "phone", "2", "ổn"]]


@pytest.mark.parametrize(
    ("yes", "no"), [("Y", "N"), ("1", "2"), ("Yes", "No"), ("Có", "Không"), ("Y", "N/A")]
)
def test_ticks_in_every_spelling(responses, read, yes, no):
    assert told(read(responses(["1", "phone", "", yes, no, "2", ""])), ["all_dev"]) == [["phone"]]


def test_all_blank_parts_are_no_answer(responses, read):
    found = read(responses(["1", "phone", "", "", "", "2", ""]))
    assert found.household_states["all_dev"].tolist() == [1]


@pytest.mark.parametrize("language", [("Có", "Máy tính"), ("Yes", "Computer")])
def test_full_answers_become_codes(responses, read, language):
    found = read(responses([language[0], language[1], "", "Yes", "No", "2", "Có"]))
    assert told(found, ["has_net", "main_dev", "remark"]) == [["1", "pc_old", "Có"]]


@pytest.mark.parametrize(("written", "code"), [("Y", "1"), ("N", "2"), ("Yes", "1"), ("N/A", ""), ("", "")])
def test_the_answers_of_a_yes_no_question(responses, read, written, code):
    assert told(read(responses([written, *ANSWERS[1:]])), ["has_net"]) == [[code]]


def test_other_with_its_text(responses, read):
    found = read(responses(["1", "-oth-", "tivi", "Y", "", "2", ""]))
    assert told(found, ["main_dev", "main_dev_other"]) == [["other", "tivi"]]


def test_other_among_several_is_ticked_by_its_text(responses, read):
    text = FORM.replace("select_multiple dev |", "select_multiple dev or_other |")
    codes = [*CODES[:5], "alldev[other]", *CODES[5:]]
    found = read(responses([*ANSWERS[:5], "tivi", *ANSWERS[5:]], codes=codes), text)
    assert told(found, ["all_dev", "all_dev_other"]) == [["phone other", "tivi"]]


def test_a_response_that_was_not_submitted_is_no_interview(responses, read):
    path = responses(ANSWERS)
    rows = path.read_bytes().decode("utf-8-sig").splitlines()
    open_one = rows[1].replace('"7"', '"8"', 1).replace('"2026-10-05 08:30:00"', '""', 1)
    path.write_text("\n".join([*rows[:2], open_one]), encoding="utf-8-sig")
    found = read(path)
    assert len(found.households) == 1
    reported = next(f for f in found.findings if f.code == "response_unsubmitted")
    assert (reported.row, reported.value) == (3, "8-815362947")


def test_a_survey_that_keeps_no_dates(responses, read):
    found = read(responses(ANSWERS, first=[FIRST[0], "1980-01-01 00:00:00", *FIRST[2:5], "", "", ""]))
    assert found.households[["submitted", "started"]].isna().all(axis=None)


def test_without_seed_a_response_is_known_by_its_number_and_this_is_said(responses, read):
    keep = [place for place, name in enumerate(SYSTEM) if name != "seed"]
    found = read(
        responses(ANSWERS, system=[SYSTEM[p] for p in keep], first=[FIRST[p] for p in keep])
    )  # fmt: skip
    assert found.households.index.tolist() == ["7"]
    assert "limesurvey_id_only" in {f.code for f in found.findings}


def test_times_on_pages_are_left_out_and_addresses_never_kept(responses, form):
    codes = [*CODES, "interviewtime", "groupTime12", "hasnetTime"]
    export = read_export(responses([*ANSWERS, "320.5", "12.1", "3.2"], codes=codes), form())
    columns = set(export.tables[export.main])
    assert not columns & {"interviewtime", "groupTime12", "hasnetTime", "ipaddr"}
    assert {"response-id", "response-seed", "hasnet"} <= columns


TSV = """class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage
S\t\tsid\t\t123456\t\t
G\tG0\tNhóm\t1\t\t\tvi
Q\tL\tQ1\t1\t<p>Hộ có mạng không?</p>\t\tvi
A\t0\tA1\t\tKhông\t\tvi
A\t0\tA2\t\tCó\t\tvi
Q\tM\tQ2\t1\tCác thiết bị\t\tvi
SQ\t\tSQ001\t\tMáy tính\t\tvi
SQ\t\tSQ002\t\tĐiện thoại\t\tvi
Q\tN\tnphones\t1\tSố điện thoại thông minh\t\tvi
Q\tL\tmaindev\t1\tThiết bị chính\t\tvi
A\t0\tphone\t\tMáy tính\t\tvi
A\t0\tpcold\t\tĐiện thoại\t\tvi
Q\tT\tremark\t1\tGhi chú\t\tvi
"""
LSS = """<?xml version="1.0" encoding="UTF-8"?>
<document><LimeSurveyDocType>Survey</LimeSurveyDocType>
<answers><rows>
<row><aid>1</aid><qid>1</qid><code><![CDATA[A1]]></code></row><row><aid>2</aid><qid>1</qid><code>A2</code></row>
<row><aid>3</aid><qid>4</qid><code>phone</code></row><row><aid>4</aid><qid>4</qid><code>pcold</code></row>
</rows></answers>
<answer_l10ns><rows>
<row><aid>1</aid><answer>Không</answer><language>vi</language></row>
<row><aid>2</aid><answer>Có</answer><language>vi</language></row>
<row><aid>3</aid><answer>Máy tính</answer></row><row><aid>4</aid><answer>Điện thoại</answer></row>
</rows></answer_l10ns>
<questions><rows>
<row><qid>1</qid><parent_qid>0</parent_qid><title>Q1</title><type>L</type></row>
<row><qid>2</qid><parent_qid>0</parent_qid><title>Q2</title><type>M</type></row>
<row><qid>4</qid><parent_qid>0</parent_qid><title>maindev</title><type>L</type></row>
</rows></questions>
<subquestions><rows>
<row><qid>21</qid><parent_qid>2</parent_qid><title>SQ001</title></row>
<row><qid>22</qid><parent_qid>2</parent_qid><title>SQ002</title></row>
</rows></subquestions>
<question_l10ns><rows>
<row><qid>1</qid><question><![CDATA[<p>Hộ có mạng&nbsp;không?</p>]]></question></row>
<row><qid>2</qid><question>Các thiết bị</question></row>
<row><qid>4</qid><question>Thiết bị chính</question></row>
<row><qid>21</qid><question>Máy tính</question></row><row><qid>22</qid><question>Điện thoại</question></row>
</rows></question_l10ns></document>"""
OWN_CODES = ["Q1", "maindev", "Q2[SQ001]", "Q2[SQ002]", "nphones", "remark"]


@pytest.fixture
def with_structure(responses, tmp_path):
    def write(name, structure):
        table = responses(["A2", "phone", "Y", "", "2", "ổn"], codes=OWN_CODES)
        with zipfile.ZipFile(tmp_path / "survey.zip", "w") as archive:
            archive.write(table, table.name)
            archive.writestr(name, structure)
        return tmp_path / "survey.zip"

    return write


@pytest.mark.parametrize(("name", "structure"), [("s.txt", "\ufeff" + TSV), ("limesurvey_survey_1.lss", LSS)])
def test_own_codes_are_read_by_the_structure_beside_the_responses(with_structure, read, name, structure):
    """The code "phone" says computer in this survey: its text decides."""
    found = read(with_structure(name, structure))
    assert told(found, ["has_net", "main_dev", "all_dev", "n_phones"]) == [["1", "pc_old", "pc_old", "2"]]


def test_a_text_that_is_no_structure_is_left_alone(with_structure, read):
    found = read(with_structure("readme.txt", "Xuất ngày 5/10"))
    assert "sheets_ignored" not in {f.code for f in found.findings}


def refused(path, form):
    with pytest.raises(Refusal) as refusal:
        read_export(path, form)
    return refusal.value.findings[0]


def test_a_structure_with_entities_is_refused(with_structure, form):
    hostile = LSS.replace("<document>", '<!DOCTYPE d [<!ENTITY a "aaaa">]><document>')
    assert refused(with_structure("s.lss", hostile), form()).code == "file_damaged"


def test_a_structure_alone_is_refused(tmp_path, form):
    (tmp_path / "s.txt").write_text(TSV, encoding="utf-8-sig")
    (tmp_path / "s.lss").write_text(LSS, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr("s.lss", LSS)
    for name in ("s.txt", "s.lss", "s.zip"):
        assert refused(tmp_path / name, form()).code == "limesurvey_structure_alone"


def test_headers_with_the_full_questions_are_refused(responses, form):
    system = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "a", "b", "c"]
    assert refused(responses(ANSWERS, system=system), form()).code == "limesurvey_texts"


def test_own_codes_without_structure_are_refused(responses, form):
    path = responses(["A1", "A1", *ANSWERS[2:]], ["A2", "A2", *ANSWERS[2:]])
    found = refused(path, form())
    assert (found.code, "has_net=A1" in found.facts["seen"]) == ("limesurvey_answers", True)


def test_a_code_that_could_be_two_questions_is_refused(responses, form):
    twice = FORM.replace(
        "| | text | remark |", "| | integer | n_pho_nes | Số khác | Other number |\n| | text | remark |"
    )
    found = refused(responses(ANSWERS), form(twice))
    assert (found.code, found.facts["header"], found.facts["names"]) == (
        "names_alike", "nphones", "n_phones, n_pho_nes",
    )  # fmt: skip


def with_roster():
    return FORM.replace("| choices |", ROSTER + "| choices |")


def test_a_form_with_a_repeat_does_not_come_from_limesurvey(responses, form):
    found = refused(responses(ANSWERS), form(with_roster()))
    assert (found.code, found.facts["repeat"]) == ("limesurvey_repeat", "person")


@pytest.mark.parametrize(
    "codes",
    [
        ["page1", "page2", "page3"],
        ["page[1]", "page[2]", "page[3]"],
        ["page[SQ001]", "page[SQ002]", "page[SQ3]"],
    ],
)
def test_numbered_questions_are_rows_of_the_repeat(responses, read, codes):
    found = read(responses([*ANSWERS, "40", "9", ""], codes=[*CODES, *codes]), with_roster())
    assert found.rosters["person"].rows[["key", "position", "p_age"]].to_numpy().tolist() == [
        ["7-815362947", 1, "40"], ["7-815362947", 2, "9"],
    ]  # fmt: skip


WAVE_SYSTEM = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]


@pytest.fixture(scope="module")
def flat(instrument):
    """The form of the wave without its roster."""
    questions = tuple(question for question in instrument.questions if not question.repeat)
    return dataclasses.replace(instrument, repeats=(), questions=questions)


def local(moment):
    """Write a moment as LimeSurvey does."""
    return moment[:19].replace("T", " ")


def test_thirty_interviews_of_the_wave_are_those_of_kobotoolbox(
    district_rows, flat, write_workbook, tmp_path
):
    name, (header, *rows) = next(iter(district_rows.items()))
    known = {question.name: question for question in flat.questions if question.type not in {"start", "end"}}
    places = {
        n: place
        for place, h in enumerate(header)
        if (n := h.rsplit("/", 1)[-1]) in known and f"/{n}/" not in h
    }
    ticks = {
        (n, choice.name)
        for n in places
        for choice in flat.codes(known[n])
        if known[n].type == "select_multiple"
    }
    several = sorted(ticks)
    single = [n for n in places if known[n].type != "select_multiple"]
    lines = [
        [
            *WAVE_SYSTEM,
            *(n.replace("_", "") for n in single),
            *(f"{n.replace('_', '')}[{c}]" for n, c in several),
        ]
    ]
    for number, row in enumerate(rows, start=1):
        cells = dict(zip(header, row, strict=True))
        moment = dt.datetime.fromisoformat(cells["_submission_time"]) + dt.timedelta(hours=7)
        chosen = {n: row[places[n]].split() for n, _ in several}
        lines.append([
            number, local(moment.isoformat()), 9, "vi", 10**8 + number,
            local(cells["start"]), local(cells["end"]),
            *(row[places[n]] for n in single), *("Y" if c in chosen[n] else "" for n, c in several),
        ])  # fmt: skip
    path = tmp_path / "results-survey1.csv"
    path.write_bytes(text_of(lines))
    found = harmonise(read_export(path, flat), flat)
    kobo = harmonise(read_export(write_workbook({name: [header, *rows]}), flat), flat)
    own = ["source", "row", "form_version", "review"]
    for table in ("households", "household_states"):
        sides = [
            getattr(side, table).set_index(side.households["hh_id"]).sort_index() for side in (found, kobo)
        ]
        left, right = (side.drop(columns=own, errors="ignore") for side in sides)
        pd.testing.assert_frame_equal(left[right.columns], right)
        assert set(left) == set(right)
