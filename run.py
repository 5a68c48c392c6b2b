"""Set up on a fresh machine and start the app, or run every test.

``python3 run.py`` opens the app, ``python3 run.py test`` runs every check and test. Standard library only.
The first call makes ``.venv`` from the hashed ``requirements.lock``; later calls find the stamp of lock and
project file unchanged and start at once. ``uv`` is used where it is installed, never required.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
LOCK = HERE / "requirements.lock"
STAMP = VENV / "kynangso.stamp"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

USAGE = """python3 run.py          set up, load the example wave, open the app on http://127.0.0.1:8501
python3 run.py test     set up, then run every check and test (further words go to pytest)
python3 run.py setup    set up only
python3 run.py <words>  set up, then: kynangso <words>, for example  python3 run.py estimate --help"""

STATIC_CHECKS = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("lint-imports",),
)

# A module runs in one process; the order is that of tests/conftest.py, the longest modules first.
ALL_TESTS = ("-n", "auto", "--dist", "loadscope", "--no-loadscope-reorder")


def fingerprint() -> str:
    """Sha-256 of what decides the environment: the lock, the project file and the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (LOCK, HERE / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(*command: str | Path) -> int:
    """Run a command in the project folder and give its exit code."""
    return subprocess.run([str(word) for word in command], cwd=HERE, check=False).returncode


def must(*command: str | Path) -> None:
    """Run a command that the rest depends on; stop with its code when it fails."""
    code = run(*command)
    if code:
        sys.exit(f"Không cài đặt được / Set-up failed ({code}): {' '.join(str(word) for word in command)}")


def install() -> None:
    """Install the locked packages, each checked against its hash, then the project itself."""
    uv = shutil.which("uv")
    installer = [uv, "pip", "install", "--python", PYTHON] if uv else [PYTHON, "-m", "pip", "install"]
    quiet = ["--quiet"] if uv else ["--quiet", "--disable-pip-version-check"]
    must(*installer, *quiet, "--require-hashes", "--no-deps", "-r", LOCK)
    must(*installer, *quiet, "--no-deps", "--no-build-isolation", "--editable", HERE)


def set_up() -> None:
    """Make ``.venv`` when it is missing or older than the lock; otherwise do nothing."""
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint():
        return
    print(
        "Đang chuẩn bị môi trường, lần đầu mất vài phút … / Setting up, a few minutes the first time …",
        flush=True,
    )
    try:
        venv.create(VENV, with_pip=True, clear=VENV.exists())
    except (subprocess.CalledProcessError, OSError) as problem:
        sys.exit(
            f"Python thiếu mô-đun venv / Python lacks venv (Debian: apt install python3-venv): {problem}"
        )
    install()
    STAMP.write_text(fingerprint())


def test(words: list[str]) -> int:
    """Run the static checks, then pytest; every failure is shown, the first code that is not 0 counts."""
    codes = [] if words else [run(BIN / check[0], *check[1:]) for check in STATIC_CHECKS]
    codes.append(run(PYTHON, "-m", "pytest", *(words or ALL_TESTS)))
    return next((abs(code) for code in codes if code), 0)


def start() -> int:
    """Load the example wave (once, and never into a real wave of that name) and open the app."""
    run(BIN / "kynangso", "demo")
    return run(BIN / "kynangso", "serve")


def main(words: list[str]) -> int:
    """Decide from the words of the command line; give the exit code."""
    if sys.version_info < (3, 11):
        sys.exit(
            f"Cần Python 3.11 trở lên / Python 3.11 or newer is needed; this is {sys.version.split()[0]}."
        )
    if words[:1] in (["-h"], ["--help"], ["help"]):
        print(USAGE)
        return 0
    set_up()
    if not words:
        return start()
    if words[0] == "setup":
        return 0
    if words[0] == "test":
        return test(words[1:])
    return run(BIN / "kynangso", *words)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
