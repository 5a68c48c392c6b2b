"""What a change of a form does to its series; the rules of the tools' own documentation, one a case."""

from dataclasses import replace
from pathlib import Path

import pytest

from survey.forms.difference import form_changes, is_breaking
from survey.instrument import Choice, Instrument, Question, load_instrument

ROOT = Path(__file__).parents[3]
FIRST, SECOND = ROOT / "questionnaires" / "digiskill_hh.md", ROOT / "tests/data/form/digiskill_hh_v2.md"
YES_NO = (Choice("1", {"vi": "Có", "en": "Yes"}), Choice("2", {"vi": "Không", "en": "No"}))
ASKED = Question("net", ("b",), "select_one", "yn", {"vi": "Có Internet không?"}, row=5)
AGE = Question("age", ("b",), "integer", labels={"vi": "Tuổi"}, row=6)


def form(*questions, codes=YES_NO, version="2026092801", form_id="thu"):
    return Instrument(form_id, version, "Thử", "vi", ("vi",), questions, {"yn": codes}, ())


OLD = form(ASKED, AGE)


def changed(*questions, **options):
    return form(*questions, **{"version": "2027092801", **options})


BREAKING = {
    "form_change_rename_undeclared": changed(replace(ASKED, name="internet"), AGE),
    "form_change_removed": changed(ASKED),
    "form_change_moved": changed(ASKED, replace(AGE, path=("c",))),
    "form_change_type": changed(ASKED, replace(AGE, type="decimal")),
    "form_change_personal": changed(ASKED, replace(AGE, pii=True)),
    "form_change_code_removed": changed(ASKED, AGE, codes=YES_NO[:1]),
    "form_change_code_meaning": changed(ASKED, AGE, codes=(Choice("1", {"vi": "Không"}), YES_NO[1])),
    "form_change_form": changed(ASKED, AGE, form_id="khac"),
}
HARMLESS = {
    "form_change_renamed": changed(replace(ASKED, name="internet", synonym="net"), AGE),
    "form_change_added": changed(ASKED, AGE, Question("more", ("b",), "text")),
    "form_change_code_added": changed(ASKED, AGE, codes=(*YES_NO, Choice("3", {"vi": "Sắp có"}))),
    "form_change_code_reworded": changed(ASKED, AGE, codes=(Choice("1", {"vi": "Có!"}), YES_NO[1])),
    "form_change_reworded": changed(ASKED, replace(AGE, labels={"vi": "Tuổi tròn"})),
    "form_change_translated": changed(ASKED, replace(AGE, labels={"vi": "Tuổi", "en": "Age"})),
    "form_change_skip": changed(ASKED, replace(AGE, relevance="${net} = 1")),
    "form_change_required": changed(ASKED, replace(AGE, required="yes")),
    "form_change_constraint": changed(ASKED, replace(AGE, constraint=". < 100")),
    "form_change_calculation": changed(ASKED, replace(AGE, calculation="1")),
    "form_change_role": changed(ASKED, replace(AGE, role="respondent_age")),
}  # fmt: skip


@pytest.mark.parametrize("code", BREAKING)
def test_what_breaks_the_series(code):
    found = form_changes(OLD, BREAKING[code])
    assert [(change.code, change.severity) for change in found] == [(code, "error")]
    assert is_breaking(found)
    assert "{" not in found[0].sentence("vi") + found[0].sentence("en")


@pytest.mark.parametrize("code", HARMLESS)
def test_what_does_not_break_the_series(code):
    found = form_changes(OLD, HARMLESS[code])
    assert [(change.code, change.severity) for change in found] == [(code, "note")]
    assert not is_breaking(found)


def test_the_same_version_with_other_content_breaks():
    found = form_changes(OLD, form(ASKED))
    assert {change.code for change in found} == {"form_change_removed", "form_change_version_reused"}


def test_a_form_does_not_differ_from_itself():
    assert form_changes(OLD, OLD) == ()


def test_codes_that_changed_places_mean_something_else():
    swapped = (Choice("1", YES_NO[1].labels), Choice("2", YES_NO[0].labels))
    found = form_changes(OLD, changed(ASKED, AGE, codes=swapped))
    assert [change.code for change in found] == ["form_change_code_meaning"] * 2


def test_a_code_with_another_key_means_something_else():
    keyed = form(ASKED, codes=(YES_NO[0], replace(YES_NO[1], key="none")))
    found = form_changes(keyed, changed(ASKED, codes=(YES_NO[0], replace(YES_NO[1], key="dk"))))
    assert [change.code for change in found] == ["form_change_code_meaning"]


def test_a_later_version_must_keep_the_earlier_names():
    second = changed(replace(ASKED, name="internet", synonym="net"), AGE)
    third = form(replace(ASKED, name="internet"), AGE, version="2028092801")
    assert [change.code for change in form_changes(second, third)] == ["form_change_synonym_lost"]


def test_the_second_version_of_our_form_joins_the_first():
    found = form_changes(load_instrument(FIRST), load_instrument(SECOND))
    told = {(change.code, change.column, change.facts["after"]) for change in found}
    assert told == {
        ("form_change_code_added", "d7_acct", "6 = Tiền di động (Mobile Money)"),
        ("form_change_renamed", "g3_fraud", "g3_fraud"),
    }
    assert not is_breaking(found)


def test_back_from_the_second_version_breaks():
    found = form_changes(load_instrument(SECOND), load_instrument(FIRST))
    broken = {change.code for change in found if change.severity == "error"}
    assert broken == {"form_change_code_removed", "form_change_rename_undeclared"}
