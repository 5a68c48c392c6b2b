"""Units of a breakdown against every goal, as lines of a table."""

from dashboard.chart_style import Chart
from dashboard.readings import HEADLINE, PROVINCE, Judgement, Measure, goal_years, judgements, readings
from dashboard.report.content import Picture
from dashboard.report.rows import Line
from dashboard.text import Text
from survey.release import Release


def judged_by_goal(
    release: Release, measure: Measure, breakdown: str, edition: str | None = None
) -> list[dict[str, Judgement]]:
    """Return the verdicts of a measure by unit, for each goal, earliest first."""
    years = goal_years(release.verdicts)
    return [judgements(release.verdicts, measure, breakdown, year, edition=edition) for year in years]


def goals_of(release: Release) -> list[Judgement]:
    """Return the verdicts of the headline of the province, earliest goal first."""
    return [judged[PROVINCE] for judged in judged_by_goal(release, HEADLINE, PROVINCE)]


def judged_lines(
    text: Text,
    release: Release,
    measure: Measure,
    breakdown: str,
    *,
    names: dict[str, str],
    edition: str | None = None,
    led: bool = False,
) -> list[Line]:
    """Give the units of a measure with their verdicts; `led` by the name of the measure."""
    by_goal = judged_by_goal(release, measure, breakdown, edition)
    first = (text(f"indicator.{measure.name}"),) if led else ()
    return [
        Line((*first, names[unit]), reading, tuple(judged[unit] for judged in by_goal if unit in judged))
        for unit, reading in readings(release.estimates, measure, breakdown, edition=edition).items()
    ]


def picture(name: str, title: str, chart: Chart) -> Picture:
    """Give a chart its name and title."""
    return Picture(name, title, chart)
