"""Counts of the example wave, equal answers from every tool, and what is reported while reading."""

import json
from pathlib import Path

import pandas as pd
import pytest

from survey.exports import Export, read_export
from survey.harmonise import harmonise

ROOT = Path(__file__).parents[2]
CENTRAL = ROOT / "tests" / "data" / "wave_2026"
TRUTH = json.loads((ROOT / "tests" / "reference" / "wave_2026" / "truth.json").read_text(encoding="utf-8"))
COUNTS = TRUTH["a_counts"]
REVIEW = {
    "none": "received",
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
}
PERSONAL = {"m_name", "h3_phone", "gps"}
STORED = sorted(set(COUNTS["questions"]) - PERSONAL)
TABLES = ("households", "members", "household_states", "member_states")
OF_THE_FILE = ["source", "row"]


@pytest.fixture(scope="module")
def province(district_microdata, instrument):
    """The three ways in which the whole wave came: tool -> its four tables."""
    parts = district_microdata.values()
    kobo = {
        name: pd.concat([getattr(part, name) for part in parts], ignore_index=name.startswith("member"))
        for name in TABLES
    }
    archives = ("central_default", "central_split_select_multiples")
    read = {
        name: harmonise(read_export(CENTRAL / f"{name}.zip", instrument), instrument) for name in archives
    }
    tools = {name: {table: getattr(read[name], table) for table in TABLES} for name in archives}
    return {"kobo": kobo, **tools}


@pytest.fixture(params=["kobo", "central_default", "central_split_select_multiples"])
def wave(request, province):
    return province[request.param]


def tally(values):
    return {code: int(count) for code, count in values.value_counts().items()}


def summary(households, members):
    eligible = members["m_elig"] == "1"
    return {
        "rows": len(households),
        "unique_root_uuid": households.index.nunique(),
        "unique_hh_id": households["hh_id"].nunique(),
        "members": len(members),
        "eligible_members": int(eligible.sum()),
        "rows_with_roster": int(households.index.isin(members["key"]).sum()),
        "original_rows": int((households["hh_kind"] == "1").sum()),
        "reserve_rows": int((households["hh_kind"] == "2").sum()),
        "completes": int((households["disp_final"] == "110").sum()),
        "partials": int((households["disp_final"] == "120").sum()),
        "disposition": tally(households["disp_final"]),
        "review": tally(households["review"]),
        "form_version": tally(households["form_version"]),
    }


def expected_summary(truth):
    return {
        name: {REVIEW[state]: n for state, n in truth[name].items()} if name == "review" else truth[name]
        for name in truth
        if name in summary_names
    }


summary_names = {
    "rows", "unique_root_uuid", "unique_hh_id", "members", "eligible_members", "rows_with_roster",
    "original_rows", "reserve_rows", "completes", "partials", "disposition", "review", "form_version",
}  # fmt: skip


def test_the_wave_has_the_counts_of_the_truth(wave):
    assert summary(wave["households"], wave["members"]) == expected_summary(COUNTS["all_submissions"])


@pytest.mark.parametrize("district", sorted(COUNTS["by_district"]))
def test_every_district_has_the_counts_of_the_truth(district, district_microdata):
    found = district_microdata[district]
    assert summary(found.households, found.members) == expected_summary(COUNTS["by_district"][district])
    assert found.findings == ()


def test_every_question_has_the_states_codes_and_selections_of_the_truth(wave):
    for question in STORED:
        truth = COUNTS["questions"][question]
        level = "household" if question in wave["households"] else "member"
        answers, states = wave[f"{level}s"][question], wave[f"{level}_states"][question]
        found = {
            "answered": int((states == 2).sum()),
            "no_answer": int((states == 1).sum()),
            "not_applicable": int((states == 0).sum()),
        }
        assert found == truth["states"], question
        assert ((states == 2) == answers.notna()).all(), question
        if "codes" in truth:
            assert tally(answers) == truth["codes"], question
        if "selected" in truth:
            assert tally(answers.dropna().str.split().explode()) == truth["selected"], question


