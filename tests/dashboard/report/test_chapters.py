"""Chapters beyond the first: trend, levels of others, weights, other targets; each number is its source's."""

import dataclasses
import io
import re
import shutil
from datetime import UTC, datetime
from types import SimpleNamespace

import openpyxl
import pytest

from dashboard import international_view, trend_view
from dashboard.numbers import ABSENT
from dashboard.readings import HEADLINE
from dashboard.report import abroad, targets, trend, weighting
from dashboard.report.beside import ALONE, Beside, beside
from dashboard.report.content import COUNT, Cell
from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of
from dashboard.text import Text
from survey.other_targets import keeping as figures
from survey.other_targets.log import Entry, Report, Step, take_steps
from survey.other_targets.log import read_log as read_figures
from survey.publishing import keeping
from survey.publishing.log import read_log
from survey.publishing.standing import DRAFT, for_office
from survey.store import Store
from survey.trend import trend as change
from survey.weighting_words import word

VI, EN = Text("vi"), Text("en")
NOW = datetime(2027, 11, 28, 3, tzinfo=UTC)
NINE = "1/12/2027 09:00"
SHA = "b" * 64


def accepted(number, numerator, denominator, target, day):
    report = Report(target, day, numerator, denominator, "45/BC-SGDĐT", "2026-01-10", SHA, "Sở Giáo dục")
    return Entry(number, number, report, "accept", "accepted", "PGD02", "", "2026-01-11T02:00:00Z")


FIGURES = (
    accepted(3, 212, 400, "schools_stem", "2026-06-30"),
    accepted(7, 1042, None, "experts", "2025-12-31"),
    accepted(8, 1, None, "it_university", "2026-06-30"),
)


@pytest.fixture(scope="module")
def pair(two_waves):
    return [two_waves.open_release(two_waves.releases(wave)[0]["release_id"]) for wave in ("2026", "2027")]


@pytest.fixture(scope="module")
def told(pair):
    """The report of the later wave with everything that can stand beside it."""
    return report_of(pair[1], "vi", beside=Beside(pair[0], FIGURES, 2027))


def section(report, key, language="vi"):
    return next(one for one in report.sections if one.title == Text(language)(key))


def table(part, name):
    return next(one for one in (*part.tables, *part.annexes) if one.name == name)


