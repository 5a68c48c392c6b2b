"""Design-based estimation: arrays and frames in, frames out; no files, no clock, no global options."""

from estimation.association import rao_scott
from estimation.design import Calibration, Design, DesignError, Overlap, Replicates
from estimation.diagnosis.linter import Diagnosis, check
from estimation.estimates import Estimates
from estimation.planning.after import detectable
from estimation.planning.allocation import allocate
from estimation.planning.cost import Costs
from estimation.planning.plan import Assumptions, Plan, interviews_to_show, plan_of_areas, plan_sample
from estimation.planning.sample_size import (
    best_take,
    design_effect,
    effective_size_to_show,
    power_to_show,
    share_to_show,
)
from estimation.proportions import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from estimation.publication import Condition, Rule, Standard
from estimation.saved.archive import from_tables, to_tables
from estimation.saved.joining import join_waves
from estimation.saved.regrouping import regroup
from estimation.variance import LonelyPsuError

__all__ = [
    "Assumptions",
    "Calibration",
    "Condition",
    "Costs",
    "Design",
    "DesignError",
    "Diagnosis",
    "Estimates",
    "LonelyPsuError",
    "Overlap",
    "Plan",
    "Replicates",
    "Rule",
    "Standard",
    "allocate",
    "best_take",
    "check",
    "design_effect",
    "detectable",
    "effective_size_to_show",
    "estimate_means",
    "estimate_proportions",
    "estimate_ratios",
    "estimate_totals",
    "from_tables",
    "interviews_to_show",
    "join_waves",
    "plan_of_areas",
    "plan_sample",
    "power_to_show",
    "rao_scott",
    "regroup",
    "share_to_show",
    "to_tables",
]
