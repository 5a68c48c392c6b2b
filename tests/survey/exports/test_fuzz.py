"""Thousands of accidents to files of every format: each ends in microdata or in a sentence, never otherwise.

``python tests/survey/exports/fuzz 20000`` is the long form.
"""

import dataclasses
import importlib
import os
import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from survey import exports
from survey.exports import Export, read_export
from survey.exports.cells import Unreadable, table_of
from survey.exports.child import answer_about
from survey.exports.readers import READERS
from survey.harmonise import harmonise
from survey.messages import Refusal
from survey.receipt import refused
from survey.sandbox import READER_LIMITS
from survey.validation import validate

pytest.importorskip("resource")

# The same modules serve the script, which stands outside of any package.
sys.path.insert(0, str(Path(__file__).parent))
accidents, campaign, files = (
    importlib.import_module(f"fuzz.{n}") for n in ("accidents", "campaign", "files")
)

FILES = int(os.environ.get("KYNANGSO_FUZZ_FILES", "2000" if "CI" in os.environ else "240"))
WHOLE_WAY = 36
FILE = "tệp.xlsx"
ENDINGS = {
    "kobo.csv": "kobo_csv",
    **dict.fromkeys(
        ("plain.csv", "plain.dta", "plain.por", "plain.sav", "plain.xpt", "plain.zsav"), "layout_unknown"
    ),
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """The whole file of every kind: name -> path."""
    return files.write_samples(tmp_path_factory.mktemp("samples") / "whole")


@pytest.fixture(scope="module")
def form(instrument):
    """The first sections of the form."""
    return files.short_form(instrument)


@pytest.fixture
def told(instrument, form, sample):
    """Read a file as a person's upload is read; "read", or the sentences that the person gets."""

    def told(path, kind):
        try:
            own = instrument if kind in campaign.WHOLE_FORM else form
            validate(harmonise(read_export(path, own), own), own, **sample)
        except Refusal as refusal:
            found = refused(path.name, refusal).findings
            return {one.code for one in found}, [
                one.sentence(tongue) for one in found for tongue in ("vi", "en")
            ]
        return {"read"}, []

    return told


def test_the_files_are_sound_before_the_accidents(samples, instrument, form, tmp_path):
    """An accident to a file that nobody reads would prove nothing."""
    for kind, path in samples.items():
        whole = instrument if kind in campaign.WHOLE_FORM else form
        folder = tmp_path / kind
        folder.mkdir()
        try:
            outcome = answer_of(path, whole, folder)
        except Unreadable as problem:
            outcome = problem.code
        assert outcome in {ENDINGS.get(kind, "read"), "read"}


def answer_of(path, form, folder):
    answer = answer_about(READERS[path.suffix](path, folder), path.suffix, form, folder)
    assert answer["rosters"] or path.stem == "plain"
    return "read"


def test_accidents_by_the_hundred_in_confined_forks(instrument, tmp_path):
    """No traceback, no fork beyond memory or time, and the process that starts them outlives them all."""
    report = campaign.run(FILES, tmp_path, instrument)
    assert report.problems == []
    assert len(report.endings) == FILES
    assert report.largest("memory") < READER_LIMITS.memory
    assert report.largest("seconds") < READER_LIMITS.seconds
    outcomes = {outcome for _, outcome in report.outcomes()}
    assert {"read", "file_damaged"} < outcomes


def test_accidents_on_the_whole_way(samples, told, tmp_path):
    """A sample is read as a person's upload is: a child of its own, microdata, every rule."""
    kinds = list(samples)
    for number in range(WHOLE_WAY):
        kind = kinds[number % len(kinds)]
        target = tmp_path / f"tệp {number} {kind}"
        accidents.write_accident(kind, samples[kind].read_bytes(), target, random.Random(f"way {number}"))
        _, sentences = told(target, kind)
        assert all(target.name in sentence for sentence in sentences)


@pytest.mark.parametrize(
    ("limits", "outcome"), [({"seconds": 0.02}, "file_slow"), ({"memory": 400 * 2**20}, "file_memory")]
)
def test_the_forks_are_held_to_the_limits(limits, outcome, samples, form, tmp_path, monkeypatch):
    """What the fuzz asserts of time and memory is enforced file by file."""
    monkeypatch.setattr(campaign, "READER_LIMITS", dataclasses.replace(READER_LIMITS, **limits))
    long = b"a;b\n" * 2_500_000
    monkeypatch.setattr(
        campaign, "write_accident", lambda kind, whole, target, chance: target.write_bytes(long)
    )
    part = {"kobo.csv": samples["kobo.csv"]}
    endings, _ = campaign._read_part(range(1), tmp_path / "part", part, {"kobo.csv": form}, 0)
    assert {ending.outcome for ending in endings} == {outcome}


WRITTEN = {
    kind: tables() for kind, (tables, _) in files.KINDS.items() if kind not in ENDINGS or kind == "plain.sav"
}


EDITS = st.tuples(st.sampled_from((*accidents.EDITS, *accidents.LOSSES)), st.integers(0, 2**16))


@given(kind=st.sampled_from(sorted(WRITTEN)), edits=st.lists(EDITS, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_edited_tables_are_read_or_refused_by_name(kind, edits, form, sample, tmp_path_factory):
    """Here nothing is caught: an exception that is no refusal is a fault of ours, also inside the child."""
    edited = accidents.edited(WRITTEN[kind], edits)
    folder = tmp_path_factory.mktemp("edited")
    try:
        tables = [table for name, rows in edited.items() if (table := table_of(name, rows)).headers]
        answer = answer_about(tables, Path(kind).suffix, form, folder)
        microdata = harmonise(export_of(answer, folder), form)
        found = [*microdata.findings, *validate(microdata, form, **sample)]
        assert all(one.sentence(tongue) for one in found for tongue in ("vi", "en"))
        event("read")
    except Unreadable as problem:
        event(f"refused: {problem.code}")
        told = exports._told(problem.code, problem.facts, FILE)
        assert FILE in told.sentence("vi")
        assert FILE in told.sentence("en")
    except Refusal as refusal:
        event(f"refused: {refusal.findings[0].code}")


def export_of(answer, folder):
    return Export(
        source=answer["source"],
        file=FILE,
        sha256="0" * 64,
        tables={name: exports._frame(folder / file) for name, file in answer["tables"].items()},
        main=answer["main"],
        rosters=answer["rosters"],
        withheld=tuple(answer["withheld"]),
        ignored=tuple(answer["ignored"]),
    )
