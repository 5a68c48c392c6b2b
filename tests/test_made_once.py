"""What the processes of a run share is made by one of them, and a failure is told to all."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_a_folder_is_made_by_the_first_who_asks(made_once):
    made = [made_once("proof", lambda folder, word=word: (folder / word).mkdir()) for word in ("a", "b")]
    assert made[0] == made[1]
    assert [path.name for path in made[0].iterdir()] == ["a"]


def test_the_others_are_told_that_it_could_not_be_made(made_once):
    with pytest.raises(ZeroDivisionError):
        made_once("broken", lambda folder: 1 / 0)
    with pytest.raises(pytest.fail.Exception, match="could not make once_broken"):
        made_once("broken", lambda folder: None)


def test_the_modules_that_run_first_are_there():
    """One that was renamed would lose its place in silence."""
    tree = ast.parse((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (named,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "LONGEST"
    )
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert named
