"""One small file of every format that the door lets in: what the accidents happen to."""

import csv
import dataclasses
import datetime as dt
import io
import json
import re
import unicodedata
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pandas as pd
import pyreadstat
import xlsxwriter
from python_calamine import CalamineWorkbook

from .csdb import write_csdb

ROOT = Path(__file__).parents[4]
DISTRICT = ROOT / "survey" / "examples" / "wave_2026" / "kobo" / "kobo_xml_691.xlsx"
CENTRAL = ROOT / "tests" / "data" / "wave_2026" / "central_split_select_multiples.zip"
LABELS = ROOT / "tests" / "data" / "wave_2026" / "kobo_label_vi_groups.xlsx"
SUBMISSIONS = 6
# The cover, the consent and the household with its members: every type of question, a third of the form.
GROUPS = ("cover", "a", "b")
MAIN, MEMBER = "main", "member"
CASE_IDS = ("ea_code", "hh_no")
# Columns that the old exporter did not write yet.
LATER_COLUMNS = frozenset(
    {"_index", "_id", "_status", "_submitted_by", "_validation_status", "_xform_id_string"}
)


def short_form(instrument):
    """The form without its later sections."""
    kept = [q for q in instrument.questions if not q.path or q.path[0] in GROUPS]
    return dataclasses.replace(instrument, questions=tuple(kept))


def kobo_tables():
    """First submissions of a district as KoboToolbox names their columns: table -> rows, the header first."""
    book = CalamineWorkbook.from_path(str(DISTRICT))
    main, members = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    return first_submissions(shortened(main, "/"), members, "_uuid", "_submission__uuid")


def central_tables():
    """First submissions of an archive of ODK Central."""
    with zipfile.ZipFile(CENTRAL) as archive:
        main, members = (
            list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in ("digiskill_hh.csv", "digiskill_hh-member.csv")
        )
    return first_submissions(shortened(main, "-"), members, "KEY", "PARENT_KEY")


def first_submissions(main, members, key, parent):
    """Keep the first submissions that have members, and these."""
    own, of_parent = main[0].index(key), members[0].index(parent)
    listed = {row[of_parent] for row in members[1:]}
    kept = [row for row in main[1:] if row[own] in listed][:SUBMISSIONS]
    known = {row[own] for row in kept}
    return {
        MAIN: [main[0], *kept],
        MEMBER: [members[0], *[row for row in members[1:] if row[of_parent] in known]],
    }


def shortened(rows, separator):
    """Leave out the columns of the later sections."""
    first = [re.split(rf"[{separator}/]", str(header))[0] for header in rows[0]]
    later = {"r", "c", "d", "e", "f", "g", "h", "z"}
    kept = [place for place, group in enumerate(first) if group not in later]
    return [[row[place] for place in kept] for row in rows]


def bare(header):
    """Name of a question without its groups, as a variable: ``b/b5_dev/1`` is ``b5_dev__1``."""
    *groups, name = re.split(r"[/-]", str(header))
    whole = f"{groups[-1]}__{name}" if name.isdigit() else name
    return re.sub(r"\W", "_", whole).strip("_") or "v"


def briefcase_tables():
    """The same as ODK Briefcase writes it: dates of American programs, SET-OF columns."""
    tables = central_tables()
    for rows in tables.values():
        place = rows[0].index("KEY")
        inner = rows[0][:place] != tables[MAIN][0][:place]
        rows[0] = [*rows[0], "SET-OF-member" if inner else "SET-OF-b-member"]
        rows[1:] = [[*map(american, row), f"{row[place]}/b/member"] for row in rows[1:]]
    return without(tables, {"SubmitterID", "SubmitterName", "ReviewState", "FormVersion", "Edits", "Status"})


