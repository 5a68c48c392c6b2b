"""Design-based estimation: arrays and frames in, frames out; no files, no clock, no global options."""

from estimation.association import rao_scott
from estimation.design import Calibration, Design, DesignError, Overlap, Replicates
from estimation.diagnosis.linter import Diagnosis, check
from estimation.estimates import Estimates
from estimation.proportions import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from estimation.publication import Condition, Rule, Standard
from estimation.saved.archive import from_tables, to_tables
from estimation.saved.joining import join_waves
from estimation.saved.regrouping import regroup
from estimation.variance import LonelyPsuError

__all__ = [
    "Calibration",
    "Condition",
    "Design",
    "DesignError",
    "Diagnosis",
    "Estimates",
    "LonelyPsuError",
    "Overlap",
    "Replicates",
    "Rule",
    "Standard",
    "check",
    "estimate_means",
    "estimate_proportions",
    "estimate_ratios",
    "estimate_totals",
    "from_tables",
    "join_waves",
    "rao_scott",
    "regroup",
    "to_tables",
]
