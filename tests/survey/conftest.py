"""The example wave, read once for all tests of the package."""

from pathlib import Path

import pandas as pd
import pytest

from survey.fieldwork import Fieldwork
from survey.geography import load_pack
from survey.indicators import load_definition
from survey.instrument import read_contract

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "survey" / "examples" / "wave_2026"
REFERENCE = ROOT / "tests" / "reference" / "wave_2026"


@pytest.fixture(scope="session")
def reference():
    """Read a reference table by name, every cell as text."""
    return lambda name: pd.read_csv(REFERENCE / f"{name}.csv", dtype="str", keep_default_na=False)


@pytest.fixture(scope="session")
def instrument():
    return read_contract(ROOT / "questionnaires" / "releases" / "2026092801" / "contract.json")


@pytest.fixture(scope="session")
def example_households(district_microdata):
    """All submissions of the example wave, as the eleven district files hold them."""
    return pd.concat([microdata.households for microdata in district_microdata.values()])


@pytest.fixture(scope="session")
def sample():
    """The sample files of the example wave, as keyword arguments of the checks."""
    return {
        name: pd.read_csv(EXAMPLE / f"{name}.csv", dtype="str", keep_default_na=False)
        for name in ("sample_eas", "sample_households")
    }


@pytest.fixture(scope="session")
def reference_fieldwork(reference):
    """Final results and usable interviews as the reference states them, without the collection tools."""
    names = {"uuid": "key", "sex": "c0_sex", "age": "c0_age", "ethnicity": "c1_eth"}
    microdata = reference("clean_microdata").rename(columns=names).set_index("key")
    return Fieldwork(reference("households_final"), microdata.where(microdata != ""), {}, ())


@pytest.fixture(scope="session")
def binh_phuoc():
    return load_pack(ROOT / "survey" / "reference" / "geography" / "binh_phuoc")


@pytest.fixture(scope="session")
def definition():
    return load_definition(ROOT / "questionnaires" / "digital_service_skill.yaml")