@pytest.mark.parametrize("tool", ["central_default", "central_split_select_multiples"])
def test_kobotoolbox_and_odk_central_give_equal_cells(province, tool):
    kobo, central = province["kobo"], province[tool]
    for name in ("households", "household_states"):
        left, right = kobo[name].sort_index(), central[name].sort_index()
        pd.testing.assert_frame_equal(
            left.drop(columns=OF_THE_FILE, errors="ignore"), right.drop(columns=OF_THE_FILE, errors="ignore")
        )
    order = ["key", "position"]
    left, right = (side["members"].sort_values(order) for side in (kobo, central))
    states = [side["member_states"].loc[m.index] for side, m in ((kobo, left), (central, right))]
    pd.testing.assert_frame_equal(
        left.drop(columns="row").reset_index(drop=True), right.drop(columns="row").reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(*(frame.reset_index(drop=True) for frame in states))


def test_no_personal_question_is_in_the_microdata(wave):
    names = set(wave["households"]) | set(wave["members"])
    assert not names & (PERSONAL | {"resp_name", "name_sel", "username", "deviceid"})


def test_times_are_utc_to_the_second(wave):
    times = wave["households"][["started", "ended", "submitted"]]
    assert times.apply(lambda column: column.str.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()).all()


def test_the_corrected_upload_of_a_district(district_microdata, instrument):
    truth = TRUTH["reupload_692"]
    path = ROOT / "survey" / "examples" / "wave_2026" / "kobo_reupload" / "kobo_xml_692.xlsx"
    before, after = district_microdata["692"].households, harmonise(read_export(path, instrument), instrument)
    new = after.households.index.difference(before.index)
    gone = before.index.difference(after.households.index)
    both = before.index.intersection(after.households.index)
    answers = [name for name in before.columns if name not in OF_THE_FILE]
    changed = [k for k in both if not before.loc[k, answers].equals(after.households.loc[k, answers])]
    assert (len(new), len(gone), len(changed)) == (2, 1, 3), truth


# -- one submission at a time ------------------------------------------------------------------------------


@pytest.fixture
def one_row(instrument):
    """Microdata of one submission written as KoboToolbox would, with the given cells."""

    def read(cells, members=()):
        system = {"_uuid": "a1", "meta/rootUuid": "uuid:A1", "__version__": "2026092801", "_index": "1"}
        names = {q.name: "/".join((*q.path, q.name)) for q in instrument.questions}
        main = pd.DataFrame([{**system, **{names.get(n, n): v for n, v in cells.items()}}], index=[2])
        roster = pd.DataFrame(
            [{"_parent_index": "1", **{names[n]: v for n, v in member.items()}} for member in members]
        )
        roster.index += 2
        tables = {"main": main.astype("str"), "member": roster.astype("str")}
        return harmonise(
            Export("kobotoolbox", "a.xlsx", "0", tables, "main", {"member": "member"} if members else {}),
            instrument,
        )

    return read


def test_an_answer_to_a_question_that_was_not_asked_is_left_out_and_reported(one_row):
    found = one_row({"hh_kind": "1", "hh_replaces": "5"})
    assert found.household_states["hh_replaces"].tolist() == [0]
    assert found.households["hh_replaces"].isna().all()
    reported = [f for f in found.findings if f.code == "answer_not_asked"]
    assert [(f.sheet, f.row, f.column, f.value) for f in reported] == [("main", 2, "hh_replaces", "5")]
    assert "Dòng 2, trang “main”: câu hỏi hh_replaces có giá trị “5”" in reported[0].sentence("vi")


def test_a_value_left_over_counts_as_empty_for_later_questions(one_row):
    """v2_result was not asked, so v3_date is not asked either, whatever v2_result holds."""
    found = one_row({"v1_result": "1", "v2_result": "2", "v3_date": ""})
    assert found.household_states[["v2_result", "v3_date"]].to_numpy().tolist() == [[0, 0]]


def test_asked_and_empty_is_no_answer(one_row):
    found = one_row({"hh_kind": "2", "hh_replaces": ""})
    assert found.household_states["hh_replaces"].tolist() == [1]


def test_a_question_without_column_is_not_applicable_and_named(one_row):
    found = one_row({"hh_kind": "2"})
    assert found.household_states["hh_replaces"].tolist() == [0]
    lost = next(f for f in found.findings if f.code == "columns_lost")
    assert "hh_no" in lost.facts["names"]


def test_relevance_of_a_member_reads_the_household_and_the_member(one_row):
    members = [{"m_age": "10", "m_school": "1"}, {"m_age": "60", "m_school": ""}]
    found = one_row({"met": "1", "a1_consent": "1", "b1_size": "2"}, members)
    assert found.member_states["m_school"].tolist() == [2, 0]
    assert found.members["position"].tolist() == [1, 2]
    assert found.members["key"].tolist() == ["a1", "a1"]
    assert found.members["row"].tolist() == [2, 3]


def test_spellings_of_numbers_and_dates(one_row):
    found = one_row({"hh_no": " 7.0 ", "v1_date": "2026-10-05T00:00:00", "hh_kind": "1"})
    assert found.households.loc["a1", ["hh_no", "v1_date"]].tolist() == ["7", "2026-10-05"]


def test_a_time_without_zone_is_local_and_the_servers_is_utc(one_row):
    cells = {"start": "2026-10-05T07:30:00", "end": "", "_submission_time": "2026-10-05T01:00:00"}
    found = one_row(cells)
    times = found.households.loc["a1", ["started", "submitted"]]
    assert times.tolist() == ["2026-10-05T00:30:00Z", "2026-10-05T01:00:00Z"]
    assert found.households["ended"].isna().all()
    assert "time_without_zone" in {f.code for f in found.findings}


def test_an_unreadable_time_is_reported(one_row):
    found = one_row({"start": "hôm qua"})
    reported = next(f for f in found.findings if f.code == "time_unreadable")
    assert (reported.row, reported.column, reported.value) == (2, "started", "hôm qua")


def test_another_form_version_and_an_undeclared_column_are_reported(one_row):
    found = one_row({"__version__": "2025010101", "thêm": "x"})
    codes = {f.code: f for f in found.findings}
    assert codes["version_other"].value == "2025010101"
    assert codes["columns_undeclared"].facts["names"] == "thêm"


def two_rows(instrument, keys, members=()):
    main = pd.DataFrame({"meta/rootUuid": keys, "_uuid": "", "_index": ["1", "2"]}, index=[2, 3], dtype="str")
    roster = pd.DataFrame(members, columns=["_submission_meta/rootUuid", "b/member/m_age"], dtype="str")
    roster.index += 2
    tables = {"main": main, "member": roster}
    return harmonise(Export("kobotoolbox", "a.xlsx", "0", tables, "main", {"member": "member"}), instrument)


def test_a_submission_twice_in_a_file_is_used_once(instrument):
    members = [["uuid:a", "30"], ["uuid:a", "8"], ["uuid:A", "30"], ["uuid:A", "8"]]
    found = two_rows(instrument, ["uuid:a", "uuid:A"], members)
    assert len(found.households) == 1
    assert found.members["row"].tolist() == [2, 3]
    assert [(f.code, f.row) for f in found.findings if "submission" in f.code] == [("submission_repeated", 3)]


def test_a_row_without_identity_is_no_submission(instrument):
    found = two_rows(instrument, ["uuid:a", ""])
    assert found.households["row"].tolist() == [2]
    assert [(f.code, f.row) for f in found.findings if "submission" in f.code] == [
        ("submission_unidentified", 3)
    ]


def test_a_member_without_household_is_reported(instrument):
    found = two_rows(instrument, ["uuid:a", "uuid:b"], [["uuid:a", "30"], ["uuid:z", "40"]])
    assert found.members["key"].tolist() == ["a"]
    assert [(f.code, f.sheet, f.row) for f in found.findings if f.code == "member_orphan"] == [
        ("member_orphan", "member", 3)
    ]
