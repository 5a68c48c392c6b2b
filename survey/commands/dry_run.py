"""``kynangso ingest --dry-run``: files are read, checked and weighed with the wave, and nothing is stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey import pipeline
from survey.commands.session import progress_bar
from survey.messages import Refusal
from survey.movement import SIDES, Movement, movement
from survey.receipt import Preview, Receipt, refused
from survey.store import Store

PREVIEW_STEPS = len(pipeline.STEPS) - 1  # all but the keeping
# The status of a receipt as a dry run tells it: nothing was accepted.
TOLD = {"accepted": "would_accept", "duplicate": "duplicate", "refused": "refused"}


@dataclass(frozen=True, slots=True, eq=False)
class DryRun:
    """What files would do: a receipt each, as it would be, and how the wave would move with all of them."""

    receipts: list[Receipt]
    moved: Movement

    def to_json(self) -> dict[str, Any]:
        """Return the receipts, their status told as what would be, and the movement."""
        told = [{**receipt.to_json(), "status": TOLD[receipt.status]} for receipt in self.receipts]
        return {"dry_run": True, "files": told, "movement": self.moved.to_json()}


def dry_run(store: Store, files: list[Path], wave: str, *, quiet: bool = False) -> DryRun:
    """Preview files under a progress bar, each against what is stored, and move the wave by all together."""
    receipts: list[Receipt] = []
    seen: list[Preview] = []
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task("dry run", total=len(files) * PREVIEW_STEPS + len(SIDES))
        for number, path in enumerate(files, 1):
            bar.update(task, description=path.name)
            try:
                one = pipeline.preview(store, path, wave, progress=lambda _step: bar.advance(task))
            except Refusal as refusal:
                receipts.append(refused(path.name, refusal))
            else:
                seen.append(one)
                receipts.append(one.receipt())
            bar.update(task, completed=number * PREVIEW_STEPS)
        bar.update(task, description=wave)
        return DryRun(receipts, movement(store, wave, seen, progress=lambda _side: bar.advance(task)))
