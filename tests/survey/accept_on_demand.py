"""Script of the store tests: waits for orders, and carries each out in a child that may be killed.

Order ``<upload> <copies> <seconds>`` forks that many children, each of which accepts the same upload, and
kills them after the seconds (never, if negative). Their exit codes come back in one line: 0 accepted,
1 duplicate, -9 killed.
"""

import os
import signal
import sys
import time
from pathlib import Path

import pandas as pd

from survey.exports import Export
from survey.store import Store

EXITS = {"accepted": 0, "duplicate": 1}


def export_number(number):
    cells = pd.DataFrame(
        {"ea_code": [f"{number:08d}"] * 200, "answer": [f"{number} trả lời {row}" for row in range(200)]},
        index=pd.RangeIndex(2, 202, name="row"),
        dtype="str",
    )
    return Export(
        source="kobotoolbox",
        file=f"tệp {number}.xlsx",
        sha256=f"{number:064x}",
        tables={"data": cells, "member": cells.head(50)},
        main="data",
        rosters={"member": "member"},
    )


def child(root, number):
    try:
        status = Store(Path(root)).accept(export_number(number), "2026")
    except BaseException as problem:
        sys.stderr.write(f"{problem!r}\n")
        sys.stderr.flush()
        os._exit(7)
    os._exit(EXITS[status])


def serve(root):
    for line in sys.stdin:
        upload, times, seconds = line.split()
        number, copies, kill_after = int(upload), int(times), float(seconds)
        children = []
        for _ in range(copies):
            pid = os.fork()
            if pid == 0:
                child(root, number)
            children.append(pid)
        if kill_after >= 0:
            time.sleep(kill_after)
            for pid in children:
                os.kill(pid, signal.SIGKILL)
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
        sys.stdout.write(" ".join(map(str, codes)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
