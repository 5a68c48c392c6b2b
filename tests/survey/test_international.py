"""International levels: the mapping is what the definition names, every share a plain weighted count."""

import shutil

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from survey import pipeline, places
from survey.indicators import DefinitionError, load_definition
from survey.instrument import read_contract
from survey.international import (
    AT_LEAST_BASIC,
    RUNGS,
    STEPS,
    international,
    level_scores,
)
from survey.international_levels import AREAS, NAME, load_levels
from survey.release import read_release

FILE = places.questionnaires() / f"{NAME}.yaml"
LEVELS = load_levels(FILE)
DEFINITION = load_definition(places.definition("digital_service_skill"))
LEVELLED = ("itu_hh15", "sdg_441", "eurostat_dsi2")
QUESTIONS = [f"f{place}_act" for place in range(1, 6)]
CODES = {"f1_act": 4, "f2_act": 7, "f3_act": 10, "f4_act": 7, "f5_act": 9}


def mapped(framework):
    """Codes of every activity of a framework: area -> set of (question, codes)."""
    found = next(one for one in LEVELS.frameworks if one.id == framework)
    return {area.id: {(one.question, one.codes) for one in area.activities} for area in found.areas}


@pytest.mark.parametrize("framework", ["itu_hh15", "eurostat_dsi2"])
def test_the_activities_are_those_that_the_definition_names(framework):
    named = yaml.safe_load(DEFINITION.source)["comparables"][framework]["areas"]
    items = {area: node["items"] if isinstance(node, dict) else node for area, node in named.items()}
    assert mapped(framework) == {
        area: {(question, tuple(map(str, codes))) for one in listed for question, codes in one.items()}
        for area, listed in items.items()
    }


def test_eurostat_counts_thirty_activities_and_itu_twenty_two():
    sizes = {one: [len(area) for area in mapped(one).values()] for one in LEVELLED}
    assert sizes["eurostat_dsi2"] == [4, 6, 7, 6, 7]
    assert sizes["itu_hh15"] == sizes["sdg_441"] == [4, 4, 6, 2, 6]


def test_every_code_that_is_counted_is_an_answer_of_the_form():
    instrument = read_contract(places.contract("digiskill_hh"))
    known = {
        question.name: {choice.name for choice in instrument.codes(question)}
        for question in instrument.questions
        if question.name in QUESTIONS
    }
    for framework in LEVELS.frameworks:
        for area in framework.areas:
            for one in area.activities:
                assert set(one.codes) <= known[one.question]


def people(**answers):
    """Answers of persons: aged 30, interviewed, internet users unless said otherwise."""
    usual = {
        "disposition": "110",
        "c0_age": "30",
        "c0_sex": "1",
        "d2_net": "1",
        **dict.fromkeys(QUESTIONS, "0"),
    }
    return pd.DataFrame([{**usual, **answers}])


def held(answers, framework, measure, base):
    value = level_scores(answers, LEVELS, DEFINITION)[framework, measure, base].iloc[0]
    return None if np.isnan(value) else bool(value)


ONE_EACH = {"f1_act": "1", "f2_act": "5", "f3_act": "6", "f4_act": "3", "f5_act": "1"}
EXAMPLES = [
    ("one activity in each area is basic", ONE_EACH, {"at_least_basic": True, "basic": True, "above": False}),
    ("four areas only", {**ONE_EACH, "f4_act": "0"}, {"at_least_basic": False, "low": True, "none": False}),
    ("don't know is not done", {**ONE_EACH, "f4_act": "98"}, {"at_least_basic": False, "low": True}),
    ("refused is undetermined", {**ONE_EACH, "f4_act": "99"}, {"at_least_basic": None, "low": None}),
    (
        "refused, but another area fails anyway",
        {**ONE_EACH, "f4_act": "99", "f1_act": "0"},
        {"at_least_basic": False, "narrow": None},
    ),
    (
        "not online: was not asked, has done nothing, stays in the base",
        {"d2_net": "4", **dict.fromkeys(QUESTIONS)},
        {"at_least_basic": False, "none": False, "not_assessed": True},
    ),
    (
        "does not tell whether online",
        {"d2_net": "99", **dict.fromkeys(QUESTIONS)},
        {"at_least_basic": None, "not_assessed": None},
    ),
    (
        "much in every area",
        {"f1_act": "1 2", "f2_act": "1 2", "f3_act": "1 2 3", "f4_act": "1 2 3", "f5_act": "1 2 5"},
        {"above": True, "basic": False, "at_least_basic": True},
    ),
]


