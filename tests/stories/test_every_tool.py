"""One survey in the files of every tool: the same interviews, the same counts, the same problems.

The files that lie here are whole or cut (``tests/data/cut_wave_files.py``). Where the folder of the simulated
wave stands beside the clone (``../shared/data/wave_2026``), its whole files are told as well.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from survey.exports import read_export
from survey.geography import load_pack
from survey.harmonise import harmonise
from survey.instrument import read_contract
from survey.messages import Refusal
from survey.resubmissions import newest
from survey.validation import coverage, refuse_stopping, validate

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "survey" / "examples" / "wave_2026"
HERE = ROOT / "tests" / "data" / "wave_2026"
SHARED = ROOT.parent / "shared" / "data" / "wave_2026"
CONTRACT = ROOT / "questionnaires" / "releases" / "2026092801" / "contract.json"
COUNTS = json.loads((ROOT / "tests/reference/wave_2026/truth.json").read_text(encoding="utf-8"))["a_counts"]
FOLDERS = [folder for folder in (HERE, SHARED) if folder.is_dir()]
OF_THE_FILE = frozenset({"source", "row"})
ENDINGS = frozenset({".xlsx", ".zip", ".sav"})


@dataclass(frozen=True)
class Tool:
    """What a tool does not hold: columns, states of review (it has another one), the roster."""

    columns: frozenset[str] = frozenset()
    states: Callable[[str], str] = str
    roster: bool = True


WHOLE = Tool()
# No versions, no time of arrival; what only served the tablet is computed there and not exported.
SURVEY_SOLUTIONS = Tool(
    frozenset(
        {
            "form_version", "submitted", "today", "p_owner", "p_contact", "p_keep_months", "max_draw",
            "line_no", "m_elig", "draw_elig", "line_sel", "age_sel",
        }
    ),
    lambda state: "received" if state == "has_issues" else state,
)  # fmt: skip
# What was written for a statistician: one row an interview, without what only served the tablet.
STATISTICS = Tool(frozenset({"today", "p_owner", "p_contact", "p_keep_months", "max_draw"}), roster=False)
FILES: Mapping[str, Tool] = {
    "kobo_label_vi_groups.xlsx": WHOLE,
    "central_default.zip": WHOLE,
    "central_split_select_multiples.zip": WHOLE,
    "digiskill_hh_1_Tabular_All.zip": SURVEY_SOLUTIONS,
    "digiskill_hh_1_STATA_All.zip": SURVEY_SOLUTIONS,
    "digiskill_hh.sav": STATISTICS,
    "digiskill_hh_691.sav": STATISTICS,
}
FOUND = [folder / name for folder in FOLDERS for name in FILES if (folder / name).is_file()]
# Here the archives of ODK Central are whole; of the others two districts, or the first rows, were cut.
FIRST_ROWS = [HERE / "kobo_label_vi_groups.xlsx"]
OF_PROVINCE = [path for path in FOUND if path.parent == SHARED or path.stem.startswith("central")]
OF_DISTRICTS = [path for path in FOUND if path not in (*OF_PROVINCE, *FIRST_ROWS)]
REVIEW = {
    "none": "received",
    "validation_status_approved": "approved",
    "validation_status_not_approved": "rejected",
    "validation_status_on_hold": "has_issues",
}
PERSONAL = frozenset({"m_name", "h3_phone", "gps"})
# Rule -> what the simulation planted for it.
PLANTED: Mapping[str, list[str]] = {
    "respondent_not_drawn": sorted(COUNTS["wrong_respondent"]),
    "interview_short": sorted(COUNTS["too_short"]),
    "interview_long": sorted(COUNTS["longer_than_a_day"]),
    "interview_late": sorted(COUNTS["started_after_23h"]),
    "age_differs": sorted(COUNTS["respondent_age_differs_from_roster"]),
    "household_repeated": sorted(pair["hh_id"] for pair in COUNTS["duplicates"]),
}
# What only a roster can tell.
OF_MEMBERS = frozenset({"age_differs"})
# Said of rejected submissions and of reserve households, which are no problems.
EXPECTED = PLANTED.keys() | {"interview_rejected", "reserve_used"}


def named(path):
    return f"{path.parent.parent.parent.name}/{path.name}"


def read(path, instrument):
    return newest([harmonise(read_export(path, instrument), instrument)], instrument)


@pytest.fixture(scope="module")
def instrument():
    return read_contract(CONTRACT)


@pytest.fixture(scope="module")
def districts(district_microdata, instrument):
    """The wave as the eleven district files of KoboToolbox hold it."""
    parts = list(district_microdata.values())
    assert [part.findings for part in parts] == [()] * 11
    return newest(parts, instrument)


@pytest.fixture(scope="module", params=FOUND, ids=named)
def told(request, instrument):
    """A file of another tool: what it lacks by nature, and what it says."""
    microdata = read(request.param, instrument)
    refuse_stopping(microdata.findings)
    return FILES[request.param.name], microdata


@pytest.fixture(scope="module")
def rules(instrument):
    """Problems by rule: code -> households, once for every row that has it."""
    sample = {
        name: pd.read_csv(EXAMPLE / f"{name}.csv", dtype="str", keep_default_na=False)
        for name in ("sample_eas", "sample_households")
    }
    pack = load_pack(ROOT / "survey" / "reference" / "geography" / "binh_phuoc")

    def check(microdata):
        found = {}
        for problem in validate(microdata, instrument, gazetteer=pack, **sample):
            found.setdefault(problem.code, []).append(problem.facts.get("household", problem.value))
        return {code: sorted(households) for code, households in found.items()}

    check.sample = sample
    return check


def only(microdata, keys):
    """Tables of some submissions, rows in one order."""
    members = microdata.members["key"].isin(keys).to_numpy()
    return {
        "households": microdata.households.loc[keys],
        "household_states": microdata.household_states.loc[keys],
        "members": microdata.members[members].reset_index(drop=True),
        "member_states": microdata.member_states[members].reset_index(drop=True),
    }


def test_every_file_of_the_wave_is_told():
    """A file that is neither read here nor refused below would be forgotten in silence."""
    elsewhere = {"kobo_xml.csv"}
    lying = {path for folder in FOLDERS for path in folder.iterdir() if path.suffix in ENDINGS}
    assert {path for path in lying if path.name not in elsewhere} == set(FOUND)
    assert len([path for path in FOUND if path.parent == HERE]) >= 5


def test_every_cell_that_the_tool_holds_is_the_same(told, districts):
    tool, microdata = told
    seen = only(microdata, microdata.households.index)
    wanted = only(districts, microdata.households.index)
    wanted["households"] = wanted["households"].assign(review=wanted["households"]["review"].map(tool.states))
    for name, table in wanted.items():
        if name.startswith("member") and not tool.roster:
            assert seen[name].empty
            continue
        aside = tool.columns | OF_THE_FILE
        left, right = (f.drop(columns=aside, errors="ignore") for f in (seen[name], table))
        pd.testing.assert_frame_equal(left, right, obj=name)


def test_what_a_tool_is_said_not_to_hold_is_empty(told):
    """A column that is filled could have been compared."""
    tool, microdata = told
    filled = {
        name
        for frame in (microdata.households, microdata.members)
        for name in frame.columns.intersection(sorted(tool.columns))
        if (frame[name].fillna("") != "").any()
    }
    assert not filled


def test_the_same_problems_are_found(told, districts, rules):
    tool, microdata = told
    found = rules(microdata)
    keys = microdata.households.index
    among = set(microdata.households["hh_id"])
    assert found.keys() <= EXPECTED
    planted = {
        code: households for code, households in PLANTED.items() if tool.roster or code not in OF_MEMBERS
    }
    assert {code: found.get(code, []) for code in planted} == {
        code: [household for household in households if household in among]
        for code, households in planted.items()
    }
    rejected = districts.households.loc[keys].query("review == 'rejected'")["hh_id"]
    assert found.get("interview_rejected", []) == sorted(rejected)


def tally(answers):
    return {code: int(count) for code, count in answers.value_counts().items()}


@pytest.mark.parametrize("told", [*OF_PROVINCE, *OF_DISTRICTS], indirect=True, ids=named)
def test_the_counts_are_those_of_the_truth(told):
    tool, microdata = told
    truths = [COUNTS["by_district"][code] for code in microdata.households["ea_district_code"].unique()]
    households = microdata.households
    found = {
        "rows": len(households),
        "unique_root_uuid": households.index.nunique(),
        "unique_hh_id": households["hh_id"].nunique(),
        "original_rows": int((households["hh_kind"] == "1").sum()),
        "reserve_rows": int((households["hh_kind"] == "2").sum()),
        "completes": int((households["disp_final"] == "110").sum()),
        "partials": int((households["disp_final"] == "120").sum()),
        "eligible_members": int(pd.to_numeric(households["n_eligible"]).sum()),
    }
    if tool.roster:
        found["members"] = len(microdata.members)
        found["rows_with_roster"] = int(households.index.isin(microdata.members["key"]).sum())
    assert found == {name: sum(truth[name] for truth in truths) for name in found}
    for name, words in (("disposition", str), ("review", lambda word: tool.states(REVIEW[word]))):
        wanted = pd.Series(dtype=int)
        for truth in truths:
            counted = pd.Series(truth[name])
            wanted = wanted.add(counted.groupby(counted.index.map(words)).sum(), fill_value=0)
        column = {"disposition": "disp_final", "review": "review"}[name]
        assert tally(households[column]) == wanted.astype(int).to_dict(), name


@pytest.mark.parametrize("told", OF_PROVINCE, indirect=True, ids=named)
def test_shares_are_of_those_asked(told):
    """Every code of every question, and its share among those who were asked it: never among all."""
    tool, microdata = told
    for question, truth in COUNTS["questions"].items():
        if question in PERSONAL or not (tool.roster or question in microdata.households):
            continue
        at_home = question in microdata.households
        frame = microdata.households if at_home else microdata.members
        states = (microdata.household_states if at_home else microdata.member_states)[question]
        answers, asked = frame[question], int((states != 0).sum())
        assert [int((states == state).sum()) for state in (2, 1, 0)] == list(truth["states"].values()), (
            question
        )
        for kind, chosen in (("codes", answers), ("selected", answers.dropna().str.split().explode())):
            if kind in truth:
                shares = {code: n / asked for code, n in tally(chosen).items()}
                entitled = truth["states"]["answered"] + truth["states"]["no_answer"]
                assert shares == {code: n / entitled for code, n in truth[kind].items()}, question


@pytest.mark.parametrize("told", OF_PROVINCE, indirect=True, ids=named)
def test_who_is_missing_is_the_same_from_every_tool(told, rules):
    _, microdata = told
    missing = [(problem.code, problem.value) for problem in coverage(microdata.households, **rules.sample)]
    assert sorted(missing) == sorted(
        [
            ("area_without_interview", COUNTS["ea_without_interview"]),
            *(("household_without_submission", hh) for hh in COUNTS["originals_without_submission"]),
        ]
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.parent.name)
def test_a_csv_of_a_survey_with_a_roster_is_refused_with_the_remedy(folder, instrument):
    with pytest.raises(Refusal) as refused:
        read_export(folder / "kobo_xml.csv", instrument)
    assert [problem.code for problem in refused.value.findings] == ["kobo_csv"]
    assert "XLS" in refused.value.sentence("vi")


def test_the_corrected_upload_stands_where_the_district_stood(districts, instrument):
    """The nineteenth file: a later version of one district; what it corrects is in the truth."""
    corrected = read(EXAMPLE / "kobo_reupload" / "kobo_xml_692.xlsx", instrument)
    before = districts.households.loc[districts.households["ea_district_code"] == "692"]
    common = before.index.intersection(corrected.households.index)
    assert (len(before) - len(common), len(corrected.households) - len(common)) == (1, 2)
