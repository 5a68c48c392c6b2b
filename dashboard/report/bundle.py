"""What other statisticians get: estimates with scripts that check them; persons only on this machine."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dashboard.report.content import Report
from dashboard.report.machine import declared_files, machine_files, settings
from dashboard.tables import csv_bytes
from dashboard.text import Text, catalogue
from survey.groups import GROUPS
from survey.release import Release
from survey.same_bytes import packed
from survey.scored import Scored

SCRIPTS = Path(__file__).with_name("scripts")
SUMS = "SHA256SUMS"
WEIGHTS = ("w_base", "w_nr", "w_raked")


def machine_bytes(release: Release, report: Report) -> bytes:
    """Pack the tables for machines."""
    text = Text(report.language)
    files = machine_files(release, text, report.state)
    return packed({"README.txt": readme(report, "report.readme_csv", files), **files})


def bundle_bytes(release: Release, report: Report) -> bytes:
    """Pack the tables with the definition and the scripts that compute intervals and verdicts again.

    The names of the uploaded files stay out: offices call files after people.
    """
    files = {
        **machine_files(release, Text(report.language), report.state),
        "settings.csv": settings(release),
        **declared_files(release),
        "check.R": _script("check.R"),
        "check.do": _script("check.do"),
    }
    return _archive(report, "report.readme_bundle", files)


def microdata_bytes(release: Release, report: Report, scored: Scored) -> bytes:
    """Pack weighted persons without any identifier, and a script that estimates the release from them.

    The numbers of the areas are new ones, the order of the rows says nothing of the order of the interviews.
    These are data of persons all the same: see docs/decisions.
    """
    areas = _new_numbers(scored, release.id)
    columns = pd.DataFrame(
        [(column, rule, base) for column, (rule, base) in scored.published().items()],
        columns=["column", "indicator", "base"],
    )
    register = scored.register[["stratum", "ea_code"]].assign(psu=scored.register["ea_code"].map(areas))
    files = {
        "persons.csv": csv_bytes(_persons(scored, areas)),
        "areas.csv": csv_bytes(register[["stratum", "psu"]].sort_values("psu")),
        "columns.csv": csv_bytes(columns),
        "settings.csv": settings(release),
        "margins.csv": csv_bytes(pd.DataFrame({"margin": list(scored.calibration.variables)})),
        "estimates.csv": machine_files(release, Text(report.language), report.state)["estimates.csv"],
        "reproduce.R": _script("reproduce.R"),
    }
    return _archive(report, "report.readme_microdata", files)


def readme(report: Report, key: str, files: Iterable[str]) -> bytes:
    """Say what a folder holds, file by file, where its numbers come from, and how they were made."""
    text = Text(report.language)
    about = (f"{name}: {words}" for name, words in (*report.about, *report.definition))
    listed = (text("report_file.title"), *_listed(text, files))
    lines = (report.subject, *report.warnings, "", text(key), "", *listed, "", *report.methods, "", *about)
    return ("\n".join(lines) + "\n").encode()


def _listed(text: Text, files: Iterable[str]) -> Iterator[str]:
    """Name the files, those of one kind together, and say what they hold."""
    kinds: dict[str, list[str]] = {}
    for name in files:
        kinds.setdefault(name.partition(".")[0].partition("_")[0], []).append(name)
    for kind, names in kinds.items():
        words = text(f"report_file.{kind}") if f"report_file.{kind}" in catalogue() else ""
        yield f"- {', '.join(names)}" + (f": {words}" if words else "")


def _archive(report: Report, key: str, files: Mapping[str, bytes]) -> bytes:
    """Pack files with the words about them and the sums of all."""
    told = {"README.txt": readme(report, key, [*files, SUMS]), **files}
    return packed({**told, SUMS: _sums(told)})


def _persons(scored: Scored, areas: Mapping[str, str]) -> pd.DataFrame:
    margins = scored.calibration.variables
    # Schooling, disability and poverty stay out: beside sex, age and district they would point at persons.
    breakdowns = [one for one in scored.breakdowns[1:] if one not in GROUPS]
    design = dict.fromkeys(("stratum", *margins, *WEIGHTS, *breakdowns))
    wanted = [*design, *scored.published()]
    persons = scored.persons[wanted].assign(psu=scored.persons["ea_code"].map(areas))
    persons = persons[["psu", *wanted]]
    return persons.sort_values(["psu", *wanted], kind="stable").reset_index(drop=True)


def _new_numbers(scored: Scored, release: str) -> dict[str, str]:
    """Give the areas new numbers, in an order that only the release decides."""
    codes = scored.register["ea_code"].astype(str).tolist()
    ordered = sorted(codes, key=lambda code: hashlib.sha256(f"{release}/{code}".encode()).hexdigest())
    width = int(np.ceil(np.log10(len(ordered) + 1)))
    return {code: f"a{number:0{width}d}" for number, code in enumerate(ordered, start=1)}


def _script(name: str) -> bytes:
    return (SCRIPTS / name).read_bytes().replace(b"\r\n", b"\n")


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()
    ).encode()
