"""A form with other names and declared roles is weighed like ours; a missing role is silent or named."""

from dataclasses import replace

import pandas as pd
import pytest

from survey.instrument import ROLES, Instrument, Question
from survey.roles import WEIGHING_ROLES, in_roles, lacking_roles


def renamed(instrument, names):
    """The same form under other names, each with its role declared."""
    roles = {instrument.role(role): role for role in ROLES}
    questions = tuple(
        replace(q, name=names.get(q.name, q.name), role=roles.get(q.name, "")) for q in instrument.questions
    )
    return replace(instrument, questions=questions)


def test_our_form_has_every_role_by_its_names(instrument):
    assert {role: instrument.role(role) for role in ROLES} == dict(ROLES)


def test_a_declared_role_goes_before_the_usual_name():
    questions = (Question("hh_id"), Question("ma_ho", role="household"))
    form = Instrument("f", "1", "", "vi", ("vi",), questions, {}, ())
    assert form.role("household") == "ma_ho"


def test_a_question_with_another_role_does_not_keep_its_usual_one():
    form = Instrument("f", "1", "", "vi", ("vi",), (Question("hh_id", role="area"),), {}, ())
    assert (form.role("household"), form.role("area")) == ("", "hh_id")


def test_an_unknown_role_lists_the_roles(instrument):
    with pytest.raises(ValueError, match="household, household_number"):
        instrument.role("house")


def test_another_form_in_its_roles_is_ours(instrument, example_households):
    names = {"hh_id": "ma_ho", "ea_code": "dia_ban", "disp_final": "ket_qua", "c0_sex": "gioi_tinh"}
    other = renamed(instrument, names)
    told = in_roles(example_households.rename(columns=names), other)
    pd.testing.assert_frame_equal(told[list(example_households.columns)], example_households)


def test_a_role_without_question_is_an_empty_column_and_a_stranger_of_that_name_goes(instrument):
    form = Instrument("f", "1", "", "vi", ("vi",), (Question("hh_id", role="area"),), {}, ())
    told = in_roles(pd.DataFrame({"hh_id": ["25243004"], "c0_sex": ["x"]}), form)
    assert told["ea_code"].tolist() == ["25243004"]
    assert told[["hh_id", "c0_sex", "disp_final"]].isna().all(axis=None)
    assert lacking_roles(form, WEIGHING_ROLES) == tuple(role for role in WEIGHING_ROLES if role != "area")
    assert lacking_roles(instrument, WEIGHING_ROLES) == ()