def sheet(content, name):
    """Rows of the sheet of a table, its heads first."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    (page,) = [one for one in book if one.title.split(" ", 1)[-1] == name]
    return [[cell.value for cell in row] for row in page.iter_rows(min_row=4)]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_trend_tells_change_pace_and_projection(pair, language):
    text, (earlier, release) = Text(language), pair
    part = trend.chapter(text, release, earlier)
    found = change(earlier, release, overlap="same_psus")
    row = trend_view.row_of(found.moves, HEADLINE)
    said = "\n".join(part.words)
    assert trend_view.signed_range(text, row["ci_low"], row["ci_high"]) in said
    assert trend_view.paced(text, trend_view.row_of(found.pace, HEADLINE)) in said
    assert text("trend.label_carried") in said
    assert text("overlap.same_psus") in said
    (drawn,) = part.pictures
    assert text("report_chapter.trend_chart_carried") == drawn.title
    first = table(part, "trend").rows[0]
    assert [cell.value for cell in first[1:3]] == [row["estimate_from"], row["estimate_to"]]
    assert [cell.value for cell in first[4:6]] == [row["n_from"], row["n_to"]]
    assert first[6] == Cell(trend_view.signed(text, row["estimate"]), 100 * row["estimate"])
    assert [cell.value for cell in first[8:10]] == [100 * row["ci_low"], 100 * row["ci_high"]]


def test_trend_of_units_hides_what_is_suppressed_and_names_what_cannot_be_compared(pair):
    part = trend.chapter(VI, pair[1], pair[0])
    found = change(*pair, overlap="same_psus", by="district")
    rows = table(part, "trend_district").rows
    moves = trend_view.unit_moves(found, HEADLINE)
    assert len(rows) == len(moves) == 11
    for cells, row in zip(rows, moves, strict=True):
        hidden = row["direction"] == "none"
        assert (cells[6].value is None) == hidden
        assert all(cells[place].value is None for place in (1, 2, 6, 8, 9)) == hidden
    assert "trend_residence" in {one.name for one in part.annexes}
    assert any("giới tính" in line and "Xu thế" in line for line in part.words)


def test_without_an_earlier_release_one_sentence_says_so(release, pair):
    part = trend.chapter(VI, release, None)
    assert part.words[0] == VI("report_chapter.trend_undeclared", {"wave": "2026"})
    assert any("điểm phần trăm mỗi năm" in line for line in part.words[1:])
    assert (part.pictures, part.tables, part.annexes) == ((), (), ())
    part = trend.chapter(VI, pair[1], None)
    assert "chưa có bản công bố của đợt 2026" in part.words[0]
    other = dataclasses.replace(pair[0], comparable={})
    part = trend.chapter(VI, pair[1], dataclasses.replace(other, id="2026-bbbbbbbbbbbb"))
    assert part.words[0] == VI("report_chapter.trend_refused", {"wave": "2027", "before": "2026"})
    assert (part.pictures, part.tables) == ((), ())


def test_a_headline_that_is_not_published_has_no_trend(pair):
    estimates = pair[1].estimates
    suppressed = dataclasses.replace(pair[1], estimates=estimates.assign(quality="suppress"))
    assert trend.chapter(VI, suppressed, pair[0]).words == (VI("trend.hidden"),)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_levels_of_others_stand_below_the_headline_with_their_numbers(release, language):
    text, found = Text(language), release.international
    part = abroad.chapter(text, release)
    known = international_view.levels_readings(found)
    rows = table(part, "international").rows
    assert rows[0][0].shown == text("indicator.headline")
    shown = [
        known[one.id, international_view.main_measure(one), base]
        for one in found.levels.frameworks
        for base in one.bases
    ]
    assert [row[2].value for row in rows[1:]] == [None if one.hidden else one.estimate for one in shown]
    for one in found.levels.frameworks:
        own = [reading for (name, *_), reading in known.items() if name == one.id]
        assert [row[-1].shown for row in table(part, one.id).rows] == [
            ABSENT if reading.hidden else text.percent(reading.cv) for reading in own
        ]
        assert {caveat[language] for caveat in one.caveats} <= set(table(part, one.id).notes)
    figures_of_others = [figure for one in found.levels.frameworks for figure in one.published]
    told = {cell.shown for row in table(part, "published_elsewhere").rows for cell in row}
    assert {figure.source[language] for figure in figures_of_others} <= told


@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_steps_of_the_weighting_are_those_of_the_release(release, text):
    part, report = weighting.chapter(text, release), release.weighting
    steps = table(part, "weights_headline")
    heads = [one.title for one in steps.headings]
    column = heads.index(text("report_chapter.in_points", {"name": "Sai số chuẩn"})) if text is VI else None
    for row, (_, source) in zip(steps.rows, report.headline.iterrows(), strict=True):
        assert row[1].value == source["estimate"]
        assert row[1].shown == text.percent(source["estimate"], 2)
        assert column is None or row[column].value == 100 * source["se"]
    kish = [row[-4].value for row in table(part, "weights_steps").rows]
    assert kish == list(report.steps["kish"])
    assert len(table(part, "weights_margins").rows) == len(report.margins)


def test_no_chapter_and_no_file_names_an_area_or_a_household(release, example_store):
    """One area of the example wave has no interview: it is counted, and not named."""
    assert len(release.weighting.merged) > 0
    part = weighting.chapter(VI, release)
    assert VI("weights.merged_area", {"n": "1"}) in part.words
    said = "\n".join(cell.shown for one in (*part.tables, *part.annexes) for row in one.rows for cell in row)
    assert not any(code in said for code in release.weighting.merged["cell"])


def test_a_weighting_whose_headline_is_hidden_has_no_such_number(release):
    frames = {
        name: frame.assign(quality="suppress") if "quality" in frame else frame
        for name, frame in release.weighting.frames().items()
    }
    hidden = dataclasses.replace(release, weighting=type(release.weighting)(**frames))
    part = weighting.chapter(VI, hidden)
    assert VI("weights.hidden") in part.words
    assert [one.name for one in part.pictures] == ["weights"]
    for name in ("weights_headline", "weights_choices"):
        made = table(part, name)
        at = [place for place, one in enumerate(made.headings) if one.title.startswith("Ước lượng")]
        assert all(row[place] == Cell(ABSENT) for row in made.rows for place in at)
    secret = set(frames["headline"]["estimate"])
    content = FORMATS["excel"].make(hidden, report_of(hidden, "vi"), lambda _step: None)
    assert not secret & {cell for row in sheet(content, "weights_headline") for cell in row}


def test_what_an_older_release_does_not_hold_has_no_chapter(release):
    older = dataclasses.replace(release, international=None, weighting=None)
    assert abroad.chapter(VI, older) is None
    assert weighting.chapter(VI, older) is None
    titles = {one.title for one in report_of(older, "vi").sections}
    assert not titles & {VI("international.title"), VI("weights.title"), VI("targets.title")}
    assert VI("trend.title") in titles


def test_other_targets_are_another_kind_of_number(told):
    part = section(told, "targets.title")
    assert VI("targets.lead") in part.words
    made = table(part, "other_targets")
    rows = {row[0].shown: [cell.shown for cell in row] for row in made.rows}
    schools = rows["Trường có STEM/STEAM và kỹ năng số"]
    assert schools[1].startswith("Đạt. Chỉ tiêu: ít nhất 50%; đánh giá muộn, số liệu ngày 30/6/2026")
    assert "53,0% (212/400)" in schools
    assert "45/BC-SGDĐT, 10/01/2026" in schools
    assert schools[-2:] == ["212", "400"]
    assert any("1.042 chuyên gia" in cell for cell in rows["Chuyên gia chuyển đổi số"])
    assert any(cell.startswith("Quá hạn") for row in rows.values() for cell in row)
    assert not any("Khoảng tin cậy" in heading.title for heading in made.headings)
    assert {one.name for one in part.pictures} == {"target_schools_stem", "target_experts"}


def test_without_a_figure_or_outside_their_territory_targets_say_so_or_nothing(release):
    part = targets.chapter(VI, Beside(None, (), 2026))
    assert VI("report_chapter.targets_none") in part.words
    assert part.pictures == ()
    assert all(cell.value is None for row in part.tables[0].rows for cell in row)
    assert targets.chapter(VI, ALONE) is None


def test_every_format_tells_the_chapters_and_what_stands_beside(told, pair):
    files = {name: kind.make(pair[1], told, lambda _step: None) for name, kind in FORMATS.items()}
    again = report_of(pair[1], "vi", beside=Beside(pair[0], FIGURES, 2027))
    for name in ("word", "pdf", "excel", "charts"):
        assert FORMATS[name].make(pair[1], again, lambda _step: None) == files[name], name
    rows = sheet(files["excel"], "trend")
    assert rows[1][1] == pytest.approx(told_number(told, "trend", 1))
    assert rows[0][3] == "Số người trả lời, đợt 2026"
    heads = [one.title for one in table(section(told, "targets.title"), "other_targets").headings]
    assert sheet(files["excel"], "other_targets")[0] == heads
    named = (pair[0].id, VI("report_chapter.beside_figures", {"number": 8, "year": 2027}))
    assert [words for _, words in told.beside] == list(named)
    cover = openpyxl.load_workbook(io.BytesIO(files["excel"])).worksheets[0]
    assert set(named) <= {cell.value for row in cover.iter_rows() for cell in row}


def told_number(report, name, place):
    return next(one for one in report.tables() if one.name == name).rows[0][place].value


def test_tables_for_machines_do_not_depend_on_what_stands_beside(told, pair):
    alone = report_of(pair[1], "vi")
    for name in ("csv", "bundle"):
        make = FORMATS[name].make
        assert make(pair[1], told, lambda _step: None) == make(pair[1], alone, lambda _step: None)


def test_numbers_of_vietnamese_have_decimal_commas(told):
    whole = word("cost", "vi")  # the one column of percentages without decimals
    for title in ("trend.title", "weights.title", "international.title", "targets.title"):
        part = section(told, title)
        made = (*part.tables, *part.annexes)
        cells = [
            (head, cell)
            for one in made
            for row in one.rows
            for head, cell in zip(one.headings, row, strict=True)
        ]
        figures_told = [cell.shown for _, cell in cells if cell.value is not None or "%" in cell.shown]
        assert not [shown for shown in figures_told if re.search(r"\d\.\d{1,2}(?!\d)", shown)]
        broken = [
            cell.shown for head, cell in cells if head.kind != COUNT and head.title != whole and cell.value
        ]
        assert all("," in shown for shown in broken if shown != ABSENT)


@pytest.fixture
def store(two_waves, tmp_path):
    """A store of its own with both waves and an accepted figure."""
    shutil.copytree(two_waves.root, tmp_path / "store")
    store = Store(tmp_path / "store", lambda: NOW)
    report = FIGURES[0].report
    (entry,) = take_steps(store.catalogue, [Step("add", 0, report, "CV01")])
    figures.submit(store.catalogue, entry.record, who="CV01")
    figures.accept(store.catalogue, entry.record, who="PGD02")
    take_steps(store.catalogue, [Step("add", 0, FIGURES[1].report, "CV01")])
    return store


def publish(store, name, embargo=""):
    keeping.move(store.catalogue, name, "check", who="TK01", why="đã soát")
    keeping.move(store.catalogue, name, "official", who="PCT01", why="đồng ý", embargo=embargo)


def found(store, release, *, drafts, at=NOW):
    standing = for_office(read_log(store.catalogue), release.id, at)
    return beside(store, release, standing, drafts=drafts, at=at)


def test_only_what_the_reader_may_see_stands_beside(store, pair):
    """A draft of the wave before is the office's; under embargo nobody else's, and in no public file."""
    earlier, release = pair
    assert found(store, release, drafts=True).earlier.id == earlier.id
    assert found(store, release, drafts=False).earlier is None
    publish(store, release.id)
    assert found(store, release, drafts=True).earlier is None  # files of what is out rest on what is out
    publish(store, earlier.id, embargo=NINE)
    assert found(store, release, drafts=True).earlier is None
    after = datetime(2027, 12, 1, 2, tzinfo=UTC)
    assert found(store, release, drafts=False, at=after).earlier.id == earlier.id
    later = Store(store.root, lambda: after)
    keeping.move(later.catalogue, earlier.id, "withdraw", who="PCT01", why="sai số liệu")
    assert found(later, release, drafts=True, at=after).earlier is None
    assert found(store, earlier, drafts=True).earlier is None


def test_drafts_of_figures_are_told_nobody_and_a_new_acceptance_makes_new_files(store, pair):
    first = found(store, pair[1], drafts=True)
    assert [entry.report.target for entry in first.figures] == ["schools_stem"]
    assert first.year == 2027
    record = read_figures(store.catalogue)[-1].record
    figures.submit(store.catalogue, record, who="CV01")
    assert found(store, pair[1], drafts=True).key == first.key
    figures.accept(store.catalogue, record, who="PGD02")
    assert found(store, pair[1], drafts=True).key != first.key


def test_the_day_within_a_year_changes_nothing(store, pair):
    days = (datetime(2027, month, 2, tzinfo=UTC) for month in (1, 12))
    assert len({found(store, pair[1], drafts=True, at=day).key for day in days}) == 1


def test_targets_of_another_territory_are_not_told(store, pair):
    geography = {**pair[1].manifest["geography"], "pack": "hong_lam"}
    other = SimpleNamespace(manifest={**pair[1].manifest, "geography": geography})
    assert beside(store, other, DRAFT, drafts=False, at=NOW).key == ("", (), 0)
