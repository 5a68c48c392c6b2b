import os
import sys
import tempfile
import time
from pathlib import Path

import pytest

from survey import sandbox
from survey.sandbox import FORGOTTEN_AFTER_SECONDS, MIB, Limits, quarantine, run_limited

SMALL = Limits(seconds=10.0, file_size=20_000_000)
LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="limits of the kernel are Linux's here"
)

PROBES = {
    "writes": "open(arguments[0], 'w').write('ok')",
    "allocates": "held = bytearray(2_000_000_000)",
    "fills": "held = bytearray(100_000_000)",
    "raises": "raise ValueError('no')",
    "aborts": "import os; os.abort()",
    "waits": "import time; time.sleep(60)",
    "waits a little": "import time; time.sleep(1.5)",
    "spins": "while True: pass",
    "floods": "f = open('big', 'wb')\nwhile True: f.write(b'0' * 1_000_000)",
    "opens": "held = [open(arguments[0], 'a') for _ in range(200)]",
    "environment": "import json, os; json.dump(dict(os.environ), open(arguments[0], 'w'))",
    "talks": "print('x' * 10_000_000)",
    "leaves": (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "open(arguments[0], 'w').write(str(child.pid))"
    ),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a few lines in a limited child process."""

    def run(probe, *, limits=SMALL):
        lines = "\n    ".join(PROBES[probe].splitlines())
        name = probe.replace(" ", "_")
        module = tmp_path / f"probe_{name}.py"
        module.write_text(f"def main(arguments):\n    {lines}\n")
        found = f"import sys; sys.path.append({str(tmp_path)!r}); {sandbox._BOOTSTRAP}"
        monkeypatch.setattr(sandbox, "_BOOTSTRAP", found)
        return run_limited(f"probe_{name}", [str(tmp_path / "out")], folder=tmp_path, limits=limits)

    return run


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
    assert run(probe, limits=Limits(seconds=1.0, patience=1.0)) == "timeout"
    assert time.monotonic() - begin < 10


@LINUX
def test_a_child_may_wait_for_a_busy_machine_but_not_use_more_of_it(run):
    """Thirty processes beside it make an honest file slow; only its own time is held against it."""
    assert run("waits a little", limits=Limits(seconds=0.5, patience=40.0)) == "finished"
    assert run("spins", limits=Limits(seconds=0.5, patience=40.0)) == "timeout"


@LINUX
def test_the_limits_that_are_passed_are_those_of_the_child(run):
    """A hundred megabytes are allowed by default and not by these limits."""
    assert run("fills") == "finished"
    assert run("fills", limits=Limits(memory=96 * MIB)) == "failed"


@LINUX
def test_what_the_child_started_ends_with_it(run, tmp_path):
    assert run("leaves") == "finished"
    grandchild = int((tmp_path / "out").read_text())
    end = time.monotonic() + 5
    while _is_running(grandchild) and time.monotonic() < end:
        time.sleep(0.05)
    assert not _is_running(grandchild)


def _is_running(process):
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


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


def test_what_a_killed_process_left_is_swept_and_what_is_in_use_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    forgotten, foreign = tmp_path / "kynangso-left", tmp_path / "other"
    for folder in (forgotten, foreign):
        folder.mkdir()
        (folder / "upload").write_text("0912345678")
    long_ago = time.time() - FORGOTTEN_AFTER_SECONDS - 60
    os.utime(forgotten, (long_ago, long_ago))
    os.utime(foreign, (long_ago, long_ago))
    with quarantine() as in_use, quarantine():
        assert not forgotten.exists()
        assert foreign.exists()
        assert in_use.exists()
