"""Scores of persons: the worked examples, the reference wave, and the invariants."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.indicators import DefinitionError, check_examples, load_definition, score

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "tests" / "reference" / "wave_2026"
DEFINITION = load_definition(ROOT / "questionnaires" / "digital_service_skill.yaml")
NAMES = {"sex": "c0_sex", "age": "c0_age"}


@pytest.fixture(scope="module")
def persons():
    return pd.read_csv(REFERENCE / "clean_microdata.csv", dtype="str").rename(columns=NAMES)


@pytest.fixture(scope="module")
def scores(persons):
    return score(persons, DEFINITION, 2026)


def test_worked_examples_of_the_definition_hold():
    assert check_examples(DEFINITION) == []


def test_a_wrong_example_is_reported():
    first = DEFINITION.examples[0]
    wrong = dataclasses.replace(first, expect={"headline": False}, answers=first.answers | {"q": "1"})
    failures = check_examples(dataclasses.replace(DEFINITION, examples=(wrong,)))
    assert failures == [
        "Submits alone, three fields alone: no condition reads q",
        "Submits alone, three fields alone: headline is True, expected False",
    ]


def test_scores_equal_the_reference(persons, scores):
    reference = pd.read_csv(REFERENCE / "weights_indicators.csv")
    assert (persons["hh_id"] == reference["hh_id"]).all()
    seen = scores.assign(headline_working=scores["headline"].where(scores["base_working"] == 1))
    indicators = [name for name in reference if name in seen]
    assert len(indicators) == 12
    pd.testing.assert_frame_equal(seen[indicators], reference[indicators].astype(float))


def test_number_of_fields_is_a_distribution(scores):
    fields = scores[[f"fields_{count}" for count in range(7)]]
    skills = scores[[f"skill_{name}" for name in DEFINITION.domains]]
    determined = skills.notna().all(axis=1)
    assert (fields[determined].sum(axis=1) == 1).all()
    assert fields[~determined].isna().all(axis=None)
    assert (
        fields.loc[determined].to_numpy().argmax(axis=1).tolist() == skills[determined].sum(axis=1).tolist()
    )


def test_bases_are_0_or_1(scores):
    bases = [name for name in scores if name.startswith("base_")]
    assert bases == ["base_age15plus", "base_working", "base_age15_64", "base_age16_74", "base_internet3m"]
    assert scores[bases].isin([0, 1]).all(axis=None)
    assert (scores["base_age15plus"] == 1).all()


def person(**answers):
    questions = pd.read_csv(REFERENCE / "clean_microdata.csv", dtype="str", nrows=0).rename(columns=NAMES)
    row = {"disposition": "110", "c0_sex": "1", "c0_age": "40"} | answers
    return pd.DataFrame([row], columns=questions.columns)


@pytest.mark.parametrize(
    ("year", "sex", "age", "expected"),
    [
        (2026, "1", "61", 1),
        (2026, "1", "62", 0),
        (2026, "2", "56", 1),
        (2026, "2", "57", 0),
        (2028, "2", "57", 1),
        (2026, None, "40", 0),
        (2026, "1", None, 0),
        (2026, "1", "14", 0),
    ],
)
def test_working_age_follows_the_year(year, sex, age, expected):
    scored = score(person(c0_sex=sex, c0_age=age), DEFINITION, year)
    assert scored["base_working"].tolist() == [expected]


def test_year_without_working_age_lists_the_years():
    with pytest.raises(DefinitionError, match="no working age for 2040; the definition has 2026, 2027, 2028"):
        score(person(), DEFINITION, 2040)


def test_only_usable_interviews_are_scored():
    scored = score(person(disposition="222", e1_aware="1"), DEFINITION, 2026)
    assert np.isnan(scored["know_ps"].iloc[0])
    assert scored["base_age15plus"].tolist() == [0]


def test_missing_question_is_named():
    with pytest.raises(DefinitionError, match="reads question 'e3_aware', which the data do not hold"):
        score(person().drop(columns="e3_aware"), DEFINITION, 2026)


def test_broken_invariant_is_refused(persons):
    broken = dataclasses.replace(DEFINITION, invariants=(("lenient", "strict"),))
    with pytest.raises(DefinitionError, match="persons meet 'lenient' without 'strict'"):
        score(persons, broken, 2026)


ANSWERS = st.sampled_from(["1", "2", "3", "4", "98", "99", None])
QUESTIONS = [name for name in person().columns if name.startswith("e") and name[1:2].isdigit()]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(QUESTIONS, ANSWERS)), min_size=1, max_size=5))
def test_strict_headline_lenient_skill_know_are_nested(answers):
    """Also in the order no < undetermined < yes: an unknown may not turn a narrow yes into a wide no."""
    persons = pd.concat([person(**row) for row in answers], ignore_index=True)
    scored = score(persons, DEFINITION, 2026).fillna(0.5)
    for narrow, wide in DEFINITION.invariants:
        assert (scored[narrow] <= scored[wide]).all(), (narrow, wide)
