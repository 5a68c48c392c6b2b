"""The numbered formulas of docs/methods.md and the numbers cited in the code are the same set."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def stated() -> set[str]:
    return set(
        re.findall(r"^## (M\d+) ", (ROOT / "docs/methods.md").read_text(encoding="utf-8"), re.MULTILINE)
    )


def cited() -> set[str]:
    code = [path for package in ("estimation", "survey") for path in (ROOT / package).rglob("*.py")]
    return {
        number for path in code for number in re.findall(r"\bM\d{1,2}\b", path.read_text(encoding="utf-8"))
    }


def test_every_cited_formula_is_stated() -> None:
    assert cited() - stated() == set()


def test_every_stated_formula_is_cited() -> None:
    assert stated() - cited() == set()
