"""What a release says of one place."""

import pytest

from dashboard.readings import (
    COMPANIONS,
    HEADLINE,
    JUDGED,
    PROVINCE,
    REASONS,
    goal_years,
    judgements,
    readings,
)
from dashboard.text import catalogue
from estimation.publication import NCHS2017, NOT_ESTIMABLE


def test_every_reason_of_the_standard_has_words():
    assert set(REASONS) == {rule.reason for rule in (*NOT_ESTIMABLE, *NCHS2017.rules)}
    for word in (*REASONS.values(), "other"):
        assert f"reason.{word}" in catalogue()
        assert f"reason_short.{word}" in catalogue()


def test_headline_of_the_province(release):
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    assert (reading.n, reading.n_psu) == (1492, 129)
    assert reading.estimate == pytest.approx(0.404748774184642, rel=1e-8)
    assert not reading.hidden


@pytest.mark.parametrize("measure", COMPANIONS, ids=lambda measure: measure.name)
def test_companions_of_the_province_are_in_the_release(release, measure):
    assert PROVINCE in readings(release.estimates, measure, PROVINCE)


@pytest.mark.parametrize("measure", JUDGED.values(), ids=lambda measure: measure.name)
def test_every_district_is_judged_against_every_goal(release, measure):
    found = readings(release.estimates, measure, "district")
    for year in goal_years(release.verdicts):
        judged = judgements(release.verdicts, measure, "district", year)
        assert judged.keys() == found.keys()
        assert all((judged[unit].shown == "none") == found[unit].hidden for unit in found)
        assert all(judged[unit].shown in {"none", judged[unit].family} for unit in found)
