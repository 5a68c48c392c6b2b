"""What must be true of a reported figure before it becomes a draft; every doubt is a sentence."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from survey.messages import Finding, finding
from survey.other_targets.log import Entry, Report, Step, accepted, standing
from survey.other_targets.sheets import COLUMNS, SheetRow
from survey.other_targets.targets import KINDS, Target

WHOLE = re.compile(r"\d{1,9}")
SHA256 = re.compile(r"[0-9a-f]{64}")
VIETNAMESE_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
ISO_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00:00)?")
YES_NO: Mapping[str, int] = {"có": 1, "yes": 1, "1": 1, "không": 0, "no": 0, "0": 0}
LONGEST: Mapping[str, int] = {"document": 120, "unit": 200}
ALWAYS = ("day", "document", "document_date", "unit")
BY_KIND: Mapping[str, tuple[str, ...]] = {
    "share": ("numerator", "denominator"),
    "count": ("numerator",),
    "existence": ("exists",),
}
# Where a cell of a file is; a form says it by itself.
WHERE: Mapping[str, str] = {"vi": "tệp “{file}”, dòng {row}", "en": "file “{file}”, row {row}"}
FIGURES = ("numerator", "denominator", "exists")


@dataclass(frozen=True, slots=True)
class Checked:
    """Rows that were looked at, and of which nothing is kept yet.

    Attributes
    ----------
    steps : tuple of Step
        Drafts to add, and revisions of reports of the same target and day.
    repeated : int
        Rows that say what is kept already.
    findings : tuple of Finding
        Errors, on which nothing is taken, and what else a person should know.
    """

    steps: tuple[Step, ...]
    repeated: int
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Why nothing is taken."""
        return tuple(found for found in self.findings if found.severity == "error")


@dataclass(frozen=True, slots=True)
class Desk:
    """What rows are held against.

    Attributes
    ----------
    targets : mapping
        Target by its id.
    entries : tuple of Entry
        The log.
    today : date
    file : str
        Named in the findings; "" for a form on a page.
    """

    targets: Mapping[str, Target]
    entries: tuple[Entry, ...]
    today: date
    file: str = ""

    def tell(
        self,
        code: str,
        row: SheetRow,
        field: str = "",
        *,
        facts: Mapping[str, object] | None = None,
    ) -> Finding:
        """Make a finding about a cell of a row."""
        column = COLUMNS.get(field, "")
        where = {
            f"where_{language}": f" ({words.format(file=self.file, row=row.number)})" if self.file else ""
            for language, words in WHERE.items()
        }
        told = {**where, **(facts or {})}
        return finding(code, file=self.file, row=row.number, column=column, value=row[field], facts=told)


def check(desk: Desk, rows: Sequence[SheetRow], *, who: str, record: int = 0) -> Checked:
    """Turn rows into drafts, or into revisions where the target and day are known; nothing is stored.

    Parameters
    ----------
    desk : Desk
    rows : sequence of SheetRow
    who : str
        Initials or the code of a role.
    record : int
        The report that the only row revises, whatever its day; 0 to find it by target and day.
    """
    steps: list[Step] = []
    findings: list[Finding] = []
    repeated = 0
    days: dict[tuple[str, str], SheetRow] = {}
    for row in rows:
        said = list(_cells(desk, row))
        findings += said
        if any(found.severity == "error" for found in said):
            continue
        report = _report(desk, row)
        earlier = days.setdefault((report.target, report.day), row)
        if earlier is not row:
            findings.append(desk.tell("target_row_twice", row, "target", facts={"other_row": earlier.number}))
            continue
        last = _known(desk, report, record)
        if last and not report.sha256 and last.report.document == report.document:
            report = replace(report, sha256=last.report.sha256)
        if last and last.report == report:
            repeated += 1
        elif last and last.state == "submitted":
            findings.append(desk.tell("target_row_waiting", row, "day", facts={"record": last.record}))
        else:
            findings += _doubts(desk, row, report)
            steps.append(_step(report, last, who))
    return Checked(tuple(steps), repeated, tuple(findings))


def _step(report: Report, last: Entry | None, who: str) -> Step:
    if last is None:
        return Step("add", 0, report, who)
    return Step("revise", last.record, report, who, seen=last.number)


