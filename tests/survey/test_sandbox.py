import os
import sys
import time

import pytest

from survey.sandbox import Limits, quarantine, run_limited

LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of the kernel are Linux's here"
)

PROBES = {
    "writes": "open(arguments[0], 'w').write('ok')",
    "allocates": "held = bytearray(2_000_000_000)",
    "raises": "raise ValueError('no')",
    "aborts": "import os; os.abort()",
    "waits": "import time; time.sleep(60)",
    "spins": "while True: pass",
    "floods": "f = open('big', 'wb')\nwhile True: f.write(b'0' * 1_000_000)",
    "opens": "held = [open(arguments[0], 'a') for _ in range(200)]",
    "environment": "import json, os; json.dump(dict(os.environ), open(arguments[0], 'w'))",
    "talks": "print('x' * 10_000_000)",
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a few lines in a limited child process."""

    def run(probe, *, seconds=10.0):
        lines = "\n    ".join(PROBES[probe].splitlines())
        module = tmp_path / f"probe_{probe}.py"
        module.write_text(
            "from survey.sandbox import Limits, confine\n"
            "def main(arguments):\n"
            f"    confine(Limits(seconds={seconds}, file_size=20_000_000))\n"
            f"    {lines}\n"
        )
        monkeypatch.setattr("survey.sandbox._BOOTSTRAP", _bootstrap(tmp_path))
        limits = Limits(seconds=seconds)
        return run_limited(f"probe_{probe}", [str(tmp_path / "out")], folder=tmp_path, limits=limits)

    return run


def _bootstrap(folder):
    return (
        f"import importlib, sys; sys.path[:0] = [sys.argv[1], {str(folder)!r}]; "
        "importlib.import_module(sys.argv[2]).main(sys.argv[3:])"
    )


def test_a_child_that_ends_well_is_finished(run, tmp_path):
    assert run("writes") == "finished"
    assert (tmp_path / "out").read_text() == "ok"


def test_an_exception_in_the_child_is_failed(run):
    assert run("raises") == "failed"


def test_an_abort_of_the_child_leaves_the_parent_alive(run):
    assert run("aborts") == "killed"


@LINUX
def test_memory_beyond_the_limit_ends_the_child(run):
    assert run("allocates") == "failed"


@LINUX
def test_a_file_beyond_the_limit_ends_the_child(run, tmp_path):
    assert run("floods") in {"failed", "killed"}
    assert (tmp_path / "big").stat().st_size <= 20_000_000


@LINUX
def test_open_files_beyond_the_limit_end_the_child(run):
    assert run("opens") == "failed"


@pytest.mark.parametrize("probe", ["waits", "spins"])
def test_a_child_that_does_not_end_is_stopped(run, probe):
    begin = time.monotonic()
    assert run(probe, seconds=1.0) in {"timeout", "killed"}
    assert time.monotonic() - begin < 5


def test_output_of_the_child_is_thrown_away(run, capfd):
    assert run("talks") == "finished"
    assert capfd.readouterr().out == ""


def test_the_child_sees_no_secret_of_the_environment(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "mat-khau-9931")
    assert run("environment") == "finished"
    assert "mat-khau-9931" not in (tmp_path / "out").read_text()


def test_quarantine_is_private_and_removed():
    with quarantine() as folder:
        (folder / "x").write_text("x")
        assert folder.stat().st_mode & 0o077 == 0 or os.name == "nt"
    assert not folder.exists()


def test_quarantine_is_removed_after_an_error():
    places = []

    def fail():
        with quarantine() as folder:
            places.append(folder)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert not places[0].exists()
