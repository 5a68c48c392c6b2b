"""The server of the app with its modules loaded: ``python -m dashboard run app.py``, else as ``streamlit``.

Streamlit reads the app when somebody first opens it, who would wait for the libraries behind it.
"""

import gc
import importlib
import pkgutil

from streamlit.web import cli

import dashboard

NEW_OBJECTS = 20_000  # between two looks for garbage; a run of a page makes and drops more than Python's 700


def load_modules() -> None:
    """Import every module of the dashboard, and with them what they need."""
    for module in pkgutil.iter_modules(dashboard.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{dashboard.__name__}.{module.name}")


if __name__ == "__main__":
    load_modules()
    gc.set_threshold(NEW_OBJECTS)
    cli.main(prog_name="streamlit")
