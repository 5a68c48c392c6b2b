"""The report of a release in one language."""

from dashboard import data, sentences
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.report import notes, sections, units
from dashboard.report.content import Report
from dashboard.report.judging import goals_of
from dashboard.text import Text
from survey.publishing.standing import DRAFT, Standing
from survey.release import Release

BEFORE_UNITS = (sections.province, sections.companions, sections.distribution, sections.fields)
AFTER_UNITS = (sections.groups, sections.quality)


def report_of(release: Release, language: str, *, standing: Standing = DRAFT) -> Report:
    """Put the words, tables and charts of a release together.

    Parameters
    ----------
    release : Release
    language : {"vi", "en"}
    standing : Standing
        How the release stands for whom the files are made; without one it is a draft.
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
            *(chapter(text, release) for chapter in AFTER_UNITS),
        ),
        annexes=(sections.all_estimates(text, release),),
        definition=notes.definition(text, release),
        methods=notes.methods(text, release),
        about=notes.about(text, release, standing),
    )


def _sentence(text: Text, release: Release) -> str:
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    if reading.hidden:
        return sentences.hidden(text, reading)
    return sentences.minister(text, release, reading, goals_of(release))
