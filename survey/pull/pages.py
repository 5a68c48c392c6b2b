"""A pull page by page: whole pages are kept until all are there, so that a broken line costs one page."""

import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from survey.durable import PRIVATE
from survey.messages import Refusal, finding

PAGE = 250
ROUNDS = 4
# Pages hold names and telephone numbers: what a broken pull left is not kept for longer.
FORGOTTEN_AFTER_SECONDS = 6 * 3600.0
SPOOL = "kynangso-pull-"

Record = Mapping[str, Any]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Page:
    """Submissions as the server gave them, and how many it has in all."""

    records: Sequence[Record]
    total: int


@dataclass(frozen=True, slots=True)
class Server:
    """One form on one server.

    Attributes
    ----------
    name : str
        Stem of the file that a pull makes.
    address : str
        What tells this form from every other one: server, project, form.
    identity : str
        Field that names a submission for ever.
    fetch : callable (start, size) -> Page
        Fetches submissions from position `start` on; raises ``Refusal``.
    wrapped : callable (records) -> object
        Lays all submissions out as one whole answer of this server.
    """

    name: str
    address: str
    identity: str
    fetch: Callable[[int, int], Page]
    wrapped: Callable[[list[Record]], object]


@contextmanager
def pulled(server: Server, *, progress: Progress | None = None, spools: Path | None = None) -> Iterator[Path]:
    """Fetch every submission of a form and give the file that holds them; it is removed afterwards.

    A pull that was cut off goes on after its last whole page. When submissions came or went meanwhile, so
    that positions moved, the pages are fetched anew.

    Parameters
    ----------
    server : Server
    progress : callable (done, total), optional
    spools : Path, optional
        Where pages wait, by default the folder for temporary files.

    Raises
    ------
    Refusal
        What `server` raises, ``pull_empty``, or ``pull_changing`` when that happens every time.
    """
    root = spools or Path(tempfile.gettempdir())
    sweep(root)
    spool = root / f"{SPOOL}{hashlib.sha256(server.address.encode()).hexdigest()[:24]}"
    spool.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    records = _whole(server, spool, progress or _in_silence)
    if not records:
        raise Refusal(finding("pull_empty", value=server.address))
    file = spool / f"{server.name}.json"
    content = json.dumps(server.wrapped(records), ensure_ascii=False, sort_keys=True)
    file.write_text(content, encoding="utf-8")
    try:
        yield file
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def sweep(root: Path) -> None:
    """Remove the pages of pulls that nobody resumed."""
    forgotten = time.time() - FORGOTTEN_AFTER_SECONDS
    for folder in root.glob(f"{SPOOL}*"):
        if folder.lstat().st_mtime < forgotten:
            shutil.rmtree(folder, ignore_errors=True)


def _whole(server: Server, spool: Path, progress: Progress) -> list[Record]:
    """Return all submissions in the order of their identity; fetch again when they may not be all there."""
    for _ in range(ROUNDS):
        pages = _fetch_rest(server, spool, progress)
        found = {str(one[server.identity]): one for page in pages for one in page.records}
        if {page.total for page in pages} == {len(found)}:
            return [found[key] for key in sorted(found, key=lambda key: (len(key), key))]
        for path in _paths(spool):
            path.unlink()
    raise Refusal(finding("pull_changing", value=server.address))


def _fetch_rest(server: Server, spool: Path, progress: Progress) -> list[Page]:
    """Fetch the pages that are not kept yet; return all."""
    pages = [Page(**json.loads(path.read_bytes())) for path in _paths(spool)]
    done = sum(len(page.records) for page in pages)
    while not pages or (pages[-1].records and done < pages[-1].total):
        page = server.fetch(done, PAGE)
        _keep(spool, page)
        pages.append(page)
        done += len(page.records)
        progress(min(done, page.total), page.total)
    return pages


def _keep(spool: Path, page: Page) -> None:
    path = spool / f"page_{len(_paths(spool)):06d}"
    path.write_text(json.dumps(asdict(page), ensure_ascii=False), encoding="utf-8")
    path.rename(path.with_suffix(".json"))


def _paths(spool: Path) -> list[Path]:
    return sorted(spool.glob("page_*.json"))


def _in_silence(_done: int, _total: int) -> None:
    pass
