"""Any question by any other: a form that is not ours from registration to table, our wave with weights."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

from survey import pipeline
from survey.instrument import load_instrument
from survey.messages import Refusal
from survey.registration import register
from survey.store import Store
from survey.tabulate import tabulate
from survey.wave import EA_COLUMNS, HOUSEHOLD_COLUMNS, Wave, no_sample

STALLS = Path(__file__).parents[1] / "data" / "form" / "market_stalls.md"
# market, stall, QR, banks, share; then the sellers: sex, age
INTERVIEWS = [
    ("dx", "1", "co", "a v", "40", [("nu", "35"), ("nam", "41")]),
    ("dx", "2", "co", "v", "20", [("nu", "52")]),
    ("dx", "3", "khong", "", "", [("nu", "60")]),
    ("bl", "11", "co", "", "", [("nam", "29")]),
    ("bl", "12", "", "", "", []),
    ("bl", "13", "khong", "", "", [("nu", "47")]),
]
SYSTEM = ("_id", "_uuid", "_submission_time", "_validation_status", "_status", "_index", "meta/rootUuid")


def write_export(path, interviews=INTERVIEWS):
    """Write the interviews as KoboToolbox does, choices split, blanks where nobody was asked."""
    main = [
        [
            "market",
            "stall_no",
            "qr",
            "pay/banks",
            "pay/banks/a",
            "pay/banks/v",
            "pay/banks/k",
            "pay/share",
            *SYSTEM,
        ]
    ]
    sellers = [["seller/seller_sex", "seller/seller_age", "_index", "_parent_index", "_submission__uuid"]]
    for number, (market, stall, qr, banks, share, people) in enumerate(interviews, start=1):
        splits = [str(int(code in banks.split())) if banks else "" for code in "avk"]
        key = f"u{number}"
        system = [
            str(number),
            key,
            "2026-11-02T03:00:00",
            "",
            "submitted_via_web",
            str(number),
            f"uuid:{key}",
        ]
        main.append([market, stall, qr, banks, *splits, share, *system])
        sellers += [[sex, age, str(len(sellers)), str(number), key] for sex, age in people]
    with xlsxwriter.Workbook(path) as book:
        for name, rows in (("Khảo sát sạp chợ", main), ("seller", sellers)):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return path


@pytest.fixture(scope="module")
def stalls(tmp_path_factory):
    """A store with a form that is not ours, a wave without samples, and one export."""
    folder = tmp_path_factory.mktemp("stalls")
    store = Store(folder / "store")
    form = register(store.catalogue, STALLS).form
    samples = no_sample(EA_COLUMNS), no_sample(HOUSEHOLD_COLUMNS)
    store.add_wave(Wave("2026-cho", form.instrument(), *samples, definition=""))
    receipt = pipeline.ingest(store, write_export(folder / "cho.xlsx"), "2026-cho")
    assert receipt.status == "accepted", [found.sentence("en") for found in receipt.findings]
    return store


def shares(made):
    return {(row.code, row.by): (round(row.estimate, 4), row.n) for row in made.frame.itertuples()}


def test_the_export_of_another_form_is_taken_in(stalls):
    microdata = stalls.microdata("2026-cho")
    assert len(microdata.households) == len(INTERVIEWS)
    assert len(microdata.members) == 6
    assert "owner_name" not in microdata.households


def test_shares_are_of_those_asked_and_no_answer_is_a_line_of_its_own(stalls):
    made = tabulate(stalls, "2026-cho", "qr")
    assert (made.asked, made.answered, made.base, made.kind) == (6, 5, "interviews", "proportion")
    assert shares(made) == {("co", ""): (0.5, 6), ("khong", ""): (0.3333, 6), ("", ""): (0.1667, 6)}


def test_who_was_not_asked_is_outside_of_a_question_with_several_answers(stalls):
    made = tabulate(stalls, "2026-cho", "banks")
    assert (made.asked, made.answered) == (3, 2)
    assert shares(made) == {
        ("a", ""): (0.3333, 3), ("v", ""): (0.6667, 3), ("k", ""): (0.0, 3), ("", ""): (0.3333, 3),
    }  # fmt: skip


def test_numbers_have_a_mean_of_those_who_answered(stalls):
    made = tabulate(stalls, "2026-cho", "share")
    assert (made.kind, made.asked, made.answered) == ("mean", 3, 2)
    assert shares(made) == {("", ""): (30.0, 2)}


def test_a_breakdown_has_the_codes_of_its_question_in_form_order(stalls):
    made = tabulate(stalls, "2026-cho", "qr", by="market")
    assert list(dict.fromkeys(made.frame["by"])) == ["dx", "bl"]
    assert shares(made)["co", "dx"] == (0.6667, 3)
    assert made.by_codes["dx"] == {"": "Đồng Xoài"}


def test_a_roster_is_tabulated_by_itself_and_by_its_household(stalls):
    assert shares(tabulate(stalls, "2026-cho", "seller_sex"))["nu", ""] == (0.6667, 6)
    by_market = shares(tabulate(stalls, "2026-cho", "seller_sex", by="market"))
    assert by_market["nu", "bl"] == (0.5, 2)
    by_sex = tabulate(stalls, "2026-cho", "seller_age", by="seller_sex")
    assert shares(by_sex)["", "nam"] == (35.0, 2)
    assert by_sex.base == "rows"


def test_why_there_are_no_weights_is_told(stalls):
    assert [note.code for note in tabulate(stalls, "2026-cho", "qr").notes] == ["wave_without_sample"]
    assert tabulate(stalls, "2026-cho", "qr", weights="none").notes == ()


@pytest.mark.parametrize(
    ("question", "by", "code"),
    [
        ("qrr", None, "tabulate_unfit"),
        ("owner_name", None, "tabulate_unfit"),
        ("qr", "share", "tabulate_unfit"),
        ("qr", "seller_sex", "tabulate_other_level"),
    ],
)
def test_what_cannot_be_tabulated_says_what_can(stalls, question, by, code):
    with pytest.raises(Refusal) as refused:
        tabulate(stalls, "2026-cho", question, by=by)
    assert [found.code for found in refused.value.findings] == [code]


def test_a_question_asked_of_nobody_is_refused(tmp_path):
    store = Store(tmp_path / "store")
    samples = no_sample(EA_COLUMNS), no_sample(HOUSEHOLD_COLUMNS)
    store.add_wave(Wave("2026-cho", load_instrument(STALLS), *samples, definition=""))
    path = write_export(tmp_path / "cho.xlsx", INTERVIEWS[2:3])
    assert pipeline.ingest(store, path, "2026-cho").status == "accepted"
    with pytest.raises(Refusal, match="Nobody was asked question banks"):
        tabulate(store, "2026-cho", "banks")


def test_such_a_wave_has_no_weights_and_says_why(stalls):
    with pytest.raises(Refusal, match="announced without sample files"):
        pipeline.weigh(stalls, "2026-cho")


def test_our_wave_is_tabulated_with_its_final_weights(example_store):
    made = tabulate(example_store, "2026", "d6_vneid", by="c0_sex")
    weighed = pipeline.weigh(example_store, "2026").weights.persons
    own = weighed[(weighed["c0_sex"] == "2") & weighed["d6_vneid"].notna()]
    share = own.loc[own["d6_vneid"] == "1", "w_raked"].sum() / own["w_raked"].sum()
    row = made.frame.set_index(["code", "by"]).loc[("1", "2")]
    assert made.base == "persons"
    assert row["estimate"] == pytest.approx(share)
    assert row["n"] == len(own)
    assert row["ci_low"] < share < row["ci_high"]


def test_members_and_households_have_the_weight_of_their_household(example_store):
    microdata = example_store.microdata("2026")
    weighed = pipeline.weigh(example_store, "2026").weights.persons
    weight = weighed["w_nr"] / weighed["n_eligible"]
    members = microdata.members[microdata.members["key"].isin(weighed.index)]
    each = members["key"].map(weight)
    share = each[members["m_sex"] == "2"].sum() / each[members["m_sex"].notna()].sum()
    made = tabulate(example_store, "2026", "m_sex")
    assert (made.base, made.asked) == ("members", len(members))
    assert made.frame.set_index("code").loc["2", "estimate"] == pytest.approx(share)
    households = tabulate(example_store, "2026", "b4_net", per_household=True)
    codes = weighed["b4_net"]
    assert households.base == "households"
    assert households.frame.set_index("code").loc["1", "estimate"] == pytest.approx(
        weight[codes == "1"].sum() / weight[codes.notna()].sum()
    )


def test_codes_of_a_question_with_one_answer_add_up_to_all_asked(example_store):
    made = tabulate(example_store, "2026", "e1_last")
    assert made.asked < len(pipeline.weigh(example_store, "2026").weights.persons)
    assert np.isclose(made.frame["estimate"].sum(), 1)
    assert isinstance(made.frame["n"].iloc[0], (int, np.integer))
    assert set(made.frame["n"]) == {made.asked}
    assert pd.api.types.is_numeric_dtype(made.frame["se"])


def test_a_form_without_the_roles_of_weights_is_told_which(tmp_path, sample):
    store = Store(tmp_path / "store")
    store.add_wave(Wave("2026-cho", load_instrument(STALLS), **sample, definition=""))
    assert pipeline.ingest(store, write_export(tmp_path / "cho.xlsx"), "2026-cho").status == "accepted"
    lacking = "roles disposition, respondent_sex, respondent_age, eligible_members"
    with pytest.raises(Refusal, match=lacking):
        pipeline.weigh(store, "2026-cho")
    assert tabulate(store, "2026-cho", "qr").notes[0].code == "wave_roles_missing"


def test_a_wave_without_definition_has_no_indicators(example_store):
    weighed = pipeline.weigh(example_store, "2026")
    other = replace(weighed, wave=replace(weighed.wave, definition=""))
    with pytest.raises(Refusal, match="kynangso tabulate"):
        pipeline.score(other)
