"""The plan of a survey as tables and remarks for the terminal, in one language."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from rich.table import Table

from estimation import Costs, Plan
from estimation.display.wording import ABSENT, decimal, percent, say, short_percent
from estimation.planning.plan import TOTAL
from survey import planning
from survey.messages import LANGUAGES, Finding, finding

WORDS: Mapping[str, Mapping[str, str]] = {
    "precision": {
        "vi": "Mẫu theo kế hoạch và độ chính xác dự kiến",
        "en": "The planned sample and the precision to expect",
    },
    "target": {
        "vi": "So với mục tiêu {0}: mẫu này kết luận được gì",
        "en": "Against the target of {0}: what this sample decides",
    },
    "total": {"vi": "Toàn bộ", "en": "Total"},
    "unit": {"vi": "Đơn vị", "en": "Unit"},
    "areas": {"vi": "Địa bàn", "en": "Areas"},
    "interviews": {"vi": "Phỏng vấn", "en": "Interviews"},
    "issued": {"vi": "Hộ giao", "en": "Issued"},
    "n_eff": {"vi": "Cỡ mẫu hiệu quả", "en": "Effective n"},
    "share": {"vi": "Giả định", "en": "Assumed"},
    "limits": {"vi": "Khoảng tin cậy", "en": "Interval"},
    "show_not_met": {"vi": "“Chưa đạt” nếu không quá", "en": "Not met if at most"},
    "show_met": {"vi": "“Đạt” nếu ít nhất", "en": "Met if at least"},
    "power": {"vi": "Khả năng kết luận", "en": "Chance to decide"},
    "expected": {"vi": "Kết luận dự kiến", "en": "Verdict to expect"},
    "met": {"vi": "Đạt", "en": "Met"},
    "not_met": {"vi": "Chưa đạt", "en": "Not met"},
    "undecided": {"vi": "Chưa đủ căn cứ", "en": "Undecided"},
    "none": {"vi": "Không công bố", "en": "Not published"},
    "areas_needed": {"vi": "Địa bàn cần có", "en": "Areas needed"},
}


def precision_table(plan: Plan, names: Mapping[str, str], language: str) -> Table:
    """Write a row a district: the sample, and the limits and quality to expect."""
    table = Table(title=WORDS["precision"][language])
    table.add_column(WORDS["unit"][language])
    for name in ("areas", "interviews", "issued"):
        table.add_column(WORDS[name][language], justify="right")
    for name in ("n_eff", "share"):
        table.add_column(WORDS[name][language], justify="right")
    table.add_column(WORDS["limits"][language], no_wrap=True)
    table.add_column(say("quality", language))
    for _, row in plan.frame.iterrows():
        high = percent(row["ci_high"], language)
        table.add_row(
            _name(row, names, language),
            *(decimal(row[name], language, 0) for name in ("areas", "interviews", "issued")),
            decimal(row["n_eff"], language, 0),
            percent(row["share"], language),
            ABSENT if pd.isna(row["ci_low"]) else f"{decimal(100 * row['ci_low'], language, 1)}–{high}",
            say(f"quality.{row['quality']}", language),
        )
    return table


def target_table(plan: Plan, names: Mapping[str, str], target: float, language: str) -> Table:
    """Write a row a district: the shares that are shown on each side, the verdict to expect, the areas."""
    table = Table(title=WORDS["target"][language].format(short_percent(target, language)))
    table.add_column(WORDS["unit"][language])
    for name in ("show_not_met", "show_met", "power"):
        table.add_column(WORDS[name][language], justify="right")
    table.add_column(WORDS["expected"][language])
    table.add_column(WORDS["areas_needed"][language], justify="right")
    for _, row in planning.against(plan, target).iterrows():
        table.add_row(
            _name(row, names, language),
            *(percent(row[name], language) for name in ("show_not_met", "show_met", "power")),
            WORDS[row["shown"]][language],
            decimal(row["areas_needed"], language, 0),
        )
    return table


def remarks(plan: Plan, targets: Sequence[float], costs: Costs | None, cost: float | None) -> list[Finding]:
    """Say what the plan is worth: its size, what it decides, whether most is left undecided, its cost."""
    whole = plan.frame.iloc[-1]
    facts = {
        **_counts("areas", whole["areas"]),
        **_counts("interviews", whole["interviews"]),
        **_counts("issued", whole["issued"]),
    }
    said = [finding("said_plan_size", facts=facts)]
    for target in targets:
        said.extend(_verdicts(plan, target))
    held = plan.assumptions
    rule = "said_plan_together" if held.side_by_side else "said_plan_alone"
    said.append(
        finding(
            rule,
            facts={
                "count": len(plan.frame) - 1,
                **{f"power_{code}": short_percent(held.power, code) for code in LANGUAGES},
            },
        )
    )
    if planning.has_few_areas(plan):
        said.append(finding("said_plan_few_areas", facts=_counts("enough", planning.FEW_AREAS)))
    if costs is not None and cost is not None:
        said.append(finding("said_plan_cost", facts=_counts("cost", cost, 2)))
        if 0 < held.intraclass < 1:
            take = costs.best_take(held.intraclass)
            said.append(
                finding("said_plan_take", facts={**_counts("best", take), **_counts("take", held.take)})
            )
    return said


def _verdicts(plan: Plan, target: float) -> Iterator[Finding]:
    """Say what becomes of the districts and of the whole against one target."""
    counted = planning.expected(plan, target)
    whole = planning.against(plan, target).iloc[-1]
    words = {f"whole_{code}": say(f"verdict.{whole['shown']}", code).lower() for code in LANGUAGES}
    goal = {f"target_{code}": short_percent(target, code) for code in LANGUAGES}
    yield finding("said_plan_target", facts={**goal, **counted, **words})
    if planning.mostly_undecided(plan, target):
        needed, never = planning.areas_to_decide(plan, target)
        open_ones = counted["undecided"] + counted["none"]
        count = {"undecided": open_ones, "all": sum(counted.values())}
        if never:
            yield finding("said_plan_at_target", facts={**goal, **count, "never": never})
        else:
            yield finding("said_plan_undecided", facts={**goal, **count, **_counts("needed", needed)})


def _name(row: pd.Series, names: Mapping[str, str], language: str) -> str:
    return WORDS["total"][language] if row["domain"] == TOTAL else names.get(row["domain"], row["domain"])


def _counts(name: str, value: float, digits: int = 0) -> dict[str, str]:
    """Write a number for each language."""
    return {f"{name}_{code}": decimal(value, code, digits) for code in LANGUAGES}
