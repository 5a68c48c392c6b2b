"""The drawing and typesetting libraries of the extra ``report``, or a sentence that says what to install."""

from importlib import import_module
from types import ModuleType

from survey.messages import Refusal, finding


def library(name: str) -> ModuleType:
    """Return a library of the extra.

    Raises
    ------
    Refusal
        When it is not installed here.
    """
    try:
        return import_module(name)
    except ImportError as problem:
        raise Refusal(finding("report_not_installed", value=str(problem.name))) from None
