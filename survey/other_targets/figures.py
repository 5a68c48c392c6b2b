"""A reported figure in numbers for people: so many decimals that it never seems to reach what it misses."""

from survey.other_targets.assessing import reaches
from survey.other_targets.log import Report
from survey.other_targets.targets import Target

FEWEST, MOST = 1, 4


def share(report: Report) -> float:
    """Share of 1 of a report of a share."""
    assert report.denominator, "a share has a denominator"
    return report.numerator / report.denominator


def decimals(target: Target, report: Report) -> int:
    """Fewest decimals of the percentage at which every goal reads as it is judged.

    2,499 of 2,500 are 99.96%: with one decimal they would read 100.0% and miss the goal of 100%.
    """
    return next((digits for digits in range(FEWEST, MOST) if _is_true(target, report, digits)), MOST)


def _is_true(target: Target, report: Report, digits: int) -> bool:
    shown = round(100 * share(report), digits)
    return all(
        (shown > goal.value if goal.op == ">" else shown >= goal.value) == reaches(target, goal, report)
        for goal in target.goals
    )
