"""What the commands of the sample say: findings by rule, the strata, and what was drawn."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from estimation.display.wording import decimal
from estimation.sampling import ORIGINAL, RESERVE
from estimation.stratified_draw import DROPPED, KEPT, NEW
from survey.commands.session import say, tell
from survey.drawing import Sample
from survey.findings import SHOWN_OF_A_RULE, by_rule, first_of_rule
from survey.messages import Finding, finding
from survey.sample_files import Record

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "vi": ("Tầng", "Địa bàn trong dàn", "Số hộ", "Địa bàn mẫu", "Chắc chắn"),
    "en": ("Stratum", "Areas in frame", "Households", "Areas drawn", "Certain"),
}


def say_what_was_drawn(sample: Sample, record: Record, out: Path) -> None:
    """Say how many areas and households were drawn, and what comes next."""
    seed = record.recipe.seed
    say("said_sample_drawn", areas=len(sample.eas), strata=len(record.strata), certain=len(record.certain),
        seed=seed, folder=out)  # fmt: skip
    if len(sample.rotation):
        kept, new, dropped = ((sample.rotation["status"] == status).sum() for status in (KEPT, NEW, DROPPED))
        say("said_sample_rotated", kept=kept, new=new, dropped=dropped)
    if len(sample.households):
        kinds = sample.households["kind"].value_counts()
        say("said_households_drawn", areas=sample.households["ea_code"].nunique(),
            originals=int(kinds[ORIGINAL]), reserves=int(kinds.get(RESERVE, 0)))  # fmt: skip
    else:
        say("said_listing_next", folder=out)


def sample_json(
    sample: Sample, record: Record, found: Sequence[Finding], written: list[Path]
) -> dict[str, Any]:
    """Return a drawn sample as JSON, without its rows."""
    return {
        **record.to_json(),
        "drawn": {"areas": len(sample.eas), "households": len(sample.households)},
        "rotation": sample.rotation["status"].value_counts().to_dict(),
        "files": [str(path) for path in written],
        "findings": [one.to_json() for one in found],
    }


def strata_table(record: Record, language: str) -> Table:
    """Lay out the strata with what was drawn in each."""
    first, *others = HEADINGS[language]
    table = Table(first)
    for heading in others:
        table.add_column(heading, justify="right")
    columns = ("areas_in_frame", "households_frame", "n_eas", "certain")
    for row in record.strata:
        table.add_row(row["stratum"], *(decimal(row[column], language, 0) for column in columns))
    return table


def tell_rules(found: Sequence[Finding]) -> None:
    """Tell the first of each rule, and how often it was seen."""
    for rule in by_rule(found):
        tell(first_of_rule(found, rule.code))
        if rule.count > SHOWN_OF_A_RULE:
            facts = {"count": rule.count, "places": ", ".join(rule.places)}
            tell([finding("said_rule_count", file=rule.example.file, facts=facts)])
