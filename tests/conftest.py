"""The example wave in a store, ingested and released once for all tests that only read it."""

import shutil

import pytest

from survey import pipeline
from survey.commands.show import EXAMPLE_WAVE, example_files, example_wave
from survey.store import Store


@pytest.fixture(scope="session")
def example_receipts(tmp_path_factory):
    """Store and receipts of the eleven district files; the store also holds a release. Do not write to it."""
    store = Store(tmp_path_factory.mktemp("example") / "store")
    store.add_wave(example_wave())
    receipts = {path.stem[-3:]: pipeline.ingest(store, path, EXAMPLE_WAVE) for path in example_files()}
    pipeline.release(store, EXAMPLE_WAVE)
    return store, receipts


@pytest.fixture(scope="session")
def example_store(example_receipts):
    """The store of the example wave, for reading only."""
    return example_receipts[0]


@pytest.fixture
def own_store(example_store, tmp_path):
    """A copy of the store of the example wave that a test may change."""
    shutil.copytree(example_store.root, tmp_path / "store")
    store = Store(tmp_path / "store")
    store._microdata.update(example_store._microdata)  # uploads never change, so neither do their microdata
    return store
