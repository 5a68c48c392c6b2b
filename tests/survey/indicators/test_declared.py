"""Readings declared beside the definition: those who need a guide count as well, and nobody else."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.indicators import DefinitionError, load_definition, score
from survey.indicators.declared import SECTIONS, load_declared
from survey.indicators.funnel import widened
from survey.indicators.variants import variants

QUESTIONNAIRES = Path(__file__).parents[3] / "questionnaires"
DEFINITION = load_definition(QUESTIONNAIRES / "digital_service_skill.yaml")
FILE = QUESTIONNAIRES / "other_readings.yaml"
DECLARED = load_declared(FILE)
OPTIONS = variants(DEFINITION, DECLARED)
WIDER = widened(
    DEFINITION,
    {**DECLARED.conditions, **{one.name: one.condition for one in OPTIONS}},
    DECLARED.invariants,
)
TASKS = sorted({task for field in DEFINITION.domains.values() for task in field.tasks})
AWARE = sorted(field.aware for field in DEFINITION.domains.values())
OTHERS = ["d2_net", "e1_last", "e1_mode", "f2_act", "f3_act", "f5_act"]
GUIDED, ALONE = "2", "3"


def judged(answers):
    columns = ["disposition", "c0_sex", "c0_age", *OTHERS, *AWARE, *TASKS]
    one = {"disposition": "110", "c0_sex": "1", "c0_age": "40", **answers}
    return score(pd.DataFrame([one], columns=columns), WIDER, 2026).iloc[0]


ANSWERS = st.fixed_dictionaries(
    {
        **dict.fromkeys(AWARE, st.sampled_from(["1", "1", "2", "98", "99", None])),
        **dict.fromkeys(TASKS, st.sampled_from(["1", "2", "3", "98", "99", None])),
    }
)


@given(ANSWERS)
@settings(max_examples=60, deadline=None)
def test_with_help_is_the_headline_of_those_who_would_need_no_guide(answers):
    """Where "if somebody guides me" read "alone", both readings are one: nothing else is changed."""
    guided = {name: ALONE if answer == GUIDED else answer for name, answer in answers.items()}
    helped, alone = judged(answers), judged({**answers, **{name: guided[name] for name in TASKS}})
    for fields in range(1, 7):
        with_help = helped[f"variant_with_help_{fields}"]
        assert with_help == pytest.approx(alone[f"variant_compulsory_{fields}"], nan_ok=True)


@given(ANSWERS)
@settings(max_examples=60, deadline=None)
def test_alone_is_within_with_help_and_with_help_within_aware(answers):
    found = judged(answers)
    for field in DEFINITION.domains:
        for narrow, wide in (("skill", "helped"), ("helped", "know")):
            assert found[f"{narrow}_{field}"] != 1 or found[f"{wide}_{field}"] == 1
    assert found["headline"] != 1 or found["variant_with_help_4"] == 1


def test_the_readings_of_before_are_untouched():
    assert OPTIONS[: len(variants(DEFINITION))] == variants(DEFINITION)
    assert [(one.rule, one.fields) for one in OPTIONS[-6:]] == [("with_help", n) for n in range(1, 7)]


@pytest.mark.parametrize(
    ("section", "node", "words"),
    [
        ("readings", {"with_help": {"skill_ps": "invented"}}, "no condition is called invented"),
        ("conditions", {"helped_ps": {"var": "e1_can_submit", "is": [2]}}, "unknown word is"),
    ],
)
def test_a_file_that_declares_nonsense_is_refused(tmp_path, section, node, words):
    source = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    path = tmp_path / "readings.yaml"
    path.write_text(yaml.safe_dump({**source, section: node}), encoding="utf-8")
    with pytest.raises(DefinitionError, match=words):
        load_declared(path)


@pytest.mark.parametrize("section", SECTIONS)
def test_a_file_without_a_section_is_refused(tmp_path, section):
    source = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    path = tmp_path / "readings.yaml"
    path.write_text(yaml.safe_dump({name: node for name, node in source.items() if name != section}))
    with pytest.raises(DefinitionError, match="must hold"):
        load_declared(path)


def test_a_reading_of_what_the_headline_does_not_ask_is_refused():
    strange = replace(DECLARED, readings={"odd": {"know_all": "helped_ps"}})
    with pytest.raises(DefinitionError, match="the headline does not use know_all"):
        variants(DEFINITION, strange)
