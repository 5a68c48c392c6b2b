"""The report of a release in one language."""

from collections.abc import Iterator

from dashboard import data, sentences
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.report import abroad, notes, sections, targets, trend, units, weighting
from dashboard.report.beside import ALONE, Beside, named
from dashboard.report.content import Report, Section
from dashboard.report.judging import goals_of
from dashboard.text import Text
from survey.publishing.standing import DRAFT, Standing
from survey.release import Release

BEFORE_UNITS = (sections.province, sections.companions, sections.distribution, sections.fields)


def report_of(
    release: Release, language: str, *, standing: Standing = DRAFT, beside: Beside = ALONE
) -> Report:
    """Put the words, tables and charts of a release together.

    Parameters
    ----------
    release : Release
    language : {"vi", "en"}
    standing : Standing
        How the release stands for whom the files are made; without one it is a draft.
    beside : Beside
        What is told beside it: the wave before, administrative figures; by default nothing.
    """
    text = Text(language)
    place = data.province_name(release, language)
    wave = sentences.wave_year(release)
    return Report(
        release=release.id,
        state=standing.state,
        language=language,
        place=place,
        subject=text("report.subject", {"place": text.inside(place), "wave": wave}),
        sentence=_sentence(text, release),
        warnings=notes.warnings(text, release, standing),
        sections=(
            *(chapter(text, release) for chapter in BEFORE_UNITS),
            *units.chapters(text, release),
            *_after_units(text, release, beside),
        ),
        annexes=(sections.all_estimates(text, release),),
        definition=notes.definition(text, release),
        methods=notes.methods(text, release),
        about=notes.about(text, release, standing),
        beside=named(text, beside),
    )


def _after_units(text: Text, release: Release, beside: Beside) -> Iterator[Section]:
    """Write the other chapters; what a release of older software does not hold has none."""
    yield sections.groups(text, release)
    yield trend.chapter(text, release, beside.earlier)
    yield from _known(abroad.chapter(text, release), targets.chapter(text, beside))
    yield sections.quality(text, release)
    yield from _known(weighting.chapter(text, release))


def _known(*chapters: Section | None) -> Iterator[Section]:
    return (one for one in chapters if one is not None)


def _sentence(text: Text, release: Release) -> str:
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    if reading.hidden:
        return sentences.hidden(text, reading)
    return sentences.minister(text, release, reading, goals_of(release))
