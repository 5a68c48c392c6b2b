"""Untrusted bytes are parsed in a child process with limits on memory, CPU, files and time.

The parent never parses an upload: a hostile or damaged file ends the child, not the server.
Limits are set with ``resource`` (Linux, macOS). Where that module does not exist (Windows)
only the wall-clock limit remains; run the server on Linux when strangers may upload.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

if sys.platform != "win32":
    import resource

MIB = 1024 * 1024
End = Literal["finished", "failed", "killed", "timeout"]
QUARANTINE = "kynangso-"
# No upload is read for longer; what is older was left by a process that was killed.
FORGOTTEN_AFTER_SECONDS = 900.0

# The child is confined before anything else of ours is imported.
_BOOTSTRAP = (
    "import importlib, sys; sys.path.insert(0, sys.argv[1]); "
    "from survey import sandbox; sandbox.confine(sandbox.limits_from_text(sys.argv[2])); "
    "importlib.import_module(sys.argv[3]).main(sys.argv[4:])"
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
        Processor time; the kernel counts to the next whole second.
    patience : float
        Wall-clock time as a multiple of `seconds`: that others keep the machine busy is no fault of a file.
    file_size : int
        Largest file that it may write, in bytes.
    open_files : int
        Files open at one time.
    """

    memory: int = 1024 * MIB
    seconds: float = 30.0
    patience: float = 3.0
    file_size: int = 256 * MIB
    open_files: int = 64


READER_LIMITS = Limits()


@contextmanager
def quarantine() -> Iterator[Path]:
    """Give a private folder (mode 0700) that is removed afterwards, whatever happens.

    Folders that a killed process left behind are removed first: they may hold an upload as it came.
    """
    sweep()
    folder = Path(tempfile.mkdtemp(prefix=QUARANTINE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove the quarantine folders of processes that were killed; what belongs to others stays."""
    forgotten = time.time() - FORGOTTEN_AFTER_SECONDS
    for folder in Path(tempfile.gettempdir()).glob(f"{QUARANTINE}*"):
        with suppress(OSError):
            if folder.lstat().st_mtime < forgotten:
                shutil.rmtree(folder, ignore_errors=True)


def limits_from_text(text: str) -> Limits:
    """Read the limits that the parent hands to a child."""
    return Limits(**json.loads(text))


def confine(limits: Limits) -> None:
    """Limit the process that calls it: the child, before it touches an upload."""
    if sys.platform == "win32":  # pragma: no cover
        return
    seconds = int(limits.seconds) + 1
    ceilings = {
        resource.RLIMIT_AS: limits.memory,
        resource.RLIMIT_FSIZE: limits.file_size,
        resource.RLIMIT_NOFILE: limits.open_files,
        resource.RLIMIT_CORE: 0,
    }
    for kind, ceiling in ceilings.items():
        resource.setrlimit(kind, (ceiling, ceiling))
    # A second later the kernel would kill it, which looks like memory to who waits for it.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def run_limited(
    module: str, arguments: Sequence[str], *, folder: Path, limits: Limits = READER_LIMITS
) -> End:
    """Run ``main(arguments)`` of a module in a child process and wait for its end.

    Parameters
    ----------
    module : str
        Importable module with a function ``main``.
    arguments : sequence of str
        Passed to ``main``.
    folder : Path
        Working directory and temporary folder of the child.
    limits : Limits
        The wall clock is enforced here, the rest by the kernel on the child.

    Returns
    -------
    {"finished", "failed", "killed", "timeout"}
        "failed": it ended with an exit code; "killed": a signal ended it; "timeout": its time was over.
    """
    root = str(Path(__file__).resolve().parents[1])
    command = [sys.executable, "-I", "-X", "utf8", "-c", _BOOTSTRAP, root, json.dumps(asdict(limits)), module]
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [*command, *arguments],
        cwd=folder,
        env=_environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = child.wait(timeout=limits.seconds * limits.patience)
    except subprocess.TimeoutExpired:
        return "timeout"
    finally:
        _end_group(child)
    if code == -getattr(signal, "SIGXCPU", 0):
        return "timeout"
    return "finished" if code == 0 else "killed" if code < 0 else "failed"


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    places = {"HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder), "LANG": "C.UTF-8"}
    return {**kept, **places, **_THREADS}


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and whatever it started, even when it has ended itself: its session is one group.

    The number of a group is not given away while the group has a member, so no other process is met.
    """
    if sys.platform == "win32":  # pragma: no cover
        child.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
