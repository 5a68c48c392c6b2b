"""Untrusted bytes are parsed in a child process with limits on memory, CPU, files and time.

The parent never parses an upload: a hostile or damaged file ends the child, not the server.
Limits are set with ``resource`` (Linux, macOS). Where that module does not exist (Windows)
only the wall-clock limit remains; run the server on Linux when strangers may upload.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

if sys.platform != "win32":
    import resource

MIB = 1024 * 1024
End = Literal["finished", "failed", "killed", "timeout"]

_BOOTSTRAP = (
    "import importlib, sys; sys.path.insert(0, sys.argv[1]); "
    "importlib.import_module(sys.argv[2]).main(sys.argv[3:])"
)
_THREADS = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_IO_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
_KEPT_VARIABLES = ("SYSTEMROOT", "SYSTEMDRIVE", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child process may use.

    Attributes
    ----------
    memory : int
        Address space in bytes.
    seconds : float
        Wall-clock time; CPU time is limited to the next whole second.
    file_size : int
        Largest file that it may write, in bytes.
    open_files : int
        Files open at one time.
    """

    memory: int = 1024 * MIB
    seconds: float = 30.0
    file_size: int = 256 * MIB
    open_files: int = 64


READER_LIMITS = Limits()


@contextmanager
def quarantine() -> Iterator[Path]:
    """Give a private folder (mode 0700) that is removed afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="kynangso-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def confine(limits: Limits = READER_LIMITS) -> None:
    """Limit the process that calls it; a child calls this before it touches an upload."""
    if sys.platform == "win32":  # pragma: no cover
        return
    seconds = int(limits.seconds) + 1
    ceilings = {
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, ceiling in ceilings.items():
        resource.setrlimit(kind, (ceiling, ceiling))


def run_limited(
    module: str, arguments: Sequence[str], *, folder: Path, limits: Limits = READER_LIMITS
) -> End:
    """Run ``main(arguments)`` of a module in a child process and wait for its end.

    Parameters
    ----------
    module : str
        Importable module whose ``main`` calls :func:`confine` first.
    arguments : sequence of str
        Passed to ``main``.
    folder : Path
        Working directory and temporary folder of the child.
    limits : Limits
        Only the wall clock is enforced here; the child enforces the rest on itself.

    Returns
    -------
    {"finished", "failed", "killed", "timeout"}
        "failed": it ended with an exit code; "killed": a signal ended it.
    """
    root = str(Path(__file__).resolve().parents[1])
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP, root, module, *arguments]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = child.wait(timeout=limits.seconds)
    except subprocess.TimeoutExpired:
        return "timeout"
    finally:
        _end_group(child)
    return "finished" if code == 0 else "killed" if code < 0 else "failed"


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = {"HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder), "LANG": "C.UTF-8"}
    return {**kept, **places, **_THREADS}


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child that still runs, with whatever it started: its session is one process group."""
    if child.poll() is not None:
        return
    if sys.platform == "win32":  # pragma: no cover
        child.kill()
    else:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
