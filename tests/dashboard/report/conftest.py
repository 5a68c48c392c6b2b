"""The report of the example wave and its files, made once."""

import dataclasses

import pytest

from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of

HOSTILE = '=HYPERLINK("http://x.example","#let x = [*<script>*]")'


def made(release, language="vi", names=tuple(FORMATS)):
    report = report_of(release, language)
    return {name: FORMATS[name].make(release, report, lambda step: None) for name in names}


@pytest.fixture(scope="session")
def report(release):
    """What the report of the release says, in Vietnamese."""
    return report_of(release, "vi")


@pytest.fixture(scope="session")
def files(release):
    """Every kind of file of the release, in Vietnamese."""
    return made(release)


@pytest.fixture(scope="session")
def hostile_release(release):
    """The release with women under a name that would like to be a formula, a link and markup."""
    tables = {
        name: getattr(release, name).assign(
            unit=lambda table: table["unit"].mask(
                (table["breakdown"] == "sex") & (table["unit"] == "2"), HOSTILE
            )
        )
        for name in ("estimates", "verdicts")
    }
    return dataclasses.replace(release, **tables)
