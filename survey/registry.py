"""The forms of an office: every registered version, kept for ever with its source and its contract."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from survey.catalogue import Catalogue
from survey.catalogue_tables import forms
from survey.instrument import Instrument, read_contract

CONTRACT, SOURCE = "contract.json", "source"
MARK = "@"


@dataclass(frozen=True, slots=True)
class RegisteredForm:
    """One version of a form in the registry.

    Attributes
    ----------
    created : str
        When it was registered, UTC.
    folder : Path
        Holds the source and the contract.
    """

    form_id: str
    version: str
    title: str
    created: str
    folder: Path

    @property
    def name(self) -> str:
        """What commands call it: ``form_id@version``."""
        return f"{self.form_id}{MARK}{self.version}"

    @property
    def source(self) -> Path:
        """The form as its author wrote it."""
        return next(self.folder.glob(f"{SOURCE}.*"))

    def instrument(self) -> Instrument:
        """Return the form by its contract."""
        return read_contract(self.folder / CONTRACT)


def registered(catalogue: Catalogue) -> tuple[RegisteredForm, ...]:
    """List all forms by id, the versions of each from the oldest to the newest."""
    found = (form_of_row(catalogue, row) for row in catalogue.rows(forms))
    return tuple(sorted(found, key=lambda form: (form.form_id, *_age(form.version))))


def find_form(catalogue: Catalogue, name: str) -> RegisteredForm | None:
    """Return the form called ``form_id@version``, or the newest version of ``form_id``; None without one."""
    alike = [form for form in registered(catalogue) if name in (form.name, form.form_id)]
    return alike[-1] if alike else None


def versions_of(catalogue: Catalogue, form_id: str) -> tuple[Instrument, ...]:
    """Contracts of every registered version of a form, oldest first."""
    return tuple(form.instrument() for form in registered(catalogue) if form.form_id == form_id)


def form_of_row(catalogue: Catalogue, row: Mapping[str, str]) -> RegisteredForm:
    """Return the form that a row of the catalogue stands for."""
    folder = catalogue.root / place_of(row["form_id"], row["version"])
    return RegisteredForm(row["form_id"], row["version"], row["title"], row["created"], folder)


def place_of(form_id: str, version: str) -> Path:
    """Name a folder below the store; whatever the form calls itself, it is one folder there."""
    return Path("forms") / f"{quote(form_id, safe='')}{MARK}{quote(version, safe='')}"


def _age(version: str) -> tuple[int, str]:
    return len(version), version