def _known(desk: Desk, report: Report, record: int) -> Entry | None:
    last = standing(desk.entries)
    if record:
        return last.get(record)
    wanted = (report.target, report.day)
    return next((e for e in last.values() if (e.report.target, e.report.day) == wanted), None)


def _cells(desk: Desk, row: SheetRow) -> Iterator[Finding]:
    """Say what is wrong with the cells of a row."""
    target = desk.targets.get(row["target"])
    if target is None:
        yield desk.tell("target_unknown", row, "target", facts={"known": ", ".join(desk.targets)})
        return
    figures = BY_KIND[target.kind]
    if lacking := [COLUMNS[field] for field in (*figures, *ALWAYS) if not row[field]]:
        yield desk.tell("target_cells_missing", row, "target", facts={"columns": ", ".join(lacking)})
        return
    for field in FIGURES:
        if field not in figures and row[field]:
            yield desk.tell("target_cell_foreign", row, field, facts={"target": target.id})
    yield from _days(desk, row)
    yield from _figures(desk, row, target)
    for field, limit in LONGEST.items():
        if len(row[field]) > limit:
            yield desk.tell("target_text_long", row, field, facts={"limit": limit})
    if row["sha256"] and not SHA256.fullmatch(row["sha256"].lower()):
        yield desk.tell("target_sha_wrong", row, "sha256")


def _days(desk: Desk, row: SheetRow) -> Iterator[Finding]:
    for field in ("day", "document_date"):
        day = read_day(row[field])
        if day is None:
            yield desk.tell("target_day_unreadable", row, field)
        elif day > desk.today:
            yield desk.tell("target_day_ahead", row, field, facts={"today": f"{desk.today:%d/%m/%Y}"})


def _figures(desk: Desk, row: SheetRow, target: Target) -> Iterator[Finding]:
    if target.kind == "existence":
        if row["exists"].casefold() not in YES_NO:
            yield desk.tell("target_yes_no", row, "exists")
        return
    wrong = [field for field in BY_KIND[target.kind] if not WHOLE.fullmatch(row[field])]
    for field in wrong:
        yield desk.tell("target_number_unreadable", row, field)
    if wrong or target.kind == "count":
        return
    if int(row["denominator"]) == 0:
        yield desk.tell("target_denominator_zero", row, "denominator")
    elif int(row["numerator"]) > int(row["denominator"]):
        facts = {"denominator": row["denominator"]}
        yield desk.tell("target_over_whole", row, "numerator", facts=facts)


def _report(desk: Desk, row: SheetRow) -> Report:
    """Read a row whose cells are right."""
    target = desk.targets[row["target"]]
    day, document_date = read_day(row["day"]), read_day(row["document_date"])
    assert day, "checked"
    assert document_date, "checked"
    exists = target.kind == "existence"
    return Report(
        target=target.id,
        day=day.isoformat(),
        numerator=YES_NO[row["exists"].casefold()] if exists else int(row["numerator"]),
        denominator=int(row["denominator"]) if "denominator" in KINDS[target.kind] else None,
        document=row["document"],
        document_date=document_date.isoformat(),
        sha256=row["sha256"].lower(),
        unit=row["unit"],
    )


def _doubts(desk: Desk, row: SheetRow, report: Report) -> Iterator[Finding]:
    """Say what a person should look at again, though it is taken."""
    if report.document_date < report.day:
        facts = {"document": report.document}
        yield desk.tell("target_document_early", row, "document_date", facts=facts)
    if desk.targets[report.target].kind == "count":
        before = [
            entry.report
            for entry in accepted(desk.entries).values()
            if entry.report.target == report.target and entry.report.day < report.day
        ]
        highest = max((one.numerator for one in before), default=0)
        if report.numerator < highest:
            yield desk.tell("target_count_fell", row, "numerator", facts={"before": highest})


def read_day(text: str) -> date | None:
    """Read a day as people write it, 30/6/2026, or as Excel holds it, 2026-06-30; None for anything else."""
    if written := VIETNAMESE_DAY.fullmatch(text):
        day, month, year = map(int, written.groups())
        text = f"{year}-{month:02d}-{day:02d}"
    if not (iso := ISO_DAY.fullmatch(text)):
        return None
    try:
        return dt.date.fromisoformat(iso[1])
    except ValueError:
        return None
