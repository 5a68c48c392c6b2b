"""Where the parts that are not code lie: questionnaires, definitions, geography packs, examples, store."""

import json
import os
from pathlib import Path

from survey.messages import Refusal, finding

PACKAGE = Path(__file__).resolve().parent
ABOVE = PACKAGE.parent
STORE_VARIABLE = "KYNANGSO_STORE"
GEOGRAPHY_VARIABLE = "KYNANGSO_GEOGRAPHY"
DEFAULT_STORE = Path("var/store")


def questionnaires() -> Path:
    """Folder of forms and definitions: at the top of the repository, inside the package when installed."""
    return _first(PACKAGE / "questionnaires", ABOVE / "questionnaires")


def app() -> Path:
    """Return the entry file of the Streamlit app."""
    return _first(ABOVE / "dashboard" / "app.py", ABOVE / "app.py")


def definition(name: str) -> Path:
    """File of the indicator definition called `name`."""
    return questionnaires() / f"{name}.yaml"


def funnel() -> Path:
    """File of the steps of every field of services, declared beside the definition."""
    return questionnaires() / "service_funnel.yaml"


def other_readings() -> Path:
    """File of the readings of the headline that are declared beside the definition."""
    return questionnaires() / "other_readings.yaml"


def definition_versions() -> Path:
    """File in which the versions of the definitions are recorded."""
    return questionnaires() / "definition_versions.yaml"


def geography(name: str) -> Path:
    """Folder of the geography pack called `name`, or `name` itself where it is a folder.

    Packs in the folder that the environment names come before those of the package. A folder that has moved
    is looked for by its name.
    """
    if (Path(name) / "pack.toml").is_file():
        return Path(name)
    own = os.environ.get(GEOGRAPHY_VARIABLE)
    candidates = (Path(own) / Path(name).name,) if own else ()
    return _first(*candidates, PACKAGE / "reference" / "geography" / Path(name).name)


def geographies() -> list[str]:
    """Names of the geography packs at hand, in the order of their names."""
    own = os.environ.get(GEOGRAPHY_VARIABLE)
    folders = [PACKAGE / "reference" / "geography", *([Path(own)] if own else [])]
    return sorted({path.parent.name for folder in folders for path in folder.glob("*/pack.toml")})


def example_wave() -> Path:
    """Folder of the example wave that travels with the package."""
    return PACKAGE / "examples" / "wave_2026"


def contract(form: str) -> Path:
    """Newest released contract of the form with the id `form`, or the file itself when `form` is a path.

    Raises
    ------
    Refusal
        When no release of this form exists; the known forms are listed.
    """
    if form.endswith(".json") and Path(form).is_file():
        return Path(form)
    released = sorted((questionnaires() / "releases").glob("*/contract.json"), key=_version)
    by_form = {json.loads(path.read_bytes())["form_id"]: path for path in released}
    if form not in by_form:
        raise Refusal(finding("form_not_released", value=form, facts={"known": ", ".join(sorted(by_form))}))
    return by_form[form]


def default_store() -> Path:
    """Return the store named by the environment, else ``var/store`` below the working folder."""
    return Path(os.environ.get(STORE_VARIABLE) or DEFAULT_STORE)


def _version(path: Path) -> tuple[int, str]:
    return len(path.parent.name), path.parent.name


def _first(*candidates: Path) -> Path:
    return next((path for path in candidates if path.exists()), candidates[-1])
