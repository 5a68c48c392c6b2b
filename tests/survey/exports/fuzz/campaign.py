"""Damage files by the thousand, read each in confinement, and tell every ending no person should meet."""

import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import traceback
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd

from survey import sandbox
from survey.exports import result
from survey.exports.door import receive
from survey.harmonise import harmonise_all
from survey.instrument import write_contract
from survey.messages import Refusal
from survey.receipt import refused
from survey.sandbox import READER_LIMITS
from survey.validation import validate
from survey.versions import known_versions

from .accidents import write_accident
from .files import ROOT, short_form, write_samples

EXAMPLE = ROOT / "survey" / "examples" / "wave_2026"
READER = Path(__file__).with_name("reader.py")
# Samples of the whole form; the others are read by its first sections, which takes a third of the time.
WHOLE_FORM = frozenset({"labels.xlsx"})
BATCH = 120
SEED = 20_260_928


@dataclass
class Ending:
    """What became of a damaged file."""

    name: str
    kind: str
    outcome: str = ""
    seconds: float = 0.0
    memory: int = 0
    problem: str = ""


@dataclass
class Report:
    """What became of all of them; `kept` is where the files with problems lie."""

    endings: list[Ending] = field(default_factory=list)

    @property
    def problems(self):
        return [f"{ending.name}: {ending.problem}" for ending in self.endings if ending.problem]

    def outcomes(self):
        """Count the outcomes of every kind of file."""
        return Counter((ending.kind, ending.outcome) for ending in self.endings)

    def largest(self, name):
        return max((getattr(ending, name) for ending in self.endings), default=0)


def run(files, folder, instrument, *, seed=SEED, jobs=None, validated=20, kept=None, progress=None):
    """Damage, read and judge `files` files.

    Parameters
    ----------
    files : int
    folder : Path
        For the files; those of a part are removed when they were judged.
    instrument : Instrument
    seed : int
    jobs : int, optional
        Processes that read side by side.
    validated : int
        Of so many files that were read, one is checked by every rule.
    kept : Path, optional
        Where the files with problems are copied to.
    progress : callable, optional
        Told how many files are done.
    """
    samples = write_samples(folder / "samples")
    short = short_form(instrument)
    forms = {name: instrument if name in WHOLE_FORM else short for name in samples}
    report = Report()
    jobs = jobs or os.cpu_count() or 1
    parts = [range(first, min(first + BATCH, files)) for first in range(0, files, BATCH)]
    with ThreadPoolExecutor(jobs) as pool:
        # One part more than there are processes, so that none waits while another part is judged here.
        waiting = {n: pool.submit(_read_part, parts[n], folder / f"{n}", samples, forms, seed)
                   for n in range(min(jobs + 1, len(parts)))}  # fmt: skip
        for number in range(len(parts)):
            endings = _judged(waiting.pop(number).result(), forms, validated)
            report.endings += endings
            _keep(endings, folder / f"{number}", kept)
            shutil.rmtree(folder / f"{number}")
            if (later := number + jobs + 1) < len(parts):
                waiting[later] = pool.submit(
                    _read_part, parts[later], folder / f"{later}", samples, forms, seed
                )
            if progress:
                progress(len(report.endings))
    return report


def _read_part(numbers, place, samples, forms, seed):
    """Damage the files of these numbers, have one process read them; give endings and what was read."""
    place.mkdir()
    endings, orders, arrivals = [], [], {}
    for number in numbers:
        chance = random.Random(f"{seed} {number}")
        kind = list(samples)[number % len(samples)]
        folder = place / f"{number}"
        folder.mkdir()
        target = folder / f"accident-{number}-{kind}"
        write_accident(kind, samples[kind].read_bytes(), target, chance)
        ending = Ending(target.name, kind)
        endings.append(ending)
        try:
            arrival = receive(target, target.name, folder)
        except Refusal as refusal:
            _refuse(ending, refusal)
            continue
        contract = place / f"{kind in WHOLE_FORM}.json"
        if not contract.exists():
            write_contract(forms[kind], contract)
        arrivals[ending.name] = (arrival, folder)
        orders.append([str(arrival.path), arrival.extension, str(contract), str(folder)])
    ends = iter(_read_confined(orders, place))
    exports = {}
    for ending in endings:
        if ending.name in arrivals:
            arrival, folder = arrivals[ending.name]
            told = next(ends, {"end": "killed", "seconds": 0.0, "memory": 0})
            ending.seconds, ending.memory = told["seconds"], told["memory"]
            with _judging(ending):
                exports[ending.name] = result(arrival, told["end"], folder)
    return endings, exports


def _read_confined(orders, place):
    """Have one process read the files; it must outlive every one of them."""
    jobs = place / "jobs"
    jobs.write_text("".join(json.dumps(order) + "\n" for order in orders), encoding="utf-8")
    limits = json.dumps(asdict(READER_LIMITS))
    subprocess.run(
        [sys.executable, "-I", "-X", "utf8", str(READER), str(ROOT), limits, str(jobs)],
        cwd=place,
        env=sandbox._environment(place),
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    ends = Path(f"{jobs}.ends").read_text(encoding="utf-8").splitlines()
    assert len(ends) == len(orders)
    return [json.loads(line) for line in ends]


def _judged(part, forms, validated):
    """Harmonise all that was read, and check some of it by every rule, as the parent does."""
    endings, exports = part
    for form in {id(form): form for form in forms.values()}.values():
        own = [ending for ending in endings if ending.name in exports and forms[ending.kind] is form]
        versions = known_versions(form, ())
        try:
            read = harmonise_all([exports[ending.name] for ending in own], versions)
        except Exception:  # one of them: find out which
            read = [_alone(ending, exports[ending.name], versions) for ending in own]
        for number, (ending, microdata) in enumerate(zip(own, read, strict=True)):
            if microdata is not None:
                ending.outcome = "read"
                if number % validated == 0:
                    with _judging(ending):
                        list(validate(microdata, form, **_sample()))
                        [
                            found.sentence(language)
                            for found in microdata.findings
                            for language in ("vi", "en")
                        ]
    for ending in endings:
        if ending.memory > READER_LIMITS.memory or ending.seconds > READER_LIMITS.seconds + 1:
            ending.problem = f"{ending.memory / 2**20:.0f} MiB, {ending.seconds:.1f} s"
    return endings


def _alone(ending, export, versions):
    with _judging(ending):
        return harmonise_all([export], versions)[0]
    return None


@contextlib.contextmanager
def _judging(ending):
    """Turn a refusal into an outcome, and every other exception into a problem."""
    try:
        yield
    except Refusal as refusal:
        _refuse(ending, refusal)
    except Exception:
        ending.problem = traceback.format_exc()


def _refuse(ending, refusal):
    """Note the code; a sentence that does not name the file is a problem."""
    receipt = refused(ending.name, refusal)
    ending.outcome = receipt.findings[0].code
    for found in receipt.findings:
        for language in ("vi", "en"):
            if ending.name not in found.sentence(language):
                ending.problem = f"{found.code} does not name the file in {language}"


def _keep(endings, place, kept):
    for ending in endings:
        if ending.problem and kept:
            kept.mkdir(exist_ok=True)
            for path in place.glob(f"*/{ending.name}"):
                shutil.copy(path, kept)


@cache
def _sample():
    return {
        name: pd.read_csv(EXAMPLE / f"{name}.csv", dtype="str", keep_default_na=False)
        for name in ("sample_eas", "sample_households")
    }