@pytest.mark.parametrize(("_name", "answers", "expected"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_worked_examples_of_eurostat(_name, answers, expected):
    for measure, verdict in expected.items():
        assert held(people(**answers), "eurostat_dsi2", measure, "age16_74") is verdict, measure


def test_who_is_fifteen_or_seventy_five_is_outside_the_base_of_eurostat():
    for age, inside in (("15", False), ("16", True), ("74", True), ("75", False)):
        seen = held(people(**ONE_EACH, c0_age=age), "eurostat_dsi2", AT_LEAST_BASIC, "age16_74")
        assert (seen is not None) is inside


def test_four_privacy_settings_are_one_activity_of_itu():
    both = people(**{**ONE_EACH, "f4_act": "3 4 5 6"})
    assert held(both, "itu_hh15", "safety_basic", "internet3m") is True
    assert held(both, "itu_hh15", "safety_above", "internet3m") is False
    assert held(both, "eurostat_dsi2", "safety_above", "age16_74") is True


def ticked(question):
    """Answers to a question with several choices, refusals and blanks among them."""
    some = st.sets(st.integers(1, CODES[question]).map(str), min_size=1).map(" ".join)
    return st.one_of(some, st.sampled_from(["0", "98", "99", None]))


PERSON = st.fixed_dictionaries(
    {question: ticked(question) for question in QUESTIONS}
    | {"d2_net": st.sampled_from(["1", "2", "4", "98", "99"]), "c0_age": st.integers(15, 99).map(str)}
)


@settings(deadline=None, max_examples=60)
@given(st.lists(PERSON, min_size=1, max_size=12))
def test_levels_exclude_each_other_and_narrow_ones_imply_wide_ones(persons):
    answers = pd.concat([people(**one) for one in persons], ignore_index=True)
    scores = level_scores(answers, LEVELS, DEFINITION)
    for framework, base in (("eurostat_dsi2", "age16_74"), ("sdg_441", "age15plus")):
        own = scores[framework].xs(base, axis=1, level=1)
        rungs = own[list(RUNGS)]
        assert (rungs.isna().all(axis=1) | rungs.notna().all(axis=1)).all()
        assert set(rungs.sum(axis=1, skipna=False).dropna()) <= {1.0}
        for area in AREAS:
            assert not ((own[f"{area}_above"] == 1) & (own[f"{area}_basic"] != 1)).any()
            assert not ((own[AT_LEAST_BASIC] == 1) & (own[f"{area}_basic"] != 1)).any()
        whole = rungs["above"] + rungs["basic"]
        assert (whole.isna() | (whole == own[AT_LEAST_BASIC])).all()


@pytest.fixture(scope="module")
def weighed(example_store):
    return pipeline.weigh(example_store, "2026")


@pytest.fixture(scope="module")
def found(weighed):
    persons = pipeline.score(weighed)
    return international(weighed.weights.persons, persons)


def counted_by_hand(persons):
    """Areas of Eurostat in which a person did at least one activity, written out without the mapping."""
    did = {
        question: [set(str(cell).split()) - {"0", "98", "99"} for cell in persons[question].fillna("")]
        for question in QUESTIONS
    }
    counted = {
        "f1_act": {"1", "2", "3", "4"},
        "f2_act": {"1", "2", "3", "5", "6", "7"},
        "f3_act": {"1", "2", "3", "4", "5", "6", "9"},
        "f4_act": {"1", "2", "3", "4", "5", "6"},
        "f5_act": {"1", "2", "5", "6", "7", "8", "9"},
    }
    return sum(
        pd.Series([bool(one & counted[question]) for one in did[question]], index=persons.index).astype(int)
        for question in QUESTIONS
    )


def test_the_shares_are_weighted_counts_of_the_answers(found, weighed):
    persons = weighed.weights.persons
    persons = persons[persons["disposition"].astype(str).isin(["110", "120"])]
    online = persons["d2_net"] == "1"
    refused = persons[QUESTIONS].eq("99").any(axis=1) | (online & persons[QUESTIONS].isna().any(axis=1))
    unsure = persons["d2_net"].isin(["98", "99"]) | persons["d2_net"].isna()
    inside = persons["age"].between(16, 74) & ~unsure & ~refused
    areas = counted_by_hand(persons).where(online, -1)
    expected = {name: areas == count for name, count in STEPS.items()}
    expected |= {"none": areas.isin([0, 1]), "not_assessed": areas == -1}
    weight = persons["w_raked"].where(inside, 0.0)
    table = found.table[found.table["framework"] == "eurostat_dsi2"].set_index("measure")
    for rung, holds in expected.items():
        assert table.at[rung, "n"] == inside.sum()
        assert table.at[rung, "estimate"] == pytest.approx((weight * holds).sum() / weight.sum(), rel=1e-12)
    top = table.at["above", "estimate"] + table.at["basic", "estimate"]
    assert top == pytest.approx((weight * (areas == 5)).sum() / weight.sum(), rel=1e-12)


def test_the_whole_population_is_a_lower_bound(found, weighed):
    table = found.table[found.table["framework"] == "ict_0503"].set_index("base")
    share = weighed.gazetteer.share_15plus("province")["province"]
    for name in ("estimate", "ci_low", "ci_high"):
        assert table.at["all_ages", name] == pytest.approx(share * table.at["age15plus", name], rel=1e-12)


def test_every_interval_holds_its_estimate_and_every_row_its_quality(found):
    shown = found.table[found.table["quality"] != "suppress"]
    assert (shown["ci_low"] <= shown["estimate"]).all()
    assert (shown["estimate"] <= shown["ci_high"]).all()
    assert set(found.table["quality"]) <= {"present", "review", "suppress"}
    assert not found.table.duplicated(["framework", "measure", "base"]).any()


def test_a_release_keeps_levels_and_table_to_the_bit(example_store, found):
    release = example_store.open_release(example_store.releases("2026")[0]["release_id"])
    pd.testing.assert_frame_equal(release.international.table, found.table, check_exact=True)
    assert release.international.levels == LEVELS
    assert release.manifest["international"] == LEVELS.about()


def test_a_release_from_before_is_read_without_them(example_store, tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(example_store.root / "releases" / example_store.releases("2026")[0]["release_id"], folder)
    for name in ("international_shares.parquet", "international.yaml"):
        (folder / name).unlink()
    assert read_release(folder).international is None


def test_another_definition_or_a_form_without_the_questions_has_no_levels(weighed):
    persons = pipeline.score(weighed)
    assert international(weighed.weights.persons.drop(columns="f3_act"), persons) is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("gate: {", "gates: {", "exactly the sections"),
        ("bases: [age16_74]", "bases: [age16_75]", "no base age16_75"),
        ("      problem:", "      problems:", "the areas are information"),
        ('short: {vi: "Dùng Internet (HH7)", en', 'short: {vi: " ", en', "words are missing in vi"),
        ("    rule: {var: d2_net", "    role: {var: d2_net", "one of `rule` and `areas`"),
        ('        year: "2023"', '        years: "2023"', "a published figure has"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path, old, new, told):
    path = tmp_path / "levels.yaml"
    source = FILE.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=told):
        load_levels(path)
