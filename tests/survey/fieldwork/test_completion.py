"""Completion of areas: the example wave, and every state on a small sample."""

import json
from pathlib import Path

import pandas as pd
import pytest

from survey.fieldwork import completion_table

REFERENCE = Path(__file__).parents[2] / "reference" / "wave_2026"
TRUTH = json.loads((REFERENCE / "truth.json").read_text(encoding="utf-8"))["a_counts"]


def test_example_wave(found):
    table = found.completion.set_index("ea_code")
    assert (len(table), int(table["interviews"].sum())) == (130, 1508)
    empty = TRUTH["ea_without_interview"]
    assert table.index[table["interviews"] == 0].tolist() == [empty]
    assert table.loc[empty, ["originals", "lost", "reserves_left", "missing", "state"]].tolist() == [
        12, 12, 4, 12, "reserves",
    ]  # fmt: skip
    assert int(table["unsent"].sum()) == len(TRUTH["originals_without_submission"])
    assert set(table["originals"]) == {12}


def test_every_address_is_counted_once(found):
    table = found.completion
    originals = found.sample["kind"].eq("original").sum()
    answered = found.sample.query("kind == 'original' and outcome in ['I', 'P']")
    assert table["lost"].sum() + table["unsent"].sum() + len(answered) == originals
    assert (table["reserves_used"] + table["reserves_left"]).tolist() == table["reserves"].tolist()


EAS = pd.DataFrame({"ea_code": ["11"], "district_code": ["1"], "residence": ["rural"], "stratum": ["s"]})


def address(kind="original", outcome="I", reason="", key="k", issued=True):
    return {"ea_code": "11", "kind": kind, "outcome": outcome, "reason": reason, "key": key, "issued": issued}


LOST, UNSENT = address(outcome="R"), address(outcome="UH", reason="no submission", key="")
WRONG = address(outcome="NC", reason="wrong respondent")
USED, LEFT = address("reserve"), address("reserve", "", key="", issued=False)


@pytest.mark.parametrize(
    ("addresses", "state", "missing", "excess"),
    [
        ([address(), address()], "complete", 0, 0),
        ([address(), LOST, USED], "complete", 0, 0),
        ([address(), UNSENT, LEFT], "unsent", 1, 0),
        ([address(), WRONG, LEFT], "redo", 1, 0),
        ([address(), LOST, LEFT], "reserves", 1, 0),
        ([address(), LOST], "short", 1, 0),
        ([address(), address(), USED], "complete", 0, 1),
        ([LOST, address("reserve", "R"), USED], "complete", 0, 0),
    ],
    ids=["complete", "replaced", "unsent", "redo", "reserves", "short", "needless", "reserve lost, too"],
)
def test_state_of_an_area(addresses, state, missing, excess):
    row = completion_table(pd.DataFrame(addresses), EAS).iloc[0]
    assert (row["state"], row["missing"], row["excess"]) == (state, missing, excess)


def test_an_area_without_a_single_address_is_listed():
    eas = pd.concat([EAS, EAS.assign(ea_code="22")])
    table = completion_table(pd.DataFrame([address()]), eas)
    assert table.loc[1, ["ea_code", "originals", "interviews", "state"]].tolist() == ["22", 0, 0, "complete"]
