"""The house rules that can be counted: file length, class width, names, imports, keywords passed through."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("estimation", "survey", "dashboard")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
JUNK_DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def passes_keywords_on(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Takes ``**kwargs`` and hands them to another call."""
    if function.args.kwarg is None:
        return False
    catch_all = function.args.kwarg.arg
    return any(
        keyword.arg is None and isinstance(keyword.value, ast.Name) and keyword.value.id == catch_all
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        for keyword in call.keywords
    )


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_file_has_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_function_has_at_most_60_lines_without_its_docstring(path: Path) -> None:
    for function in functions(path):
        docstring = function.body[0] if ast.get_docstring(function) else None
        docstring_lines = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
        assert function.end_lineno - function.lineno + 1 - docstring_lines <= 60, function.name


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_class_has_at_most_12_public_methods(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            public = [item for item in node.body if isinstance(item, ast.FunctionDef) and item.name[0] != "_"]
            assert len(public) <= 12, node.name


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_keywords_are_passed_through(path: Path) -> None:
    assert [function.name for function in functions(path) if passes_keywords_on(function)] == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_module_opens_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "a module opens with one sentence in the domain's words"
    assert docstring.splitlines()[0].strip()


def is_own(node: ast.Import | ast.ImportFrom) -> bool:
    modules = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    )
    return any(module.split(".")[0] in PACKAGES for module in modules)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_own_imports_are_at_the_top(path: Path) -> None:
    hidden = [
        f"{function.name}: {ast.unparse(node)}"
        for function in functions(path)
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in PACKAGES)
        or (
            isinstance(node, ast.Import) and any(alias.name.split(".")[0] in PACKAGES for alias in node.names)
        )
    ]
    assert hidden == []


def test_no_junk_drawers() -> None:
    assert [name(path) for path in MODULES if path.stem.lower() in JUNK_DRAWERS] == []


def imports_of(path: Path, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                if full in modules:
                    yield full
                elif node.module in modules:
                    yield node.module


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_no_import_cycles() -> None:
    by_name = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in MODULES
    }
    modules = set(by_name)
    graph = {module: set(imports_of(path, modules)) - {module} for module, path in by_name.items()}
    while leaves := [module for module, needs in graph.items() if not needs & set(graph)]:
        for module in leaves:
            del graph[module]
    assert graph == {}, "these modules import each other in a circle"


def test_menu_is_short() -> None:
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) <= 40


def test_lock_names_no_host() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_estimation_imports_without_survey_streamlit_or_sql() -> None:
    strangers = "{'survey', 'dashboard', 'streamlit', 'sqlalchemy', 'pyarrow.parquet'}"
    code = f"import sys, estimation; print(sorted(set(sys.modules) & {strangers}))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
