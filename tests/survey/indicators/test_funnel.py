"""The steps of every field: read as declared, judged without taking silence for No."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.indicators import DefinitionError, load_definition, score
from survey.indicators.funnel import load_funnel, widened, with_funnel
from survey.indicators.history import load_history
from survey.indicators.variants import variants

QUESTIONNAIRES = Path(__file__).parents[3] / "questionnaires"
DEFINITION = load_definition(QUESTIONNAIRES / "digital_service_skill.yaml")
FUNNEL = load_funnel(QUESTIONNAIRES / "service_funnel.yaml")
WIDER = with_funnel(DEFINITION, FUNNEL)
E_QUESTIONS = sorted(
    {
        task
        for field in DEFINITION.domains.values()
        for task in (field.aware, *field.tasks, field.last, field.mode)
    }
)
OTHERS = ["d2_net", "f2_act", "f3_act", "f5_act"]


def person(answers):
    columns = ["disposition", "c0_sex", "c0_age", *OTHERS, *E_QUESTIONS]
    return pd.DataFrame([{"disposition": "110", "c0_sex": "1", "c0_age": "40", **answers}], columns=columns)


def steps(answers):
    """The steps of public services of one person."""
    judged = score(person(answers), WIDER, 2026).iloc[0]
    return [judged[FUNNEL.steps["ps"][level.id]] for level in FUNNEL.levels]


def test_the_file_is_read_as_declared():
    assert [level.id for level in FUNNEL.levels] == ["aware", "able", "used", "self"]
    assert list(FUNNEL.steps) == list(DEFINITION.domains)
    assert FUNNEL.sha256 == hashlib.sha256((QUESTIONNAIRES / "service_funnel.yaml").read_bytes()).hexdigest()
    assert FUNNEL.silent == ("99",)
    assert all(set(level.labels) == set(level.meanings) == {"vi", "en"} for level in FUNNEL.levels)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"e1_aware": "2"}, [0, 0, 0, 0]),
        ({"e1_aware": "1", "e1_can_submit": "3", "e1_last": "4"}, [1, 1, 0, 0]),
        ({"e1_aware": "1", "e1_can_submit": "1", "e1_last": "1", "e1_mode": "1"}, [1, 0, 1, 0]),
        ({"e1_aware": "1", "e1_can_submit": "3", "e1_last": "2", "e1_mode": "3"}, [1, 1, 1, 1]),
        ({"e1_aware": "1", "e1_can_submit": "3", "e1_last": "98"}, [1, 1, np.nan, np.nan]),
        ({"e1_aware": "1", "e1_can_submit": "3", "e1_last": "1", "e1_mode": "99"}, [1, 1, 1, np.nan]),
        ({"e1_aware": "99"}, [np.nan, np.nan, np.nan, np.nan]),
        ({"e1_aware": "1", "e1_can_submit": "3", "e1_last": "3", "e1_mode": "99"}, [1, 1, 0, 0]),
    ],
)
def test_steps_of_invented_persons(answers, expected):
    assert steps(answers) == pytest.approx(expected, nan_ok=True)


ANSWERS = st.sampled_from(["1", "2", "3", "4", "98", "99", None])


@given(
    answers=st.fixed_dictionaries(dict.fromkeys(E_QUESTIONS, ANSWERS)), blanked=st.sampled_from(E_QUESTIONS)
)
@settings(max_examples=60, deadline=None)
def test_silence_never_turns_into_an_answer(answers, blanked):
    """Blanking an answer may leave a step open or as it was; it never settles it the other way."""
    names = list(FUNNEL.conditions)
    before = score(person(answers), WIDER, 2026)[names].iloc[0]
    after = score(person({**answers, blanked: None}), WIDER, 2026)[names].iloc[0]
    settled = after.notna()
    assert (before[settled] == after[settled]).all()


def test_the_published_indicator_of_use_is_the_last_step_of_public_services():
    rows = [
        {"e1_aware": a, "e1_last": b, "e1_mode": c}
        for a in "129"
        for b in ("1", "3", "98", None)
        for c in "13"
    ]
    judged = score(pd.concat([person(row) for row in rows], ignore_index=True), WIDER, 2026)
    pd.testing.assert_series_equal(judged["self_ps"], judged["use12_ps_self"], check_names=False)


def changed(tmp_path, path, value):
    source = yaml.safe_load((QUESTIONNAIRES / "service_funnel.yaml").read_text(encoding="utf-8"))
    node = source
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(source, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return load_funnel(file)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["formula"], "1", "must hold id, version"),
        (["fields", "ps"], {"aware": "know_ps"}, r"fields\.ps must hold aware, able, used, self"),
        (["invariants"], [["self", "loved"]], "loved, not a level"),
        (["conditions", "used_ps"], {"sum": []}, "unknown word sum"),
    ],
    ids=["section", "field", "invariant", "grammar"],
)
def test_contradictions_are_refused_in_words(tmp_path, path, value, words):
    with pytest.raises(DefinitionError, match=words):
        changed(tmp_path, path, value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["definition"], "other", "goes on from other"),
        (["conditions", "know_ps"], {"var": "e1_aware", "in": [1]}, "know_ps: already conditions"),
        (["fields", "ps", "used"], "used_music", "no condition is called used_music"),
        (["conditions", "used_ps"], {"all": ["know_music"]}, "'know_music', which no condition defines"),
    ],
    ids=["definition", "twice", "step", "name"],
)
def test_a_funnel_that_does_not_fit_the_definition_is_refused(tmp_path, path, value, words):
    with pytest.raises(DefinitionError, match=words):
        with_funnel(DEFINITION, changed(tmp_path, path, value))


def test_widening_leaves_what_is_published_alone():
    assert WIDER.publish == DEFINITION.publish
    assert {name: WIDER.conditions[name] for name in DEFINITION.conditions} == dict(DEFINITION.conditions)
    with pytest.raises(DefinitionError, match="headline: already conditions"):
        widened(DEFINITION, {"headline": DEFINITION.conditions["strict"]})


@given(answers=st.fixed_dictionaries(dict.fromkeys(E_QUESTIONS, ANSWERS)))
@settings(max_examples=40, deadline=None)
def test_variants_contain_the_published_readings_and_only_grow(answers):
    options = variants(DEFINITION)
    wider = widened(DEFINITION, {one.name: one.condition for one in options})
    judged = score(person(answers), wider, 2026).iloc[0]
    same = {
        "compulsory_1": "skill_ps",
        "compulsory_2": "lenient",
        "compulsory_4": "headline",
        "compulsory_6": "strict",
    }
    for name, published in {**same, "any_6": "strict"}.items():
        assert judged[f"variant_{name}"] == pytest.approx(judged[published], nan_ok=True)
    for rule in ("compulsory", "any"):
        held = [judged[f"variant_{rule}_{fields}"] == 1 for fields in range(1, 7)]
        assert held == sorted(held, reverse=True)
    assert [one for one in options if one.condition == DEFINITION.conditions["headline"]] == [options[3]]


def test_the_recorded_versions_end_with_the_definition_as_it_is():
    """Whoever changes the definition adds a version, or this fails."""
    last = load_history(QUESTIONNAIRES / "definition_versions.yaml").versions[DEFINITION.id][-1]
    assert (last.version, last.status, last.sha256) == (
        DEFINITION.version,
        DEFINITION.status,
        DEFINITION.sha256,
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [("- 1\n", "holds no versions"), ("a:\n  - {version: 1}\n", "an entry holds"),
     ("a:\n  - {version: 1, date: x, status: final, sha256: x, changes: {}}\n", "status 'final'")],
)  # fmt: skip
def test_a_record_of_versions_that_is_not_whole_is_refused(tmp_path, text, words):
    file = tmp_path / "versions.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError, match=words):
        load_history(file)
