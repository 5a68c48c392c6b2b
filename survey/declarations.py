"""Declarations in YAML, such as the definition of an indicator, as plain lists, mappings and texts."""

from typing import Any

import yaml

# The reader in C gives the same some ten times sooner; an installation without libyaml has the one in Python.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_declarations(content: bytes) -> Any:  # noqa: ANN401 - what the file holds is for its reader to check
    """Read the one document of a file in UTF-8.

    Raises
    ------
    yaml.YAMLError
        Where the file is no YAML; says the line.
    """
    return yaml.load(content.decode("utf-8"), Loader=LOADER)  # noqa: S506 - both loaders are safe ones
