"""The server of the app with its modules loaded: ``python -m dashboard run app.py``, else as ``streamlit``.

Streamlit reads the app when somebody first opens it, who would wait for the libraries behind it.
"""

import importlib
import pkgutil

from streamlit.web import cli

import dashboard


def load_modules() -> None:
    """Import every module of the dashboard, and with them what they need."""
    for module in pkgutil.iter_modules(dashboard.__path__):
        if module.name != "__main__":
            importlib.import_module(f"{dashboard.__name__}.{module.name}")


if __name__ == "__main__":
    load_modules()
    cli.main(prog_name="streamlit")
