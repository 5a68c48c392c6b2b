"""Checks of territorial units: a code decides, and the name beside it must be its own in the edition."""

from collections.abc import Iterator
from dataclasses import asdict

import pandas as pd

from survey.geography.upload_units import conflicts
from survey.messages import Finding, finding
from survey.validation.evidence import Evidence

CODE, NAME = "_code", "_name"


def unit_names(evidence: Evidence) -> Iterator[Finding]:
    """Report codes of units that contradict the name beside them, once a pair with its count.

    Looked at are the questions ``…_code`` with a question ``…_name`` of the same stem. The codes are read in
    the edition of the wave; names are compared whatever the place of their tones. A code that another edition
    reads otherwise is told with both readings.
    """
    if evidence.gazetteer is None:
        return
    main = evidence.levels[0]
    for column in main.states:
        name = f"{str(column).removesuffix(CODE)}{NAME}"
        if str(column).endswith(CODE) and name in main.states:
            told = evidence.households[["row", column, name]].dropna()
            told.columns = pd.Index(["row", "code", "name"])
            for found in conflicts(told, evidence.gazetteer):
                yield finding(
                    found.kind,
                    file=evidence.microdata.file,
                    sheet=main.sheet,
                    row=found.row,
                    column=str(column),
                    value=f"{found.code} {found.name}",
                    facts=asdict(found),
                )
