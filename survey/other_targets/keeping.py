"""How figures move on: a draft, submitted with its document, accepted by another person or returned."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from survey.catalogue import Catalogue
from survey.corrections.keeping import check_words
from survey.messages import Refusal, finding
from survey.other_targets.assessing import Standing, assess
from survey.other_targets.checking import Checked, Desk, check
from survey.other_targets.log import Entry, Step, read_log, standing, take_steps
from survey.other_targets.sheets import SheetRow, read_reports
from survey.other_targets.targets import Target, usual_targets
from survey.validation.times import LOCAL_ZONE

# A reason is asked for only where somebody's work is sent back.
NO_REASON = "-"


def today(catalogue: Catalogue) -> date:
    """Return the day in Viet Nam by the clock of the store."""
    return catalogue.clock().astimezone(ZoneInfo(LOCAL_ZONE)).date()


def standings(catalogue: Catalogue, targets: Sequence[Target] | None = None) -> tuple[Standing, ...]:
    """Judge every target by what is accepted today."""
    return assess(targets or usual_targets(), read_log(catalogue), today(catalogue))


def check_rows(
    catalogue: Catalogue, rows: Sequence[SheetRow], *, who: str, file: str = "", record: int = 0
) -> Checked:
    """Check rows of a sheet or of a form against the targets and the log; nothing is stored.

    Raises
    ------
    Refusal
        When the person is not named as it should be, or the report to revise is not known.
    """
    check_words(who, NO_REASON)
    entries = read_log(catalogue)
    if record and record not in standing(entries):
        raise Refusal(finding("target_record_unknown", value=str(record)))
    desk = Desk({target.id: target for target in usual_targets()}, entries, today(catalogue), file)
    return check(desk, rows, who=who, record=record)


def check_file(catalogue: Catalogue, path: Path, *, who: str, name: str | None = None) -> Checked:
    """Read a filled-in template and check it; nothing is stored.

    Raises
    ------
    Refusal
        When the file cannot be read, has no row that is filled in, or the person is not named.
    """
    called = name or path.name
    rows = read_reports(path, name=called)
    if not rows:
        raise Refusal(finding("target_sheet_empty", file=called))
    return check_rows(catalogue, rows, who=who, file=called)


def keep(catalogue: Catalogue, checked: Checked) -> tuple[Entry, ...]:
    """Add the checked drafts and revisions to the log, all or none.

    Raises
    ------
    Refusal
        When the check found an error, or others changed one of the reports since.
    """
    if checked.errors:
        raise Refusal(*checked.errors)
    return take_steps(catalogue, checked.steps) if checked.steps else ()


def submit(catalogue: Catalogue, record: int, *, who: str, sha256: str = "", seen: int = 0) -> Entry:
    """Submit a draft; `sha256` is that of the file of its document where it is given only now.

    Raises
    ------
    Refusal
        When it is no draft, or no file of its document was ever given.
    """
    check_words(who, NO_REASON)
    last = standing(read_log(catalogue)).get(record)
    report = replace(last.report, sha256=sha256) if last and sha256 else None
    return take_steps(catalogue, [Step("submit", record, report, who, "", seen or _number(last))])[0]


def accept(catalogue: Catalogue, record: int, *, who: str, seen: int = 0) -> Entry:
    """Accept what was submitted: from now on it counts. Who submitted it cannot accept it.

    Raises
    ------
    Refusal
        When it is not submitted, or by the same person.
    """
    check_words(who, NO_REASON)
    return take_steps(catalogue, [Step("accept", record, None, who, "", seen)])[0]


def send_back(catalogue: Catalogue, record: int, *, who: str, why: str, seen: int = 0) -> Entry:
    """Return what was submitted to who reported it, with the reason.

    Raises
    ------
    Refusal
        When it is not submitted, or no reason is given.
    """
    check_words(who, why)
    return take_steps(catalogue, [Step("return", record, None, who, why.strip(), seen)])[0]


def _number(last: Entry | None) -> int:
    return last.number if last else 0
