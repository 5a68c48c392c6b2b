"""The definition file: read as declared, refused where it contradicts itself."""

import copy
import hashlib
from pathlib import Path

import pytest
import yaml

from survey.indicators.conditions import DefinitionError
from survey.indicators.definition import Goal, Published, load_definition

FILE = Path(__file__).parents[3] / "questionnaires" / "digital_service_skill.yaml"


@pytest.fixture(scope="module")
def source():
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def load_changed(source, tmp_path):
    """Load the definition with one node replaced, addressed by its path."""

    def load(path, value):
        changed = copy.deepcopy(source)
        node = changed
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value
        file = tmp_path / "changed.yaml"
        file.write_text(yaml.safe_dump(changed, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return load_definition(file)

    return load


def test_definition_is_read_as_declared():
    definition = load_definition(FILE)
    assert (definition.id, definition.version, definition.status) == (
        "digital_service_skill",
        "1.0.0-rc",
        "proposed",
    )
    assert definition.sha256 == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert definition.headline == Published("headline", "age15plus")
    assert definition.goals == (Goal(2025, ">=", 60.0), Goal(2030, ">", 80.0))
    assert [goal.target for goal in definition.goals] == [0.60, 0.80]
    assert list(definition.domains) == ["ps", "health", "education", "transport", "tourism", "banking"]
    assert definition.working_age[2026] == {"1": (15, 61), "2": (15, 56)}
    assert definition.bases["all_ages"].factor == ("population_15plus", "population")


def test_the_headline_never_stands_alone():
    beside = load_definition(FILE).publish[1:]
    assert Published("strict", "age15plus") in beside
    assert Published("headline", "working") in beside
    assert Published("headline", "all_ages") in beside


def test_every_condition_has_a_label_in_both_languages():
    definition = load_definition(FILE)
    assert {*definition.labels} == {*definition.conditions}
    assert all({"vi", "en"} == {*labels} for labels in definition.labels.values())


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["conditions", "headline"], {"sum": ["skill_ps"]}, "unknown word sum; the grammar knows only"),
        (["conditions", "know_ps"], {"not": "skill_ps"}, "circle: know_ps -> skill_ps -> know_ps"),
        (["conditions", "strict"], {"all": ["skill_music"]}, "'skill_music', which no condition defines"),
        (["grammar"], ["var", "python"], "unknown word python"),
        (["formula"], "1 + 1", "unknown sections: formula"),
        (["status"], "final", "none of proposed, approved, superseded"),
        (["publish", "headline"], {"rule": "best", "base": "age15plus"}, "best: not in conditions"),
        (["publish", "headline"], {"rule": "strict", "base": "adults"}, "adults: not in bases"),
        (["invariants"], [["strict", "loose"]], "loose: not in conditions"),
        (["goals"], [{"year": 2025, "op": "<", "value": 60}], "op '<' is none of >=, >"),
        (["bases", "all_ages"], {"vi": "a", "en": "a"}, "bases.all_ages: a base takes"),
        (["bases", "adults"], {"vi": "a", "en": "a", "where": "grown"}, "grown: not in conditions"),
        (["labels"], {}, "know_ps, .*: not in labels"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_contradictions_are_refused_in_words(load_changed, path, value, words):
    with pytest.raises(DefinitionError, match=words):
        load_changed(path, value)


def test_file_without_a_definition_is_refused(tmp_path):
    file = tmp_path / "empty.yaml"
    file.write_text("- 1\n", encoding="utf-8")
    with pytest.raises(DefinitionError, match="holds no definition"):
        load_definition(file)


def test_yaml_cannot_carry_code(tmp_path):
    file = tmp_path / "code.yaml"
    file.write_text("id: !!python/object/apply:os.getcwd []\n", encoding="utf-8")
    with pytest.raises(yaml.constructor.ConstructorError):
        load_definition(file)