def surveycto_tables():
    """The same as SurveyCTO writes it in long files: bare names, its own columns."""
    tables = without(central_tables(), {"ReviewState", "FormVersion", "Edits", "Status"})
    for rows in tables.values():
        rows[0] = [header if header.isupper() else bare(header) for header in rows[0]]
        rows[1:] = [list(map(american, row)) for row in rows[1:]]
    key = tables[MAIN][0].index("KEY")
    tables[MAIN][0] += ["formdef_version", "instanceID"]
    tables[MAIN][1:] = [[*row, "2026092801", row[key]] for row in tables[MAIN][1:]]
    return tables


def surveycto_wide_tables():
    """The same as SurveyCTO writes it in one wide file: the members as numbered columns."""
    main, members = surveycto_tables().values()
    key, parent = main[0].index("KEY"), members[0].index("PARENT_KEY")
    own = [place for place, header in enumerate(members[0]) if not header.isupper()]
    of_parent = {}
    for row in members[1:]:
        of_parent.setdefault(row[parent], []).append([row[place] for place in own])
    most = max(map(len, of_parent.values()))
    header = [f"{members[0][place]}_{number}" for number in range(1, most + 1) for place in own]
    rows = []
    for row in main[1:]:
        cells = [cell for member in of_parent.get(row[key], []) for cell in member]
        rows.append([*row, *cells, *[""] * (len(header) - len(cells))])
    return {MAIN: [[*main[0], *header], *rows]}


def csdb_tables():
    """The same as CSPro keeps it: a case by its id, numbers as numbers."""
    main, members = kobo_tables().values()
    uuid, parent = main[0].index("_uuid"), members[0].index("_submission__uuid")
    return {
        MAIN: beside([["id"], *[[row[uuid]] for row in main[1:]]], own_columns(main)),
        MEMBER: beside([["id"], *[[row[parent]] for row in members[1:]]], own_columns(members)),
    }


def suso_tables():
    """The same as Survey Solutions writes it: interview__id, one column a choice."""
    kobo = kobo_tables()
    uuid, index = (kobo[MAIN][0].index(name) for name in ("_uuid", "_index"))
    ids = {row[index]: str(row[uuid]).replace("-", "") for row in kobo[MAIN][1:]}
    parent = kobo[MEMBER][0].index("_parent_index")
    main = [
        ["interview__key", "interview__id", "has__errors", "interview__status"],
        *[[f"00-0{n}", ids[row[index]], "0", "120"] for n, row in enumerate(kobo[MAIN][1:])],
    ]
    member = [
        ["interview__key", "interview__id", "member__id"],
        *[["00", ids[row[parent]], str(n)] for n, row in enumerate(kobo[MEMBER][1:], start=1)],
    ]
    return {
        MAIN: beside(main, own_columns(kobo[MAIN])),
        MEMBER: beside(member, own_columns(kobo[MEMBER])),
    }


def own_columns(rows):
    """The columns of questions under their bare names, the joined choices left out."""
    names = [str(name) for name in rows[0]]
    split = {name.rpartition("/")[0] for name in names} & set(names)
    kept = [place for place, name in enumerate(names) if name[0] != "_" and name not in split]
    return [[bare(rows[0][p]) for p in kept], *[[row[p] for p in kept] for row in rows[1:]]]


def kobo_records(tables):
    """The same as the API of KoboToolbox gives it: blanks left out, members inside."""
    main, members = ([dict(zip(rows[0], row, strict=False)) for row in rows[1:]] for rows in whole(tables))
    return [
        {
            **filled(record),
            "formhub/uuid": "0a1b",
            "_xform_id_string": "aXk9",
            "_validation_status": {},
            "b/member": [
                {h: cell for h, cell in filled(member).items() if h[:1] != "_"}
                for member in members
                if member.get("_parent_index") == record.get("_index")
            ],
        }
        for record in main
    ]


def whole(tables):
    """Give two tables with a header at least, whatever was lost."""
    return ([*tables.values(), [], []][place] or [[]] for place in range(2))


def filled(record):
    """Leave out what a tool leaves out of a record: blanks, and names that no form can have."""
    return {str(name): cell for name, cell in record.items() if cell != ""}


