"""A wave as the office announced it: its questionnaire, its samples, and the rules that will be applied."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from survey.fieldwork import Fieldwork
from survey.geography import Gazetteer
from survey.instrument import Instrument, instrument_to_json
from survey.messages import Refusal, finding
from survey.microdata import Microdata
from survey.policy import STANDARD, StatePolicy
from survey.weights import Weights

NAME = re.compile(r"(?P<year>20\d\d)(?:-[A-Za-z0-9]{1,20})?")
EA_COLUMNS = (
    "ea_code", "residence", "stratum", "prob_ea", "households_listed",
)  # fmt: skip
GEOGRAPHY = "binh_phuoc"
# Form -> the indicator definition that reads it; other forms have none.
DEFINITIONS: Mapping[str, str] = {"digiskill_hh": "digital_service_skill"}
HOUSEHOLD_COLUMNS = ("ea_code", "hh_no", "hh_id", "kind")


@dataclass(frozen=True, slots=True)
class Follows:
    """The earlier wave that a sample hangs together with, and how.

    Attributes
    ----------
    wave : str
    overlap : {"independent", "same_psus", "panel"}
        Drawn anew, the same areas with other households, or the same persons (M8).
    """

    wave: str
    overlap: str


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """One wave of the survey.

    Attributes
    ----------
    name : str
        Year of the fieldwork, with a suffix where a year has several waves: ``2026``, ``2026-pilot``.
    sample_eas, sample_households : DataFrame
        The sample files, every cell as text; without a row where the survey has no sample list.
    definition, geography : str
        Names of the indicator definition and of the geography pack that apply to it; no definition where
        the form is another one. A pack may be a folder, and ``name@2025-07-01`` where the frame is of another
        edition than the default one of the pack.
    synthetic : bool
        Whether the data are simulated; every page says so.
    follows : Follows, optional
        The earlier wave that it can be compared with; without it no change has an interval.
    """

    name: str
    instrument: Instrument
    sample_eas: pd.DataFrame
    sample_households: pd.DataFrame
    definition: str = DEFINITIONS["digiskill_hh"]
    geography: str = GEOGRAPHY
    synthetic: bool = False
    follows: Follows | None = None

    @property
    def year(self) -> int:
        """Calendar year of the fieldwork."""
        return int(self.name[:4])

    @property
    def fingerprint(self) -> str:
        """Sha-256 over everything that was announced; two waves are the same when it is the same."""
        parts = (
            self.name,
            instrument_to_json(self.instrument),
            samples_fingerprint(self),
            self.definition,
            Path(self.geography).name,  # wherever the folder lies
            str(self.synthetic),
            *((self.follows.wave, self.follows.overlap) if self.follows else ()),
        )
        return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, eq=False)
class WeighedWave:
    """A wave with the final result of every issued household and the weights of every usable interview.

    `policy` tells the review states of the interviews that count.
    """

    wave: Wave
    microdata: Microdata
    fieldwork: Fieldwork
    weights: Weights
    gazetteer: Gazetteer
    policy: StatePolicy = STANDARD


def samples_fingerprint(wave: Wave) -> str:
    """Sha-256 over the cells of both sample files."""
    text = "\x1e".join(frame.to_csv(index=False) for frame in (wave.sample_eas, wave.sample_households))
    return hashlib.sha256(text.encode()).hexdigest()


def check_follows(wave: Wave) -> Wave:
    """Return a wave, or refuse it when it follows itself or a wave of a later year."""
    if wave.follows and (wave.follows.wave == wave.name or wave.follows.wave[:4] > wave.name[:4]):
        raise Refusal(finding("wave_follows_later", value=wave.name, facts={"first_wave": wave.follows.wave}))
    return wave


def check_name(name: str) -> str:
    """Return the name of a wave, or refuse it when it does not begin with a year."""
    if not NAME.fullmatch(name):
        raise Refusal(finding("wave_name", value=name))
    return name


def no_sample(columns: tuple[str, ...]) -> pd.DataFrame:
    """Sample file of a survey that has no sample list."""
    return pd.DataFrame({column: pd.array([], dtype="str") for column in columns})


def read_sample(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read a sample file (CSV, UTF-8) as text cells.

    Raises
    ------
    Refusal
        When the file cannot be read or lacks one of the `columns`.
    """
    try:
        sample = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError) as problem:
        raise Refusal(finding("sample_unreadable", file=path.name, value=str(problem))) from problem
    lacking = [column for column in columns if column not in sample.columns]
    if lacking:
        facts = {"columns": ", ".join(lacking)}
        raise Refusal(finding("sample_lacks_columns", file=path.name, facts=facts))
    return sample
