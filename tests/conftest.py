"""The example wave in a store, filled by the command line once for all tests that only read it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.commands.show import example_files
from survey.store import Store


@pytest.fixture(scope="session")
def example_command(tmp_path_factory):
    """The command line on a store of its own: words -> standard output; every call must succeed."""
    root = tmp_path_factory.mktemp("example") / "store"

    def run(*words):
        result = CliRunner().invoke(app, [*map(str, words), "--store", str(root)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run.root = root
    return run


@pytest.fixture(scope="session")
def example_receipts(example_command):
    """Receipts of the eleven district files, by district code; the wave is released, too."""
    samples = places.example_wave()
    example_command(
        "wave", "add", "2026", "--form", "digiskill_hh", "--sample-eas", samples / "sample_eas.csv",
        "--sample-households", samples / "sample_households.csv", "--synthetic",
    )  # fmt: skip
    receipts = json.loads(example_command("ingest", *example_files(), "--wave", "2026", "--json"))
    example_command("release", "--wave", "2026")
    return {path.stem[-3:]: receipt for path, receipt in zip(example_files(), receipts, strict=True)}


@pytest.fixture(scope="session")
def example_store(example_command, example_receipts):
    """The store of the example wave with its release, for reading only."""
    store = Store(example_command.root)
    store.microdata("2026")
    return store


@pytest.fixture
def own_store(example_store, tmp_path):
    """A copy of the store of the example wave that a test may change."""
    shutil.copytree(example_store.root, tmp_path / "store")
    store = Store(tmp_path / "store")
    store._microdata.update(example_store._microdata)  # uploads never change, so neither do their microdata
    return store