def legacy_tables():
    """The same as the old exporter of KoboToolbox wrote it: "n/a", True and False, numbered columns."""
    records = []
    for record in kobo_records(kobo_tables()):
        members = record.pop("b/member")
        flat = {h: cell for h, cell in record.items() if h not in LATER_COLUMNS}
        for number, member in enumerate(members, start=1):
            flat |= {h.replace("member/", f"member[{number}]/"): cell for h, cell in member.items()}
        records.append({**flat, "meta/instanceID": f"uuid:{record['_uuid']}"})
    headers = list(dict.fromkeys(h for record in records for h in record))
    return {MAIN: [headers, *[[record.get(h, "n/a") for h in headers] for record in records]]}


def plain_tables():
    """One table of bare names, as an office types it."""
    return {MAIN: own_columns(kobo_tables()[MAIN])}


def without(tables, names):
    """Leave out columns."""
    places = {t: [p for p, h in enumerate(rows[0]) if h not in names] for t, rows in tables.items()}
    return {t: [[row[p] for p in places[t]] for row in rows] for t, rows in tables.items()}


def beside(left, right):
    """Put two tables beside each other, row by row."""
    return [[*one, *other] for one, other in zip(left, right, strict=True)]


def american(cell):
    """Write a moment as American programs do."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.+Z]+", str(cell)):
        return cell
    moment = dt.datetime.fromisoformat(cell)
    return f"{moment:%b} {moment.day}, {moment:%Y} {moment:%I:%M:%S %p}"


def text_of(rows, delimiter=","):
    """Write a table as text; a half of a letter stays one."""
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


def write_xlsx(path, tables):
    """Write a workbook; Excel has no half letters and no cell beyond 32,767 of them."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        for number, rows in enumerate(tables.values()):
            sheet = book.add_worksheet(f"sheet {number}")
            for place, row in enumerate(rows):
                cells = (
                    c.encode(errors="replace").decode()[:32_000] if isinstance(c, str) else c for c in row
                )
                sheet.write_row(place, 0, cells)


def write_ods(path, tables):
    """Write a workbook of LibreOffice."""
    sheets = "".join(
        f'<table:table table:name="sheet {number}">{"".join(map(ods_row, rows))}</table:table>'
        for number, rows in enumerate(tables.values())
    )
    names = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content{names}><office:body><office:spreadsheet>{sheets}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content.encode(errors="replace"))
        archive.writestr("META-INF/manifest.xml", "<manifest:manifest/>")


def ods_row(row):
    begin, end = '<table:table-cell office:value-type="string"><text:p>', "</text:p></table:table-cell>"
    cells = "".join(f"{begin}{escape(str(cell))}{end}" for cell in row)
    return f"<table:table-row>{cells}</table:table-row>"


def write_zip(path, tables, *, extension=".csv", delimiter=","):
    """Write an archive with one text file a table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            archive.writestr(f"{name}{extension}", text_of(rows, delimiter))


def write_tab_zip(path, tables):
    """Write an archive as Survey Solutions does."""
    write_zip(path, tables, extension=".tab", delimiter="\t")


def write_stata_zip(path, tables):
    """Write an archive with one Stata file a table."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in tables.items():
            entry = path.with_name(f"{name}.dta")
            write_statistical(entry, {name: rows})
            archive.write(entry, entry.name)
            entry.unlink()


def write_csv(path, tables):
    """Write one text file: the first table."""
    path.write_bytes(text_of(next(iter(tables.values()), [])))


def write_office_csv(path, tables):
    """Write one text file as Excel in Vietnam saves it: semicolons, UTF-16."""
    text = text_of(next(iter(tables.values()), []), ";").decode(errors="replace")
    path.write_bytes(text.encode("utf-16"))


