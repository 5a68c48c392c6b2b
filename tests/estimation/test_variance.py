"""The one variance: numbers worked by hand, rules for a lonely PSU, degrees of freedom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from estimation.variance import LonelyPsuError, Stage, Units, degrees_of_freedom, deviations
from estimation.variation import Linearised, standard_errors

EVERYWHERE = np.ones((4, 1), dtype=bool)


def one_stage(parent: list[int], *, fraction: list[float] | None = None, lonely: str = "fail") -> Units:
    strata = max(parent) + 1
    share = np.zeros(strata) if fraction is None else np.array(fraction)
    names = tuple(f"stratum {h}" for h in range(strata))
    return Units((Stage(np.array(parent), share[parent], names),), lonely)


def variance(scores: list[float], units: Units) -> float:
    column = np.array(scores)[:, None]
    return standard_errors(Linearised(column, np.ones((units.n_psu, 1)), units))[0] ** 2


def test_by_hand() -> None:
    # stratum 0: 2/1 * ((1-2)² + (3-2)²) = 4; stratum 1: 2/1 * (0² + 0²) = 0
    assert variance([1, 3, 5, 5], one_stage([0, 0, 1, 1])) == pytest.approx(4)


def test_finite_population_by_hand() -> None:
    assert variance([1, 3, 5, 5], one_stage([0, 0, 1, 1], fraction=[0.25, 0.5])) == pytest.approx(3)


def test_two_stages_by_hand() -> None:
    # PSU totals 4 and 6: (1-0.5) * 2 * (1+1) = 2
    # within PSU 0: 0.5 * (1-0.2) * 2 * (1+1) = 1.6; within PSU 1: 0.5 * (1-0.5) * 2 * (1+1) = 1
    first = Stage(np.array([0, 0]), np.array([0.5, 0.5]), ("stratum 0",))
    second = Stage(np.array([0, 0, 1, 1]), np.array([0.2, 0.2, 0.5, 0.5]), ("psu 0", "psu 1"))
    assert variance([1, 3, 2, 4], Units((first, second))) == pytest.approx(2 + 1.6 + 1)


def test_three_stages_by_hand() -> None:
    # totals of PSUs 4 and 6, of second units (1, 3) and (2, 4), of third units (1) (1, 2) (2) (1, 3)
    first = Stage(np.array([0, 0]), np.array([0.5, 0.5]), ("stratum 0",))
    second = Stage(np.array([0, 0, 1, 1]), np.array([0.2, 0.2, 0.5, 0.5]), ("psu 0", "psu 1"))
    names = ("unit 0", "unit 1", "unit 2", "unit 3")
    third = Stage(np.array([0, 1, 1, 2, 3, 3]), np.array([1, 0.25, 0.25, 1, 0.75, 0.75]), names)
    units = Units((first, second, third))
    # 0.5*0.2 * (1-0.25) * 2 * (0.25+0.25) = 0.075; 0.5*0.5 * (1-0.75) * 2 * (1+1) = 0.25
    assert variance([1, 1, 2, 2, 1, 3], units) == pytest.approx(4.6 + 0.075 + 0.25)


def test_brewer_weighs_each_unit_with_its_own_probability_by_hand() -> None:
    # 2/1 * ((1-0.2) * 1 + (1-0.6) * 1)
    stage = Stage(np.array([0, 0]), np.array([0.2, 0.6]), ("stratum 0",))
    assert variance([1, 3], Units((stage,))) == pytest.approx(2 * (0.8 + 0.4))


IN_ONE_PSU = np.array([[0, 1], [4, 1], [0, 2], [0, 3]], dtype=float)


@pytest.mark.parametrize(
    ("rule", "lonely_domain", "expected"),
    [
        ("certainty", True, 2 * (4 + 4)),
        ("adjust", False, 2 * (4 + 4)),
        ("adjust", True, 2 * (16 + 0)),
        ("average", False, 2 * (4 + 4)),
        ("average", True, np.nan),
    ],
)
def test_a_domain_in_one_psu_of_a_stratum_by_hand(rule: str, lonely_domain: bool, expected: float) -> None:
    units = replace(one_stage([0, 0, 1, 1], lonely=rule), lonely_domain=lonely_domain)
    errors = standard_errors(Linearised(IN_ONE_PSU, (IN_ONE_PSU > 0).astype(float), units))
    assert errors**2 == pytest.approx([expected, 0 + 2 * 0.5], nan_ok=True)


LONELY = {"adjust": (3 - 2) ** 2, "certainty": 0.0}


@pytest.mark.parametrize("rule", LONELY)
def test_lonely_psu_by_hand(rule: str) -> None:
    assert variance([1, 2, 2, 3], one_stage([0, 0, 0, 1], lonely=rule)) == pytest.approx(1 + LONELY[rule])


def test_lonely_psu_average_counts_the_strata_of_the_domain() -> None:
    units = one_stage([0, 0, 1, 1, 2], lonely="average")
    scores = np.array([[1.0, 1.0], [3, 3], [0, 2], [0, 2], [5, 5]])
    holds = np.array([[1, 1], [1, 1], [0, 1], [0, 1], [1, 1]], dtype=bool)
    assert standard_errors(Linearised(scores, holds.astype(float), units)) ** 2 == pytest.approx(
        [4 * 2 / 1, 4 * 3 / 2]
    )


def test_average_without_any_other_stratum_is_not_estimable() -> None:
    assert np.isnan(variance([1.0, 5.0], one_stage([0, 1], lonely="average")))


def test_lonely_psu_fails_by_name_with_the_choices() -> None:
    with pytest.raises(LonelyPsuError, match=r"stratum 1.*lonely='adjust' . 'average' . 'certainty'"):
        variance([1, 2, 2, 3], one_stage([0, 0, 0, 1]))


def test_a_stratum_taken_whole_is_not_lonely() -> None:
    assert variance([1, 3, 5], one_stage([0, 0, 1], fraction=[0, 1])) == pytest.approx(4)


def test_cross_product_is_the_covariance() -> None:
    scores = np.array([[1.0, 0], [3, 1], [0, 2], [2, 4]])
    spread = deviations(scores, one_stage([0, 0, 1, 1]), np.ones((4, 2), dtype=bool))
    assert spread.T @ spread == pytest.approx(np.array([[8.0, 10.0], [10.0, 5.0]]) - [[0, 4], [4, 0]])


def test_degrees_of_freedom_count_psus_that_hold_the_domain() -> None:
    holds = np.array([[1, 1, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0]], dtype=bool)
    assert degrees_of_freedom(holds, one_stage([0, 0, 1, 1])).tolist() == [2, 0, 0]
