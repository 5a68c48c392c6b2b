"""What a report reads beside its release: the wave before, and the administrative figures in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from dashboard.text import Text
from survey.other_targets.log import Entry, accepted
from survey.other_targets.log import read_log as read_figures
from survey.other_targets.targets import usual_targets
from survey.publishing.log import read_log
from survey.publishing.standing import Log, Standing, for_office, for_public
from survey.release import Release
from survey.store import Store
from survey.trend import declared
from survey.validation.times import LOCAL_ZONE

Asked = Callable[[Log, str, datetime], Standing | None]
Key = tuple[str, tuple[Entry, ...], int]


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What may be told beside a release to whom its files are made for.

    Attributes
    ----------
    earlier : Release or None
        Of the wave that the wave of the release follows.
    figures : tuple of Entry
        Accepted administrative figures in force, in the order of the log.
    year : int
        Year in which the targets are judged: their deadlines are ends of years, so the day does not matter.
        0 where the targets are not of the territory of the release, which then says nothing of them.
    """

    earlier: Release | None = None
    figures: tuple[Entry, ...] = ()
    year: int = 0

    @property
    def key(self) -> Key:
        """All of it that decides what files say; the same key and release, the same files."""
        return (self.earlier.id if self.earlier else "", self.figures, self.year)


ALONE = Beside()


def beside(
    store: Store,
    release: Release,
    standing: Standing,
    *,
    drafts: bool,
    at: datetime,
    opened: Callable[[str], Release] | None = None,
) -> Beside:
    """Find what stands beside a release at a moment.

    Parameters
    ----------
    store : Store
    release : Release
    standing : Standing
        Of the release. Files leave the office, so those of a release that is out rest on nothing that is not.
    drafts : bool
        Whether the reader may see drafts.
    at : datetime
        With its zone; decides which embargo is over and which deadlines have passed.
    opened : callable, optional
        Opens a release by its id; by default the store reads it.
    """
    before = _earlier(store, release, for_office if drafts and not standing.is_out else for_public, at)
    earlier = (opened or store.open_release)(before) if before else None
    if usual_targets()[0].source.pack != release.manifest["geography"]["pack"]:
        return Beside(earlier)
    figures = accepted(read_figures(store.catalogue)).values()
    in_order = tuple(sorted(figures, key=lambda entry: entry.number))
    return Beside(earlier, in_order, at.astimezone(ZoneInfo(LOCAL_ZONE)).year)


def named(text: Text, found: Beside) -> tuple[tuple[str, str], ...]:
    """Name in a file what it was made of beside its release."""
    release = ((text("report_chapter.beside_release"), found.earlier.id),) if found.earlier else ()
    if not found.year:
        return release
    last = found.figures[-1].number if found.figures else 0
    key = "report_chapter.beside_figures" if last else "report_chapter.beside_no_figures"
    return (*release, (text("targets.state"), text(key, {"number": last, "year": found.year})))


def _earlier(store: Store, release: Release, asked: Asked, at: datetime) -> str:
    """Name the newest release of the wave before that may be told; a corrected one only without another."""
    follows = declared(release)
    if follows is None:
        return ""
    log = read_log(store.catalogue)
    rows = sorted(store.releases(follows.wave), key=lambda row: row["number"], reverse=True)
    known = ((str(row["release_id"]), asked(log, str(row["release_id"]), at)) for row in rows)
    shown = [(name, found.state) for name, found in known if found and found.state != "withdrawn"]
    return min(shown, key=lambda one: one[1] == "corrected", default=("", ""))[0]