def write_cspro(path, tables):
    """Write a data file of CSPro: one record a table, a case by the first column of both."""
    (main, *rows), (member, *members) = whole(tables)
    names, inner = (list(dict.fromkeys(str(h).lower() for h in header[1:])) for header in (main, member))
    of_case = {}
    for row in members:
        of_case.setdefault(row[:1] and row[0], []).append(numbers(inner, row[1:]))
    ids = [name for name in CASE_IDS if name in names]
    cases = []
    for row in rows:
        items = numbers(names, row[1:])
        case = {"id": row[0], **{name: items.get(name) for name in ids}, "main_rec": [items]}
        cases.append(case | {"member_rec": of_case.get(row[0], [])})
    records = {"main_rec": ([n for n in names if n not in ids], False), "member_rec": (inner, True)}
    write_csdb(path, cases, ids=ids, records=records)


def numbers(names, row):
    """Cells by name, whole numbers as such, as CSPro keeps them."""
    return {
        name: int(cell) if re.fullmatch(r"\d{1,15}", str(cell)) else str(cell) or None
        for name, cell in zip(names, row, strict=False)
    }


def write_json(path, tables):
    """Write the records as an answer of the API."""
    records = kobo_records(tables)
    answer = {"count": len(records), "next": None, "previous": None, "results": records}
    path.write_text(json.dumps(answer), encoding="utf-8")


def write_statistical(path, tables):
    """Write one file of SPSS, Stata or SAS: the first table; names are made fit and different."""
    header, *rows = next(iter(tables.values()), None) or [[]]
    names = [f"{re.sub(r'[^A-Za-z0-9_]', '_', str(h))[:24]}" for h in header]
    short = [f"v{n}" for n in range(len(names))]
    fit = [n if n[:1].isalpha() and names.count(n) == 1 else s for n, s in zip(names, short, strict=True)]
    frame = pd.DataFrame(
        {
            name: [plain(row[place], path.suffix) if place < len(row) else "" for row in rows]
            for place, name in enumerate(short if path.suffix in _OLD else fit)
        }
    )
    _WRITERS_OF_STATISTICS[path.suffix](frame, str(path))


def plain(cell, extension):
    """A text that the library can write: short, whole letters, without NUL; in old formats without marks."""
    text = str(cell).encode(errors="replace").decode().replace("\0", "?")[:200]
    if extension not in _OLD:
        return text
    return unicodedata.normalize("NFD", text).encode("ascii", errors="ignore").decode()


# Formats in which the library writes neither long names nor letters with marks.
_OLD = frozenset({".por", ".xpt"})

_WRITERS_OF_STATISTICS = {
    ".sav": pyreadstat.write_sav,
    ".zsav": lambda frame, path: pyreadstat.write_sav(frame, path, compress=True),
    ".dta": pyreadstat.write_dta,
    ".por": pyreadstat.write_por,
    ".xpt": pyreadstat.write_xport,
}

# Name of the file -> the tables it holds, and how they are written.
KINDS = {
    "kobo.xlsx": (kobo_tables, write_xlsx),
    "kobo.csv": (kobo_tables, write_csv),
    "kobo.json": (kobo_tables, write_json),
    "kobo.ods": (kobo_tables, write_ods),
    "legacy.csv": (legacy_tables, write_csv),
    "central.zip": (central_tables, write_zip),
    "briefcase.zip": (briefcase_tables, write_zip),
    "surveycto.zip": (surveycto_tables, write_zip),
    "surveycto_wide.csv": (surveycto_wide_tables, write_csv),
    "cspro.csdb": (csdb_tables, write_cspro),
    "suso_tabular.zip": (suso_tables, write_tab_zip),
    "suso_stata.zip": (suso_tables, write_stata_zip),
    "plain.csv": (plain_tables, write_office_csv),
    "plain.sav": (plain_tables, write_statistical),
    "plain.zsav": (plain_tables, write_statistical),
    "plain.dta": (plain_tables, write_statistical),
    "plain.por": (plain_tables, write_statistical),
    "plain.xpt": (plain_tables, write_statistical),
}


def write_samples(folder):
    """Write the whole file of every kind: name -> path."""
    folder.mkdir(exist_ok=True)
    for name, (tables, write) in KINDS.items():
        write(folder / name, tables())
    (folder / "labels.xlsx").write_bytes(LABELS.read_bytes())
    return {path.name: path for path in sorted(folder.iterdir())}
