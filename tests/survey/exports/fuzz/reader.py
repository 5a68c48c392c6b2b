"""Read many files, each in a fork of this process under the limits of the reader: no start a file.

Called as ``reader.py ROOT LIMITS JOBS``: JOBS is a file with one JSON list a line, the words for the child;
beside it the answers are written in the same order: how the fork ended, seconds of the processor, bytes.
"""

import importlib
import json
import os
import signal
import sys
from pathlib import Path

END_OF_SIGNAL = {signal.SIGALRM: "timeout", signal.SIGXCPU: "timeout"}


def main(root, limits, jobs):
    """Read every file of the list."""
    sys.path.insert(0, root)
    sandbox = importlib.import_module("survey.sandbox")
    child = importlib.import_module("survey.exports.child")
    # What the first file would load, the fork would load again for every file.
    importlib.import_module("pyarrow.parquet")
    importlib.import_module("pandas")
    told = sandbox.limits_from_text(limits)
    with Path(jobs).open(encoding="utf-8") as lines, Path(f"{jobs}.ends").open("w", encoding="utf-8") as ends:
        ends.writelines(json.dumps(read(json.loads(line), child, sandbox, told)) + "\n" for line in lines)


def read(arguments, child, sandbox, limits):
    """Read one file in a fork; its clock is a timer of the kernel, which no parser can put off."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            signal.setitimer(signal.ITIMER_REAL, limits.seconds * limits.patience)
            os.chdir(arguments[-1])
            sandbox.confine(limits)
            child.main(arguments)
            code = 0
        finally:
            os._exit(code)
    _, status, used = os.wait4(process, 0)
    code = os.waitstatus_to_exitcode(status)
    end = "finished" if code == 0 else "failed" if code > 0 else END_OF_SIGNAL.get(-code, "killed")
    return {"end": end, "seconds": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}


if __name__ == "__main__":
    main(*sys.argv[1:])
